// SPDX-License-Identifier: Apache-2.0

package policy

// An answer is what matching one part of a statement yields: no, unknown or
// yes, in this order, so that "or" is the maximum and "and" the minimum.
type answer uint8

const (
	no answer = iota
	unknown
	yes
)

func answerOf(b bool) answer {
	if b {
		return yes
	}
	return no
}

// not leaves unknown as it is.
func (a answer) not() answer { return yes - a }

// holds reports whether a is enough for a statement to match: an Allow needs
// certainty, a Deny only needs not to be ruled out.
func (a answer) holds(deny bool) bool { return a == yes || deny && a == unknown }
