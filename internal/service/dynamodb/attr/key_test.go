// SPDX-License-Identifier: Apache-2.0

package attr_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

func keyValues(t attr.Type) *rapid.Generator[attr.Value] {
	few := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 8, 9, 'a', 'b', 0xfe, 0xff}), 0, 20)
	switch t {
	case attr.TypeN:
		return rapid.Map(numbers(), func(s string) attr.Value {
			n, _ := attr.ParseNumber([]byte(s))
			return attr.Num(n)
		})
	case attr.TypeB:
		return rapid.Map(few, attr.Binary)
	}
	return rapid.Map(rapid.StringOf(rapid.SampledFrom([]rune{0, 1, 8, 9, 'a', 'b', 'é', '😀'})), attr.String)
}

func TestKeysOrderAsValuesDo(t *testing.T) {
	for _, typ := range []attr.Type{attr.TypeS, attr.TypeN, attr.TypeB} {
		t.Run(typ.String(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				x, y := keyValues(typ).Draw(t, "x"), keyValues(typ).Draw(t, "y")
				kx, ky := attr.AppendKeyValue(nil, x), attr.AppendKeyValue(nil, y)
				want, _ := x.Compare(y)
				if got := bytes.Compare(kx, ky); got != want {
					t.Fatalf("keys order %d, values %d", got, want)
				}
				if want != 0 && (bytes.HasPrefix(kx, ky) || bytes.HasPrefix(ky, kx)) {
					t.Fatalf("%x and %x: one is a prefix of the other", kx, ky)
				}
				back, rest, err := attr.ReadKeyValue(append(kx, 'z'), typ)
				if err != nil || string(rest) != "z" || !back.Equal(x) {
					t.Fatalf("key reads back as %v, %q, %v", back, rest, err)
				}
			})
		})
	}
}

func TestRangeSpansAreExact(t *testing.T) {
	prefix := attr.AppendPartition([]byte("table"), attr.String("p"))
	for _, typ := range []attr.Type{attr.TypeS, attr.TypeN, attr.TypeB} {
		t.Run(typ.String(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				r := attr.Range{
					Op: attr.RangeOp(rapid.IntRange(0, int(attr.RangeBeginsWith)).Draw(t, "op")),
					A:  keyValues(typ).Draw(t, "a"), B: keyValues(typ).Draw(t, "b"),
				}
				v := rapid.OneOf(keyValues(typ), rapid.SampledFrom([]attr.Value{r.A, r.B})).Draw(t, "value")
				key := attr.AppendKeyValue(bytes.Clone(prefix), v)
				key = append(key, rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "suffix")...) // as in an index
				span := r.Span(prefix)
				if got, want := span.Contains(key), r.Matches(v); got != want {
					t.Fatalf("op %d: in span %v, matches %v", r.Op, got, want)
				}
				partition := attr.PrefixSpan(prefix)
				if bytes.Compare(span.Lo, span.Hi) > 0 || bytes.Compare(span.Lo, partition.Lo) < 0 || bytes.Compare(span.Hi, partition.Hi) > 0 {
					t.Fatalf("op %d: the span is from %x to %x", r.Op, span.Lo, span.Hi)
				}
			})
		})
	}
}

func TestSpansOfOtherPartitionsAreApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y := keyValues(attr.TypeB).Draw(t, "x"), keyValues(attr.TypeB).Draw(t, "y")
		key := attr.AppendKeyValue(attr.AppendPartition([]byte("t"), y), attr.String("s"))
		if got := attr.PrefixSpan(attr.AppendPartition([]byte("t"), x)).Contains(key); got != x.Equal(y) {
			t.Fatalf("%x holds a key of %x: %v", x.Bytes(), y.Bytes(), got)
		}
	})
}

func TestSegmentsCoverEveryKeyOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.IntRange(1, 50).Draw(t, "total")
		key := attr.AppendPartition([]byte("t"), keyValues(attr.TypeS).Draw(t, "key"))
		if rapid.Bool().Draw(t, "extreme") {
			key = append([]byte("t"), bytes.Repeat([]byte{rapid.SampledFrom([]byte{0, 0xff}).Draw(t, "hash")}, 8)...)
		}
		in := 0
		for i := range total {
			if attr.SegmentSpan([]byte("t"), i, total).Contains(key) {
				in++
			}
		}
		if in != 1 {
			t.Fatalf("in %d of %d segments", in, total)
		}
	})
}

func TestLargestIndexKeyStaysBelowSevenKiB(t *testing.T) {
	var b attr.Builder
	for name, size := range map[string]int{"pk": 2048, "sk": 1024, "gpk": 2048, "gsk": 1024} {
		b.Name(name)
		b.Bin(make([]byte, size))
	}
	it, err := b.Item()
	if err != nil {
		t.Fatal(err)
	}
	table, index := schema("pk", "sk", attr.TypeB), schema("gpk", "gsk", attr.TypeB)
	key, _ := index.AppendKey(nil, it)
	key, _ = table.AppendValues(key, it)
	if len(key) >= 7<<10 || len(key) < 6144 {
		t.Errorf("the key has %d bytes", len(key))
	}
}

func schema(hash, sort string, t attr.Type) attr.Schema {
	return attr.Schema{Hash: []attr.KeyAttribute{{Name: hash, Type: t}}, Range: []attr.KeyAttribute{{Name: sort, Type: t}}}
}

func TestSchemaKeysReadBack(t *testing.T) {
	it := item(t, `{"pk":{"S":"a"},"sk":{"S":"\u0000b"},"gpk":{"N":"-1.5"},"gsk":{"N":"0"},"other":{"S":"x"}}`)
	table, index := schema("pk", "sk", attr.TypeS), schema("gpk", "gsk", attr.TypeN)
	key, ok := index.AppendKey([]byte("prefix"), it)
	if !ok {
		t.Fatal("no key")
	}
	key, ok = table.AppendValues(key, it)
	if !ok {
		t.Fatal("no table key")
	}
	indexKey, rest, err := index.ReadKey(key[len("prefix"):])
	if err != nil {
		t.Fatal(err)
	}
	tableKey, rest, err := table.ReadValues(rest)
	if err != nil || len(rest) != 0 {
		t.Fatal(rest, err)
	}
	if got, want := indexKey, it.Pick(index.Names()...); !got.Equal(want) {
		t.Errorf("index key %s, want %s", got.AppendJSON(nil), want.AppendJSON(nil))
	}
	if got, want := tableKey, it.Pick(table.Names()...); !got.Equal(want) {
		t.Errorf("table key %s, want %s", got.AppendJSON(nil), want.AppendJSON(nil))
	}
	if _, ok := schema("pk", "missing", attr.TypeS).AppendKey(nil, it); ok {
		t.Error("an item without the key attribute has a key")
	}
	if _, ok := schema("pk", "sk", attr.TypeN).AppendKey(nil, it); ok {
		t.Error("an item with another type has a key")
	}
}

func TestKeyRefusals(t *testing.T) {
	long := func(n int) string { return `{"S":"` + strings.Repeat("x", n) + `"}` }
	const (
		ompv     = "One or more parameter values were invalid: "
		mismatch = "The provided key element does not match the schema"
		empty    = "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: "
	)
	for _, c := range []struct{ item, put, lookup string }{
		{`{"pk":{"S":"a"},"sk":{"S":"b"}}`, "", ""},
		{`{"pk":{"S":"a"},"sk":{"S":"b"},"x":{"S":"c"}}`, "", mismatch},
		{`{"pk":{"S":"a"}}`, ompv + "Missing the key sk in the item", mismatch},
		{
			`{"pk":{"S":"a"},"sk":{"N":"1"}}`,
			ompv + "Type mismatch for key sk expected: S actual: N", mismatch,
		},
		{`{"pk":{"S":""},"sk":{"S":"b"}}`, empty + "pk", empty + "pk"},
		{`{"pk":` + long(2048) + `,"sk":` + long(1024) + `}`, "", ""},
		{
			`{"pk":` + long(2049) + `,"sk":{"S":"b"}}`,
			ompv + "Size of hashkey has exceeded the maximum size limit of2048 bytes",
			ompv + "Size of hashkey has exceeded the maximum size limit of2048 bytes",
		},
		{
			`{"pk":{"S":"a"},"sk":` + long(1025) + `}`,
			ompv + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
			ompv + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
		},
	} {
		s, it := schema("pk", "sk", attr.TypeS), item(t, c.item)
		if got := s.Has(it); got != (c.put == "") {
			t.Errorf("%.60s has a key: %v", c.item, got)
		}
		for what, pair := range map[string][2]string{
			"put":    {text(s.CheckItem(it)), c.put},
			"lookup": {text(s.CheckKey(it)), c.lookup},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%.60s as %s: %q, want %q", c.item, what, pair[0], pair[1])
			}
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func FuzzKey(f *testing.F) {
	for _, v := range []attr.Value{attr.String("abcdefgh"), attr.String(""), attr.Binary([]byte{0, 0xff}), attr.Num(attr.IntNumber(-42))} {
		f.Add(attr.AppendKeyValue(nil, v), byte(v.Type()))
	}
	f.Fuzz(func(t *testing.T, key []byte, typ byte) {
		v, rest, err := attr.ReadKeyValue(key, attr.Type(typ))
		if err != nil {
			if !errors.Is(err, attr.ErrKey) {
				t.Fatal(err)
			}
			return
		}
		if back := append(attr.AppendKeyValue(nil, v), rest...); !bytes.Equal(back, key) {
			t.Fatalf("%x writes back as %x", key, back)
		}
	})
}

func TestForeignBytesAreNoKeys(t *testing.T) {
	s := schema("pk", "sk", attr.TypeS)
	key, _ := s.AppendKey(nil, item(t, `{"pk":{"S":"abcdefgh"},"sk":{"S":"ijk"}}`))
	for i := range key {
		if _, _, err := s.ReadKey(key[:i]); !errors.Is(err, attr.ErrKey) {
			t.Errorf("cut to %d bytes: %v", i, err)
		}
	}
	for name, b := range map[string]string{
		"used beyond the group":     "abcdefgh\x0a",
		"padding that is not zero":  "abc\x00\x01\x00\x00\x00\x03",
		"a group with nothing":      "abcdefgh\x09\x00\x00\x00\x00\x00\x00\x00\x00\x00",
		"a string that isn't UTF-8": "\xff\x00\x00\x00\x00\x00\x00\x00\x01",
	} {
		if _, _, err := attr.ReadKeyValue([]byte(b), attr.TypeS); !errors.Is(err, attr.ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := attr.ReadKeyValue([]byte{0x80}, attr.TypeBOOL); !errors.Is(err, attr.ErrKey) {
		t.Errorf("a boolean is a key: %v", err)
	}
}
