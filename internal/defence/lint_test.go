// SPDX-License-Identifier: Apache-2.0

package defence

const lint = "policy/lint"

// lints is that what a policy's check reports is so.
var lints = []mutation{
	{"no example is made up", lint + "/lint.go", `if by == nil || !by.allows(c.Request) {`, `if by == nil {`, lint, "TestNoExampleIsMadeUp"},
	{"a finding that has to be proved is", lint + "/lint.go", `if is.example != nil || !is.proof {`, `if true || is.example != nil || !is.proof {`, lint, "TestRules"},
	{"a fix closes the leak", lint + "/fix.go", `(fixed == nil || fixed.allows(&issues[i])) {`, `fixed == nil {`, lint, "TestFixesThatWorkTogether"},
	{"a fix takes nothing away that is in use", lint + "/fix.go", `if then == nil || !then.allows(r) {`, `if then == nil {`, lint, "TestRules"},
	{"a separator keeps tenants apart", lint + "/separator.go", `!strings.ContainsFunc(ts[i].text, isSeparator) {`, `(true || strings.ContainsFunc(ts[i].text, isSeparator)) {`, lint, "TestRules"},
	{"a condition that may be absent requires nothing", lint + "/checker.go", `c.values[0].text == "false" && len(c.values) == 1`, `len(c.values) == 1`, lint, "TestRules"},
	{"documents are not deep", lint + "/tree.go", `if depth > maxDepth {`, `if false && depth > maxDepth {`, lint, "TestMalformedDocumentsArePlaced"},
	{"a ? beside a tenant is found", lint + "/separator.go", `if t.kind != anyRun && t.kind != anyOne {`, `if t.kind != anyRun {`, lint, "TestRules"},
	{"a prefix without an end is found", lint + "/separator.go", `c.barePrefixes(s, cond)`, ``, lint, "TestRules"},
	{"a batch of one's own and others' keys is found", lint + "/checker.go", `c.mixed(s)`, ``, lint, "TestRules"},
	{"a variable that no request has is found", lint + "/checker.go", `c.unknownVariables(s)`, ``, lint, "TestRules"},
	{"a role that anybody may assume is found", lint + "/trust.go", `c.anybody(s)`, ``, lint, "TestRules"},
	{"tag keys that may be anything are found", lint + "/trust.go", ` && !c.takesAnything(cond) {`, ` {`, lint, "TestRules"},
	{"the tag itself has to be transitive", lint + "/trust.go", `s.requiresTransitive(tag)`, `s.requires("sts:TransitiveTagKeys")`, lint, "TestRules"},
	{"both names of LeadingKeys isolate", lint + "/checker.go", `|| strings.EqualFold(key, "dynamodb:FirstPartitionKeyValues")`, ``, lint, "TestBothNamesOfAPartitionKeyAreWeighedAlike"},
	{"findings are so many", lint + "/checker.go", `return len(c.issues) > maxFindings`, `return len(c.issues) > maxFindings<<10`, lint, "TestFindingsAreBounded"},
}
