// SPDX-License-Identifier: Apache-2.0

package attr

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unicode/utf8"
)

// ErrStored means that bytes are not an item in its stored form.
var ErrStored = errors.New("not a stored item")

// ParseItem returns a view of a stored item after checking all of it: what
// passes is exactly what a Builder could have made, so that looking into it
// cannot fail. Anything else is ErrStored. The view aliases b.
func ParseItem(b []byte) (Item, error) {
	if len(b) == 0 || b[0] != itemVersion {
		return Item{}, ErrStored
	}
	c := checker{rest: b[1:]}
	c.members(TypeM, 0)
	if c.bad || len(c.rest) != 0 {
		return Item{}, ErrStored
	}
	return Item{b}, nil
}

// A checker walks stored bytes of unknown origin.
type checker struct {
	rest []byte
	bad  bool
}

func (c *checker) fail() {
	c.bad, c.rest = true, nil
}

// uvarint reads a count or length in its shortest form that is not larger than
// what is left to read.
func (c *checker) uvarint() int {
	n, size := binary.Uvarint(c.rest)
	if size <= 0 || (size > 1 && c.rest[size-1] == 0) || n > uint64(len(c.rest)-size) {
		c.fail()
		return 0
	}
	c.rest = c.rest[size:]
	return int(n)
}

func (c *checker) blob() []byte {
	n := c.uvarint()
	b := c.rest[:n]
	c.rest = c.rest[n:]
	return b
}

// members reads a count and that many members of a container.
func (c *checker) members(kind Type, nesting int) {
	n := c.uvarint()
	if n == 0 && kind.IsSet() {
		c.fail()
	}
	var last []byte
	for i := 0; i < n && !c.bad; i++ {
		if kind == TypeL {
			c.value(nesting)
			continue
		}
		key := c.blob()
		if i > 0 && bytes.Compare(last, key) >= 0 {
			c.fail()
		}
		last = key
		if kind == TypeM {
			c.text(key)
			c.value(nesting)
		} else {
			c.scalar(kind.Element(), key)
		}
	}
}

func (c *checker) text(b []byte) {
	if !utf8.Valid(b) {
		c.fail()
	}
}

func (c *checker) scalar(t Type, b []byte) {
	switch t {
	case TypeS:
		c.text(b)
	case TypeN:
		if _, err := decodeNumber(b); err != nil {
			c.fail()
		}
	}
}

func (c *checker) value(nesting int) {
	if len(c.rest) == 0 || nesting > MaxNesting {
		c.fail()
		return
	}
	t := Type(c.rest[0])
	c.rest = c.rest[1:]
	switch {
	case t.IsKey():
		c.scalar(t, c.blob())
	case t == TypeNULL:
	case t == TypeBOOL && len(c.rest) > 0 && c.rest[0] <= 1:
		c.rest = c.rest[1:]
	case t.isContainer():
		c.container(t, nesting+1)
	default:
		c.fail()
	}
}

func (c *checker) container(t Type, nesting int) {
	n := c.uvarint()
	after := c.rest[n:]
	c.rest = c.rest[:n]
	c.members(t, nesting)
	if len(c.rest) != 0 {
		c.fail()
	}
	if !c.bad {
		c.rest = after
	}
}
