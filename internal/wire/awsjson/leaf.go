// SPDX-License-Identifier: Apache-2.0

package awsjson

import (
	"encoding/base64"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/quote"
)

// scalarCodec returns the codec of types of the kind, named ones included.
func scalarCodec(kind reflect.Kind) (codec, bool) {
	switch kind {
	case reflect.String:
		return stringCodec, true
	case reflect.Bool:
		return boolCodec, true
	case reflect.Int32:
		return intCodec(32, "java.lang.Integer"), true
	case reflect.Int, reflect.Int64:
		return intCodec(64, "java.lang.Long"), true
	case reflect.Float64:
		return floatCodec, true
	}
	return codec{}, false
}

var stringCodec = codec{
	java: "java.lang.String",
	decode: func(d *Decoder, v reflect.Value) error {
		s, err := d.Text()
		if err == nil {
			v.SetString(string(s))
		}
		return err
	},
	append: func(dst []byte, v reflect.Value, _ pause) ([]byte, error) {
		return quote.Append(dst, v.String()), nil
	},
}

var boolCodec = codec{
	java: "java.lang.Boolean",
	decode: func(d *Decoder, v reflect.Value) error {
		b, err := d.Bool()
		if err == nil {
			v.SetBool(b)
		}
		return err
	},
	append: func(dst []byte, v reflect.Value, _ pause) ([]byte, error) {
		return strconv.AppendBool(dst, v.Bool()), nil
	},
}

func intCodec(bits int, java string) codec {
	return codec{
		java: java,
		decode: func(d *Decoder, v reflect.Value) error {
			n, err := d.Int(bits)
			if err == nil {
				v.SetInt(n)
			}
			return err
		},
		append: func(dst []byte, v reflect.Value, _ pause) ([]byte, error) {
			return strconv.AppendInt(dst, v.Int(), 10), nil
		},
	}
}

var floatCodec = codec{
	java: "java.lang.Double",
	decode: func(d *Decoder, v reflect.Value) error {
		f, err := d.Float()
		if err == nil {
			v.SetFloat(f)
		}
		return err
	},
	append: func(dst []byte, v reflect.Value, _ pause) ([]byte, error) {
		f := v.Float()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return dst, fmt.Errorf("awsjson: %v has no form in JSON", f)
		}
		return appendFloat(dst, f), nil
	},
}

var timeCodec = codec{
	java: "java.util.Date",
	decode: func(d *Decoder, v reflect.Value) error {
		t, err := d.Time()
		if err == nil {
			v.Set(reflect.ValueOf(t))
		}
		return err
	},
	append: func(dst []byte, v reflect.Value, _ pause) ([]byte, error) {
		return appendTime(dst, v.Interface().(time.Time)), nil
	},
}

var bytesCodec = codec{
	java: "java.nio.ByteBuffer",
	decode: func(d *Decoder, v reflect.Value) error {
		b, err := d.Bytes([]byte{})
		if err == nil {
			v.SetBytes(b)
		}
		return err
	},
	append: func(dst []byte, v reflect.Value, _ pause) ([]byte, error) {
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, v.Bytes())
		return append(dst, '"'), nil
	},
}
