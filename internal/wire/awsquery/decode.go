// SPDX-License-Identifier: Apache-2.0

package awsquery

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	timeType  = reflect.TypeFor[time.Time]()
	bytesType = reflect.TypeFor[[]byte]()
)

// structure sets the fields of v from the parameters whose names begin with
// prefix, which is empty or ends in a dot.
func (f form) structure(prefix string, v reflect.Value) error {
	for _, fd := range fieldsOf(v.Type()) {
		if _, err := f.value(prefix+fd.name, v.Field(fd.index)); err != nil {
			return err
		}
	}
	return nil
}

// value sets v from the parameters of the given name. It reports whether there
// are any; if not, v is left as it is.
func (f form) value(name string, v reflect.Value) (bool, error) {
	if !f.has(name) {
		return false, nil
	}
	t := v.Type()
	switch {
	case t == timeType, t == bytesType:
		return f.scalar(name, v)
	case t.Kind() == reflect.Pointer:
		e := reflect.New(t.Elem())
		ok, err := f.value(name, e.Elem())
		if ok {
			v.Set(e)
		}
		return ok, err
	case t.Kind() == reflect.Struct:
		return f.part(name, v)
	case t.Kind() == reflect.Slice:
		return f.list(name, v)
	case t.Kind() == reflect.Map:
		return f.mapping(name, v)
	default:
		return f.scalar(name, v)
	}
}

// part sets v, a structure, from the parameters whose names begin with name
// and a dot.
func (f form) part(name string, v reflect.Value) (bool, error) {
	if _, given := f.get(name); given {
		return false, malformed(name + " must have parts")
	}
	f = f.under(name + ".")
	if len(f) == 0 {
		return false, nil
	}
	return true, f.structure(name+".", v)
}

// list sets v from name.member.1, name.member.2 and so on. How many there are
// decides its length, never a number in a name.
func (f form) list(name string, v reflect.Value) (bool, error) {
	items, err := f.items(name, "member")
	if items == nil || err != nil {
		return false, err
	}
	v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	for i, item := range items {
		ok, err := f.value(item, v.Index(i))
		if err != nil {
			return false, err
		}
		if !ok {
			return false, malformed(item + " is malformed")
		}
	}
	return true, nil
}

// mapping sets v from name.entry.1.key, name.entry.1.value and so on.
func (f form) mapping(name string, v reflect.Value) (bool, error) {
	items, err := f.items(name, "entry")
	if items == nil || err != nil {
		return false, err
	}
	t := v.Type()
	v.Set(reflect.MakeMapWithSize(t, len(items)))
	for _, item := range items {
		key, ok := f.get(item + ".key")
		if !ok {
			return false, malformed(item + " has no key")
		}
		e := reflect.New(t.Elem()).Elem()
		if ok, err = f.value(item+".value", e); err != nil {
			return false, err
		}
		k := reflect.ValueOf(key).Convert(t.Key())
		if !ok || v.MapIndex(k).IsValid() {
			return false, malformed(item + " has no value, or a key that another entry has")
		}
		v.SetMapIndex(k, e)
	}
	return true, nil
}

// items returns the names of the elements of the list or map of the given
// name: name.word.1, name.word.2 and so on, in the order of their numbers. It
// is nil if there is no such list, and empty for one that is written "name=".
func (f form) items(name, word string) ([]string, error) {
	prefix := name + "." + word + "."
	all := f.under(name + ".")
	value, given := f.get(name)
	switch {
	case !given && len(all) == 0:
		return nil, nil
	case given && (value != "" || len(all) > 0):
		return nil, malformed(name + " must have numbered parts only")
	}
	var numbers []int
	for _, p := range all {
		rest, ok := strings.CutPrefix(p.name, prefix)
		digits, _, _ := strings.Cut(rest, ".")
		n, err := strconv.Atoi(digits)
		if !ok || err != nil || n < 1 || strconv.Itoa(n) != digits {
			return nil, malformed(p.name + " is not numbered as parts of " + name + " must be")
		}
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	items := []string{}
	for _, n := range slices.Compact(numbers) {
		items = append(items, prefix+strconv.Itoa(n))
	}
	return items, nil
}

// scalar sets v from the parameter of the given name.
func (f form) scalar(name string, v reflect.Value) (bool, error) {
	if len(f.under(name+".")) > 0 {
		return false, malformed(name + " has no parts")
	}
	s, ok := f.get(name)
	if !ok {
		return false, nil
	}
	if err := setScalar(s, v); err != nil {
		return false, malformed(name + " is malformed: " + err.Error())
	}
	return true, nil
}

// setScalar sets v to what s stands for. Its errors do not repeat s.
func setScalar(s string, v reflect.Value) error {
	switch v.Type() {
	case timeType:
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return fmt.Errorf("timestamp must follow ISO8601")
		}
		v.Set(reflect.ValueOf(t.UTC()))
		return nil
	case bytesType:
		b, err := base64.StdEncoding.Strict().DecodeString(s)
		if err != nil || strings.ContainsAny(s, "\r\n") {
			return fmt.Errorf("blob must be base64")
		}
		v.SetBytes(b)
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
		return nil
	case reflect.Bool:
		return setBool(s, v)
	case reflect.Int, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(s, 10, v.Type().Bits())
		if err != nil {
			return fmt.Errorf("an integer of %d bits is expected", v.Type().Bits())
		}
		v.SetInt(n)
		return nil
	case reflect.Float64:
		n, err := strconv.ParseFloat(s, 64)
		if err != nil || n-n != 0 { // infinite or not a number
			return fmt.Errorf("a number is expected")
		}
		v.SetFloat(n)
		return nil
	}
	panic(fmt.Sprintf("awsquery: type %v has no form", v.Type()))
}

func setBool(s string, v reflect.Value) error {
	switch strings.ToLower(s) {
	case "true":
		v.SetBool(true)
	case "false":
		v.SetBool(false)
	default:
		return fmt.Errorf("true or false is expected")
	}
	return nil
}
