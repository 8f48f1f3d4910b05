// SPDX-License-Identifier: Apache-2.0

package defence

const engine = "internal/storage/pebble"

// disks is what survives crashes and disks that fail.
var disks = []mutation{
	{"what is acknowledged is synced", engine + "/commit.go", `s.engine.ApplyNoSyncWait(b, pebble.Sync)`, `s.engine.Apply(b, pebble.NoSync)`, engine, "TestAcknowledgedSurvives"},
	{"what is read is durable", engine + "/store.go", `if werr := s.durable.wait(t.seen); werr != nil {`, `if werr := s.durable.wait(0); werr != nil {`, engine, "TestAcknowledgedSurvives"},
	{"a broken store shows nothing that may go", engine + "/store.go", `s.written(s.slots.slot(key)) > s.durable.version.Load()`, `s.written(s.slots.slot(key)) > s.durable.version.Load()+1<<32`, engine, "TestBrokenStore"},
	{"what was seen is committed again", engine + "/keeper.go", `err = s.redo(left)`, `_ = left`, engine, "TestBrokenStore"},
	{"a full disk is not filled further", engine + "/update.go", `if err := s.room.check(t.size); err != nil {`, `if err := s.room.check(t.size); err != nil && t.size < 0 {`, engine, "TestNearlyFull"},
}
