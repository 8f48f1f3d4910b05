// SPDX-License-Identifier: Apache-2.0

package defence

const (
	authz  = "internal/authz"
	server = "internal/server"
)

// decisions is what package authz sees to.
var decisions = []mutation{
	{"a denial is a denial", authz + "/authz.go", `if o.Refused == nil {`, `if o.Refused == nil || true {`, "", "TestEveryOperationKeepsTenantsApart"},
	{"a guarded call has needs", authz + "/authz.go", `if len(needs) == 0 {`, `if false && len(needs) == 0 {`, server, "TestACallWithoutNeedsIsRefused"},
	{"a need has an owner", authz + "/authz.go", `if n.Owner == "" {`, `if false && n.Owner == "" {`, server, "TestANeedWithoutAnOwnerIsRefused"},
	{"every need is decided", authz + "/authz.go", `for i := range needs {`, `for i := range needs[:1] {`, server, "TestEveryNeedIsDecided"},
	{"boundaries count", authz + "/authz.go", `d.set.SCPs = grants.Identity, grants.Boundary, d.keys`, `d.set.SCPs = grants.Identity, nil, d.keys`, "", "TestLimitsLimit"},
	{"session policies count", authz + "/authz.go", `d.set.Session = s.Policies`, `_ = s.Policies`, "", "TestLimitsLimit"},
	{"the resource's policy must grant", authz + "/authz.go", `d.set.Resource, d.set.Explicit = nil, n.Explicit`, `d.set.Resource, d.set.Explicit = nil, false`, "", "TestNamesAreNotIdentities"},
	{"a need is decided without the policy of the one before", authz + "/authz.go", `d.set.Resource, d.set.Explicit = nil, n.Explicit`, `d.set.Explicit = n.Explicit`, server, "TestANeedDoesNotInheritAPolicy"},
	{"strangers are told of their own policies alone", authz + "/authz.go", `o.Refused.Told = told(&d.set, &d.keys)`, `_ = told(&d.set, &d.keys)`, "", "TestStrangersLearnNothingOfPolicies TestAuthorizationMessagesKeepTheOtherSidesSecrets"},
	{"strangers learn nothing of tags", authz + "/authz.go", `&untagged{*keys}`, `keys`, "", "TestStrangersLearnNothingOfTags"},
	{"strangers learn nothing of the services' tags", authz + "/keys.go", `if strings.Contains(key, ":resourcetag/") ||`, `if strings.HasPrefix(key, resourceTag) ||`, "", "TestStrangersLearnNothingOfTags"},
	{"no service claims a global key", authz + "/keys.go", `if !global {`, `if v := (policy.Value{}); k.need.Context != nil {
		if v = k.need.Context.Lookup(key); !v.Absent() {
			return v
		}
	}
	if !global {`, server, "TestNoServiceClaimsAGlobalKey"},
	{"a tag that could be two is none", authz + "/keys.go", `if found >= 0 {`, `if false && found >= 0 {`, server, "TestATagInTwoCasesIsNone"},
	{"aws:ResourceAccount is the owner", authz + "/keys.go", `return policy.One(k.need.Owner)`, `return policy.One(k.call.Caller.Account())`, "", "TestTheOwnerIsAKey"},
	{"the address is the peer's", server + "/request.go", `c.UserAgent = r.UserAgent()`, "if a, err := netip.ParseAddr(r.Header.Get(\"X-Forwarded-For\")); err == nil {\n\t\tc.SourceIP = a\n\t}\n\tc.UserAgent = r.UserAgent()", "", "TestKeysOfTheRequestCannotBeSpoofed"},
	{"TLS is the connection's", server + "/request.go", `c.Secure = r.TLS != nil`, `c.Secure = r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "true"`, "", "TestKeysOfTheRequestCannotBeSpoofed"},
	{"global services are in one region", "internal/authn/authn.go", `if svc.Global || p.Unsigned() {`, `if p.Unsigned() {`, "", "TestGlobalServicesActInOneRegion"},
}

// lines is what the line does at every call.
var lines = []mutation{
	{"credentials are checked", server + "/identify.go", `if err := proof.Verify(b.data); err != nil || proof.Unsigned() {`, `if err := proof.Verify(b.data); proof.Unsigned() {`, "", "TestAlteredRequestsAreRefused/sts_header"},
	{"input is validated", server + "/identify.go", `if err := v.Validate(); err != nil {`, `if err := v.Validate(); err != nil && false {`, "", "TestTagsOfOtherTenants"},
	{"needs are decided", server + "/server.go", `if err := s.decide(ctx, tx, c, in, &v); err != nil {`, `if err := s.decide(ctx, tx, c, in, &v); err != nil && false {`, "", "TestEveryOperationKeepsTenantsApart"},
	{"needs see no items", server + "/server.go", `c.Tx = tx.Metadata()`, `c.Tx = tx`, server, "TestNeedsReachMetadataOnly"},
	{"needs change nothing", "internal/storage/tx.go", `[]Span{Metadata.Span(false)}`, `[]Span{Metadata.Span(true)}`, server, "TestNeedsReachMetadataOnly"},
	{"handlers have their spans only", server + "/server.go", `c.Tx = tx.Only(v.spans())`, `c.Tx = tx`, server, "TestHandlersReachTheirSpansOnly"},
	{"a part that is denied opens nothing", server + "/server.go", `if v.outcomes[i].Refused != nil {`, `if false && v.outcomes[i].Refused != nil {`, server, "TestAPartThatIsDeniedOpensNothing"},
	{"handlers of several needs have their spans only", server + "/server.go", `all = append(all, v.needs[i].Spans...)`, `all = append(all, storage.Metadata.Span(i >= 0))`, server, "TestHandlersReachTheirSpansOnly"},
	{"a handler that reaches too far fails, whatever it says", "internal/storage/tx.go", `return tx.root.fail(ErrNotAllowed)`, `return ErrNotAllowed`, server, "TestHandlersReachTheirSpansOnly"},
	{"a Read changes nothing", server + "/server.go", `run, c.Pause = s.cfg.DB.View,`, `run, c.Pause = s.cfg.DB.Update,`, server, "TestAReadWritesNothing"},
	{"a change ends the caches of its owner", server + "/server.go", `if c.Operation.Access == awsapi.Control {`, `if false && c.Operation.Access == awsapi.Control {`, "", "TestChangesHoldForTheNextCall"},
	{"a change ends the caches of every owner", server + "/server.go", `owners[needs[i].Owner] = true`, `_ = i`, server, "TestAChangeEndsTheCachesOfTheOwner"},
	{"a panic is an answer", server + "/server.go", `if p := recover(); p != nil {`, `if p := any(nil); p != nil {`, server, "TestACallThatBreaksDownIsAnsweredAndRecorded"},
	{"an internal failure says nothing", "internal/awsapi/error.go", `Message: "The request processing has failed because of an unknown error, exception or failure."`, `Message: err.Error()`, server, "TestInternalFailuresSayNothing"},
	{"what ends caches isn't allowed in parts", "internal/awsapi/operation.go", `if o.Guard == Each && o.Access == Control {`, `if false {`, "internal/server", "TestWhatEndsCachesIsNotAllowedInParts"},
	{"pages read the answers of few services", server + "/server.go", `if !ok || svc.CrossOrigin {`, `if true {`, "", "TestRequestsThatAreNoCallsOfDynamoDB"},
	{"a session's policy limits it", "internal/authz/authz.go", `d.set.Session = s.Policies`, `_ = s`, "", "TestPublishedDocuments"},
	{"operations are guarded", "internal/awsapi/operation.go", `if (needs == nil) != (o.Guard == None) {`, `if false && (needs == nil) != (o.Guard == None) {`, server, "TestAnOperationWithoutNeedsCannotBeMade"},
	{"unguarded operations are the golden ones", iam + "/rows_user.go", `awsapi.Op(control("DeleteUser", `, `awsapi.Op(awsapi.Operation{Name: "DeleteUser", Auth: awsapi.MaybeAnonymous, Access: awsapi.Control, Sample: "{}"}, on[deleteUserInput]("iam:DeleteUser", writes), deleteUser),
			awsapi.Op(control("DeleteUser2", `, "internal/service", "TestUnguardedOperationsAreTheGoldenOnes"},
}

// shares is how much of the processors calls may take.
var shares = []mutation{
	{"a tenant has no more than its share", "share.go", `if c.MaxTenantShare < 100 {`, `if c.MaxTenantShare < 0 {`, "", "TestNobodyUsesMoreThanTheirShare"},
	{"what was used is to be paid for", "internal/fair/fair.go", `if s.rate > 0 {`, `if false {`, "internal/fair", "TestAKeyThatCallsAloneUsesNoMoreThanItsRate"},
	{"who has no call yet pays for the last", "internal/fair/fair.go", `if (s.calls > 0 || f.paid.After(now)) && s.idle < maxIdle {`, `if s.calls > 0 && s.idle < maxIdle {`, "internal/fair", "TestAKeyThatCallsAloneUsesNoMoreThanItsRate"},
	{"keys that are remembered are bounded", "internal/fair/fair.go", `if (s.calls > 0 || f.paid.After(now)) && s.idle < maxIdle {`, `if s.calls > 0 || f.paid.After(now) {`, "internal/fair", "TestWhatWasUsedIsForgottenOncePaid"},
	{"what has begun ends before more begins", "internal/fair/flow.go", `if begun {`, `if begun && false {`, "internal/fair", "TestWhatHasBegunGoesOnBeforeMoreBegins"},
	{"those that go on do so in order", "internal/fair/flow.go", `w.prev, l.begun = l.begun, w`, `w.prev = nil`, "internal/fair", "TestThoseThatGoOnDoSoInOrder"},
	{"what calls read has room", server + "/room.go", `if !h.room.take(h.of, more) {`, `if h.room.take(h.of, more); false {`, server, "TestWhatCallsReadHasRoom"},
	{"the room of what was read is given back", server + "/server.go", `defer held.release()`, ``, server, "TestWhatCallsReadHasRoom"},
	{"what another server answers has room", "internal/awsapi/forward.go", `ctx = context.WithValue(ctx, meterKey{}, m)`, `_ = m`, server, "TestWhatAnotherServerAnswersHasRoom"},
	{"an answer of the upstream takes room", "internal/service/dynamodb/upstream/transport.go", `if full := b.meter(n); full != nil {`, `if full := b.meter(n); false {`, "internal/service/dynamodb/upstream", "TestAnAnswerNeedsRoom"},
	{"what a key has is metered", "internal/storage/tx.go", "if err == nil {\n\t\terr = tx.count(val)", "if err == nil {\n\t\terr = nil", "internal/storage", "TestReadsAreMetered"},
	{"what many keys have is metered", "internal/storage/tx.go", `if ferr = tx.count(val); ferr == nil {`, `if ferr == nil {`, "internal/storage", "TestReadsAreMetered"},
	{"what a scan reads is metered", "internal/storage/tx.go", `} else if c.err = c.tx.count(val); c.err != nil {`, `} else if c.err != nil {`, "internal/storage", "TestReadsAreMetered"},
	{"a narrowed transaction is metered", "internal/storage/tx.go", `Tx{root: tx.root, meter: tx.meter}`, `Tx{root: tx.root}`, "internal/storage", "TestReadsAreMetered"},
	{"a large input is read in a turn", server + "/identify.go", `if len(b.data) > smallBody {`, `if false {`, server, "TestALargeInputIsReadInATurn"},
	{"a long result lets others go first", server + "/share.go", `_ = l.turn.Pause(l.ctx)`, ``, server, "TestALongResultLetsOthersGoFirst"},
}

// bodies is how much a request may take.
var bodies = []mutation{
	{"a body is bounded", server + "/body.go", `maxBody = 16 << 20`, `maxBody = 17 << 20`, "", "TestBodiesAreBounded"},
	{"a source is bounded", server + "/room.go", `|| r.of[source]+n > r.perSource`, ``, "", "TestLargeBodiesShareARoom"},
	{"room is given back", server + "/room.go", `r.held -= n`, `r.held -= 0`, server, "TestRoomIsGivenBack"},
	{"a source's room is given back", server + "/room.go", `if r.of[source] -= n; `, `if `, server, "TestRoomIsGivenBack"},
	{"a header is bounded", "serve.go", `MaxHeaderBytes: maxHeaderKB << 10,`, `MaxHeaderBytes: 64 << 20,`, "", "TestHostileHTTP"},
	{"an item is bounded", "internal/service/dynamodb/attr/attr.go", `MaxItemSize = 409_600`, `MaxItemSize = 409_601`, "", "TestItemsAreBounded"},
}

// records is what the decision log keeps.
var records = []mutation{
	{"a change is recorded", server + "/server.go", `return entry.Commit(tx, v.record)`, `return nil`, "", "TestRecordsSayWhoDidWhat"},
	{"a read is recorded", server + "/server.go", `case c.Access == awsapi.Read || callErr != nil:`, `case false && (c.Access == awsapi.Read || callErr != nil):`, server, "TestACallThatBreaksDownIsAnsweredAndRecorded"},
	{"a denial is on disk before the answer", server + "/server.go", `e.Deny(ctx, record(c, v, nil))`, `e.Allow(record(c, v, nil))`, "", "TestDenialsOutliveTheServer"},
	{"a denial of a part is on disk before the answer", server + "/server.go", `&& c.PartlyDenied():`, `&& false:`, server, "TestAPartThatIsDeniedIsOnDiskBeforeTheAnswer"},
	{"refusals of parts are recorded apart", authz + "/authz.go", `d = &again`, `_ = &again`, server, "TestRefusalsOfPartsAreRecordedApart"},
	{"a denial is recorded", server + "/server.go", `case v.denied:`, `case false && v.denied:`, "", "TestDenialsOutliveTheServer"},
	{"a denial by the service is one", server + "/server.go", "e.Kind == awsapi.Denied {\n\t\t\tv.decided, v.denied = true, true", "e.Kind == awsapi.Denied {\n\t\t\tv.decided = false", "", "TestDenialsOutliveTheServer"},
	{"a denial is recorded for who has gone", audit + "/audit.go", `context.WithoutCancel(ctx)`, `ctx`, server, "TestADenialIsRecordedForWhoHasGone"},
	{"a call that can't be recorded doesn't begin", audit + "/audit.go", `l.full.Store(n >= maxPending || l.broken != nil)`, `l.full.Store(n >= maxPending)`, "", "TestNothingIsDoneThatCannotBeRecorded"},
	{"calls wait for the shipper", audit + "/audit.go", `l.full.Store(n >= maxPending || l.broken != nil)`, `l.full.Store(l.broken != nil)`, audit, "TestCallsWaitWhileTheShipperIsBehind"},
	{"a log file that was taken away is not written", audit + "/ship.go", `case fs.displaced():`, `case false && fs.displaced():`, "", "TestAMovedLogIsBegunAnew"},
	{"numbers are not given again", audit + "/audit.go", `l.seq.Store(max(highest, l.files.at.Last))`, `l.seq.Store(max(0, highest*0, l.files.at.Last))`, audit, "TestADenialSurvivesAServerThatDiesBeforeItIsShipped"},
	{"a failed change leaves no record", server + "/server.go", "if out, err = c.Operation.Handle(ctx, c, in); err != nil {\n\t\t\treturn err", "if out, err = c.Operation.Handle(ctx, c, in); err != nil {\n\t\t\treturn entry.Commit(tx, change(c, &v, out))", server, "TestAChangeThatFailsIsNotDone"},
}
