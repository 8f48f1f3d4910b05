// SPDX-License-Identifier: Apache-2.0

package defence

// indexes is what keeps indexes the image of their tables, and apart.
var indexes = []mutation{
	{"an empty key is nobody's", dynamodb + "/authz.go", `if key.Len() == 0 {`, `if false {`, dynamodb, "TestATenantReachesItsOwnPartitionOnly"},
	{"an empty text is nobody's key", dynamodb + "/authz.go", `case len(v.Bytes()) == 0:`, `case len(v.Bytes()) == 0 && t != attr.TypeS:`, dynamodb, "TestATenantReachesItsOwnPartitionOnly"},
	{"a token is of a session's limits", dynamodb + "/token.go", `who.string(sessionMark(c.Caller.Session))`, ``, dynamodb, "TestATokenIsKnownToWhoUsedItOnly"},
	{"attributes of a statement are stated", dynamodb + "/execute.go", `names([]attr.Item{st.Item}, st.Paths().Attributes())`, `names([]attr.Item{st.Item})`, "", "TestAnswersTellNothingOfHiddenAttributes"},
	{"what a statement returns is stated", dynamodb + "/execute.go", `k.selects, k.fullScan, k.returnValues = st.selects(), "false", orNone(st.onFailure)`, `k.selects, k.fullScan, k.returnValues = selectSpecific, "false", none`, "", "TestAnswersTellNothingOfHiddenAttributes"},
	{"a transaction is of one account", dynamodb + "/transact.go", `if p.target.ref.account != x.parts[0].target.ref.account {`, `if false {`, "", "TestBatchesNeedBothAccounts"},
	{"no table is said to be backed up", dynamodb + "/validate_absent.go", `return invalid("Point-in-time recovery is not supported")`, `return nil`, dynamodb, "TestMembersOfWhatNoTableHasAreBounded"},
	{"LeadingKeys has two names", dynamodb + "/authz.go", `"dynamodb:leadingkeys": 0, "dynamodb:firstpartitionkeyvalues": 0,`, `"dynamodb:leadingkeys": 0,`, "", "TestDocumentsOfGuides"},
	{"each attribute of a partition key has a condition key", dynamodb + "/query.go", `p.further = append(p.further, []attr.Value{v})`, `_ = v`, dynamodb, "TestEachAttributeOfAPartitionKeyHasAKey"},
	{"a filter shows nothing that isn't projected", dynamodb + "/page.go", `if r.selects != selectProjected {`, `if true {`, "", "TestDocumentsOfGuides"},
	{"what is returned of a failed condition is stated", dynamodb + "/item.go", `if v != allNew && orNone(onFailure) == allOld {`, `if false {`, "", "TestDocumentsOfGuides"},
	{"who writes nothing counts nothing", dynamodb + "/count.go", `if c.none() {
		return nil
	}
	if err := tx.Put`, `if err := tx.Put`, dynamodb, "TestBatchesOfStatementsThatChangeNothing"},
	{"a query of an index starts in its own partition", dynamodb + "/query.go", `if !r.started || span.Contains(s.key(r.start)) {`, `if true {`, "", "TestIndexesAreNoWayToAnotherTenant"},
	{"an index is named in what is decided", dynamodb + "/source.go", `return t.ref.indexARN(*index)`, `return t.ref.arn()`, "", "TestIndexesAreNoWayToAnotherTenant"},
	{"the partition of an index is stated", dynamodb + "/query.go", `for i, k := range in.source.schema.Hash {`, `for i, k := range in.target.table.schema.Hash {`, "", "TestIndexesAreNoWayToAnotherTenant"},
	{"an entry leaves the place where it was", dynamodb + "/index.go", `if moved && old.key != nil {`, `if false && moved && old.key != nil {`, dynamodb, "TestIndexesAreWhatTheTableProjects"},
	{"what is derived can't be read with the permission to write", dynamodb + "/store.go", `Write: true, Blind: true}`, `Write: true}`, dynamodb, "TestWritersDoNotReadWhatIsDerived"},
	{"what is blind can't be read", storage + "/tx.go", `return !s.Blind`, `return true`, storage, "TestSpans"},
	{"a filling writes no item that it didn't read", dynamodb + "/fill.go", `t.ID != table {`, `false {`, dynamodb, "TestAFillingOfATableThatIsGone"},
	{"what can't be a key is in no index", dynamodb + "/index.go", `if !ix.schema.Has(it) {`, `if false {`, dynamodb, "TestAnIndexMissesNoWrite"},
	{"an entry that isn't there yet isn't taken away", dynamodb + "/index.go", `if ix.Building && old.key != nil {`, `if false && ix.Building && old.key != nil {`, dynamodb, "TestAnIndexMissesNoWrite"},
}

// bounds is what keeps answers and items within what DynamoDB has.
var bounds = []mutation{
	{"what is read of a value at once is bounded", dynamodb + "/attr/decode.go", `if len(c.b.entries) > maxOpen {`, `if false {`, dynamodb + "/attr", "TestWhatIsReadAtOnceIsBounded"},
	{"the name of an attribute is bounded", dynamodb + "/attr/decode.go", `case len(name) > MaxName:`, `case len(name) > 2*MaxName:`, dynamodb + "/attr", "TestBadValuesAreRefused"},
	{"the text of a refusal is bounded", dynamodb + "/error.go", `if len(text) > maxMessage {`, `if false {`, dynamodb, "TestTextsOfErrorsAreBounded"},
	{"the operands of IN are bounded", expr + "/operand.go", `n.kind == inNode && listed > MaxIn`, `false`, expr, "TestConditionRefusals"},
	{"a table whose index is being filled stays", dynamodb + "/table.go", `if t.makesIndex() {`, `if false {`, dynamodb, "TestATableWithAnIndexUnderWayIsNotDeleted"},
	{"the units of a new table are bounded", dynamodb + "/table.go", `if err := r.checkUnits(c.Tx, ref); err != nil {`, `if err := r.checkUnits(c.Tx, ref); false {`, dynamodb, "TestUnitsHaveBounds"},
	{"the units of a new index are bounded", dynamodb + "/updatetable.go", `if err := checkTableUnits(u.was.ref.region, r.ReadUnits, r.WriteUnits); err != nil {`, `if err := checkTableUnits(u.was.ref.region, r.ReadUnits, r.WriteUnits); false {`, dynamodb, "TestUnitsHaveBounds"},
	{"what can't be a key is looked for nowhere", dynamodb + "/store.go", `if !ok || len(key)-len(t.items) > maxKey {`, `if !ok {`, dynamodb, "TestKeysBeyondAllBoundsAreRefused"},
	{"an ARN is bounded", dynamodb + "/name.go", `if len(s) > maxARN {`, `if false {`, dynamodb, "TestARNsHaveBounds"},
	{"the tags of a new table are bounded", dynamodb + "/validate_table.go", `v.tags(in.Tags)`, ``, dynamodb, "TestPartsOfTagsAreChecked"},
	{"the tags that a table gets are bounded", dynamodb + "/validate_resource.go", `v.tags(in.Tags)`, ``, dynamodb, "TestPartsOfTagsAreChecked"},
	{"an account has so many tables", dynamodb + "/table.go", `if n >= maxTables {`, `if false {`, dynamodb, "TestAnAccountHasSoManyTables"},
	{"what an update can't do is refused", dynamodb + "/validate_update.go", `member{"DisassociationProtectionEnabled", in.DisassociationProtectionEnabled},`, ``, dynamodb, "TestUpdatesOfTablesThatCannotBe"},
	{"large bodies are gone through once", "internal/wire/awsjson/decoder.go", `misfit(err) && len(body) <= maxReordered`, `misfit(err)`, "internal/wire/awsjson", "TestLargeBodiesAreNotLookedAtAgain"},
	{"looking for the first mistake is bounded", "internal/wire/awsjson/codec.go", `d.ordered != nil && d.depth < maxOrdered`, `d.ordered != nil`, "internal/wire/awsjson", "TestLookingForTheFirstMistakeIsBounded"},
	{"a placeholder's name is bounded", expr + "/placeholders.go", `len(names[k]) > attr.MaxName`, `false`, expr, "TestPlaceholderRefusals"},
	{"names of placeholders are bounded together", expr + "/placeholders.go", `len(names) > maxCount || size > MaxSubstitutions`, `false`, expr, "TestPlaceholderRefusals"},
	{"names and values of placeholders are bounded together", expr + "/placeholders.go", `checkValues(values, MaxSubstitutions-size)`, `checkValues(values, MaxSubstitutions-size*0)`, expr, "TestPlaceholderRefusals"},
}

// chores is what holds for work that nobody has called for.
var chores = []mutation{
	{"a chore reads its spans only", server + "/chore.go", `error { return f(tx.Only(w.spans)) })
		},
		Update`, `error { return f(tx) })
		},
		Update`, server, "TestAChoreTouchesItsSpansOnly"},
	{"a chore that changes records has its spans only", server + "/chore.go", `if err := f(tx.Only(w.spans)); err != nil {`, `if err := f(tx); err != nil {`, server, "TestAChoreTouchesItsSpansOnly"},
	{"a chore that changes records ends the caches", server + "/chore.go", `return tx.Advance(account)`, `return nil`, server, "TestAChoreEndsTheCaches"},
}

// expiries is why no item is lost that hasn't expired.
var expiries = []mutation{
	{"an item is looked at again before it is deleted", dynamodb + "/expire.go", `if !bytes.Equal(w.t.expiryKey(at, it), entry) {`, `if false {`, dynamodb, "TestWhatHasAnotherTimeByNowStays"},
	{"what expired long ago stays", dynamodb + "/expire.go", `now.AddDate(-expireYears, 0, 0)`, `now.AddDate(-10*expireYears, 0, 0)`, dynamodb, "TestExpiryIsByTheServersClock"},
	{"who deleted an item is told", dynamodb + "/expire.go", `w.expired = true`, `_ = w`, dynamodb, "TestExpiryGoesToTheStream"},
}

const (
	expr    = dynamodb + "/expr"
	partiql = dynamodb + "/partiql"
)

// efforts is what bounds the work of one call, and what legacy parameters are
// decided by.
var efforts = []mutation{
	{"a condition looks at no item for seconds", dynamodb + "/item.go", `if err := checkEffort(effort(cond, nil, old)); err != nil {`, `if err := checkEffort(0); err != nil {`, dynamodb, "TestWritesDoNotLookAtAnItemForSeconds"},
	{"an update looks at no item for seconds", dynamodb + "/item.go", `if err := checkEffort(effort(nil, u, old)); err != nil {`, `if err := checkEffort(0); err != nil {`, dynamodb, "TestWritesDoNotLookAtAnItemForSeconds"},
	{"a transaction looks at no items for seconds", dynamodb + "/transact.go", `n += effort(x.actions[i].condition, x.actions[i].update, items[i])`, `_ = i`, dynamodb, "TestWritesDoNotLookAtAnItemForSeconds"},
	{"literals are not compared for ever", expr + "/check.go", `if r.weighed += len(literal.Stored()); r.weighed > limit {`, `if r.weighed > limit {`, expr, "TestLiteralsAreNotLookedIntoForever"},
	{"the attributes of legacy conditions are stated", dynamodb + "/legacy.go", `paths[i] = attribute(name)`, `paths[i] = attribute("pk")`, dynamodb, "TestLegacyParametersAreDecidedAsExpressions"},
	{"a path into an index's key is refused", expr + "/path.go", `return ps.checkScalars(index, "IndexKey")`, `return nil`, expr, "TestUpdatesOfIndexKeys"},
	{"an update keeps the type of an index's key", expr + "/update.go", `t.static != 0 && t.static != k.Type`, `false && t.static != k.Type`, expr, "TestUpdatesOfIndexKeys"},
}

// statements is why a PartiQL statement reaches what it is decided for, and no
// more.
var statements = []mutation{
	{"a statement that may read everything is a scan", partiql + "/plan.go", `return r.every })`, `return false })`, partiql, "TestNothingIsFoundOutsideAPlan"},
	{"one branch that reads everything makes the whole a scan", partiql + "/region.go", `one.every = one.every || r.every`, `one.every = one.every && r.every`, partiql, "TestManyRegionsAreTakenForOne"},
	{"what a region has lost is checked", partiql + "/plan.go", `ok && !f.widened`, `ok`, partiql, "TestWhatRegionsLoseIsChecked"},
	{"a write names its key by equalities", partiql + "/plan.go", `if len(o.path) == 1 && o.path[0].Name == name {`, `if len(o.path) > 0 && o.path[0].Name == name {`, partiql, "TestTheKeyOfAWriteIsGivenByEqualities"},
	{"a token goes on within its statement's parts", dynamodb + "/executeselect.go", `err != nil || !sel.within(at)`, `err != nil`, dynamodb, "FuzzNextToken"},
	{"a token is of its statement", dynamodb + "/executeselect.go", `if !bytes.Equal(b[:len(f)], f[:]) {`, `if false && !bytes.Equal(b[:len(f)], f[:]) {`, dynamodb, "TestScripts"},
	{"a statement for one item is for that item's partition", dynamodb + "/execute.go", `leading = st.target.leading(st.key.Item)`, `_ = st.key.Item`, dynamodb, "TestStatementsOpenWhatTheyState"},
	{"a full scan is stated", dynamodb + "/execute.go", `k.fullScan = "true"`, `k.fullScan = "false"`, "", "TestStatementsTellWhatTheyAskFor"},
	{"only writes may turn out to be reads", "internal/awsapi/operation.go", `o.Access == Write && r.Reads()`, `r.Reads()`, "internal/awsapi", "TestOnlyWritesMayTurnOutToBeReads"},
}

// tablePolicies is what the policies and tags of tables decide.
var tablePolicies = []mutation{
	{"a statement of a batch that is denied is not done", dynamodb + "/executebatch.go", `case e.need >= 0 && c.Denied[e.need] != nil:`, `case false && e.need >= 0 && c.Denied[e.need] != nil:`, "", "TestOnlyStatementsOfItsOwnAreSentOn TestBatchesOfStatementsReachOwnPartitionsOnly"},
	{"a statement that is denied tells nothing of its table", dynamodb + "/executebatch.go", "\t\tif in.elements[i].refused(c) != nil {\n\t\t\tcontinue\n\t\t}\n", "", "", "TestBatchesOfStatementsReachOwnPartitionsOnly"},
	{"a table's policy decides", dynamodb + "/authz.go", `n.ResourceTags, n.Policy = t.table.Tags, t.table.policy`, `n.ResourceTags = t.table.Tags`, dynamodb, "TestPoliciesOfTablesLetInByEveryWay TestPoliciesOfTablesDenyEveryWay"},
	{"a policy means whom it named", dynamodb + "/resourcepolicy.go", `return document{text: string(b)}, nil`, `_ = b
	return document{text: string(text)}, nil`, dynamodb, "TestPoliciesOfTablesMeanWhomTheyNamed"},
	{"nobody locks himself out unawares", dynamodb + "/resourcepolicy.go", `if d.Kind == policy.ExplicitDeny {`, `if false && d.Kind == policy.ExplicitDeny {`, dynamodb, "TestScripts/resources"},
	{"a policy given with a table needs its permission", dynamodb + "/table.go", `needs = append(needs, in.target.need("PutResourcePolicy", nil))`, `_ = in.target.need("PutResourcePolicy", nil)`, dynamodb, "TestScripts/resources"},
	{"the tags that a table is to have are stated", dynamodb + "/tags.go", `needs[0].RequestTags = tagsOf(in.Tags)`, `_ = tagsOf(in.Tags)`, dynamodb, "TestScripts/resources"},
	{"the tags that a table is to lose are stated", dynamodb + "/tags.go", `needs[0].UntagKeys = in.TagKeys`, `_ = in.TagKeys`, dynamodb, "TestScripts/resources"},
	{"what comes out of a compressed body is bounded", server + "/inflate.go", `if err := b.read(z, 0); err != nil {`, `b.limit = 1 << 30
	if err := b.read(z, 0); err != nil {`, "", "TestCompressedBodiesAreBounded"},
}

// uses is what keeps the counting of tenants' use exact, bounded and theirs.
var uses = []mutation{
	{"usage takes a permission of its own", dynamodb + "/tableusage.go", `n.Action = usageAction`, `n.Action = "dynamodb:DescribeTable"`, dynamodb, "TestScripts/usage"},
	{"the tenants of a table are bounded", dynamodb + "/usagefold.go", `if *names >= maxTenants {`, `if false {`, dynamodb, "TestTenantsAreBounded"},
	{"the names of tenants are bounded", dynamodb + "/usage.go", `if len(text) > maxTenantName {`, `if false {`, dynamodb, "TestTenantsAreNamedAsPoliciesSeeThem"},
	{"reads that are gathered are bounded", dynamodb + "/usageread.go", `if g.names >= maxGathered {`, `if false {`, dynamodb, "TestGatheredReadsAreBounded"},
	{"metrics name no tenant unasked", "internal/metrics/tenant.go", `if len(r.top) > names {`, `if false && len(r.top) > names {`, "internal/metrics", "TestByDefaultNoTenantIsNamed"},
	{"codes in metrics are bounded", "internal/metrics/operation.go", `if o.codes.Add(1) > maxCodes {`, `if false {`, "internal/metrics", "TestCodesOfAnOperationAreBounded"},
}

// streams is what a stream is, whose it is, and for how long.
var streams = []mutation{
	{"narrowing does not open the eyes", storage + "/tx.go", `Blind: s.Blind || t.Blind`, `Blind: t.Blind`, storage, "TestSpans"},
	{"a stamped key stays in its span", storage + "/tx.go", `return tx.check(prefix, hi, true)`, `return tx.check(prefix, nil, true)`, storage, "TestStampsStayInOneSpan"},
	{"no stamp is given twice, whatever breaks", pebble + "/stamp.go", `next.ceiling += stampLease`, `next.ceiling += 0`, pebble, "TestAcknowledgedSurvives"},
	{"who writes an item doesn't read the stream", dynamodb + "/authz.go", `records.Blind = true`, `records.Blind = false`, dynamodb, "TestWritersDoNotReadStreams"},
	{"a stream keeps its table's tags", dynamodb + "/stream.go", `k.Tags = t.Tags`, `_ = t.Tags`, dynamodb, "TestStreamsKeepWhatGuardsThem"},
	{"a stream is of its table, not of that one's name", dynamodb + "/stream.go", `t != nil && t.ID == k.TableID`, `t != nil`, dynamodb, "TestStreamsKeepWhatGuardsThem"},
	{"a stream's tags decide", dynamodb + "/stream_list.go", `n.ResourceTags, n.Policy = t.stream.tags, t.stream.policy`, `n.Policy = t.stream.policy`, "", "TestStreamsAreGuardedByTheirTablesTags"},
	{"a stream's policy decides", dynamodb + "/stream_list.go", `n.ResourceTags, n.Policy = t.stream.tags, t.stream.policy`, `n.ResourceTags = t.stream.tags`, "", "TestStreamsOfOtherAccounts"},
	{"a stream is in its region", dynamodb + "/stream_list.go", `ref.table.region == c.Region`, `true`, dynamodb, "TestStreamsAreReadInTheirRegion"},
	{"an iterator ends", dynamodb + "/stream_read.go", `c.Time.Sub(it.made) > iteratorAge`, `false`, dynamodb, "TestIteratorsEnd"},
	{"records are read for a day", dynamodb + "/stream_read.go", `it.from != (position{}) && it.from.stamp <= horizon.stamp`, `false`, dynamodb, "TestRecordsAreReadForADay"},
	{"wrong clocks delete nothing", dynamodb + "/stream_trim.go", `upTo := horizon.stamp`, `upTo := uint64(0)`, dynamodb, "TestRetentionAndWrongClocks"},
}

// transactions is why a transaction is one, and its caller's.
var transactions = []mutation{
	{"a token is known to the tags that used it", dynamodb + "/token.go", `who.string(t.Value)`, `_ = t.Value`, dynamodb, "TestATokenIsKnownToWhoUsedItOnly"},
	{"a token is known to the principal that used it", dynamodb + "/token.go", `who.string(c.Caller.Principal.ARN)`, `_ = c.Caller.Principal.ARN`, dynamodb, "TestATokenIsKnownToWhoUsedItOnly"},
	{"a token is of its region", dynamodb + "/token.go", `who.string(c.Region)`, `_ = c.Region`, dynamodb, "TestATokenIsOfItsRegionAndOperation"},
	{"a token stands for one transaction", dynamodb + "/token.go", `case !slices.Equal(r.Content, u.record.Content):`, `case false && !slices.Equal(r.Content, u.record.Content):`, dynamodb, "TestScripts/transactions"},
	{"a token is kept by its transaction", dynamodb + "/transact.go", `return x.use.keep(c.Tx)`, `return nil`, dynamodb, "TestATokenIsUsedOnceByMany"},
	{"what is only checked isn't written", dynamodb + "/transact.go", `one(a.at, a.writes())`, `one(a.at, true)`, dynamodb, "TestWhatIsOnlyCheckedCantBeWritten"},
	{"the partition of each action is stated", dynamodb + "/transact.go", `k.leading = a.part.target.leading(a.item)`, `_ = a.part.target.leading(a.item)`, dynamodb, "TestTransactionsOfATenant"},
	{"an item that a failure shows is stated", dynamodb + "/transact.go", `statedReturn(nil, a.onFailure)`, `statedReturn(nil, nil)`, dynamodb, "TestTransactionsOfATenant"},
	{"the attributes of an action's condition are stated", dynamodb + "/transact.go", `conditionPaths(a.condition).Attributes(),`, ``, dynamodb, "TestTransactionsOfATenant"},
	{"the enclosing operation is stated", dynamodb + "/transactitems.go", `enclosing: "TransactWriteItems"`, `enclosing: ""`, dynamodb, "TestTransactionsOfATenant"},
	{"an item is in a transaction once", dynamodb + "/transact.go", `if a.at != nil && seen[string(a.at)] {`, `if false && a.at != nil && seen[string(a.at)] {`, dynamodb, "TestScripts/transactions"},
	{"a transaction has four megabytes", dynamodb + "/transact.go", `if size += it.Size(); size > maxTransaction {`, `if size += it.Size(); false {`, dynamodb, "TestATransactionHasFourMegabytesAtMost"},
}

const upstream = dynamodb + "/upstream"

// upstreams is what stands between a tenant and tables that are elsewhere.
var upstreams = []mutation{
	{"an answer is of the key that was asked for", dynamodb + "/upstream_answer.go", `return it, t.answered(it, key)`, `return it, nil`, "", "TestALyingUpstreamGivesNothingAway"},
	{"an answer has what was asked for only", dynamodb + "/upstream_answer.go", `return it.Pick(p.Paths().Attributes()...)`, `return it`, "", "TestALyingUpstreamGivesNothingAway"},
	{"a page is of the partition that was allowed", dynamodb + "/upstream_read.go", `at == nil || !span.Contains(at)`, `at == nil`, "", "TestALyingUpstreamGivesNothingAway"},
	{"a batch answers with what it was asked for", dynamodb + "/upstream_batch.go", `if _, ok := open[at]; !ok {`, `if _, ok := open[at]; false && !ok {`, "", "TestALyingUpstreamIsNoMatchForBatches"},
	{"the upstream's tables are one account's", dynamodb + "/upstream_table.go", `c.Caller.Account() != f.account || c.Region != f.client.Region()`, `c.Region != f.client.Region()`, "", "TestTheUpstreamsTablesAreOneAccounts"},
	{"tenants' tokens are apart upstream", dynamodb + "/upstream_transact.go", `[]string{c.Caller.Account(), share(c), sessionMark(c.Caller.Session), x.token}`, `[]string{c.Caller.Account(), x.token}`, "", "TestTokensOfTenantsAreApartUpstream"},
	{"a redirect is not followed", upstream + "/transport.go", `return http.ErrUseLastResponse`, `return nil`, upstream, "TestARedirectIsNotFollowed"},
	{"an answer of the upstream is bounded", upstream + "/transport.go", `resp.Body = &boundedBody{resp.Body, awsapi.MeterOf(r.Context()), maxAnswer}`, `resp.Body = &boundedBody{resp.Body, awsapi.MeterOf(r.Context()), 1 << 40}`, upstream, "TestAnAnswerIsBounded"},
	{"a change is sent once", upstream + "/upstream.go", `o.Retryer = aws.NopRetryer{}`, `_ = aws.NopRetryer{}`, upstream, "TestAChangeIsMadeOnceWhateverComesOfIt"},
	{"one caller doesn't take the upstream for itself", upstream + "/gate.go", `g.of[share] >= g.maxShare`, `false`, upstream, "TestWhoFloodsTheUpstreamLeavesRoomForOthers"},
}
