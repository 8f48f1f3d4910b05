// SPDX-License-Identifier: Apache-2.0

package organizations

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/policy"
)

const denyAnybody = `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}`

func document(statements string) string {
	return `{"Version":"2012-10-17","Statement":` + statements + `}`
}

func TestDocumentsAreOfTheirType(t *testing.T) {
	for name, c := range map[string]struct {
		t    identity.GuardrailType
		text string
		want bool
	}{
		"an SCP that denies":                 {identity.ServiceControl, document(`{"Effect":"Deny","Action":"*","Resource":"*"}`), true},
		"an SCP that allows":                 {identity.ServiceControl, document(`[{"Effect":"Allow","NotAction":"s3:*","Resource":"*"}]`), true},
		"an SCP with a principal":            {identity.ServiceControl, document(denyAnybody), false},
		"an SCP of the greatest length":      {identity.ServiceControl, document(`{"Effect":"Deny","Action":"*","Resource":"*"}`) + strings.Repeat(" ", maxDocument-len(document(`{"Effect":"Deny","Action":"*","Resource":"*"}`))), true},
		"an SCP that is too long":            {identity.ServiceControl, document(`{"Effect":"Deny","Action":"*","Resource":"*"}`) + strings.Repeat(" ", maxDocument), false},
		"an RCP":                             {identity.ResourceControl, document(denyAnybody), true},
		"an RCP of two statements":           {identity.ResourceControl, document(`[` + denyAnybody + `,` + denyAnybody + `]`), true},
		"an RCP that allows":                 {identity.ResourceControl, document(strings.Replace(denyAnybody, "Deny", "Allow", 1)), false},
		"an RCP that also allows":            {identity.ResourceControl, document(`[` + denyAnybody + `,` + strings.Replace(denyAnybody, "Deny", "Allow", 1) + `]`), false},
		"an RCP about every action":          {identity.ResourceControl, document(strings.Replace(denyAnybody, "s3:*", "*", 1)), false},
		"an RCP about every action, too":     {identity.ResourceControl, document(strings.Replace(denyAnybody, `"s3:*"`, `["s3:*","*"]`, 1)), false},
		"an RCP about all but some actions":  {identity.ResourceControl, document(strings.Replace(denyAnybody, "Action", "NotAction", 1)), false},
		"an RCP about an escaped action":     {identity.ResourceControl, document(strings.Replace(denyAnybody, "s3:*", `\u002a`, 1)), false},
		"an RCP with an escaped element":     {identity.ResourceControl, document(strings.Replace(denyAnybody, `"Action"`, `"\u004eotAction"`, 1)), false},
		"an RCP without a version":           {identity.ResourceControl, `{"Statement":` + denyAnybody + `}`, false},
		"an RCP with an element given twice": {identity.ResourceControl, document(strings.Replace(denyAnybody, `{`, `{"Effect":"Allow",`, 1)), false},
		"no document":                        {identity.ResourceControl, `null`, false},
	} {
		if err := checkDocument(c.text, c.t); (err == nil) != c.want {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// FuzzResourceControl: what is taken as a resource control policy only denies.
func FuzzResourceControl(f *testing.F) {
	f.Add(document(denyAnybody))
	f.Add(document(`[` + denyAnybody + `]`))
	f.Fuzz(func(t *testing.T, text string) {
		if checkDocument(text, identity.ResourceControl) != nil {
			return
		}
		if _, err := policy.Parse([]byte(text), policy.RCP); err != nil {
			t.Fatal("it is taken, and can't be used")
		}
		var doc map[string]any
		if err := json.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		list, ok := doc["Statement"].([]any)
		if !ok {
			list = []any{doc["Statement"]}
		}
		for _, s := range list {
			if s := s.(map[string]any); s["Effect"] != "Deny" || s["Action"] == nil || s["Action"] == "*" {
				t.Fatalf("it has the statement %v", s)
			}
		}
	})
}
