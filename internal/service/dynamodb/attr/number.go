// SPDX-License-Identifier: Apache-2.0

package attr

import "strconv"

const (
	maxDigits   = 38
	maxExponent = 125
	minExponent = -130
)

// A Number is a decimal number of up to 38 significant digits, zero or of a
// magnitude from 1E-130 to 9.99E+125. The zero Number is 0. Numbers that are
// equal are equal with ==.
type Number struct {
	digits [maxDigits]byte // 0..9, most significant first
	n      uint8           // digits in use; the first and last are not zero
	neg    bool
	exp    int16 // decimal exponent of the first digit
}

// IntNumber returns i as a Number.
func IntNumber(i int64) Number {
	n, _ := ParseNumber(strconv.AppendInt(nil, i, 10)) // nineteen digits always fit
	return n
}

// ParseNumber reads the text of a number: an optional sign, digits with an
// optional fraction, an optional exponent. The errors are ValidationErrors with
// AWS's texts.
func ParseNumber(text []byte) (Number, error) {
	var p numberParser
	rest := p.mantissa(text)
	exp, ok := parseExponent(rest)
	if !ok || !p.seen {
		return Number{}, errNotNumber(text)
	}
	return p.number(exp)
}

// numberParser collects the digits of a mantissa of any length without keeping
// zeros that carry no information.
type numberParser struct {
	out      Number
	seen     bool // any digit at all
	point    bool
	tooMany  bool
	integer  int // digits left of the point
	fraction int // digits right of the point
	leading  int // digits before the first that is not zero
	zeros    int // zeros since the last digit that is not
}

// mantissa consumes sign and digits and returns what follows.
func (p *numberParser) mantissa(text []byte) []byte {
	if len(text) > 0 && (text[0] == '+' || text[0] == '-') {
		p.out.neg = text[0] == '-'
		text = text[1:]
	}
	for i, c := range text {
		switch {
		case c == '.' && !p.point:
			p.point = true
		case '0' <= c && c <= '9':
			p.digit(c - '0')
		default:
			return text[i:]
		}
	}
	return nil
}

func (p *numberParser) digit(d byte) {
	p.seen = true
	if p.point {
		p.fraction++
	} else {
		p.integer++
	}
	switch {
	case d == 0 && p.out.n == 0:
		p.leading++
	case d == 0:
		p.zeros++
	case int(p.out.n)+p.zeros >= maxDigits:
		p.tooMany = true
	default:
		p.out.n += uint8(p.zeros) // the array is zero already
		p.zeros = 0
		p.out.digits[p.out.n] = d
		p.out.n++
	}
}

func (p *numberParser) number(exp int64) (Number, error) {
	if exp == wrappingExponent {
		return Number{}, errUnderflow
	}
	lead := exp + int64(p.integer-1-p.leading)
	if p.out.n == 0 {
		lead = exp - int64(p.fraction)
	}
	switch {
	case lead > maxExponent:
		return Number{}, errOverflow
	case lead < minExponent:
		return Number{}, errUnderflow
	case p.tooMany:
		return Number{}, errDigits
	case p.out.n == 0:
		return Number{}, nil
	}
	p.out.exp = int16(lead)
	return p.out, nil
}

const (
	// wrappingExponent is the one exponent at which AWS's own arithmetic wraps around.
	wrappingExponent = 1<<31 - 1
	// maxExponentText is where the exponent of a text saturates.
	maxExponentText = 1 << 40
)

// parseExponent reads "", or "e" and a signed integer, and nothing after it.
func parseExponent(text []byte) (int64, bool) {
	if len(text) == 0 {
		return 0, true
	}
	if text[0] != 'e' && text[0] != 'E' {
		return 0, false
	}
	text = text[1:]
	neg := false
	if len(text) > 0 && (text[0] == '+' || text[0] == '-') {
		neg = text[0] == '-'
		text = text[1:]
	}
	if len(text) == 0 {
		return 0, false
	}
	var exp int64
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		exp = min(exp*10+int64(c-'0'), maxExponentText)
	}
	if neg {
		exp = -exp
	}
	return exp, true
}

// IsZero reports whether n is 0.
func (n Number) IsZero() bool { return n.n == 0 }

// String returns the canonical text, as AppendText writes it.
func (n Number) String() string { return string(n.AppendText(nil)) }

// AppendText appends n in plain decimal, never with an exponent: at most 170
// bytes.
func (n Number) AppendText(dst []byte) []byte {
	if n.n == 0 {
		return append(dst, '0')
	}
	if n.neg {
		dst = append(dst, '-')
	}
	exp := int(n.exp)
	if exp < 0 {
		dst = append(dst, '0', '.')
		for range -exp - 1 {
			dst = append(dst, '0')
		}
	}
	for i := range int(n.n) {
		if i == exp+1 && exp >= 0 {
			dst = append(dst, '.')
		}
		dst = append(dst, '0'+n.digits[i])
	}
	for range exp + 1 - int(n.n) {
		dst = append(dst, '0')
	}
	return dst
}

// Size returns the bytes that n counts for in an item: one, one for each two
// digits on either side of the point, and one for a minus.
func (n Number) Size() int {
	left := max(0, min(int(n.exp)+1, int(n.n)))
	right := int(n.n) - left
	size := 1 + (left+1)/2 + (right+1)/2
	if n.neg {
		size++
	}
	return size
}
