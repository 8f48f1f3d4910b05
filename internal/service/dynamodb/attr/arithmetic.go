// SPDX-License-Identifier: Apache-2.0

package attr

import "github.com/cockroachdb/apd/v3"

// exact computes without rounding; a sum of two Numbers has at most 256 digits.
var exact = apd.Context{MaxExponent: apd.MaxExponent, MinExponent: apd.MinExponent, Traps: apd.DefaultTraps}

// Add returns n + m. A sum that a Number cannot hold exactly is refused with
// the texts that ParseNumber uses.
func (n Number) Add(m Number) (Number, error) {
	x, y := n.decimal(), m.decimal()
	var sum apd.Decimal
	if _, err := exact.Add(&sum, &x, &y); err != nil {
		return Number{}, err
	}
	return fromDecimal(&sum)
}

// Sub returns n - m, with the same limits as Add.
func (n Number) Sub(m Number) (Number, error) {
	m.neg = !m.neg
	return n.Add(m)
}

func (n Number) decimal() apd.Decimal {
	var d apd.Decimal
	if n.n == 0 {
		return d
	}
	var text [maxDigits]byte
	for i := range int(n.n) {
		text[i] = '0' + n.digits[i]
	}
	d.Coeff.SetString(string(text[:n.n]), 10)
	d.Negative = n.neg
	d.Exponent = int32(n.exp) - int32(n.n) + 1
	return d
}

func fromDecimal(d *apd.Decimal) (Number, error) {
	var p numberParser
	var buf [280]byte
	p.mantissa(d.Coeff.Append(buf[:0], 10))
	if p.out.n == 0 {
		return Number{}, nil
	}
	p.out.neg = d.Negative
	return p.number(int64(d.Exponent))
}
