// SPDX-License-Identifier: Apache-2.0

package attr

// A Type is one of the ten data types. The zero Type is none of them. The
// numbers are part of the stored form and never change.
type Type uint8

// The data types.
const (
	TypeS    Type = 1
	TypeN    Type = 2
	TypeB    Type = 3
	TypeBOOL Type = 4
	TypeNULL Type = 5
	TypeSS   Type = 6
	TypeNS   Type = 7
	TypeBS   Type = 8
	TypeL    Type = 9
	TypeM    Type = 10
)

var typeNames = [...]string{"", "S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"}

// String returns the type's name on the wire, such as "NS".
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return ""
}

// TypeNamed returns the type of that wire name, in exactly that case.
func TypeNamed(name string) (Type, bool) {
	for t := TypeS; t <= TypeM; t++ {
		if typeNames[t] == name {
			return t, true
		}
	}
	return 0, false
}

// IsKey reports whether a key attribute may have the type: S, N or B.
func (t Type) IsKey() bool { return t >= TypeS && t <= TypeB }

// IsSet reports whether t is SS, NS or BS.
func (t Type) IsSet() bool { return t >= TypeSS && t <= TypeBS }

// Element returns what a set type's members are: S, N or B. For other types it
// returns the zero Type.
func (t Type) Element() Type {
	if !t.IsSet() {
		return 0
	}
	return t - TypeSS + TypeS
}

func (t Type) isContainer() bool { return t >= TypeSS && t <= TypeM }
