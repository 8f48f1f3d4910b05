// SPDX-License-Identifier: Apache-2.0

package attr

import "bytes"

// A RangeOp is how a key condition bounds a sort key. The zero RangeOp does
// not.
type RangeOp uint8

// The operators of a key condition on a sort key.
const (
	RangeAll RangeOp = iota
	RangeEQ
	RangeLT
	RangeLE
	RangeGT
	RangeGE
	RangeBetween
	RangeBeginsWith
)

// A Range is a condition on a sort key: A is the operand, B the upper bound of
// RangeBetween.
type Range struct {
	Op   RangeOp
	A, B Value
}

// Matches reports whether a sort key value meets the condition. Values of
// another type do not.
func (r Range) Matches(v Value) bool {
	switch r.Op {
	case RangeAll:
		return true
	case RangeBeginsWith:
		return v.HasPrefix(r.A)
	}
	order, ok := v.Compare(r.A)
	if !ok {
		return false
	}
	switch r.Op {
	case RangeEQ:
		return order == 0
	case RangeLT:
		return order < 0
	case RangeLE:
		return order <= 0
	case RangeGT:
		return order > 0
	case RangeGE:
		return order >= 0
	case RangeBetween:
		upper, ok := v.Compare(r.B)
		return ok && order >= 0 && upper <= 0
	}
	return false
}

// Span returns the keys whose value after prefix meets the condition, prefix
// being a partition and the sort key values that are fixed. Operands of a type
// that no key has give an empty span.
func (r Range) Span(prefix []byte) Span {
	all := PrefixSpan(prefix)
	if r.Op == RangeAll {
		return all
	}
	none := Span{Lo: all.Lo, Hi: all.Lo}
	if !r.A.Type().IsKey() {
		return none
	}
	at := AppendKeyValue(bytes.Clone(prefix), r.A)
	switch r.Op {
	case RangeEQ:
		return PrefixSpan(at)
	case RangeLT:
		return Span{all.Lo, at}
	case RangeLE:
		return Span{all.Lo, prefixEnd(at)}
	case RangeGT:
		return Span{prefixEnd(at), all.Hi}
	case RangeGE:
		return Span{at, all.Hi}
	case RangeBetween:
		if order, ok := r.A.Compare(r.B); ok && order <= 0 {
			return Span{at, prefixEnd(AppendKeyValue(bytes.Clone(prefix), r.B))}
		}
	case RangeBeginsWith:
		if r.A.Type() != TypeN {
			return Span{at, prefixEnd(appendGroupsPrefix(bytes.Clone(prefix), r.A.Bytes()))}
		}
	}
	return none
}
