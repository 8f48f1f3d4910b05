// SPDX-License-Identifier: Apache-2.0

package storage_test

import (
	"bytes"
	"cmp"
	"errors"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// tuple is a key of parts of every kind.
type tuple struct {
	a string
	n uint64
	b []byte
	m uint32
}

func (x tuple) encode() []byte {
	k := storage.AppendString([]byte{byte(storage.Data)}, x.a)
	k = storage.AppendUint64(k, x.n)
	k = storage.AppendBytes(k, x.b)
	return storage.AppendUint32(k, x.m)
}

func decode(key []byte) (x tuple, rest []byte, err error) {
	if x.a, rest, err = storage.DecodeString(key[1:]); err != nil {
		return x, nil, err
	}
	if x.n, rest, err = storage.DecodeUint64(rest); err != nil {
		return x, nil, err
	}
	if x.b, rest, err = storage.DecodeBytes(rest); err != nil {
		return x, nil, err
	}
	x.m, rest, err = storage.DecodeUint32(rest)
	return x, rest, err
}

func (x tuple) compare(y tuple) int {
	return cmp.Or(
		cmp.Compare(x.a, y.a), cmp.Compare(x.n, y.n), bytes.Compare(x.b, y.b), cmp.Compare(x.m, y.m),
	)
}

// FuzzKey checks that keys decode to what they were made of, sort as that does,
// and never are each other's prefix.
func FuzzKey(f *testing.F) {
	f.Add("", uint64(0), []byte{}, uint32(0), "a", uint64(1), []byte("b"), uint32(2))
	f.Add("a", uint64(1), []byte{0}, uint32(1), "a", uint64(1), []byte{0, 0}, uint32(1))
	f.Add("a\x00", uint64(256), []byte("x"), uint32(1), "a", uint64(255), []byte("\x00x"), uint32(1))
	f.Add("a\x00\x01", uint64(1), []byte{0xff}, uint32(0), "a", uint64(1)<<63, []byte{0, 0xff}, uint32(0))
	f.Fuzz(func(t *testing.T, a1 string, n1 uint64, b1 []byte, m1 uint32, a2 string, n2 uint64, b2 []byte, m2 uint32) {
		x, y := tuple{a1, n1, b1, m1}, tuple{a2, n2, b2, m2}
		kx, ky := x.encode(), y.encode()
		got, rest, err := decode(kx)
		if err != nil || len(rest) != 0 || got.compare(x) != 0 {
			t.Errorf("%+v decodes to %+v, %q, %v", x, got, rest, err)
		}
		if bytes.Compare(kx, ky) != x.compare(y) {
			t.Errorf("%+v and %+v are ordered %d, their keys %d", x, y, x.compare(y), bytes.Compare(kx, ky))
		}
		if x.compare(y) != 0 && (bytes.HasPrefix(kx, ky) || bytes.HasPrefix(ky, kx)) {
			t.Errorf("of %q and %q one is the other's prefix", kx, ky)
		}
	})
}

// FuzzDecode checks that there is one encoding only of what decodes.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("a\x00\x01rest"))
	f.Add([]byte("a\x00\xff\x00\x01"))
	f.Add([]byte("a\x00"))
	f.Add([]byte("a\x00\x02"))
	f.Fuzz(func(t *testing.T, key []byte) {
		before := bytes.Clone(key)
		b, rest, err := storage.DecodeBytes(key)
		if err != nil {
			if !errors.Is(err, storage.ErrBadKey) || b != nil || rest != nil {
				t.Errorf("DecodeBytes(%q) = %q, %q, %v", key, b, rest, err)
			}
			return
		}
		_ = append(b, "more"...)
		if !bytes.Equal(key, before) {
			t.Errorf("appending to what was decoded changes the key %q", before)
		}
		if again := append(storage.AppendBytes(nil, b), rest...); !bytes.Equal(again, before) {
			t.Errorf("%q decodes to %q, %q, which encodes as %q", before, b, rest, again)
		}
	})
}

func TestPrefixEnd(t *testing.T) {
	for _, c := range []struct{ prefix, want string }{
		{"a", "b"},
		{"a\xff\xff", "b"},
		{"\x01\x00", "\x01\x01"},
		{"\xff", ""},
		{"", ""},
	} {
		got := storage.PrefixEnd([]byte(c.prefix))
		if string(got) != c.want || (c.want == "") != (got == nil) {
			t.Errorf("PrefixEnd(%q) = %q, want %q", c.prefix, got, c.want)
		}
	}
}
