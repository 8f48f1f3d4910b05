// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bailiwick-dev/bailiwick/tenant"
	"github.com/bailiwick-dev/bailiwick/tvm"
)

// vending is the environment variable by which a vend command, started for a
// profile, knows the profiles that it was started for already.
const vending = "BAILIWICK_VENDING"

// maxTemplate is the size of the largest policy template, in bytes.
const maxTemplate = 64 << 10

type vendFlags struct {
	target      target
	tenant      string
	role        string
	method      string
	policy      string
	tagKey      string
	sessionName string
	duration    time.Duration
	rules       tenant.Rules
}

func vendCommand() *cobra.Command {
	var v vendFlags
	cmd := &cobra.Command{
		Use:   "vend --tenant T --role ARN --method tags|policy|role",
		Short: "Print credentials that reach one tenant's data only",
		Long: `Print credentials that reach one tenant's data only, in the form of AWS's
credential_process, so that any AWS client uses them from its profile:

    [profile yellow]
    credential_process = bailiwick vend --tenant yellow --method tags --role arn:aws:iam::111122223333:role/TrackingAccess --profile app

The role is assumed with the credentials that AWS clients use (environment,
--profile or shared files), at AWS or at --endpoint-url. By --method, the
credentials are confined to the tenant by

    tags     a session tag, which the role's policies name as
             ${aws:PrincipalTag/TenantID} (--tag-key names another)
    policy   a session policy, made from the template in --policy-file, in
             which {{tenant}} stands for the tenant
    role     a role of the tenant's own, for which {{tenant}} in --role stands`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return v.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&v.tenant, "tenant", "", "`id` of the tenant")
	f.StringVar(&v.role, "role", "", "`ARN` of the role to assume")
	f.StringVar(&v.method, "method", "", "how credentials are confined: tags, policy or role")
	f.StringVar(&v.policy, "policy-file", "", "`file` with the template of the session policy (- for standard input)")
	f.StringVar(&v.tagKey, "tag-key", "TenantID", "`key` of the tag that holds the tenant")
	f.StringVar(&v.sessionName, "session-name", "", "`name` of the session; {{tenant}} stands for the tenant (default tenant-{{tenant}})")
	f.DurationVar(&v.duration, "duration", 15*time.Minute, "how long the credentials live")
	f.IntVar(&v.rules.Min, "tenant-min", 4, "least `length` of tenant ids")
	f.IntVar(&v.rules.Max, "tenant-max", 32, "greatest `length` of tenant ids")
	f.BoolVar(&v.rules.Uppercase, "tenant-uppercase", false, "tenant ids may have upper-case letters")
	f.StringVar(&v.rules.Punctuation, "tenant-punctuation", "", "further `characters` of tenant ids, out of -_.@+=")
	f.StringVar(&v.rules.Separators, "tenant-separators", "", "`characters` that tenant ids never have (default #/:-)")
	v.target.flags(cmd)
	for _, required := range []string{"tenant", "role", "method"} {
		if err := cmd.MarkFlagRequired(required); err != nil {
			panic(err)
		}
	}
	return cmd
}

func (v *vendFlags) run(cmd *cobra.Command) error {
	if err := v.enter(); err != nil {
		return err
	}
	grammar, err := tenant.NewGrammar(v.rules)
	if err != nil {
		return err
	}
	id, err := grammar.Parse(v.tenant)
	if err != nil {
		return err
	}
	scope, err := v.scope(cmd.InOrStdin())
	if err != nil {
		return err
	}
	base, err := v.target.load(cmd.Context())
	if err != nil {
		return err
	}
	m, err := tvm.New(tvm.Config{Base: base, Scope: scope, TenantID: grammar, Duration: v.duration, SessionName: v.sessionName})
	if err != nil {
		return err
	}
	c, err := m.Credentials(cmd.Context(), id)
	if err != nil {
		return err
	}
	return json.NewEncoder(cmd.OutOrStdout()).Encode(struct {
		Version                                    int
		AccessKeyId, SecretAccessKey, SessionToken string
		Expiration                                 time.Time
	}{1, c.AccessKeyID, c.SecretAccessKey, c.SessionToken, c.Expires.UTC()})
}

// enter refuses a profile whose credential_process is this very command: it
// would start itself without end.
func (v *vendFlags) enter() error {
	profile := cmp.Or(v.target.profile, os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE"), "default")
	entered := os.Getenv(vending)
	if slices.Contains(strings.Split(entered, "\n"), profile) {
		return fmt.Errorf("profile %q gets its credentials from this command, which would get them from the profile: name another with --profile", profile)
	}
	return os.Setenv(vending, entered+"\n"+profile)
}

func (v *vendFlags) scope(stdin io.Reader) (tvm.Scope, error) {
	if (v.method == "policy") != (v.policy != "") {
		return nil, errors.New("--policy-file goes with --method policy")
	}
	switch v.method {
	case "tags":
		return tvm.SessionTags{RoleARN: v.role, Key: v.tagKey}, nil
	case "role":
		return tvm.RolePerTenant{RoleARN: v.role}, nil
	case "policy":
		text, err := readInput(v.policy, stdin, maxTemplate)
		if err != nil {
			return nil, err
		}
		return tvm.SessionPolicy{RoleARN: v.role, Template: string(text)}, nil
	}
	return nil, fmt.Errorf("method %q is not tags, policy or role", v.method)
}

// readInput reads the file, or standard input if its name is -, up to limit
// bytes.
func readInput(name string, stdin io.Reader, limit int64) ([]byte, error) {
	r := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r = f
	}
	text, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("%s is larger than %d bytes", name, limit)
	}
	return text, err
}
