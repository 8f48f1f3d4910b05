// SPDX-License-Identifier: Apache-2.0

package quote_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/bailiwick-dev/bailiwick/internal/quote"
)

func FuzzAppend(f *testing.F) {
	for _, s := range []string{"", "plain", `a"b`, `a\b`, "\x00", "\x1f", "\x7f", "é", "\xff", "</script>", strings.Repeat("x", 100) + "\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := quote.Append([]byte("before"), s)
		if other := quote.Append([]byte("before"), []byte(s)); string(other) != string(got) {
			t.Fatalf("as bytes %s, as a string %s", other, got)
		}
		want, _ := jsontext.AppendQuote(nil, s)
		if string(got) != "before"+string(want) {
			t.Fatalf("%q became %s, want %s", s, got, want)
		}
		var back string
		if err := json.Unmarshal(got[len("before"):], &back); err != nil || back != strings.ToValidUTF8(s, "�") && len(back) < len(s) {
			t.Fatalf("%s reads as %q, %v", got, back, err)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	s, dst := strings.Repeat("plain ", 80), make([]byte, 0, 1024)
	b.Run("quote", func(b *testing.B) {
		for b.Loop() {
			dst = quote.Append(dst[:0], s)
		}
	})
	b.Run("floor: copy", func(b *testing.B) {
		for b.Loop() {
			dst = append(dst[:0], s...)
		}
	})
}
