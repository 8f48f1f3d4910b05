// SPDX-License-Identifier: Apache-2.0

package dynamodb

import "testing"

// FuzzResourceRef: what is read as the ARN of a table or a stream names exactly
// that, so that what is decided about is what is used.
func FuzzResourceRef(f *testing.F) {
	for _, s := range []string{
		"arn:aws:dynamodb:us-east-1:000000000000:table/Tab",
		"arn:aws:dynamodb:us-east-1:000000000000:table/Tab/stream/2026-10-08T23:07:31.275",
		"arn:aws:dynamodb:us-east-1:000000000000:table/Tab/index/Idx",
		"arn:aws:dynamodb:us-east-1:000000000000:table/Tab/stream/a/stream/b",
		"arn:aws:dynamodb:us-east-1:000000000000:table//stream/", "arn:aws:dynamodb:::table/Tab", "Tab", "",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ref, ok := parseResourceRef(s)
		if ok && ref.arn().String() != s {
			t.Errorf("%q is read as %q", s, ref.arn())
		}
	})
}
