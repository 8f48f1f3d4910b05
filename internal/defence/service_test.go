// SPDX-License-Identifier: Apache-2.0

package defence

const (
	iam      = "internal/service/iam"
	sts      = "internal/service/sts"
	dynamodb = "internal/service/dynamodb"
)

// sessions is what AssumeRole hands out, and to whom.
var sessions = []mutation{
	{"a role trusts who assumes it", sts + "/role.go", `Explicit:    true,`, `Explicit:    false,`, "", "TestNamesAreNotIdentities"},
	{"a role that isn't there trusts nobody", sts + "/role.go", `[]byte(trustsNobody)`, "[]byte(strings.Replace(trustsNobody, `{\"Service\":\"nobody.amazonaws.com\"}`, `\"*\"`, 1))", "", "TestStrangersLearnNothingOfWhatExists"},
	{"an external id is asked for", sts + "/authz.go", `return optional(k.in.ExternalId)`, `return policy.One("secret-of-two")`, "", "TestConfusedDeputy"},
	{"tagging a session needs a permission", sts + "/role.go", `if len(r.tags.passed) > 0 || len(r.tags.inherited) > 0 {`, `if false && (len(r.tags.passed) > 0 || len(r.tags.inherited) > 0) {`, "", "TestChainsKeepTransitiveTags"},
	{"inheriting tags needs a permission", sts + "/role.go", `if len(r.tags.passed) > 0 || len(r.tags.inherited) > 0 {`, `if len(r.tags.passed) > 0 {`, "", "TestChainsKeepTransitiveTags"},
	{"a source identity needs a permission", sts + "/role.go", `if r.source != "" {`, `if false && r.source != "" {`, "", "TestASourceIdentityNeedsAPermission"},
	{"root users assume nothing", sts + "/assume.go", `if c.Caller.Principal.Type == policy.Account {`, `if false && c.Caller.Principal.Type == policy.Account {`, "", "TestConfusedDeputy"},
	{"nobody has a device", sts + "/assume.go", `if serialNumber == nil && tokenCode == nil {`, `if true || serialNumber == nil && tokenCode == nil {`, "", "TestDenialsOutliveTheServer"},
	{"a chain keeps its source identity", sts + "/assume.go", `if r.source != "" && r.source != *in.SourceIdentity {`, `if false && r.source != "" && r.source != *in.SourceIdentity {`, "", "TestDenialsOutliveTheServer"},
	{"a chained session is short", sts + "/assume.go", `if caller.Session != nil && r.seconds() > maxChained {`, `if false && caller.Session != nil && r.seconds() > maxChained {`, sts, "TestChainsAreShortAndKeepTheSourceIdentity"},
	{"a role limits its sessions' time", sts + "/role.go", `if r.length != nil && r.seconds() > r.trusted.Role.MaxSession {`, `if false && r.length != nil && r.seconds() > r.trusted.Role.MaxSession {`, "", "TestASessionIsNoLongerThanItsRoleAllows"},
	{"a transitive tag is not passed anew", sts + "/tag.go", `if has(t.transitive, tag.Key) {`, `if false && has(t.transitive, tag.Key) {`, "", "TestChainsKeepTransitiveTags"},
	{"a transitive tag is inherited", sts + "/tag.go", `if has(c.Session.Transitive, tag.Key) {`, `if false && has(c.Session.Transitive, tag.Key) {`, "", "TestChainsKeepTransitiveTags"},
	{"a transitive tag stays transitive", sts + "/tag.go", `t.transitive = slices.Clone(caller.Transitive)`, `_ = slices.Clone(caller.Transitive)`, "", "TestChainsKeepTransitiveTags"},
	{"tags are the same in any case", sts + "/validate.go", `if strings.EqualFold(k, key) {`, `if k == key {`, "", "TestChainsKeepTransitiveTags"},
	{"a tag is passed once", sts + "/validate.go", `if _, ok := awsapi.TagValue(tags[:i], tags[i].Key); ok {`, `if false {`, "", "TestTagsOfOtherTenants"},
	{"tags of AWS's are reserved", sts + "/validate.go", `if reserved(tags[i].Key) || reserved(tags[i].Value) {`, `if false && (reserved(tags[i].Key) || reserved(tags[i].Value)) {`, "", "TestTagsOfOtherTenants"},
	{"a session has the policy that it was given", sts + "/limit.go", `s.Policy = *p.text`, `_ = *p.text`, "", "TestLimitsLimit"},
	{"a session has the managed policies that it was given", sts + "/limit.go", `s.PolicyARNs = append(s.PolicyARNs, a.Arn)`, `_ = a.Arn`, "", "TestLimitsLimit"},
	{"a session knows what it was chained from", sts + "/role.go", `s.From(c.Caller)`, `_ = s`, sts, "TestASessionCarriesWhereItComesFrom"},
	{"accounts are made by the first one", "internal/service/control/authz.go", `Owner: management, Spans`, `Owner: c.Caller.Account() + management[:0], Spans`, "", "TestOtherAccountsReachNothing"},
}

// items is what keeps items apart.
var items = []mutation{
	{"a query starts in its own partition", dynamodb + "/query.go", `if !r.started || span.Contains(s.key(r.start)) {`, `if true {`, "", "TestPartitionsCannotBeLeft"},
	{"a query opens its own partition", dynamodb + "/query.go", `return in.source.open(&in.read, q.Span(in.source.prefix), q.Hash)`, `return in.source.open(&in.read, attr.PrefixSpan(in.source.prefix), q.Hash)`, dynamodb, "TestNeedsOpenNoMoreThanTheyName"},
	{"a read opens nothing for writing", dynamodb + "/authz.go", `one(t.at[i], write)`, `one(t.at[i], true)`, dynamodb, "TestNeedsOpenNoMoreThanTheyName"},
	{"every key of a batch is stated", dynamodb + "/authz.go", `for _, key := range keys {`, `for _, key := range keys[:min(len(keys), 1)] {`, "", "TestPartitionsCannotBeLeft"},
	{"the values of an unknown table's key are stated", dynamodb + "/authz.go", `for _, v := range key.All() {`, `for _, v := range attr.Item.All(attr.Item{}) {`, "", "TestKeysTellNothingOfTables"},
	{"a filter's attributes are stated", dynamodb + "/page.go", `return names(nil, conditionPaths(r.filter).Attributes(), projectionPaths(r.projection).Attributes())`, `return names(nil, projectionPaths(r.projection).Attributes())`, "", "TestAttributesCannotBeReadAround"},
	{"a table is in its region", dynamodb + "/name.go", `if r.region != c.Region {`, `if false && r.region != c.Region {`, "", "TestRegionsAreApart"},
	{"a table's owner is the one in its ARN", dynamodb + "/authz.go", `Owner:    t.ref.account,`, `Owner:    t.ref.account[:0] + "222222222222",`, "", "TestOtherAccountsReachNothing"},
	{"items are of a table, not of its name", dynamodb + "/store.go", `r.ID[:]...)`, `r.Name...)`, "", "TestARecreatedTableKeepsItsItems"},
	{"tags of a table are stated", dynamodb + "/authz.go", `n.ResourceTags, n.Policy = t.table.Tags, t.table.policy`, `n.Policy = t.table.policy`, dynamodb, "TestTagsOfTablesDecide"},
}
