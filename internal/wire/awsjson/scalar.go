// SPDX-License-Identifier: Apache-2.0

package awsjson

import (
	"bytes"
	"encoding/base64"
	"math"
	"strconv"
	"strings"
	"time"
)

// cannotBe is the error for the next value if it cannot be converted to a
// scalar of the named Java type, which is how AWS words it.
func (d *Decoder) cannotBe(java string) error {
	switch d.json.PeekKind() {
	case '"':
		return fail("STRING_VALUE cannot be converted to " + java)
	case 't':
		return fail("TRUE_VALUE cannot be converted to " + java)
	case 'f':
		return fail("FALSE_VALUE cannot be converted to " + java)
	case 'n':
		return fail("NULL_VALUE cannot be converted to " + java)
	case '0':
		raw, err := d.json.ReadValue()
		if err != nil {
			return d.syntax(err)
		}
		if bytes.ContainsAny(raw, ".eE") {
			return fail("DECIMAL_VALUE cannot be converted to " + java)
		}
		return fail("NUMBER_VALUE cannot be converted to " + java)
	case '[':
		return fail("Unrecognized collection type class java.lang." + java)
	case '{':
		return fail(structureUnexpected)
	default:
		return d.Skip() // fails, with the syntax error
	}
}

// Bool reads a boolean, or a string that AWS takes for one.
func (d *Decoder) Bool() (bool, error) {
	switch d.json.PeekKind() {
	case 't', 'f':
		t, err := d.json.ReadToken()
		if err != nil {
			return false, d.syntax(err)
		}
		return t.Bool(), nil
	case '"':
		s, err := d.text()
		if err != nil {
			return false, err
		}
		switch strings.ToLower(string(s)) {
		case "true", "1", "yes":
			return true, nil
		case "false", "0", "no":
			return false, nil
		}
		return false, fail("Unexpected token received from parser")
	default:
		return false, d.cannotBe("Boolean")
	}
}

// Number reads a number as it is written in the document. The bytes are valid
// until the next call.
func (d *Decoder) Number() ([]byte, error) { return d.number("Double") }

func (d *Decoder) number(java string) ([]byte, error) {
	if d.json.PeekKind() != '0' {
		return nil, d.cannotBe(java)
	}
	raw, err := d.json.ReadValue()
	if err != nil {
		return nil, d.syntax(err)
	}
	return raw, nil
}

// Int reads an integer of at most bits bits; a fraction is cut off.
func (d *Decoder) Int(bits int) (int64, error) {
	java := "Long"
	if bits <= 32 {
		java = "Integer"
	}
	raw, err := d.number(java)
	if err != nil {
		return 0, err
	}
	if n, ok := smallInt(raw); ok && (bits == 64 || n == int64(int32(n))) {
		return n, nil
	}
	s := string(raw)
	if n, err := strconv.ParseInt(s, 10, bits); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if limit := math.Ldexp(1, min(bits-1, 53)); err != nil || math.Abs(f) >= limit || !bytes.ContainsAny(raw, ".eE") {
		return 0, fail("NUMBER_VALUE cannot be converted to " + java)
	}
	return int64(f), nil
}

// smallInt reads an integer of up to 18 digits.
func smallInt(raw []byte) (n int64, ok bool) {
	digits, neg := raw, false
	if raw[0] == '-' {
		digits, neg = raw[1:], true
	}
	if len(digits) > 18 {
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if neg {
		n = -n
	}
	return n, true
}

// Float reads a floating-point number.
func (d *Decoder) Float() (float64, error) {
	raw, err := d.number("Double")
	if err != nil {
		return 0, err
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return 0, fail("DECIMAL_VALUE cannot be converted to Double")
	}
	return f, nil
}

// Time reads a time in seconds since the epoch, to the millisecond.
func (d *Decoder) Time() (time.Time, error) {
	raw, err := d.number("Date")
	if err != nil {
		return time.Time{}, err
	}
	const year10000 = 253402300800
	s, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || math.Abs(s) >= year10000 {
		return time.Time{}, fail("DECIMAL_VALUE cannot be converted to Date")
	}
	return time.UnixMilli(int64(math.Round(s * 1000))).UTC(), nil
}

// Bytes reads base64 text and appends what it stands for to dst.
func (d *Decoder) Bytes(dst []byte) ([]byte, error) {
	switch d.json.PeekKind() {
	case '"':
	case '[':
		return dst, fail("Unrecognized collection type class java.nio.ByteBuffer")
	case '{':
		return dst, fail(structureUnexpected)
	case 't', 'f', '0', 'n':
		return dst, fail("only base-64-encoded strings are convertible to bytes")
	}
	s, err := d.text()
	if err != nil {
		return dst, err
	}
	if len(s)%4 != 0 {
		return dst, fail("Base64 encoded length is expected a multiple of 4 bytes but found: " + strconv.Itoa(len(s)))
	}
	// encoding/base64 skips line breaks, which AWS does not.
	if bytes.ContainsAny(s, "\r\n") {
		return dst, fail(badBase64)
	}
	out, err := base64.StdEncoding.Strict().AppendDecode(dst, s)
	if err != nil {
		return dst, fail(badBase64)
	}
	return out, nil
}

const badBase64 = "Invalid last non-pad Base64 character dectected" // AWS's spelling

// appendFloat appends f as AWS prints it: always with a fraction.
func appendFloat(dst []byte, f float64) []byte {
	base := len(dst)
	if math.Abs(f) >= 1e21 {
		return strconv.AppendFloat(dst, f, 'e', -1, 64)
	}
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	if bytes.IndexByte(dst[base:], '.') < 0 {
		dst = append(dst, ".0"...)
	}
	return dst
}

// appendTime appends t in seconds since the epoch, to the millisecond.
func appendTime(dst []byte, t time.Time) []byte {
	return strconv.AppendFloat(dst, float64(t.UnixMilli())/1000, 'f', -1, 64)
}
