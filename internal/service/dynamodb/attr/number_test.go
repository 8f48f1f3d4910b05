// SPDX-License-Identifier: Apache-2.0

package attr_test

import (
	"bytes"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

const (
	overflow  = "Number overflow. Attempting to store a number with magnitude larger than supported range"
	underflow = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
	digits    = "Attempting to store more than 38 significant digits in a Number"
	noNumber  = "The parameter cannot be converted to a numeric value"
)

func parse(t testing.TB, text string) attr.Number {
	t.Helper()
	n, err := attr.ParseNumber([]byte(text))
	if err != nil {
		t.Fatalf("ParseNumber(%q): %v", text, err)
	}
	return n
}

func TestNumberTextIsCanonical(t *testing.T) {
	nines := strings.Repeat("9", 38)
	for text, want := range map[string]string{
		"1.5E2": "150", "00042": "42", "3.1400": "3.14", "-0": "0", ".5": "0.5", "+7": "7",
		"1.0": "1", "1e-3": "0.001", "0e125": "0", "-12.50": "-12.5", "5.": "5", "1E0": "1", "10E-1": "1",
		"1E125":                        "1" + strings.Repeat("0", 125),
		"-1E-130":                      "-0." + strings.Repeat("0", 129) + "1",
		nines:                          nines,
		nines + "e88":                  nines + strings.Repeat("0", 88),
		"0." + nines:                   "0." + nines,
		"1" + strings.Repeat("0", 100): "1" + strings.Repeat("0", 100),
		strings.Repeat("0", 200) + "1": "1",
	} {
		if got := parse(t, text).String(); got != want {
			t.Errorf("%q prints as %q, want %q", text, got, want)
		}
	}
}

func TestNumberRefusals(t *testing.T) {
	for text, want := range map[string]string{
		"": noNumber, "abc": noNumber + ": abc", "1.2.3": noNumber + ": 1.2.3", "1e": noNumber + ": 1e",
		" 1": noNumber + ":  1", "0x10": noNumber + ": 0x10", "NaN": noNumber + ": NaN", "Infinity": noNumber + ": Infinity",
		"-": noNumber + ": -", ".": noNumber + ": .", "--1": noNumber + ": --1", "1e+": noNumber + ": 1e+", "1_0": noNumber + ": 1_0",
		"1E126": overflow, "10E125": overflow, "0e126": overflow, "1e99999999999": overflow, "1e2147483648": overflow, "1e2147483647": underflow,
		"1E-131": underflow, "0e-131": underflow, "0.1e-130": underflow, "1e2147483646": overflow,
		strings.Repeat("1", 39):                    digits,
		"1" + strings.Repeat("0", 37) + "1":        digits,
		"0." + strings.Repeat("1", 39):             digits,
		"1" + strings.Repeat("0", 37) + ".00001e3": digits,
	} {
		if _, err := attr.ParseNumber([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestNumberSize(t *testing.T) {
	for text, want := range map[string]int{
		"0": 1, "1": 2, "12": 2, "123": 3, "123456": 4, "100": 2, "3.14159": 5, "0.0000001": 2, "-1": 3, "-123.45": 5,
		"1E125": 2, "-42": 3, "100.5": 4, "120": 2,
	} {
		if got := parse(t, text).Size(); got != want {
			t.Errorf("size of %s is %d, want %d", text, got, want)
		}
	}
}

func TestNumberArithmetic(t *testing.T) {
	for _, c := range []struct{ x, op, y, want string }{
		{"1", "+", "2", "3"},
		{"0.1", "+", "0.2", "0.3"},
		{"1", "-", "1", "0"},
		{"0", "-", "5", "-5"},
		{"5", "-", "0", "5"},
		{"-1.5", "-", "-2.5", "1"},
		{"1E125", "-", "1E125", "0"},
		{strings.Repeat("9", 38), "+", "1", "1" + strings.Repeat("0", 38)},
		{strings.Repeat("9", 38), "+", "0.1", digits},
		{"1E125", "+", "1E-130", digits},
		{"9E125", "+", "1E125", overflow},
		{"1.1E-130", "-", "1E-130", underflow},
	} {
		x, err := attr.ParseNumber([]byte(c.x))
		if err != nil && c.x != "1.1E-130" {
			t.Fatal(err)
		}
		y := parse(t, c.y)
		if c.op == "-" {
			x, err = x.Sub(y)
		} else {
			x, err = x.Add(y)
		}
		got := x.String()
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s %s %s = %s, want %s", c.x, c.op, c.y, got, c.want)
		}
	}
}

func numbers() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		text := rapid.StringMatching(`-?[1-9][0-9]{0,37}`).Draw(t, "digits")
		n := len(strings.TrimPrefix(text, "-"))
		exp := rapid.IntRange(-130+38, 126-n).Draw(t, "exponent")
		return text + "e" + big.NewInt(int64(exp)).String()
	})
}

func TestNumberBytesOrderAsNumbersDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := [2]string{numbers().Draw(t, "x"), rapid.OneOf(numbers(), rapid.Just("0")).Draw(t, "y")}
		var keys [2][]byte
		var exact [2]*big.Rat
		for i, text := range texts {
			n, err := attr.ParseNumber([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			keys[i] = n.AppendKey(nil)
			exact[i], _ = new(big.Rat).SetString(text)
			if back, _ := new(big.Rat).SetString(n.String()); back.Cmp(exact[i]) != 0 {
				t.Fatalf("%s became %s", text, n)
			}
		}
		if got, want := bytes.Compare(keys[0], keys[1]), exact[0].Cmp(exact[1]); got != want {
			t.Fatalf("%v order %d, want %d", texts, got, want)
		}
	})
}

func TestSumsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xt, yt := numbers().Draw(t, "x"), numbers().Draw(t, "y")
		x, _ := attr.ParseNumber([]byte(xt))
		y, _ := attr.ParseNumber([]byte(yt))
		sum, err := x.Add(y)
		if err != nil {
			return
		}
		xr, _ := new(big.Rat).SetString(xt)
		yr, _ := new(big.Rat).SetString(yt)
		got, _ := new(big.Rat).SetString(sum.String())
		if got.Cmp(xr.Add(xr, yr)) != 0 {
			t.Fatalf("%s + %s = %s", xt, yt, sum)
		}
	})
}

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"0", "-1.5e3", "1E125", ".5", "abc", "00.00", "1e-130", "99999999999999999999999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := attr.ParseNumber([]byte(text))
		if err != nil {
			return
		}
		if again := parse(t, n.String()); again != n {
			t.Fatalf("%q prints as %s, which is another number", text, n)
		}
		v, rest, err := attr.ReadKeyValue(n.AppendKey(nil), attr.TypeN)
		if err != nil || len(rest) != 0 || v.Number() != n {
			t.Fatalf("%q: key reads back as %v, %v", text, v.Number(), err)
		}
		if zero, err := n.Sub(n); err != nil || !zero.IsZero() {
			t.Fatalf("%s - itself = %s, %v", n, zero, err)
		}
	})
}
