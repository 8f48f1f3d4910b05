// SPDX-License-Identifier: Apache-2.0

package sigv4_test

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/bailiwick-dev/bailiwick/internal/wire/sigv4"
)

// chunked returns the body that a vector's signatures are of: 65536, 1024 and
// 0 bytes of "a".
func (v vector) chunked() string {
	var b strings.Builder
	for i, size := range []int{65536, 1024, 0} {
		fmt.Fprintf(&b, "%x;chunk-signature=%s\r\n", size, v.ChunkSignatures[i])
		if size > 0 {
			b.WriteString(strings.Repeat("a", size) + "\r\n")
		}
	}
	if v.TrailerSignature != "" {
		b.WriteString("x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:" + v.TrailerSignature + "\r\n")
	}
	return b.String() + "\r\n"
}

func vectorByID(t testing.TB, id string) vector {
	t.Helper()
	for _, v := range vectors(t) {
		if v.ID == id {
			return v
		}
	}
	t.Fatalf("no vector %s", id)
	return vector{}
}

func TestChunkedBodiesVerify(t *testing.T) {
	for _, id := range []string{"sig-06", "sig-07"} {
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"at once":        func(r io.Reader) io.Reader { return r },
			"byte by byte":   iotest.OneByteReader,
			"data and error": iotest.DataErrReader,
		} {
			t.Run(id+" "+name, func(t *testing.T) {
				v := vectorByID(t, id)
				body, err := v.verified(t).Body(wrap(strings.NewReader(v.chunked())))
				if err != nil {
					t.Fatal(err)
				}
				if s := body.Trailer("x-amz-checksum-crc32c"); s != "" {
					t.Errorf("trailer %q before the end", s)
				}
				got, err := io.ReadAll(body)
				if err != nil || string(got) != strings.Repeat("a", 66560) {
					t.Fatalf("%d bytes, %v", len(got), err)
				}
				if s := body.Trailer("x-amz-checksum-crc32c"); (s == "sOO8/Q==") != (id == "sig-07") {
					t.Errorf("trailer %q", s)
				}
			})
		}
	}
}

func TestAnyChangeToAChunkedBodyIsFound(t *testing.T) {
	swap := func(old, new string) func(string) string {
		return func(s string) string { return strings.Replace(s, old, new, 1) }
	}
	cut := func(n int) func(string) string { return func(s string) string { return s[:len(s)-n] } }
	tests := []struct {
		name   string
		change func(string) string
		want   sigv4.Reason
		most   int // bytes that may have been released
	}{
		{"data of the first chunk", swap("aaaa", "aaab"), sigv4.Mismatch, 0},
		{"data of the second chunk", func(s string) string {
			i := strings.Index(s, "\r\n400;")
			return s[:i] + strings.Replace(s[i:], "aaaa", "aaab", 1)
		}, sigv4.Mismatch, 65536},
		{"second chunk twice", func(s string) string {
			i, j := strings.Index(s, "400;"), strings.Index(s, "\r\n0;")+2
			return s[:j] + s[i:]
		}, sigv4.BadLength, 66560},
		{"second chunk removed", func(s string) string {
			i, j := strings.Index(s, "400;"), strings.Index(s, "\r\n0;")+2
			return s[:i] + s[j:]
		}, sigv4.Mismatch, 65536},
		{"first chunk removed", func(s string) string { return s[strings.Index(s, "400;"):] }, sigv4.Mismatch, 0},
		{"signature", swap("signature=b47", "signature=c47"), sigv4.Mismatch, 0},
		{"signature in upper case", swap("signature=b474d", "signature=B474D"), sigv4.BadChunk, 0},
		{"no signature", func(s string) string { return "10000" + s[strings.Index(s, "\r\n"):] }, sigv4.BadChunk, 0},
		{"a size that is larger than what is announced", swap("10000;", "10401;"), sigv4.BadLength, 0},
		{"a size with a sign", swap("10000;", "+10000;"), sigv4.BadChunk, 0},
		{"a size that overflows", swap("10000;", "ffffffffffffffff;"), sigv4.BadChunk, 0},
		{"a size of many digits", swap("10000;", "0000010000;"), sigv4.BadChunk, 0},
		{"no size", swap("10000;", ";"), sigv4.BadChunk, 0},
		{"no end of the line after data", swap("aa\r\n400", "aa400"), sigv4.BadChunk, 0},
		{"line feed alone", swap("\r\n", "\n"), sigv4.BadChunk, 0},
		{"a line too long", swap("10000;", strings.Repeat("0", 5000)), sigv4.BadChunk, 0},
		{"no end", cut(2), sigv4.BadLength, 66560},
		{"half an end", cut(1), sigv4.BadLength, 66560},
		{"no trailer signature", func(s string) string { return s[:strings.Index(s, "x-amz-trailer-s")] + "\r\n" }, sigv4.BadChunk, 66560},
		{"no trailer", func(s string) string { return s[:strings.Index(s, "x-amz-c")] + "\r\n" }, sigv4.BadChunk, 66560},
		{"trailer changed", swap("sOO8", "sOO9"), sigv4.Mismatch, 66560},
		{"another trailer", swap("crc32c:", "crc32:"), sigv4.BadChunk, 66560},
		{"trailer twice", swap("x-amz-trailer-s", "x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-s"), sigv4.BadChunk, 66560},
		{"trailer signature", swap("signature:d8", "signature:e8"), sigv4.Mismatch, 66560},
		{"more after the end", func(s string) string { return s + "x" }, sigv4.BadLength, 66560},
		{"half a body", func(s string) string { return s[:len(s)/2] }, sigv4.BadLength, 0},
		{"nothing", func(string) string { return "" }, sigv4.BadLength, 0},
	}
	v := vectorByID(t, "sig-07")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			changed := tt.change(v.chunked())
			if changed == v.chunked() {
				t.Fatal("nothing was changed")
			}
			body, err := v.verified(t).Body(strings.NewReader(changed))
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(body)
			wantReason(t, err, tt.want)
			if len(got) > tt.most {
				t.Errorf("%d bytes were released, want at most %d", len(got), tt.most)
			}
			if body.Trailer("x-amz-checksum-crc32c") != "" {
				t.Error("trailer of a body that is not complete")
			}
			if _, again := body.Read(make([]byte, 1)); !errors.Is(again, err) {
				t.Errorf("reading on gives %v", again)
			}
		})
	}
}

// unsignedTrailer returns a verified request with an unsigned chunked body.
func unsignedTrailer(t *testing.T, length string) *sigv4.Request {
	t.Helper()
	return streaming(t, "STREAMING-UNSIGNED-PAYLOAD-TRAILER", length, "x-amz-checksum-crc32c")
}

func streaming(t *testing.T, declared, length, trailers string) *sigv4.Request {
	t.Helper()
	q, err := sigv4.Parse(signStreaming(t, declared, length, trailers))
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Check(profile("s3")); err != nil {
		t.Fatal(err)
	}
	if err := q.CheckClock(now); err != nil {
		t.Fatal(err)
	}
	if err := q.VerifyDeclared(sigv4.DeriveKey(secret, q.Scope)); err != nil {
		t.Fatal(err)
	}
	return q
}

func TestUnsignedChunks(t *testing.T) {
	large := strings.Repeat("x", 100_000)
	const trailer = "0\r\nx-amz-checksum-crc32c: abc\r\n\r\n"
	tests := []struct {
		name, length, body string
		want               sigv4.Reason
		data               string
	}{
		{"two chunks", "9", "5\r\nhello\r\n4\r\n you\r\n" + trailer, 0, "hello you"},
		{"a large chunk", "100000", "186a0\r\n" + large + "\r\n" + trailer, 0, large},
		{"nothing", "0", trailer, 0, ""},
		{"too short", "10", "5\r\nhello\r\n" + trailer, sigv4.BadLength, ""},
		{"too long", "4", "5\r\nhello\r\n" + trailer, sigv4.BadLength, ""},
		{"a signature", "5", "5;chunk-signature=" + zeros + "\r\nhello\r\n" + trailer, sigv4.BadChunk, ""},
		{"no trailer", "5", "5\r\nhello\r\n0\r\n\r\n", sigv4.BadChunk, ""},
		{"no end", "5", "5\r\nhello\r\n", sigv4.BadLength, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body, err := unsignedTrailer(t, tt.length).Body(strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(body)
			if tt.want != 0 {
				wantReason(t, err, tt.want)
				return
			}
			if err != nil || string(got) != tt.data || body.Trailer("x-amz-checksum-crc32c") != "abc" {
				t.Errorf("%d bytes, trailer %q, %v", len(got), body.Trailer("x-amz-checksum-crc32c"), err)
			}
		})
	}
}

func TestChunkedBodiesNeedTheirLength(t *testing.T) {
	for _, length := range []string{"", "x", "-1", "99999999999999999999"} {
		_, err := unsignedTrailer(t, length).Body(strings.NewReader(""))
		wantReason(t, err, sigv4.DecodedLength)
	}
}

func TestTrailingHeadersAreThoseAnnounced(t *testing.T) {
	for body, ok := range map[string]bool{
		"0\r\na:1\r\nb:2\r\n\r\n":        true,
		"0\r\nB:2\r\nA:1\r\n\r\n":        true,
		"0\r\na:1\r\na:2\r\n\r\n":        false,
		"0\r\na:1\r\n\r\n":               false,
		"0\r\na:1\r\nb:2\r\nc:3\r\n\r\n": false,
	} {
		in, err := streaming(t, "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "0", "a, B").Body(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.ReadAll(in)
		if (err == nil) != ok || (in.Trailer("b") == "2") != ok {
			t.Errorf("%q: %v", body, err)
		}
	}
	for _, names := range []string{"a,a", "a,", "a b", "x-amz-trailer-signature"} {
		_, err := streaming(t, "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "0", names).Body(strings.NewReader(""))
		wantReason(t, err, sigv4.Malformed)
	}
}

func TestSignedChunksAreBounded(t *testing.T) {
	q := streaming(t, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "99999999", "")
	body, err := q.Body(strings.NewReader("1000001;chunk-signature=" + zeros + "\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.ReadAll(body)
	wantReason(t, err, sigv4.TooLarge)
}

func TestErrorsOfTheConnectionAreHandedOn(t *testing.T) {
	lost := errors.New("connection lost")
	body, err := unsignedTrailer(t, "5").Body(io.MultiReader(strings.NewReader("5\r\nhe"), iotest.ErrReader(lost)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(body); !errors.Is(err, lost) {
		t.Errorf("got %v", err)
	}
}

// FuzzChunks puts arbitrary bytes in place of a part of a body whose chunks
// are signed: what the signatures do not cover never gets through.
func FuzzChunks(f *testing.F) {
	v := vectorByID(f, "sig-07")
	whole := v.chunked()
	f.Add(uint(0), uint(5), []byte("10001"))
	f.Add(uint(90), uint(1), []byte("b"))
	f.Add(uint(len(whole)-2), uint(0), []byte("\r\n"))
	want := strings.Repeat("a", 66560)
	f.Fuzz(func(t *testing.T, at, cut uint, put []byte) {
		at = min(at, uint(len(whole)))
		cut = min(cut, uint(len(whole))-at)
		changed := whole[:at] + string(put) + whole[at+cut:]
		body, err := v.verified(t).Body(strings.NewReader(changed))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(body)
		if !strings.HasPrefix(want, string(got)) || len(got) != 0 && len(got) != 65536 && len(got) != len(want) {
			t.Fatalf("released %d bytes", len(got))
		}
		var e *sigv4.Error
		if err != nil && !errors.As(err, &e) || err == nil && string(got) != want {
			t.Fatalf("error %v", err)
		}
	})
}

func BenchmarkChunks(b *testing.B) {
	v := vectorByID(b, "sig-06")
	body := v.chunked()
	b.SetBytes(66560)
	b.ReportAllocs()
	for b.Loop() {
		in, err := v.verified(b).Body(strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, in); err != nil || n != 66560 {
			b.Fatal(strconv.FormatInt(n, 10), err)
		}
	}
}
