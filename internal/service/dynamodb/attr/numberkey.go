// SPDX-License-Identifier: Apache-2.0

package attr

import "errors"

// A number's bytes compare as the numbers do, and none is a prefix of another:
//
//	negative  0x40, ^(exponent+130), ^(pair+1) …, 0xff
//	zero      0x80
//	positive  0xc0, exponent+130, pair+1 …, 0x00
//
// where a pair is two decimal digits, the last filled up with a zero.
const (
	classNegative = 0x40
	classZero     = 0x80
	classPositive = 0xc0
)

// MaxNumberKey is the most bytes that AppendKey appends.
const MaxNumberKey = 2 + maxDigits/2 + 1

var errNumberBytes = errors.New("not the stored form of a number")

// AppendKey appends the stored form of n, which orders as numbers do and ends
// by itself.
func (n Number) AppendKey(dst []byte) []byte {
	if n.n == 0 {
		return append(dst, classZero)
	}
	class, flip := byte(classPositive), byte(0)
	if n.neg {
		class, flip = classNegative, 0xff
	}
	dst = append(dst, class, byte(n.exp-minExponent)^flip)
	for i := 0; i < int(n.n); i += 2 {
		pair := n.digits[i] * 10
		if i+1 < maxDigits {
			pair += n.digits[i+1] // zero beyond the last digit
		}
		dst = append(dst, (pair+1)^flip)
	}
	return append(dst, flip)
}

// numberKeyLen returns how long the number at the start of b is.
func numberKeyLen(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, errNumberBytes
	}
	if b[0] == classZero {
		return 1, nil
	}
	end := byte(0)
	if b[0] == classNegative {
		end = 0xff
	}
	for i := 2; i < len(b) && i < MaxNumberKey; i++ {
		if b[i] == end {
			return i + 1, nil
		}
	}
	return 0, errNumberBytes
}

// decodeNumber reads a number that is exactly b, and nothing but what AppendKey
// writes.
func decodeNumber(b []byte) (Number, error) {
	size, err := numberKeyLen(b)
	if err != nil || size != len(b) {
		return Number{}, errNumberBytes
	}
	var n Number
	flip := byte(0)
	switch {
	case b[0] == classZero:
		return n, nil
	case size < 4:
		return Number{}, errNumberBytes
	case b[0] == classNegative:
		n.neg, flip = true, 0xff
	case b[0] != classPositive:
		return Number{}, errNumberBytes
	}
	n.exp = int16(b[1]^flip) + minExponent
	for _, c := range b[2 : size-1] {
		pair := (c ^ flip) - 1
		if pair > 99 {
			return Number{}, errNumberBytes
		}
		n.digits[n.n], n.digits[n.n+1] = pair/10, pair%10
		n.n += 2
	}
	if n.digits[n.n-1] == 0 {
		n.n--
	}
	if n.digits[0] == 0 || n.digits[n.n-1] == 0 {
		return Number{}, errNumberBytes
	}
	return n, nil
}
