// SPDX-License-Identifier: Apache-2.0

package tvm_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/bailiwick-dev/bailiwick/tenant"
	"github.com/bailiwick-dev/bailiwick/tvm"
)

// sent returns what STS is asked for when the machine of c vends for id.
func sent(t *testing.T, c tvm.Config, id tenant.ID) map[string]string {
	t.Helper()
	srv := newSTS(t)
	if _, err := srv.machine(t, c).Credentials(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for k, v := range srv.last(t) {
		got[k] = strings.Join(v, "|")
	}
	delete(got, "Action")
	delete(got, "Version")
	return got
}

func TestWhatIsAskedOfSTS(t *testing.T) {
	for _, tt := range []struct {
		claim string
		c     tvm.Config
		want  map[string]string
	}{
		{
			"a role per tenant",
			tvm.Config{Scope: tvm.RolePerTenant{RoleARN: tenantRole}},
			map[string]string{
				"RoleArn":         "arn:aws:iam::111122223333:role/tenants/tenant-company1",
				"RoleSessionName": "tenant-company1",
				"DurationSeconds": "900",
			},
		},
		{
			"a session policy",
			tvm.Config{Scope: tvm.SessionPolicy{RoleARN: sharedRole, Template: leadingKey}, Duration: time.Hour},
			map[string]string{
				"RoleArn":         sharedRole,
				"RoleSessionName": "tenant-company1",
				"DurationSeconds": "3600",
				"Policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query"],` +
					`"Resource":"arn:aws:dynamodb:*:*:table/Employee","Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["company1"]},` +
					`"Null":{"dynamodb:LeadingKeys":"false"}}}]}`,
			},
		},
		{
			"session tags, which chains keep",
			tvm.Config{Scope: tvm.SessionTags{RoleARN: sharedRole}, SessionName: "vendor"},
			map[string]string{
				"RoleArn":                    sharedRole,
				"RoleSessionName":            "vendor",
				"DurationSeconds":            "900",
				"Tags.member.1.Key":          "TenantID",
				"Tags.member.1.Value":        "company1",
				"TransitiveTagKeys.member.1": "TenantID",
			},
		},
		{
			"further tags and a source identity",
			tvm.Config{
				Scope:          tvm.SessionTags{RoleARN: sharedRole, Key: "api-key-id", ExtraTags: map[string]string{"tier": "pool", "stage": "Prod 1"}},
				SourceIdentity: "tracking@{{tenant}}",
			},
			map[string]string{
				"RoleArn":                    sharedRole,
				"RoleSessionName":            "tenant-company1",
				"DurationSeconds":            "900",
				"SourceIdentity":             "tracking@company1",
				"Tags.member.1.Key":          "api-key-id",
				"Tags.member.1.Value":        "company1",
				"Tags.member.2.Key":          "stage",
				"Tags.member.2.Value":        "Prod 1",
				"Tags.member.3.Key":          "tier",
				"Tags.member.3.Value":        "pool",
				"TransitiveTagKeys.member.1": "api-key-id",
				"TransitiveTagKeys.member.2": "stage",
				"TransitiveTagKeys.member.3": "tier",
			},
		},
	} {
		if diff := cmp.Diff(tt.want, sent(t, tt.c, "company1")); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tt.claim, diff)
		}
	}
}

func TestTheRequestIsSignedByTheBase(t *testing.T) {
	srv := newSTS(t)
	if _, err := srv.machine(t, tvm.Config{}).Config(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	srv.mu.Lock()
	defer srv.mu.Unlock()
	if auth := srv.header[0].Get("Authorization"); !strings.Contains(auth, "Credential=AKIABASEBASEBASEBASE/") {
		t.Errorf("the request is signed %q", auth)
	}
}

// impostor has a scope's methods and is none.
type impostor struct{ tvm.SessionTags }

func TestNewRefusesScopes(t *testing.T) {
	both, err := tenant.NewGrammar(tenant.Rules{Uppercase: true})
	if err != nil {
		t.Fatal(err)
	}
	long, err := tenant.NewGrammar(tenant.Rules{Max: 64})
	if err != nil {
		t.Fatal(err)
	}
	role := func(arn string) tvm.Scope { return tvm.RolePerTenant{RoleARN: arn} }
	tags := func(key string, extra map[string]string) tvm.Scope {
		return tvm.SessionTags{RoleARN: sharedRole, Key: key, ExtraTags: extra}
	}
	many := make(map[string]string)
	for i := range 50 {
		many[strings.Repeat("k", i+1)] = ""
	}
	for _, tt := range []struct {
		claim   string
		scope   tvm.Scope
		grammar tenant.Grammar
	}{
		{"no scope", nil, tenant.Grammar{}},
		{"an empty role per tenant", tvm.RolePerTenant{}, tenant.Grammar{}},
		{"an empty session policy", tvm.SessionPolicy{}, tenant.Grammar{}},
		{"empty session tags", tvm.SessionTags{}, tenant.Grammar{}},
		{"a nil pointer to a scope", (*tvm.SessionTags)(nil), tenant.Grammar{}},
		{"a pointer to a scope", &tvm.SessionTags{RoleARN: sharedRole}, tenant.Grammar{}},
		{"what embeds a scope", impostor{tvm.SessionTags{RoleARN: sharedRole}}, tenant.Grammar{}},
		{"a session policy without template", tvm.SessionPolicy{RoleARN: sharedRole}, tenant.Grammar{}},

		{"a tenant's role that is every tenant's", role(sharedRole), tenant.Grammar{}},
		{"a role that the tenant names", role("arn:aws:iam::111122223333:role/{{tenant}}"), tenant.Grammar{}},
		{"a role that begins with what the tenant names", role("arn:aws:iam::111122223333:role/{{tenant}}-role"), tenant.Grammar{}},
		{"a tenant in the path", role("arn:aws:iam::111122223333:role/t/{{tenant}}/app"), tenant.Grammar{}},
		{"a tenant in path and name", role("arn:aws:iam::111122223333:role/t/{{tenant}}/{{tenant}}"), tenant.Grammar{}},
		{"a tenant in the account", role("arn:aws:iam::{{tenant}}:role/tenant-{{tenant}}"), tenant.Grammar{}},
		{"a tenant in the partition", role("arn:{{tenant}}:iam::111122223333:role/tenant-{{tenant}}"), tenant.Grammar{}},
		{"a role in a region", role("arn:aws:iam:us-east-1:111122223333:role/tenant-{{tenant}}"), tenant.Grammar{}},
		{"a role without account", role("arn:aws:iam:::role/tenant-{{tenant}}"), tenant.Grammar{}},
		{"a user", role("arn:aws:iam::111122223333:user/tenant-{{tenant}}"), tenant.Grammar{}},
		{"a session", role("arn:aws:sts::111122223333:assumed-role/tenant-{{tenant}}"), tenant.Grammar{}},
		{"a role of another service", role("arn:aws:sts::111122223333:role/tenant-{{tenant}}"), tenant.Grammar{}},
		{"no ARN", role("tenant-{{tenant}}"), tenant.Grammar{}},
		{"a wildcard in a role", role("arn:aws:iam::111122223333:role/tenant-{{tenant}}*"), tenant.Grammar{}},
		{"a wildcard in a path", role("arn:aws:iam::111122223333:role/*/tenant-{{tenant}}"), tenant.Grammar{}},
		{"another placeholder in a role", role("arn:aws:iam::111122223333:role/tenant-{{tenant}}-{{stage}}"), tenant.Grammar{}},
		{"a role name that the longest id overfills", role("arn:aws:iam::111122223333:role/tenant-{{tenant}}"), long},
		{"roles that differ in case", role(tenantRole), both},
		{"a shared role that is a tenant's", tvm.SessionTags{RoleARN: tenantRole}, tenant.Grammar{}},
		{"a policy's role that is a tenant's", tvm.SessionPolicy{RoleARN: tenantRole, Template: leadingKey}, tenant.Grammar{}},

		{"a tag of AWS's", tags("aws:TenantID", nil), tenant.Grammar{}},
		{"in whatever case", tags("AWS:TenantID", nil), tenant.Grammar{}},
		{"a tag key with a wildcard", tags("Tenant*", nil), tenant.Grammar{}},
		{"a tag key too long", tags(strings.Repeat("k", 129), nil), tenant.Grammar{}},
		{"a further tag that is the tenant's", tags("", map[string]string{"tenantid": "blue"}), tenant.Grammar{}},
		{"two further tags that differ in case", tags("", map[string]string{"tier": "a", "Tier": "b"}), tenant.Grammar{}},
		{"a further tag without key", tags("", map[string]string{"": "a"}), tenant.Grammar{}},
		{"a further tag's value with a wildcard", tags("", map[string]string{"tier": "*"}), tenant.Grammar{}},
		{"a further tag's value too long", tags("", map[string]string{"tier": strings.Repeat("v", 257)}), tenant.Grammar{}},
		{"too many tags", tags("", many), tenant.Grammar{}},
	} {
		m, err := tvm.New(tvm.Config{Base: unusedBase(), Scope: tt.scope, TenantID: tt.grammar, SessionName: "vendor"})
		if err == nil || m != nil {
			t.Errorf("%s is accepted", tt.claim)
		}
	}
}

func TestNewRefusesConfigs(t *testing.T) {
	for _, tt := range []struct {
		claim  string
		change func(c *tvm.Config)
	}{
		{"no credentials", func(c *tvm.Config) { c.Base.Credentials = nil }},
		{"anonymous credentials", func(c *tvm.Config) { c.Base.Credentials = aws.AnonymousCredentials{} }},
		{"no region", func(c *tvm.Config) { c.Base.Region = "" }},
		{"a duration below 15 minutes", func(c *tvm.Config) { c.Duration = 899 * time.Second }},
		{"a negative duration", func(c *tvm.Config) { c.Duration = -time.Hour }},
		{"a duration above 12 hours", func(c *tvm.Config) { c.Duration = 12*time.Hour + time.Second }},
		{"a fraction of a second", func(c *tvm.Config) { c.Duration = time.Hour + time.Millisecond }},
		{"a window of half the duration", func(c *tvm.Config) { c.ExpiryWindow = 450 * time.Second }},
		{"a negative window", func(c *tvm.Config) { c.ExpiryWindow = -1 }},
		{"a negative number of tenants", func(c *tvm.Config) { c.MaxTenants = -1 }},
		{"a session name of one character", func(c *tvm.Config) { c.SessionName = "x" }},
		{"one of 65", func(c *tvm.Config) { c.SessionName = strings.Repeat("x", 65) }},
		{"one that the longest id overfills", func(c *tvm.Config) { c.SessionName = strings.Repeat("x", 33) + "{{tenant}}" }},
		{"one with a blank", func(c *tvm.Config) { c.SessionName = "a b" }},
		{"one with another placeholder", func(c *tvm.Config) { c.SessionName = "{{user}}" }},
		{"a source identity with a colon", func(c *tvm.Config) { c.SourceIdentity = "aws:x" }},
	} {
		c := tvm.Config{Base: unusedBase(), Scope: tvm.SessionTags{RoleARN: sharedRole}}
		if _, err := tvm.New(c); err != nil {
			t.Fatal(err)
		}
		tt.change(&c)
		if _, err := tvm.New(c); err == nil {
			t.Errorf("%s is accepted", tt.claim)
		}
	}
}

func TestTheZeroMachineVendsNothing(t *testing.T) {
	var m tvm.Machine
	if _, err := m.Config(t.Context(), "acme"); err == nil {
		t.Error("Config: no error")
	}
	if _, err := m.Credentials(t.Context(), "acme"); err == nil {
		t.Error("Credentials: no error")
	}
}

func TestNoIDOutsideTheGrammarReachesSTS(t *testing.T) {
	srv := newSTS(t)
	for _, scope := range []tvm.Scope{
		tvm.RolePerTenant{RoleARN: tenantRole},
		tvm.SessionPolicy{RoleARN: sharedRole, Template: leadingKey},
		tvm.SessionTags{RoleARN: sharedRole},
	} {
		m := srv.machine(t, tvm.Config{Scope: scope})
		for _, id := range []tenant.ID{"", "*", "acm?", "ac*e", "${aws:username}", "{{tenant}}", `a","b`, "acme/../blue", "yellow,blue", "acme\x00", "Acme"} {
			c, err := m.Config(t.Context(), id)
			if err == nil || c.Credentials != nil {
				t.Errorf("%T: %q is vended for", scope, id)
			}
		}
	}
	if n := srv.count(); n != 0 {
		t.Errorf("STS was called %d times, with %v", n, srv.last(t))
	}
}
