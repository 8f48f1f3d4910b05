// SPDX-License-Identifier: Apache-2.0

package upstream

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// Item returns the item as the SDK has it. Numbers are in plain decimal.
func Item(it attr.Item) map[string]types.AttributeValue {
	out := make(map[string]types.AttributeValue, it.Len())
	for name, v := range it.All() {
		out[string(name)] = Value(v)
	}
	return out
}

// Value returns the value as the SDK has it; nil for the zero Value.
func Value(v attr.Value) types.AttributeValue {
	switch v.Type() {
	case attr.TypeS:
		return &types.AttributeValueMemberS{Value: string(v.Bytes())}
	case attr.TypeN:
		return &types.AttributeValueMemberN{Value: v.Number().String()}
	case attr.TypeB:
		return &types.AttributeValueMemberB{Value: binary(v.Bytes())}
	case attr.TypeBOOL:
		return &types.AttributeValueMemberBOOL{Value: v.Bool()}
	case attr.TypeNULL:
		return &types.AttributeValueMemberNULL{Value: true}
	case attr.TypeSS, attr.TypeNS, attr.TypeBS:
		return set(v)
	case attr.TypeL:
		out := make([]types.AttributeValue, 0, v.Len())
		for e := range v.List() {
			out = append(out, Value(e))
		}
		return &types.AttributeValueMemberL{Value: out}
	case attr.TypeM:
		out := make(map[string]types.AttributeValue, v.Len())
		for name, e := range v.Map() {
			out[string(name)] = Value(e)
		}
		return &types.AttributeValueMemberM{Value: out}
	}
	return nil
}

func set(v attr.Value) types.AttributeValue {
	if v.Type() == attr.TypeBS {
		out := make([][]byte, 0, v.Len())
		for m := range v.Set() {
			out = append(out, binary(m))
		}
		return &types.AttributeValueMemberBS{Value: out}
	}
	out := make([]string, 0, v.Len())
	for m := range v.Set() {
		if v.Type() == attr.TypeNS {
			n, _, _ := attr.ReadKeyValue(m, attr.TypeN) // a member of a set is a number
			m = n.Number().AppendText(nil)
		}
		out = append(out, string(m))
	}
	if v.Type() == attr.TypeNS {
		return &types.AttributeValueMemberNS{Value: out}
	}
	return &types.AttributeValueMemberSS{Value: out}
}

// binary returns a copy of b that isn't nil: the SDK would leave that out.
func binary(b []byte) []byte { return append(make([]byte, 0, len(b)), b...) }

// ParseItem returns the item that the SDK has of an answer. Values that no item
// has are an error: to leave them out would be to answer with another item than
// the upstream did.
func ParseItem(in map[string]types.AttributeValue) (attr.Item, error) {
	var b attr.Builder
	for name, v := range in {
		b.Name(name)
		if err := build(&b, v); err != nil {
			return attr.Item{}, err
		}
	}
	return b.Item()
}

// build adds the value to b.
func build(b *attr.Builder, v types.AttributeValue) error {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		b.Str(v.Value)
	case *types.AttributeValueMemberN:
		return buildNumber(b, v.Value)
	case *types.AttributeValueMemberB:
		b.Bin(v.Value)
	case *types.AttributeValueMemberBOOL:
		b.Bool(v.Value)
	case *types.AttributeValueMemberNULL:
		b.Null()
	case *types.AttributeValueMemberSS:
		return buildAll(b, attr.TypeSS, v.Value, func(s string) error { b.Str(s); return nil })
	case *types.AttributeValueMemberNS:
		return buildAll(b, attr.TypeNS, v.Value, func(s string) error { return buildNumber(b, s) })
	case *types.AttributeValueMemberBS:
		return buildAll(b, attr.TypeBS, v.Value, func(e []byte) error { b.Bin(e); return nil })
	case *types.AttributeValueMemberL:
		return buildAll(b, attr.TypeL, v.Value, func(e types.AttributeValue) error { return build(b, e) })
	case *types.AttributeValueMemberM:
		b.Begin(attr.TypeM)
		for name, e := range v.Value {
			b.Name(name)
			if err := build(b, e); err != nil {
				return err
			}
		}
		b.End()
	default:
		return fmt.Errorf("upstream: a value of type %T", v)
	}
	return nil
}

func buildNumber(b *attr.Builder, text string) error {
	n, err := attr.ParseNumber([]byte(text))
	b.Num(n)
	return err
}

func buildAll[E any](b *attr.Builder, t attr.Type, in []E, add func(E) error) error {
	b.Begin(t)
	for _, e := range in {
		if err := add(e); err != nil {
			return err
		}
	}
	b.End()
	return nil
}
