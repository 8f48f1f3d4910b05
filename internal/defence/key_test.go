// SPDX-License-Identifier: Apache-2.0

package defence

const keyring = "internal/keyring"

// keys is what keys open, and what is left of them on a disk.
var keys = []mutation{
	{"an emergency ends every session", identity + "/caller.go", `if !d.ring.Live(c.session.rootKey) {`, `if false && !d.ring.Live(c.session.rootKey) {`, identity, "TestAnEmergencyEndsEverySessionAtOnce"},
	{"secrets are sealed anew", identity + "/keys.go", `if keyring.SealedWith(k.Sealed) != current {`, `if false && keyring.SealedWith(k.Sealed) != current {`, identity, "TestARotationThatIsCutShortGoesOn"},
	{"a revoked key stays revoked", keyring + "/record.go", `old.Revoked = old.Revoked || emergency`, `old.Revoked = emergency`, keyring, "TestAnEmergencyEndsSessionsOfEveryOlderKey"},
	{"keys that open something are kept", keyring + "/record.go", `now.Sub(k.Retired) > overlap`, `now.Sub(k.Retired) > overlap-overlap`, keyring, "TestOnlyKeysThatNothingNeedsAreDropped"},
	{"files that others may read hold no root key", keyring + "/root.go", `Perm()&0o077`, `Perm()&0o002`, keyring, "TestUnfitFilesOfRootKeysAreRefused"},
	{"subkeys of dropped keys are forgotten", keyring + "/keyring.go", `delete(r.subkeys, name)`, `_ = name`, keyring, "TestOnlyKeysThatNothingNeedsAreDropped"},
	{"the root secret is not beside what a root key elsewhere protects", "root.go", `if k.AccessKeyID == "" && cfg.keyElsewhere() {`, `if false && k.AccessKeyID == "" && cfg.keyElsewhere() {`, "", "TestAStolenDataDirectoryHasNoSecret"},
	{"an emergency is one", "internal/service/control/key.go", `in.Emergency, c.Time`, `false, c.Time`, "", "TestAnEmergencyEndsEverySessionWithTheNextCall"},
}
