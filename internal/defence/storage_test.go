// SPDX-License-Identifier: Apache-2.0

package defence

const (
	storage = "internal/storage"
	pebble  = storage + "/pebble"
)

// spans is what keeps a call to the keys that it was given.
var spans = []mutation{
	{"a span that was opened for reading is not written", storage + "/tx.go", "\treturn s.Write\n", "\treturn true\n", storage, "TestSpans"},
	{"a span ends", storage + "/tx.go", `return bytes.Compare(lo, s.Hi) < 0`, `return true`, storage, "TestSpans"},
	{"a span begins", storage + "/tx.go", `if bytes.Compare(lo, s.Lo) < 0 {`, `if false && bytes.Compare(lo, s.Lo) < 0 {`, storage, "TestSpans"},
	{"a scan ends with its span", storage + "/tx.go", `return bytes.Compare(hi, s.Hi) <= 0`, `return true`, storage, "TestScanStaysInOneSpan"},
	{"a cursor stays in its range", storage + "/tx.go", `if bytes.Compare(key, c.r.Lo) < 0 || bytes.Compare(key, c.r.Hi) > 0 {`, `if false && (bytes.Compare(key, c.r.Lo) < 0 || bytes.Compare(key, c.r.Hi) > 0) {`, storage, "TestScanStaysInOneSpan"},
	{"narrowing does not allow writing", storage + "/tx.go", `Write: s.Write && t.Write,`, `Write: t.Write,`, storage, "TestSpans"},
	{"narrowing does not move the end", storage + "/tx.go", `if bytes.Compare(t.Hi, out.Hi) < 0 {`, `if true {`, storage, "TestSpans"},
	{"narrowing does not move the beginning", storage + "/tx.go", `if bytes.Compare(t.Lo, out.Lo) > 0 {`, `if true {`, server, "TestHandlersReachTheirSpansOnly"},
	{"several keys are checked each", storage + "/tx.go", "for _, key := range keys {\n\t\tif err := tx.check(", "for _, key := range keys[:min(len(keys), 1)] {\n\t\tif err := tx.check(", server, "TestHandlersReachTheirSpansOnly"},
	{"a record's span is of that record", storage + "/table.go", `Hi: append(bytes.Clone(key), 0), Write: write}`, `Hi: PrefixEnd(key[:len(key)-2]), Write: write}`, storage, "TestTableSpans"},
	{"parts of a key don't run together", storage + "/key.go", `if s[i] == escape {`, `if false && s[i] == escape {`, storage, "FuzzKey"},
	{"a record that can't be read is not absent", storage + "/table.go", `return zero, tx.root.fail(fmt.Errorf("%w: table %s", ErrCorrupt, t.name))`, `return zero, ErrNotFound`, storage, "TestTableCorrupt"},
	{"epochs are read by who may", storage + "/epoch.go", `if !tx.control {`, `if !tx.control && tx.root == nil {`, storage, "TestEpoch"},
}

// caches is why nothing outlives a change.
var caches = []mutation{
	{"a key in the cache is of the owner's epoch", storage + "/cache.go", `if ok && e.epoch == epoch {`, `if ok {`, storage, "TestCacheHitsUntilAdvance"},
	{"a cached policy is of the owner's epoch", storage + "/cache.go", `if ok && e.epoch == epoch {`, `if ok {`, "", "TestChangesHoldForTheNextCall"},
	{"a slow reader displaces nothing", storage + "/cache.go", `if ok && old.epoch > e.epoch {`, `if false && ok && old.epoch > e.epoch {`, storage, "TestCacheSlowReader"},
	{"a slow reader leaves what is of its epoch", storage + "/cache.go", `s.put(k, cacheEntry[T]{epoch, v}, c.max)`, `s.put(k, cacheEntry[T]{epoch + 1, v}, c.max)`, storage, "TestCacheSlowReader"},
	{"a writer does not use the cache", storage + "/cache.go", "if tx.root.wrote {", "if false {", storage, "TestCacheUncommitted"},
	{"a writer does not fill the cache", storage + "/cache.go", `&& !tx.root.wrote {`, `{`, storage, "TestCacheUncommitted"},
	{"a failed read does not fill the cache", storage + "/cache.go", `tx.root.err == nil &&`, ``, storage, "TestCacheFailures"},
	{"an epoch rises", storage + "/epoch.go", `AppendUint64(nil, n+1)`, `AppendUint64(nil, n)`, storage, "TestEpoch"},
	{"a cache is bounded", storage + "/cache.go", `if !ok && len(s.entries) >= max {`, `if false && !ok && len(s.entries) >= max {`, storage, "TestCacheIsBounded"},
	{"a large session is not remembered", identity + "/caller.go", `if !c.Small() {`, `if false && !c.Small() {`, identity, "TestLargeSessionsAreNotRemembered"},
}

// commits is what a transaction may rely on.
var commits = []mutation{
	{"keys that were read have not changed", pebble + "/commit.go", `return t.unchanged() && `, `return `, pebble, "TestContract"},
	{"ranges that were read have not changed", pebble + "/commit.go", `touched(t.base, t.scans)`, `touched(t.base, nil)`, pebble, "TestContract"},
	{"conflicts are looked for", pebble + "/commit.go", `.valid(t) {`, `.valid(t) && false {`, pebble, "TestContract"},
	{"a range that was read was not deleted", pebble + "/commit.go", `case len(t.scans) > 0 && `, `case len(t.scans) < 0 && `, pebble, "TestContract"},
	{"a key that was read was not deleted with its range", pebble + "/tx.go", "return len(t.reads) == 0\n", "return true\n", pebble, "TestContract"},
	{"what is remembered is of that key", pebble + "/remembered.go", `|| !bytes.Equal(m.key, key) {`, `{`, pebble, "TestContract"},
	{"what is remembered is as last written", pebble + "/remembered.go", `|| m.written != written ||`, `||`, pebble, "TestContract"},
	{"what was deleted is not remembered", pebble + "/remembered.go", `|| w.deleted ||`, `||`, pebble, "TestContract"},
	{"what is forgotten may have conflicted", pebble + "/conflict.go", `return since < r.old.from ||`, `return`, pebble, "TestRecentLog"},
	{"a snapshot agrees with what was read before", pebble + "/tx.go", `if !t.unchanged() {`, `if false && !t.unchanged() {`, pebble, "TestContract"},
	{"a change is durable before the answer", pebble + "/update.go", `return s.sync(c)`, "go s.sync(c)\n\t\treturn nil", pebble, "TestAcknowledgedSurvives"},
	{"a name is durable before what leads to it", pebble + "/fence.go", `if strings.HasPrefix(f.PathBase(name), "marker.") {`, `if false {`, pebble, "TestPowerCutAtEveryOperation"},
	{"a directory that a hanging disk may change stays locked", pebble + "/db.go", `if d.undrained.Load() || !s.fence.rest(d.closing) {`, `if false {`, pebble, "TestCloseWhileTheDiskHangs"},
	{"a table that is closed keeps nobody waiting", pebble + "/fence_file.go", `go func() { _ = t.File.Close() }()`, `_ = t.File.Close()`, pebble, "TestFilesThatTakeLongToClose"},
	{"a file that takes long to close counts as one that fails", pebble + "/fence_file.go", `_, done, err := change(f.fence, f.name, nothing(end))`, `done, err := true, end()`, pebble, "TestFilesThatTakeLongToClose"},
	{"who makes tables lets others go first", pebble + "/pace.go", `if time.Since(f.began) >= paceAfter {`, `if false {`, pebble, "TestTablesAreMadeAtAPace"},
	{"health tells of a disk that fails", "health.go", `err := s.db.Err()`, `err := error(nil)`, "", "TestHealthSaysWhatIsWrongWithTheDisk"},
	{"what is read is durable before the answer", pebble + "/durable.go", "if w.version.Load() >= version {\n\t\treturn nil\n\t}\n\tw.mu.Lock()", "if w.version.Load() >= 0 {\n\t\treturn nil\n\t}\n\tw.mu.Lock()", pebble, "TestViewWaits"},
}
