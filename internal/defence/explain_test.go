// SPDX-License-Identifier: Apache-2.0

package defence

const inquest = audit + "/inquest"

// explanations is what is said and kept of why a call was decided as it was: no
// more than the reader may know, and all that it takes.
var explanations = []mutation{
	{"a denial's message is for its account", sts + "/decode.go", `d.OpenMessage(c.Caller.Account(), in.EncodedMessage)`, `d.OpenMessage("000000000000", in.EncodedMessage)`, "", "TestAuthorizationMessagesAreForTheirAccountAlone"},
	{"a denial's message ends with its key", identity + "/message.go", ` || !d.ring.Live(keyring.SealedWith(sealed)) {`, ` {`, "", "TestAuthorizationMessagesAreForTheirAccountAlone"},
	{"a denial's message has one form", identity + "/message.go", ` || tokenText.EncodedLen(len(sealed)) != len(message) {`, ` {`, identity, "FuzzOpenMessage"},
	{"values that may be of items are not recorded", dynamodb + "/authz.go", `return ok && k.leading.guessed`, `return ok && false`, "", "TestNoSecretIsEverWritten"},
	{"a policy's text outlives the server", audit + "/documents.go", `if !ok || committed && !safe {`, `if !ok || false && committed && !safe {`, audit, "TestATextOutlivesTheServerWithItsDenial"},
	{"a record's values are bounded", audit + "/record.go", `size <= room {`, `size <= room || true {`, audit, "TestTheContextOfARecordIsBounded"},
	{"a record has what any statement depends on", "policy/keys.go", `s.matchAction(&e) != no {`, `s.matchAction(&e) == yes && !s.deny {`, "policy", "TestADecisionDependsOnNoOtherKeys"},
	{"a text is the one that was decided by", inquest + "/inquest.go", `hex.EncodeToString(sum[:]) != d.Digest {`, `false && hex.EncodeToString(sum[:]) != d.Digest {`, inquest, "TestCallsAreExplained"},
	{"a record is of the very call", inquest + "/inquest.go", ` || r.Kind != "" || r.RequestID != requestID {`, ` {`, inquest, "TestOnlyTheCallsOwnRecordIsTaken"},
	{"an explanation's values are short", "policy/failure.go", `if len(s) <= maxShownBytes {`, `if len(s) <= maxShownBytes<<20 {`, "policy", "TestExplanationsAreBounded"},
	{"an explanation's lists are short", "policy/failure.go", `if i == maxShown {`, `if false && i == maxShown {`, "policy", "TestExplanationsAreBounded"},
	{"a simulation is bounded", iam + "/simulate.go", `max(1, maxTrialBytes/size)`, `max(1, 1000*maxTrialBytes/size)`, iam, "TestSimulationsAreBounded"},
}
