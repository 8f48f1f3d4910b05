// SPDX-License-Identifier: Apache-2.0

package expr_test

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

func TestKeyConditionsTellTheirOperands(t *testing.T) {
	var values attr.Input
	if err := values.DecodeJSON(jsontext.NewDecoder(strings.NewReader(`{":a":{"S":"a"},":b":{"S":"b"},":c":{"S":"c"}}`))); err != nil {
		t.Fatal(err)
	}
	p, err := expr.NewPlaceholders(nil, values)
	if err != nil {
		t.Fatal(err)
	}
	c, err := p.KeyCondition("sk BETWEEN :b AND :c AND :a = pk")
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := c.Equated("pk"); !ok || !v.Equal(attr.String("a")) {
		t.Errorf("pk is set equal to %q, %v", v.Bytes(), ok)
	}
	for _, name := range []string{"sk", "other"} {
		if v, ok := c.Equated(name); ok {
			t.Errorf("%s is set equal to %q", name, v.Bytes())
		}
	}
	got := ""
	for _, v := range c.Operands() {
		got += string(v.Bytes())
	}
	if got != "bca" {
		t.Errorf("operands are %q", got)
	}
}
