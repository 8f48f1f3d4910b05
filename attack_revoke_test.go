// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	"github.com/bailiwick-dev/bailiwick/client"
	"github.com/bailiwick-dev/bailiwick/tenant"
	"github.com/bailiwick-dev/bailiwick/tvm"
)

// revoke revokes as the root user of the first account, and returns what lifts
// the revocation.
func (s *siege) revoke(in client.RevokeInput) (lift func()) {
	s.t.Helper()
	admin := client.NewAdmin(s.root)
	r, err := admin.Revoke(s.t.Context(), in)
	if err != nil {
		s.t.Fatal(err)
	}
	return func() {
		s.t.Helper()
		if err := admin.Lift(s.t.Context(), r.AccountID, r.ID); err != nil {
			s.t.Fatal(err)
		}
	}
}

// byTenant revokes everybody with a tag.
func byTenant(key, value string) client.RevokeInput {
	return client.RevokeInput{TagKey: key, TagValue: &value}
}

// power makes a role that may do everything, and returns its name.
func (s *siege) power(name string) string {
	s.t.Helper()
	s.role(name, allowAll)
	return name
}

// sessionID finds out the id of a session as an operator does: by what it did,
// in the decision log.
func (s *siege) sessionID(data string, cfg aws.Config) string {
	s.t.Helper()
	s.do(cfg, "dynamodb", "ListTables", `{}`)
	key := keysOf(s.t, cfg).AccessKeyID
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		names, _ := filepath.Glob(filepath.Join(data, "audit", "*"))
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				s.t.Fatal(err)
			}
			for line := range strings.Lines(string(text)) {
				var r auditRecord
				if json.Unmarshal([]byte(line), &r) == nil && r.AccessKeyID == key {
					return r.Session
				}
			}
		}
	}
	s.t.Fatal("the decision log doesn't name the session")
	return ""
}

// open signs a request to each service, in both forms, to be sent again and
// again.
func (s *siege) open(cfg aws.Config) map[string][]func() (int, string) {
	s.t.Helper()
	out := map[string][]func() (int, string){}
	for _, service := range services {
		shot := newShot(s.srv.Endpoint, service, keysOf(s.t, cfg), time.Now())
		for _, form := range forms {
			r := form(shot, s.t)
			out[service] = append(out[service], func() (int, string) {
				again := r.Clone(s.t.Context())
				again.Body, _ = r.GetBody()
				return send(s.t, again)
			})
		}
	}
	return out
}

// living sends them all and requires that each succeeds.
func (s *siege) living(when string, requests map[string][]func() (int, string)) {
	s.t.Helper()
	for service, list := range requests {
		for _, again := range list {
			if status, body := again(); status != http.StatusOK {
				s.t.Errorf("%s, %s: got %d %s, want success", when, service, status, body)
			}
		}
	}
}

// dead sends them all and requires that each is refused as one of an access key
// that nobody has.
func (s *siege) dead(requests map[string][]func() (int, string)) {
	s.t.Helper()
	for service, list := range requests {
		for _, again := range list {
			status, body := again()
			unknownKey.check(s.t, service, nil, status, body)
		}
	}
}

// TestWhatIsRevokedIsRefusedByEveryService revokes in every way sessions and
// users whose requests are signed already, presigned URLs among them, and who
// have called often.
func TestWhatIsRevokedIsRefusedByEveryService(t *testing.T) {
	data := t.TempDir()
	s := newSiege(t, bailiwick.Config{Data: data})
	s.power("one")
	s.power("two")
	ann := s.user(s.root, "ann", allowAll)
	s.must(s.root, "iam", "CreateUser", map[string]any{"UserName": "tagged", "Tags": tenantTag("blue")})
	s.must(s.root, "iam", "PutUserPolicy", map[string]any{"UserName": "tagged", "PolicyName": "p", "PolicyDocument": allowAll})
	tagged := s.credentials(s.must(s.root, "iam", "CreateAccessKey", map[string]any{"UserName": "tagged"}))
	blue := func() aws.Config { return s.assume(s.vendor, "one", map[string]any{"Tags": tenantTag("blue")}) }
	one := blue()
	for name, c := range map[string]struct {
		victim, spared aws.Config
		in             client.RevokeInput
	}{
		"a session":                  {one, blue(), client.RevokeInput{SessionId: s.sessionID(data, one)}},
		"a role's sessions":          {blue(), s.assume(s.vendor, "two", nil), client.RevokeInput{RoleArn: roleARN("one")}},
		"a role":                     {blue(), s.assume(s.vendor, "two", nil), client.RevokeInput{PrincipalArn: roleARN("one")}},
		"a user":                     {ann, s.admin, client.RevokeInput{PrincipalArn: "arn:aws:iam::000000000000:user/ann"}},
		"a user's session":           {s.assume(ann, "one", nil), blue(), client.RevokeInput{PrincipalArn: "arn:aws:iam::000000000000:user/ann"}},
		"a tag":                      {blue(), s.assume(s.vendor, "one", map[string]any{"Tags": tenantTag("blue2")}), byTenant("TenantID", "blue")},
		"a tag, its key in capitals": {blue(), s.assume(s.vendor, "one", map[string]any{"Tags": tenantTag("BLUE")}), byTenant("TENANTID", "blue")},
		"a user's tag":               {tagged, s.admin, byTenant("TenantID", "blue")},
		"a session of a tagged user": {s.assume(tagged, "one", map[string]any{"Tags": tenantTag("x")}), s.admin, byTenant("TenantID", "blue")},
	} {
		t.Run(name, func(t *testing.T) {
			s.t = t
			victim, spared := s.open(c.victim), s.open(c.spared)
			for range 20 { // of each six requests
				s.living("before", victim)
			}
			lift := s.revoke(c.in)
			s.dead(victim)
			s.dead(s.open(c.victim))
			s.living("spared", spared)
			s.dead(victim)
			lift()
			s.living("lifted", victim)
		})
	}
}

// TestSessionsDieWithThoseTheyComeFrom revokes, in every way, the first session
// of a chain that leads into another account, and drops the tag on the way.
func TestSessionsDieWithThoseTheyComeFrom(t *testing.T) {
	data := t.TempDir()
	s := newSiege(t, bailiwick.Config{Data: data})
	s.power("first")
	s.power("second")
	foreignRoot, foreignAdmin := s.account("222222222222")
	s.must(foreignRoot, "iam", "CreateRole", map[string]any{"RoleName": "far", "AssumeRolePolicyDocument": strings.Replace(anyPrincipalOfAccount, "$ACCOUNT", "*", 1)})
	s.must(foreignRoot, "iam", "PutRolePolicy", map[string]any{"RoleName": "far", "PolicyName": "p", "PolicyDocument": allowAll})
	ann := s.user(s.root, "ann", allowAll)
	far := map[string]any{"RoleArn": "arn:aws:iam::222222222222:role/far"}
	chain := func() (first aws.Config, rest map[string]aws.Config) {
		first = s.assume(ann, "first", map[string]any{"Tags": tenantTag("blue")})
		second := s.assume(first, "second", map[string]any{"Tags": tenantTag("yellow")})
		third := s.assume(second, "", far)
		return first, map[string]aws.Config{
			"the first": first, "the second": second, "abroad": third, "at once abroad": s.assume(first, "", far),
			"back": s.assume(third, "second", nil),
		}
	}
	s.must(s.root, "iam", "UpdateAssumeRolePolicy", map[string]any{"RoleName": "second", "PolicyDocument": strings.Replace(anyPrincipalOfAccount, `"$ACCOUNT"`, `["000000000000","222222222222"]`, 1)})
	spared := map[string]aws.Config{
		"of another user": s.assume(s.vendor, "second", nil), "of another user, abroad": s.assume(s.vendor, "", far),
		"abroad": s.assumeFar(foreignAdmin),
	}
	for name, revocation := range map[string]func(first aws.Config) client.RevokeInput{
		"the session": func(first aws.Config) client.RevokeInput {
			return client.RevokeInput{SessionId: s.sessionID(data, first)}
		},
		"the role's sessions": func(aws.Config) client.RevokeInput { return client.RevokeInput{RoleArn: roleARN("first")} },
		"the role":            func(aws.Config) client.RevokeInput { return client.RevokeInput{PrincipalArn: roleARN("first")} },
		"the user": func(aws.Config) client.RevokeInput {
			return client.RevokeInput{PrincipalArn: "arn:aws:iam::000000000000:user/ann"}
		},
		"the tag": func(aws.Config) client.RevokeInput { return byTenant("tenantid", "blue") },
	} {
		t.Run(name, func(t *testing.T) {
			s.t = t
			first, rest := chain()
			requests, others := map[string]map[string][]func() (int, string){}, map[string]map[string][]func() (int, string){}
			for who, cfg := range rest {
				requests[who] = s.open(cfg)
				s.living("before: "+who, requests[who])
			}
			for who, cfg := range spared {
				others[who] = s.open(cfg)
			}
			lift := s.revoke(revocation(first))
			for range 2 {
				for who := range requests {
					t.Run(who, func(t *testing.T) { s.t = t; s.dead(requests[who]) })
				}
			}
			s.t = t
			for who := range others {
				s.living("spared: "+who, others[who])
			}
			lift()
			for who := range requests {
				s.living("lifted: "+who, requests[who])
			}
		})
	}
}

// assumeFar assumes the other account's role there.
func (s *siege) assumeFar(as aws.Config) aws.Config {
	s.t.Helper()
	return s.assume(as, "", map[string]any{"RoleArn": "arn:aws:iam::222222222222:role/far"})
}

func TestRevocationsSurviveARestart(t *testing.T) {
	data := t.TempDir()
	var victim, spared, late aws.Credentials
	t.Run("revoked", func(t *testing.T) {
		s := newSiege(t, bailiwick.Config{Data: data})
		s.power("power")
		victim = keysOf(t, s.assume(s.vendor, "power", map[string]any{"Tags": tenantTag("blue")}))
		late = keysOf(t, s.assume(s.vendor, "tenant", map[string]any{"Tags": tenantTag("yellow")}))
		s.revoke(byTenant("TenantID", "blue"))
		s.revoke(client.RevokeInput{RoleArn: roleARN("tenant")})
		spared = keysOf(t, s.assume(s.vendor, "tenant", map[string]any{"Tags": tenantTag("yellow")}))
	})
	t.Run("lifted", func(t *testing.T) {
		s := besiege(t, bailiwicktest.Start(t, bailiwick.Config{Data: data}))
		for _, c := range []aws.Credentials{victim, late} {
			s.fails(s.srv.As(c.AccessKeyID, c.SecretAccessKey, c.SessionToken), "InvalidClientTokenId", "sts", "GetCallerIdentity", `{}`)
		}
		s.do(s.srv.As(spared.AccessKeyID, spared.SecretAccessKey, spared.SessionToken), "sts", "GetCallerIdentity", `{}`)
		list, err := client.NewAdmin(s.root).ListRevocations(t.Context(), "")
		if err != nil || len(list) != 2 || list[1].TagValue != "blue" || list[0].PrincipalARN != roleARN("tenant") {
			t.Fatalf("listed are %+v, %v", list, err)
		}
		if err := client.NewAdmin(s.root).Lift(t.Context(), "", list[1].ID); err != nil {
			t.Fatal(err)
		}
	})
	s := besiege(t, bailiwicktest.Start(t, bailiwick.Config{Data: data}))
	s.do(s.srv.As(victim.AccessKeyID, victim.SecretAccessKey, victim.SessionToken), "sts", "GetCallerIdentity", `{}`)
	s.fails(s.srv.As(late.AccessKeyID, late.SecretAccessKey, late.SessionToken), "InvalidClientTokenId", "sts", "GetCallerIdentity", `{}`)
}

// TestASuspendedTenantIsIssuedNoSession also goes through a token vending
// machine, and looks at what the decision log says of it.
func TestASuspendedTenantIsIssuedNoSession(t *testing.T) {
	data := t.TempDir()
	t.Run("suspended", func(t *testing.T) {
		s := newSiege(t, bailiwick.Config{Data: data})
		s.must(s.root, "iam", "CreateRole", map[string]any{"RoleName": "blues", "AssumeRolePolicyDocument": s.expand(anyPrincipalOfAccount), "Tags": tenantTag("blue")})
		s.power("hub")
		vend := func(id tenant.ID) error {
			m, err := tvm.New(tvm.Config{Base: s.vendor, Scope: tvm.SessionTags{RoleARN: roleARN("tenant")}})
			if err != nil {
				t.Fatal(err)
			}
			cfg, err := m.Config(t.Context(), id)
			if err == nil {
				_, err = cfg.Credentials.Retrieve(t.Context())
			}
			return err
		}
		try := func(key, value string) string {
			return text(t, assumption("tenant", map[string]any{"Tags": []any{map[string]any{"Key": key, "Value": value}}}))
		}
		for _, id := range []tenant.ID{"blue", "yellow"} {
			if err := vend(id); err != nil {
				t.Fatal(err)
			}
		}
		// A session that would pass the tag on is not of that tenant itself.
		lift := s.revoke(byTenant("TenantID", "blue"))
		for _, key := range []string{"TenantID", "tenantid", "TENANTID"} {
			s.refuses(s.vendor, "sts", "AssumeRole", try(key, "blue"))
		}
		s.refuses(s.vendor, "sts", "AssumeRole", text(t, assumption("blues", nil)))
		var refused smithy.APIError
		if err := vend("blue"); !errors.As(err, &refused) || refused.ErrorCode() != "AccessDenied" {
			t.Errorf("the machine got %v", err)
		}
		for _, value := range []string{"Blue", "blu", "blue2", ""} {
			s.do(s.vendor, "sts", "AssumeRole", try("TenantID", value))
		}
		s.do(s.vendor, "sts", "AssumeRole", try("Tenant", "blue"))
		s.do(s.vendor, "sts", "AssumeRole", text(t, assumption("blues", map[string]any{"Tags": tenantTag("green")})))
		if err := vend("yellow"); err != nil {
			t.Error(err)
		}
		lift()
		if err := vend("blue"); err != nil {
			t.Error(err)
		}
		s.do(s.vendor, "sts", "AssumeRole", text(t, assumption("blues", nil)))
	})
	said := 0
	for _, r := range readLog(t, data) {
		for _, c := range r.Checks {
			if c.Policy == "revocation" && c.Statement == "Suspended" && c.Decision == "ExplicitDeny" {
				said++
			}
		}
	}
	if said != 5 {
		t.Errorf("the decision log tells of %d suspended assumptions, want 5", said)
	}
}

// TestNoCallBeginsAfterARevocation revokes, in each way, a session that others
// use at the time.
func TestNoCallBeginsAfterARevocation(t *testing.T) {
	data := t.TempDir()
	s := newSiege(t, bailiwick.Config{Data: data})
	s.power("live")
	for name, revocation := range map[string]func(aws.Config) client.RevokeInput{
		"by session": func(cfg aws.Config) client.RevokeInput { return client.RevokeInput{SessionId: s.sessionID(data, cfg)} },
		"by role":    func(aws.Config) client.RevokeInput { return client.RevokeInput{RoleArn: roleARN("live")} },
		"by tag":     func(aws.Config) client.RevokeInput { return byTenant("TenantID", "blue") },
		"by user": func(aws.Config) client.RevokeInput {
			return client.RevokeInput{PrincipalArn: "arn:aws:iam::000000000000:user/vendor"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s.t = t
			for range 3 {
				cfg := s.assume(s.vendor, "live", map[string]any{"Tags": tenantTag("blue")})
				in := revocation(cfg)
				var lift func()
				s.takeAway(cfg, "UnrecognizedClientException", func() { lift = s.revoke(in) })
				lift()
			}
		})
	}
}

// TestARolesOlderSessionsAreThoseIssuedBefore issues sessions while their role's
// are revoked: by epochs and not by clocks, each that was there before the
// revocation was asked for is dead, and each lives that was asked for after it
// was answered, within the same second.
func TestARolesOlderSessionsAreThoseIssuedBefore(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.power("busy")
	const revocations = 3
	var older, newer, either, overlapping int
	for range 4 {
		// How many revocations had been asked for, and answered, and how many
		// sessions were issued after the last.
		var asked, answered, after atomic.Int64
		var mu sync.Mutex
		var issued []issuance
		var all sync.WaitGroup
		stop := make(chan struct{})
		for range readers {
			all.Go(func() {
				for !closed(stop) {
					i := issuance{answeredBefore: answered.Load()}
					if i.credentials = s.begin("busy"); i.credentials == nil {
						return
					}
					i.askedAfter = asked.Load()
					if i.answeredBefore == revocations {
						after.Add(1)
					}
					mu.Lock()
					issued = append(issued, i)
					mu.Unlock()
				}
			})
		}
		for range revocations {
			time.Sleep(10 * time.Millisecond)
			asked.Add(1)
			s.revoke(client.RevokeInput{RoleArn: roleARN("busy")})
			answered.Add(1)
		}
		for after.Load() < readers && !t.Failed() {
			time.Sleep(time.Millisecond)
		}
		close(stop)
		all.Wait()
		for _, i := range issued {
			alive := s.alivePlain(i.credentials)
			switch {
			case i.askedAfter < revocations: // whole before the last revocation
				older++
				if alive {
					t.Errorf("a session lives that was issued before the revocation")
				}
			case i.answeredBefore == revocations: // whole after it
				newer++
				if !alive {
					t.Errorf("a session is dead that was issued after the revocation")
				}
			case alive:
				either++
			default:
				overlapping++
			}
		}
	}
	if older == 0 || newer == 0 {
		t.Errorf("%d sessions before and %d after prove nothing", older, newer)
	}
	t.Logf("%d sessions before, %d after; of those at the same time %d live and %d are dead", older, newer, either, overlapping)
}

// An issuance is a session with the revocations that had been answered before it was
// asked for, and those that had been asked for when it was there.
type issuance struct {
	credentials                *types.Credentials
	answeredBefore, askedAfter int64
}

// begin assumes a role, and may be called by several goroutines at once.
func (s *siege) begin(role string) *types.Credentials {
	out, err := sts.NewFromConfig(s.vendor, func(o *sts.Options) { o.Retryer = aws.NopRetryer{} }).AssumeRole(s.t.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String(roleARN(role)), RoleSessionName: aws.String("raid"),
	})
	if err != nil {
		s.t.Error(err)
		return nil
	}
	return out.Credentials
}

// alivePlain reports whether a session is good, and fails the test if that can't
// be told.
func (s *siege) alivePlain(c *types.Credentials) bool {
	s.t.Helper()
	cfg := s.srv.As(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
	a := s.try(cfg, "sts", "GetCallerIdentity", `{}`)
	if !a.OK() && codeOf(a.Body) != "InvalidClientTokenId" {
		s.t.Fatalf("got %d %s", a.Status, a.Body)
	}
	return a.OK()
}

// TestSuspensionAndIssuanceDoNotMissEachOther suspends a tenant while sessions
// for it are issued: none may be good afterwards, and once the suspension was
// answered none is issued.
func TestSuspensionAndIssuanceDoNotMissEachOther(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.power("busy")
	for round := range 4 {
		value := fmt.Sprintf("tenant%d", round)
		in := text(t, assumption("busy", map[string]any{"Tags": tenantTag(value)}))
		var answered atomic.Bool
		var issued, late atomic.Int64
		var all sync.WaitGroup
		var mu sync.Mutex
		var good []aws.Config
		for range readers {
			all.Go(func() {
				for {
					after := answered.Load()
					a := s.try(s.vendor, "sts", "AssumeRole", in)
					switch {
					case a.OK() && after:
						late.Add(1)
						return
					case a.OK():
						issued.Add(1)
						cfg := s.credentials(a)
						mu.Lock()
						good = append(good, cfg)
						mu.Unlock()
					case !a.Denied():
						t.Errorf("got %d %s", a.Status, a.Body)
						return
					case after:
						return
					}
				}
			})
		}
		for issued.Load() < readers {
			time.Sleep(time.Millisecond)
		}
		s.revoke(byTenant("TenantID", value))
		answered.Store(true)
		all.Wait()
		if late.Load() > 0 {
			t.Errorf("%d sessions were issued after the suspension", late.Load())
		}
		for _, cfg := range good {
			s.fails(cfg, "InvalidClientTokenId", "sts", "GetCallerIdentity", `{}`)
		}
	}
}
