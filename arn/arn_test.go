// SPDX-License-Identifier: Apache-2.0

package arn_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/arn"
)

func TestParseSplitsAtTheFirstFiveColons(t *testing.T) {
	for s, want := range map[string]arn.ARN{
		"arn:aws:dynamodb:us-east-1:111111111111:table/T/index/I": {
			Partition: "aws", Service: "dynamodb", Region: "us-east-1", Account: "111111111111", Resource: "table/T/index/I",
		},
		"arn:aws:s3:::bucket/key":                      {Partition: "aws", Service: "s3", Resource: "bucket/key"},
		"arn:aws-cn:iam::111111111111:role/p/R":        {Partition: "aws-cn", Service: "iam", Account: "111111111111", Resource: "role/p/R"},
		"arn:aws:secretsmanager:r:1:secret:a:b-AbCdEf": {Partition: "aws", Service: "secretsmanager", Region: "r", Account: "1", Resource: "secret:a:b-AbCdEf"},
		"arn:aws:s3::::":                               {Partition: "aws", Service: "s3", Resource: ":"},
	} {
		got, err := arn.Parse(s)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %+v, %v; want %+v", s, got, err, want)
		}
		if got.String() != s {
			t.Errorf("Parse(%q).String() = %q", s, got.String())
		}
		if b := string(got.AppendTo([]byte("x"))); b != "x"+s {
			t.Errorf("AppendTo = %q, want %q", b, "x"+s)
		}
	}
}

func TestParseRefusesWhatIsNoARN(t *testing.T) {
	for claim, s := range map[string]string{
		"empty":          "",
		"asterisk":       "*",
		"other scheme":   "urn:aws:s3:::b",
		"upper case":     "ARN:aws:s3:::b",
		"four colons":    "arn:aws:s3::b",
		"no partition":   "arn::s3:::b",
		"no service":     "arn:aws::::b",
		"no resource":    "arn:aws:s3:::",
		"only the start": "arn:",
	} {
		if a, err := arn.Parse(s); !errors.Is(err, arn.ErrMalformed) || !a.IsZero() {
			t.Errorf("%s: Parse(%q) = %+v, %v", claim, s, a, err)
		}
	}
	longest := "arn:aws:s3:::" + strings.Repeat("k", arn.MaxLen-13)
	if _, err := arn.Parse(longest); err != nil {
		t.Errorf("a name of MaxLen bytes: %v", err)
	}
	if _, err := arn.Parse(longest + "k"); !errors.Is(err, arn.ErrTooLong) {
		t.Errorf("a name of MaxLen+1 bytes: %v", err)
	}
}

func TestZeroNamesNothing(t *testing.T) {
	var a arn.ARN
	if !a.IsZero() || a.String() != "" || len(a.AppendTo(nil)) != 0 {
		t.Errorf("zero ARN: %q", a.String())
	}
	if (arn.ARN{Resource: "x"}).IsZero() {
		t.Error("an ARN with a resource is zero")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "*", "arn:aws:s3:::b/k", "arn:aws:iam::1:user/a:b", "arn:::::"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := arn.Parse(s)
		if err != nil {
			return
		}
		if a.String() != s || string(a.AppendTo(nil)) != s {
			t.Fatalf("Parse(%q) renders as %q", s, a.String())
		}
		if strings.Contains(a.Partition+a.Service+a.Region+a.Account, ":") {
			t.Fatalf("a colon inside a part of %q: %+v", s, a)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	const s = "arn:aws:dynamodb:us-east-1:111111111111:table/TrackingData"
	b.ReportAllocs()
	for b.Loop() {
		if _, err := arn.Parse(s); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFloor is one pass over the same bytes.
func BenchmarkFloor(b *testing.B) {
	const s = "arn:aws:dynamodb:us-east-1:111111111111:table/TrackingData"
	b.ReportAllocs()
	for b.Loop() {
		if strings.Count(s, ":") != 5 {
			b.Fatal("count")
		}
	}
}
