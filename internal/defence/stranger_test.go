// SPDX-License-Identifier: Apache-2.0

package defence

const listen = "internal/listen"

// strangers is what those may take who have not shown who they are.
var strangers = []mutation{
	{"a source has places of its own", listen + "/listen.go", `case s.count.strangers >= l.perSource.strangers:`, `case false && s.count.strangers >= l.perSource.strangers:`, listen, "TestASourceHasItsOwnPlaces"},
	{"a source with many strangers makes room itself", listen + "/listen.go", `case l.count.strangers < l.inAll.strangers:`, `case l.count.strangers >= 0:`, listen, "TestASourceWithManyStrangersMakesRoomItself"},
	{"known connections are bounded", listen + "/listen.go", `if l.count.known >= l.inAll.known || c.from.count.known >= l.perSource.known {`, `if l.count.known < 0 {`, listen, "TestKnownConnectionsBeyondTheLimitEnd"},
	{"failures end a connection", listen + "/conn.go", `return c.last || c.strikes >= maxStrikes`, `return c.last || c.strikes < 0`, listen, "TestFailuresEndAConnection"},
	{"failures slow their source", listen + "/conn.go", `if !c.known && c.l.penalties.add`, `if c.known && c.l.penalties.add`, listen, "TestFailuresSlowTheirSource"},
	{"heads are given back", listen + "/head.go", "\tc.charge.reduce(0)\n", "\n", listen, "TestHeadsAreGivenBack"},
	{"strangers cannot fill the log", listen + "/notice.go", `if now.Sub(k.at) < noticeEvery {`, `if false && now.Sub(k.at) < noticeEvery {`, "", "TestStrangersCannotFillTheLogByConnecting"},
	{"bodies of strangers are counted", server + "/body.go", `if b.conn.Known() {`, `if b.conn.Known() || true {`, "", "TestLargeBodiesShareARoom"},
	{"heads of many fields are refused", "serve.go", `if fields(r.Header) > maxFields {`, `if fields(r.Header) < 0 {`, "", "TestHeadsOfManyFieldsAreRefused"},
	{"a failure counts against its connection", server + "/server.go", `settle(w, r, refused(e.Kind))`, `_ = refused(e.Kind)`, "", "TestFailuresEndTheConnection"},
}

// states is that a call is decided and done in one state of the store.
var states = []mutation{
	{"a change ends what is cached", server + "/server.go", `if c.Operation.Access == awsapi.Control {`, `if c.Operation.Access == awsapi.Control && false {`, "", "TestACallIsDecidedAndDoneInOneState"},
	{"what is cached is of this state", storage + "/cache.go", `if ok && e.epoch == epoch {`, `if ok {`, "", "TestACallIsDecidedAndDoneInOneState"},
	{"what was read has not changed", engine + "/commit.go", `return t.unchanged() && !s.recent.touched(t.base, t.scans)`, `return !s.recent.touched(t.base, t.scans)`, "", "TestACallIsDecidedAndDoneInOneState"},
}
