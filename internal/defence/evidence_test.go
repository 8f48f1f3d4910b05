// SPDX-License-Identifier: Apache-2.0

package defence

const (
	audit = "internal/audit"
	trail = audit + "/trail"
)

// trails is what makes the decision log evidence: that it shows what was done to
// it, loses nothing and has room for what counts.
var trails = []mutation{
	{"lines are chained", trail + "/trail.go", `return v.next(l.head) == l.Chain`, `return v.next(l.head) == l.Chain || true`, trail, "TestEveryTamperingIsFound"},
	{"a note is signed", trail + "/note.go", `if !verify(n.Key, signed, n.Signature) {`, `if false && !verify(n.Key, signed, n.Signature) {`, trail, "TestEveryTamperingIsFound"},
	{"a note has one form", trail + "/note.go", `err != nil || !bytes.Equal(again, text) {`, `err != nil || len(again) == 0 {`, trail, "TestEveryTamperingIsFound"},
	{"a new key is held by who announces it", trail + "/note.go", `n.Next != nil && !verify(n.Next, signed, n.Proof) {`, `false {`, trail, "TestEveryTamperingIsFound"},
	{"a key is vouched for by the one before", trail + "/verify.go", `if !n.Key.Equal(v.Keys[len(v.Keys)-1]) {`, `if false && !n.Key.Equal(v.Keys[len(v.Keys)-1]) {`, trail, "TestEveryTamperingIsFound"},
	{"a note is of its place", trail + "/verify.go", `if n.File != v.file || n.Lines != v.Head.Lines || n.Last != v.last || n.Previous != v.Head.Chain {`, `if n == nil {`, trail, "TestEveryTamperingIsFound"},
	{"files follow one another", trail + "/verify.go", `case n.Lines > v.Head.Lines:`, `case false && n.Lines > v.Head.Lines:`, trail, "TestEveryTamperingIsFound"},
	{"numbers of records rise", trail + "/verify.go", `if !ok || seq <= v.last {`, `if !ok {`, trail, "TestEveryTamperingIsFound"},
	{"lines that are not signed are few", trail + "/verify.go", `v.Unsigned > MaxUnsigned {`, `false && v.Unsigned > MaxUnsigned {`, trail, "TestEveryTamperingIsFound"},
	{"files that are gone were retired", trail + "/verify.go", `if v.gone < v.Retired {`, `if false && v.gone < v.Retired {`, trail, "TestRetiredFilesAreNotMissed"},
	{"a log is signed with the key that is given", trail + "/verify.go", `if key := v.options.Key; key != nil &&`, `if key := v.options.Key; false && key != nil &&`, trail, "TestALogMadeAnewIsFound"},
	{"a log has not become shorter", trail + "/verify.go", `case since.Lines > v.Head.Lines:`, `case false && since.Lines > v.Head.Lines:`, trail, "TestALogThatWasCutIsFoundByItsHead"},
	{"a log has not become another", trail + "/verify.go", `if since.Chain != v.Head.Chain {`, `if false && since.Chain != v.Head.Chain {`, trail, "TestALogThatWasCutIsFoundByItsHead"},

	{"a line that nobody vouches for doesn't count", audit + "/recover.go", `next := &r.in.Next; signed ||`, `next := &r.in.Next; true || signed ||`, audit, "TestWhatACrashLeaves"},
	{"a signature of another doesn't count", audit + "/recover.go", `return n.Key.Equal(key) &&`, `return key != nil &&`, audit, "TestWhatACrashLeaves"},
	{"lines that are gone are missed at the start", audit + "/recover.go", `return !bytes.Equal(end, want), nil`, `return false && !bytes.Equal(end, want), nil`, audit, "TestWhatACrashLeaves"},
	{"what doesn't count is taken out", audit + "/recover.go", `return errors.Join(f.Truncate(from), f.Sync())`, `return nil`, audit, "TestWhatACrashLeaves"},
	{"a disk that doesn't answer stops the calls", audit + "/ship.go", `l.broken = errHangs`, `_ = errHangs`, audit, "TestADiskThatHangsIsNoticed"},
	{"files of another log are left alone", audit + "/recover.go", `if len(names) > 0 {`, `if false && len(names) > 0 {`, audit, "TestFilesOfAnotherLogAreNotTakenOver"},
	{"a cut shows before anything is called", audit + "/audit.go", `return l.sign(trail.Begin) //`, `return nil //`, audit, "TestFilesThatWereCutWhileTheServerWasDownShow"},
	{"the database knows first", audit + "/ship.go", `if err := l.intend(d.at); err != nil {`, `if err := error(nil); err != nil {`, audit, "TestNothingIsInTheFilesThatTheDatabaseDoesNotKnow"},
	{"the log's disk is not filled", audit + "/ship.go", `if err := l.room.check(); err != nil {`, `if err := l.room.check(); false && err != nil {`, audit, "TestAFullDiskStopsCallsAndLosesNothing"},
	{"old lines are signed", audit + "/ship.go", `if at.Unsigned > 0 && now.Sub(at.Oldest) >= signEvery {`, `if false && at.Unsigned > 0 && now.Sub(at.Oldest) >= signEvery {`, audit, "TestLinesAreSignedWhenTheyAreOldOrMany"},
	{"many lines are signed", audit + "/files.go", `d.at.Unsigned < trail.MaxUnsigned {`, `d.at.Unsigned < 1<<40 {`, audit, "TestLinesAreSignedWhenTheyAreOldOrMany"},
	{"another key signs after a rotation", audit + "/ship.go", `if l.files.keys.stale() {`, `if false && l.files.keys.stale() {`, audit, "TestAnotherKeySignsWhenTheRingHasOne"},
	{"keys wait for the one that signs", "keeper.go", `return k.audit.Sealed(ctx)`, `return nil`, "", "TestNoKeyGoesThatSealsTheSigner"},
	{"what is retired is said first", audit + "/retain.go", `if err := l.note(&trail.Note{Kind: trail.Retention, Kept: kept, Gone: gone}); err != nil {`, `if _ = gone; false {`, audit, "TestOldFilesAreRetired"},

	{"strangers are on record", server + "/server.go", `s.noteStranger(call, proof, e)`, ``, "", "TestStrangersAreOnRecord"},
	{"tokens that prove nothing are on record", server + "/stranger.go", `!refused(e.Kind) && !unproved(c, e) {`, `!refused(e.Kind) {`, "", "TestStrangersAreOnRecord"},
	{"a secret in an id's place is not on record", authn + "/claim.go", `identity.IsAccessKeyID(p.signature.AccessKeyID):`, `(true || identity.IsAccessKeyID(p.signature.AccessKeyID)):`, "", "TestStrangersAreOnRecord"},
	{"strangers cannot fill the files", audit + "/failure.go", `class.listed < listedInAll {`, `class.listed >= 0 {`, audit, "TestStrangersCannotFillTheFiles"},
	{"so many kinds of strangers are told apart", audit + "/failure.go", `if len(c.kinds) < maxFailureKinds {`, `if len(c.kinds) >= 0 {`, audit, "TestStrangersCannotFillTheFiles"},
	{"strangers leave room for those with a key", audit + "/failure.go", `if r.Known {`, `if false && r.Known {`, audit, "TestStrangersCannotFillTheFiles"},
	{"failures that are alike are counted", audit + "/failure.go", `if n.n <= listedAlike &&`, `if true &&`, audit, "TestStrangersCannotFillTheFiles"},
	{"a read that failed is listed", audit + "/reads.go", `if r.Error != "" ||`, `if false ||`, audit, "TestReadsCanBeCounted"},
	{"so many kinds of reads are counted", audit + "/reads.go", `len(c.kinds) >= maxReadKinds ||`, ``, audit, "TestReadsOfTooManyKindsAreListed"},

	{"no cell is a formula", "cmd/bailiwick/audit_format.go", `cells[i] = inert(cells[i])`, `_ = inert(cells[i])`, "cmd/bailiwick", "TestNoCellIsAFormula"},
	{"a line is only text", "cmd/bailiwick/audit_format.go", `return !unicode.IsPrint(r)`, `return false && !unicode.IsPrint(r)`, "cmd/bailiwick", "TestALineShowsNothingButText"},
}
