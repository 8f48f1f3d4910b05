// SPDX-License-Identifier: Apache-2.0

package defence

// revocations is what ends with what was revoked.
var revocations = []mutation{
	{"what is revoked is refused", identity + "/revoked.go", `held); !yes || err != nil {`, `held); !yes || err != nil || yes {`, "", "TestWhatIsRevokedIsRefusedByEveryService"},
	{"a session ends with those it comes from", identity + "/revoked.go", `append(s.Lineage[:len(s.Lineage):len(s.Lineage)], s.self())`, `[]awsapi.Ancestor{s.self()}`, "", "TestSessionsDieWithThoseTheyComeFrom"},
	{"a session ends with a tag that was dropped", identity + "/revoked.go", `append(tagDigests(s.Account, s.Tags), s.LineageTags...)`, `tagDigests(s.Account, s.Tags)`, "", "TestSessionsDieWithThoseTheyComeFrom"},
	{"a session ends with those of other accounts", identity + "/revoked.go", "if yes {\n", "if false && yes {\n", "", "TestSessionsDieWithThoseTheyComeFrom"},
	{"a role's older sessions end", identity + "/revoked.go", `p.Epoch < r.Epoch`, `p.Epoch < r.Epoch-r.Epoch`, "", "TestARolesOlderSessionsAreThoseIssuedBefore"},
	{"what is shut out is issued no session", sts + "/suspend.go", `if !yes || err != nil {`, `if !yes || err != nil || yes {`, "", "TestASuspendedTenantIsIssuedNoSession"},
}
