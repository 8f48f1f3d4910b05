// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/client"
)

// with returns cfg with a session's credentials.
func (s *siege) with(c *ststypes.Credentials) aws.Config {
	return s.srv.As(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
}

// ownSession begins a user's own session.
func (s *siege) ownSession(user aws.Config) aws.Config {
	s.t.Helper()
	out, err := sts.NewFromConfig(user).GetSessionToken(s.t.Context(), &sts.GetSessionTokenInput{})
	if err != nil {
		s.t.Fatal(err)
	}
	return s.with(out.Credentials)
}

// name begins a session of somebody whom the user names.
func (s *siege) name(user aws.Config, policy string, tags ...ststypes.Tag) aws.Config {
	s.t.Helper()
	in := &sts.GetFederationTokenInput{Name: aws.String("somebody"), Tags: tags}
	if policy != "" {
		in.Policy = aws.String(policy)
	}
	out, err := sts.NewFromConfig(user).GetFederationToken(s.t.Context(), in)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.with(out.Credentials)
}

func stsTag(key, value string) ststypes.Tag {
	return ststypes.Tag{Key: aws.String(key), Value: aws.String(value)}
}

// TestTokensOfUsersAreWhole changes tokens, and tries them where they are not from.
func TestTokensOfUsersAreWhole(t *testing.T) {
	s, elsewhere := newSiege(t, bailiwick.Config{}), newSiege(t, bailiwick.Config{})
	for kind, cfg := range map[string]aws.Config{"own": s.ownSession(s.admin), "named": s.name(s.admin, allowAll)} {
		s.do(cfg, "dynamodb", "GetItem", getRow("blue"))
		k := keysOf(t, cfg)
		other := keysOf(t, s.ownSession(s.admin))
		wrong := map[string]aws.Config{
			"no token":            s.srv.As(k.AccessKeyID, k.SecretAccessKey, ""),
			"another's token":     s.srv.As(k.AccessKeyID, k.SecretAccessKey, other.SessionToken),
			"another's key":       s.srv.As(other.AccessKeyID, k.SecretAccessKey, k.SessionToken),
			"truncated":           s.srv.As(k.AccessKeyID, k.SecretAccessKey, k.SessionToken[:len(k.SessionToken)-1]),
			"one character":       s.srv.As(k.AccessKeyID, k.SecretAccessKey, k.SessionToken[:1]),
			"lengthened":          s.srv.As(k.AccessKeyID, k.SecretAccessKey, k.SessionToken+"A"),
			"a long-term key's":   s.srv.As(keysOf(t, s.admin).AccessKeyID, keysOf(t, s.admin).SecretAccessKey, k.SessionToken),
			"for another account": s.srv.As(strings.Replace(k.AccessKeyID, "ASIAA", "ASIAB", 1), k.SecretAccessKey, k.SessionToken),
		}
		for what, bad := range wrong {
			s.fails(bad, "UnrecognizedClientException", "dynamodb", "GetItem", getRow("blue"))
			if a := s.try(bad, "sts", "GetCallerIdentity", `{}`); a.OK() {
				t.Errorf("%s, %s: %s", kind, what, a.Body)
			}
		}
		for i := 0; i < len(k.SessionToken); i += 7 {
			flipped := []byte(k.SessionToken)
			flipped[i] ^= 1
			if a := s.try(s.srv.As(k.AccessKeyID, k.SecretAccessKey, string(flipped)), "dynamodb", "GetItem", getRow("blue")); a.OK() {
				t.Errorf("%s: a token with another character %d is good", kind, i)
			}
		}
		stranger := elsewhere.srv.As(k.AccessKeyID, k.SecretAccessKey, k.SessionToken)
		elsewhere.fails(stranger, "UnrecognizedClientException", "dynamodb", "GetItem", getRow("blue"))
	}
	elsewhere.do(elsewhere.ownSession(elsewhere.admin), "dynamodb", "GetItem", getRow("blue"))
}

// TestAnEmergencyEndsSessionsOfUsers rotates the keys that sealed them.
func TestAnEmergencyEndsSessionsOfUsers(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	own, named := s.ownSession(s.admin), s.name(s.admin, allowAll)
	s.rotate(false)
	for _, cfg := range []aws.Config{own, named} {
		s.do(cfg, "dynamodb", "GetItem", getRow("blue"))
	}
	s.rotate(true)
	for _, cfg := range []aws.Config{own, named} {
		s.fails(cfg, "UnrecognizedClientException", "dynamodb", "GetItem", getRow("blue"))
	}
	s.do(s.ownSession(s.admin), "dynamodb", "GetItem", getRow("blue"))
}

// TestWhoIsNamedGetsNoMore has a user of little power name somebody with all there
// is to give.
func TestWhoIsNamedGetsNoMore(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.power("powerful")
	const little = `{"Version":"2012-10-17","Statement":[
	 {"Effect":"Allow","Action":["dynamodb:GetItem","sts:*","iam:*","bailiwick:*"],"Resource":"*"},
	 {"Effect":"Deny","Action":"dynamodb:PutItem","Resource":"*"}]}`
	user := s.user(s.root, "namer", little)
	s.must(s.root, "iam", "PutUserPolicy", map[string]any{"UserName": "namer", "PolicyName": "q", "PolicyDocument": little})
	named := s.name(user, allowAll)
	s.do(named, "dynamodb", "GetItem", getRow("blue"))
	s.do(user, "iam", "GetUser", `{"UserName":"namer"}`)
	s.do(user, "sts", "AssumeRole", text(t, assumption("powerful", nil)))

	s.refuses(named, "dynamodb", "PutItem", putRow("blue", "1"))
	s.refuses(named, "dynamodb", "DeleteTable", `{"TableName":"Ledger"}`)
	s.refuses(named, "sts", "AssumeRole", text(t, assumption("powerful", nil)))
	s.refuses(named, "sts", "GetFederationToken", `{"Name":"again"}`)
	s.refuses(named, "sts", "GetSessionToken", `{}`)
	for op, in := range map[string]string{
		"GetUser":         `{"UserName":"namer"}`,
		"CreateAccessKey": `{"UserName":"namer"}`,
		"CreateUser":      `{"UserName":"mine"}`,
		"PutUserPolicy":   `{"UserName":"namer","PolicyName":"r","PolicyDocument":"` + strings.ReplaceAll(allowAll, `"`, `\"`) + `"}`,
	} {
		s.fails(named, "InvalidClientTokenId", "iam", op, in)
		s.fails(s.ownSession(user), "InvalidClientTokenId", "iam", op, in)
	}
	s.fails(named, "InvalidClientTokenId", "bailiwick", "ListAccounts", `{}`)

	// A permissions boundary of the user bounds whom it names.
	s.must(s.root, "iam", "CreatePolicy", map[string]any{"PolicyName": "bound", "PolicyDocument": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}}`})
	s.do(s.root, "iam", "PutUserPermissionsBoundary", `{"UserName":"namer","PermissionsBoundary":"arn:aws:iam::000000000000:policy/bound"}`)
	s.refuses(named, "dynamodb", "GetItem", getRow("blue"))
	s.refuses(s.ownSession(user), "dynamodb", "GetItem", getRow("blue"))
}

// TestSessionsEndWithTheirUser deletes a user, or shuts it out.
func TestSessionsEndWithTheirUser(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	user := s.user(s.root, "ann", allowAll)
	own, named := s.ownSession(user), s.name(user, allowAll)
	chained := s.assume(own, s.power("powerful"), nil)
	all := map[string]aws.Config{"own": own, "named": named, "chained": chained}
	good := func() {
		t.Helper()
		for _, cfg := range all {
			s.do(cfg, "dynamodb", "GetItem", getRow("blue"))
		}
	}
	gone := func(what string) {
		t.Helper()
		for kind, cfg := range all {
			if a := s.try(cfg, "dynamodb", "GetItem", getRow("blue")); codeOf(a.Body) != "UnrecognizedClientException" {
				t.Errorf("%s, %s: got %d %s", what, kind, a.Status, a.Body)
			}
		}
	}
	good()
	lift := s.revoke(client.RevokeInput{PrincipalArn: "arn:aws:iam::000000000000:user/ann"})
	gone("revoked")
	lift()
	good()
	s.do(s.root, "iam", "UpdateAccessKey", `{"UserName":"ann","AccessKeyId":"`+keysOf(t, user).AccessKeyID+`","Status":"Inactive"}`)
	good() // as in AWS, sessions outlive the key that began them

	s.deleteUser("ann", keysOf(t, user).AccessKeyID)
	delete(all, "chained") // comes from the user but is the role's
	gone("deleted")
	again := s.user(s.root, "ann", allowAll)
	gone("created again")
	s.do(s.ownSession(again), "dynamodb", "GetItem", getRow("blue"))
}

// TestTagsEndSessionsOfUsers suspends a tenant of whom users name, and of users.
func TestTagsEndSessionsOfUsers(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	blue := s.name(s.admin, ownRows, stsTag("TenantID", "blue"))
	yellow := s.name(s.admin, ownRows, stsTag("TenantID", "yellow"))
	s.do(blue, "dynamodb", "GetItem", getRow("blue"))
	s.refuses(blue, "dynamodb", "GetItem", getRow("yellow"))

	lift := s.revoke(byTenant("tenantid", "blue"))
	s.fails(blue, "UnrecognizedClientException", "dynamodb", "GetItem", getRow("blue"))
	s.do(yellow, "dynamodb", "GetItem", getRow("yellow"))
	issue := `{"Name":"somebody","Tags":[{"Key":"TENANTID","Value":"blue"}]}`
	s.refuses(s.admin, "sts", "GetFederationToken", issue)
	s.do(s.admin, "sts", "GetFederationToken", `{"Name":"somebody","Tags":[{"Key":"TENANTID","Value":"yellow"}]}`)
	lift()
	s.do(blue, "dynamodb", "GetItem", getRow("blue"))
	s.do(s.admin, "sts", "GetFederationToken", issue)

	// A tag that a user gets later counts for the sessions that it has begun.
	user := s.user(s.root, "ann", allowAll)
	own := s.ownSession(user)
	s.do(own, "dynamodb", "GetItem", getRow("blue"))
	s.do(s.root, "iam", "TagUser", `{"UserName":"ann","Tags":[{"Key":"TenantID","Value":"red"}]}`)
	lift = s.revoke(byTenant("TenantID", "red"))
	s.fails(own, "UnrecognizedClientException", "dynamodb", "GetItem", getRow("blue"))
	lift()
	s.do(own, "dynamodb", "GetItem", getRow("blue"))
}

// TestTagsOfUsersCannotBeChanged has a user with a tenant name somebody of another.
func TestTagsOfUsersCannotBeChanged(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	const mayName = `{"Version":"2012-10-17","Statement":[
	 {"Effect":"Allow","Action":["sts:GetFederationToken","dynamodb:GetItem"],"Resource":"*"},
	 {"Effect":"Allow","Action":"sts:TagSession","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/TenantID":"${aws:PrincipalTag/TenantID}"}}}]}`
	user := s.user(s.root, "ann", mayName)
	s.do(s.root, "iam", "TagUser", `{"UserName":"ann","Tags":[{"Key":"TenantID","Value":"yellow"}]}`)
	s.do(s.name(user, ownRows), "dynamodb", "GetItem", getRow("yellow"))
	s.do(s.name(user, ownRows, stsTag("TenantID", "yellow")), "dynamodb", "GetItem", getRow("yellow"))
	s.refuses(s.name(user, ownRows), "dynamodb", "GetItem", getRow("blue"))
	for _, key := range []string{"TenantID", "tenantid", "TENANTID"} {
		s.refuses(user, "sts", "GetFederationToken", `{"Name":"somebody","Tags":[{"Key":"`+key+`","Value":"blue"}]}`)
	}
	s.fails(user, "InvalidParameterValue", "sts", "GetFederationToken",
		`{"Name":"somebody","Tags":[{"Key":"TenantID","Value":"yellow"},{"Key":"tenantid","Value":"blue"}]}`)
}

// TestLengthsOfSessionsOfUsers asks for as long as there is.
func TestLengthsOfSessionsOfUsers(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	for name, c := range map[string]struct {
		user  aws.Config
		asked *int32
		want  time.Duration
	}{
		"a user":                {s.admin, nil, 12 * time.Hour},
		"a user for 36 hours":   {s.admin, aws.Int32(129_600), 36 * time.Hour},
		"root":                  {s.root, nil, time.Hour},
		"root for 36 hours":     {s.root, aws.Int32(129_600), time.Hour},
		"root for 15 minutes":   {s.root, aws.Int32(900), 15 * time.Minute},
		"a user for 15 minutes": {s.admin, aws.Int32(900), 15 * time.Minute},
	} {
		own, err := sts.NewFromConfig(c.user).GetSessionToken(t.Context(), &sts.GetSessionTokenInput{DurationSeconds: c.asked})
		if err != nil {
			t.Fatal(err)
		}
		named, err := sts.NewFromConfig(c.user).GetFederationToken(t.Context(), &sts.GetFederationTokenInput{Name: aws.String("somebody"), DurationSeconds: c.asked})
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range []*ststypes.Credentials{own.Credentials, named.Credentials} {
			if d := time.Until(*got.Expiration); d > c.want || d < c.want-time.Minute {
				t.Errorf("%s: lasts %v, want %v", name, d, c.want)
			}
		}
	}
}
