// SPDX-License-Identifier: Apache-2.0

package tenant_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/bailiwick-dev/bailiwick/tenant"
)

func TestContext(t *testing.T) {
	if id, ok := tenant.FromContext(t.Context()); ok {
		t.Errorf("a bare context is of tenant %q", id)
	}
	ctx := tenant.NewContext(t.Context(), "acme")
	if id, ok := tenant.FromContext(ctx); !ok || id != "acme" {
		t.Errorf("FromContext = %q, %v", id, ok)
	}
	if id, _ := tenant.FromContext(tenant.NewContext(ctx, "blue")); id != "blue" {
		t.Errorf("the inner tenant is %q, want blue", id)
	}
	if _, ok := tenant.FromContext(tenant.NewContext(ctx, "")); ok {
		t.Error("an empty tenant is a tenant")
	}
}

func ExampleGrammar_Parse() {
	g, err := tenant.NewGrammar(tenant.Rules{Max: 12})
	if err != nil {
		panic(err)
	}
	for _, s := range []string{"company1", "company*"} {
		id, err := g.Parse(s)
		fmt.Println(id, err)
	}
	// Output:
	// company1 <nil>
	//  invalid tenant id "company*": byte 7 is not an allowed character
}

func ExampleFromContext() {
	ctx := tenant.NewContext(context.Background(), "company1")
	if id, ok := tenant.FromContext(ctx); ok {
		fmt.Println("this request is for", id)
	}
	// Output: this request is for company1
}
