// SPDX-License-Identifier: Apache-2.0

package tenant_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bailiwick-dev/bailiwick/tenant"
)

func grammar(t *testing.T, r tenant.Rules) tenant.Grammar {
	t.Helper()
	g, err := tenant.NewGrammar(r)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestParse(t *testing.T) {
	uuids := tenant.Rules{Min: 36, Max: 36, Punctuation: "-", Separators: "#"}
	for _, tt := range []struct {
		claim string
		rules tenant.Rules
		id    string
		ok    bool
	}{
		{"four characters are enough", tenant.Rules{}, "acme", true},
		{"three are not", tenant.Rules{}, "acm", false},
		{"thirty-two are allowed", tenant.Rules{}, strings.Repeat("a", 32), true},
		{"thirty-three are not", tenant.Rules{}, strings.Repeat("a", 33), false},
		{"empty is no id", tenant.Rules{Min: 1}, "", false},
		{"digits may come first", tenant.Rules{}, "123456789012", true},
		{"one tenant's id may begin another's", tenant.Rules{}, "company10", true},
		{"upper case is not folded", tenant.Rules{}, "Acme", false},
		{"upper case can be admitted", tenant.Rules{Uppercase: true}, "Acme", true},
		{"blanks are not trimmed", tenant.Rules{}, "acme ", false},
		{"nor newlines", tenant.Rules{}, "acme\n", false},
		{"nor a NUL", tenant.Rules{}, "acme\x00", false},
		{"an asterisk is refused", tenant.Rules{}, "acme*", false},
		{"a lone asterisk is refused", tenant.Rules{Min: 1}, "*", false},
		{"a question mark is refused", tenant.Rules{}, "acm?", false},
		{"a policy variable is refused", tenant.Rules{}, "${aws:username}", false},
		{"a placeholder is refused", tenant.Rules{}, "{{tenant}}", false},
		{"a quote is refused", tenant.Rules{}, `acme"`, false},
		{"an apostrophe is refused", tenant.Rules{}, "acme'", false},
		{"a backslash is refused", tenant.Rules{}, `acme\`, false},
		{"a slash is refused", tenant.Rules{}, "acme/eu", false},
		{"the separator is refused", tenant.Rules{}, "acme#eu", false},
		{"a comma is refused", tenant.Rules{}, "yellow,blue", false},
		{"letters that look alike are refused", tenant.Rules{}, "аcme", false},
		{"full-width letters are refused", tenant.Rules{}, "ａcme", false},
		{"invalid UTF-8 is refused", tenant.Rules{}, "acm\xff", false},
		{"a hyphen is refused by default", tenant.Rules{}, "acme-eu", false},
		{"a hyphen can be admitted", uuids, "3f2504e0-4f89-11d3-9a0c-0305e82c3301", true},
		{"but not at the beginning", tenant.Rules{Punctuation: "-", Separators: "#"}, "-acme", false},
		{"nor at the end", tenant.Rules{Punctuation: "-", Separators: "#"}, "acme-", false},
		{"so that the parent folder is nobody", tenant.Rules{Min: 1, Punctuation: "."}, "..", false},
	} {
		id, err := grammar(t, tt.rules).Parse(tt.id)
		if (err == nil) != tt.ok {
			t.Errorf("%s: Parse(%q) = %v", tt.claim, tt.id, err)
		}
		if err != nil && !errors.Is(err, tenant.ErrInvalid) {
			t.Errorf("%s: %v is not ErrInvalid", tt.claim, err)
		}
		if want := tenant.ID(tt.id); err == nil && id != want || err != nil && id != "" {
			t.Errorf("%s: Parse(%q) = %q", tt.claim, tt.id, id)
		}
	}
}

func TestNewGrammarRefuses(t *testing.T) {
	for claim, r := range map[string]tenant.Rules{
		"a maximum below the minimum":       {Min: 5, Max: 4},
		"a maximum below the default":       {Max: 3},
		"a negative length":                 {Min: -1},
		"more than session names hold":      {Max: 65},
		"a letter as separator":             {Separators: "x"},
		"a digit as separator":              {Separators: "#0"},
		"a blank as separator":              {Separators: " "},
		"a control character as separator":  {Separators: "\x00"},
		"a separator beyond ASCII":          {Separators: "§"},
		"very many separators":              {Separators: strings.Repeat("#", 17)},
		"a character that separates too":    {Punctuation: "-"},
		"one that separates by its own say": {Punctuation: ".", Separators: "#."},
		"a slash, whatever separates":       {Punctuation: "/", Separators: "#"},
		"a colon, whatever separates":       {Punctuation: ":", Separators: "#"},
		"a number sign, whatever separates": {Punctuation: "#", Separators: "/"},
		"a comma":                           {Punctuation: ","},
		"a letter beyond ASCII":             {Punctuation: "é"},
		"a percent sign":                    {Punctuation: "%"},
	} {
		if _, err := tenant.NewGrammar(r); err == nil {
			t.Errorf("%s is not refused", claim)
		}
	}
	for _, c := range "*?${}\"'\\ \t\n\r\x00\x7f" {
		if _, err := tenant.NewGrammar(tenant.Rules{Punctuation: "." + string(c), Separators: "#"}); err == nil {
			t.Errorf("%q is not refused", c)
		}
	}
}

func TestZeroGrammarIsTheDefault(t *testing.T) {
	var zero tenant.Grammar
	made := grammar(t, tenant.Rules{})
	if zero.MinLen() != 4 || zero.MaxLen() != 32 || made.MinLen() != 4 || made.MaxLen() != 32 {
		t.Errorf("lengths are %d to %d and %d to %d, want 4 to 32", zero.MinLen(), zero.MaxLen(), made.MinLen(), made.MaxLen())
	}
	for c := range 256 {
		want := 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
		if zero.Allows(byte(c)) != want || made.Allows(byte(c)) != want {
			t.Errorf("%q is allowed: %v and %v, want %v", rune(c), zero.Allows(byte(c)), made.Allows(byte(c)), want)
		}
	}
}

func TestErrorsRepeatLittleAndNothingRaw(t *testing.T) {
	_, err := tenant.Grammar{}.Parse("\x1b[31m\n" + strings.Repeat("x", 1<<20))
	if n := len(err.Error()); n > 300 {
		t.Errorf("the error has %d bytes", n)
	}
	for _, s := range []string{"\x1b[31m\nabc", "abc\u2028def", "аcme"} {
		_, err := tenant.Grammar{}.Parse(s)
		if regexp.MustCompile(`[^ -~]`).MatchString(err.Error()) {
			t.Errorf("the error is %q", err)
		}
	}
}

// rules draws rules, sensible or not.
func rules(t *rapid.T) tenant.Rules {
	return tenant.Rules{
		Min:         rapid.IntRange(0, 12).Draw(t, "min"),
		Max:         rapid.IntRange(0, 70).Draw(t, "max"),
		Uppercase:   rapid.Bool().Draw(t, "uppercase"),
		Punctuation: rapid.StringOfN(rapid.RuneFrom([]rune(`-_.@+=/:#*?$ {}"'\,é`)), 0, 3, -1).Draw(t, "punctuation"),
		Separators:  rapid.StringOfN(rapid.RuneFrom([]rune(`-_.#/:|`)), 0, 3, -1).Draw(t, "separators"),
	}
}

func TestNoGrammarAdmitsWhatMeansSomething(t *testing.T) {
	made := 0
	rapid.Check(t, func(t *rapid.T) {
		r := rules(t)
		g, err := tenant.NewGrammar(r)
		if err != nil {
			return
		}
		made++
		for _, c := range []byte("*?${}\"'\\/ \t\r\n\x00\x7f\x80\xff" + r.Separators) {
			if g.Allows(c) {
				t.Fatalf("%q is allowed", c)
			}
		}
		s := rapid.String().Draw(t, "id")
		if _, err := g.Parse(s); err == nil && strings.ContainsAny(s, "*?${}\"'\\/ "+r.Separators) {
			t.Fatalf("%q is an id", s)
		}
	})
	if made == 0 {
		t.Error("no rules made a grammar")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"acme", "", "a*b?", "${x}", "{{tenant}}", "é", "\xff"} {
		f.Add(s)
	}
	want := regexp.MustCompile(`^[a-z0-9]{4,32}\z`)
	f.Fuzz(func(t *testing.T, s string) {
		id, err := tenant.Grammar{}.Parse(s)
		if (err == nil) != want.MatchString(s) {
			t.Errorf("Parse(%q) = %v", s, err)
		}
		if err == nil && string(id) != s {
			t.Errorf("Parse(%q) = %q", s, id)
		}
	})
}
