// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// A GuardrailType is a type of policy that an organization lays on its accounts.
type GuardrailType string

// The types, by AWS's names.
const (
	ServiceControl  GuardrailType = "SERVICE_CONTROL_POLICY"
	ResourceControl GuardrailType = "RESOURCE_CONTROL_POLICY"
)

// PolicyType returns the role that guardrails of the type play in decisions.
func (t GuardrailType) PolicyType() policy.Type {
	if t == ResourceControl {
		return policy.RCP
	}
	return policy.SCP
}

// Default returns the id of AWS's own policy of the type, which allows
// everything. It is attached to every target until it is detached.
func (t GuardrailType) Default() string {
	if t == ResourceControl {
		return "p-RCPFullAWSAccess"
	}
	return "p-FullAWSAccess"
}

// A Guardrail is a service or resource control policy of the organization.
type Guardrail struct {
	ID          string // such as "p-" and eight letters and digits
	Type        GuardrailType
	Name        string       // unique among those of the type
	Description string       `json:",omitempty"`
	Text        string       // the document
	Tags        []awsapi.Tag `json:",omitempty"`
	Created     time.Time
	AWS         bool `json:",omitempty"` // AWS's own: nobody can change it
}

// attached is what is attached to one target, of one type, in that order.
type attached struct{ Guardrails []string } // ids

var (
	guardrails = storage.NewTable[Guardrail]("organization/policy")

	// attachments finds what is attached by the number in [Organization.Enabled]
	// and the target. A target without a record has the type's default.
	attachments = storage.NewTable[attached]("organization/attachment")

	// targets finds what a guardrail is attached to, by that number and the
	// guardrail. The defaults are not in it.
	targets = storage.NewTable[string]("organization/target")
)

// awsGuardrail returns AWS's own guardrail of the type.
func awsGuardrail(t GuardrailType) *Guardrail {
	g := &Guardrail{ID: t.Default(), Type: t, AWS: true}
	switch t {
	case ResourceControl:
		g.Name, g.Description = "RCPFullAWSAccess", "Allows access to every operation"
		g.Text = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`
	default:
		g.Name, g.Description = "FullAWSAccess", "Allows access to every operation"
		g.Text = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	}
	return g
}

// NewGuardrailID returns the id of a new guardrail.
func NewGuardrailID() string { return "p-" + randomLower(8) }

// GetGuardrail returns the guardrail, AWS's own included, or storage.ErrNotFound.
func GetGuardrail(tx *storage.Tx, id string) (*Guardrail, error) {
	for _, t := range [...]GuardrailType{ServiceControl, ResourceControl} {
		if id == t.Default() {
			return awsGuardrail(t), nil
		}
	}
	g, err := guardrails.Get(tx, id)
	if err != nil {
		return nil, err
	}
	return &g, nil
}

// PutGuardrail creates or replaces a guardrail.
func PutGuardrail(tx *storage.Tx, g *Guardrail) error { return guardrails.Put(tx, *g, g.ID) }

// DeleteGuardrail removes a guardrail, which is attached to nothing.
func DeleteGuardrail(tx *storage.Tx, id string) error { return guardrails.Delete(tx, id) }

// Guardrails yields the organization's guardrails of the type: AWS's own, and then
// the others in the order of their ids.
func Guardrails(tx *storage.Tx, t GuardrailType) iter.Seq2[Guardrail, error] {
	return func(yield func(Guardrail, error) bool) {
		if !yield(*awsGuardrail(t), nil) {
			return
		}
		for g, err := range guardrails.Scan(tx, "") {
			if err == nil && g.Type != t {
				continue
			}
			if !yield(g, err) {
				return
			}
		}
	}
}

// Enable lets the type take effect. Every target has the type's default attached.
func (o *Organization) Enable(t GuardrailType) {
	o.Last++
	if o.Enabled == nil {
		o.Enabled = map[GuardrailType]uint64{}
	}
	o.Enabled[t] = o.Last
}

// Disable takes the type out of effect and forgets what is attached.
func (o *Organization) Disable(tx *storage.Tx, t GuardrailType) error {
	generation := o.generation(t)
	delete(o.Enabled, t)
	for _, s := range [...]storage.Span{attachments.Under(true, generation), targets.Under(true, generation)} {
		if err := tx.Discard(s.Lo, s.Hi); err != nil {
			return err
		}
	}
	return nil
}

// IsEnabled reports whether the type takes effect.
func (o *Organization) IsEnabled(t GuardrailType) bool { return o.Enabled[t] != 0 }

// generation is what the attachments of a type that is enabled are kept under.
func (o *Organization) generation(t GuardrailType) string {
	return strconv.FormatUint(o.Enabled[t], 10)
}

// Attached returns the ids of the guardrails of the type, which must be enabled,
// that are attached to the target itself: the root, a unit or an account.
func Attached(tx *storage.Tx, o *Organization, t GuardrailType, target string) ([]string, error) {
	a, err := attachments.Get(tx, o.generation(t), target)
	if errors.Is(err, storage.ErrNotFound) {
		return []string{t.Default()}, nil
	}
	return a.Guardrails, err
}

// Attach attaches a guardrail, whose type is enabled, to the target, which doesn't
// have it.
func Attach(tx *storage.Tx, o *Organization, g *Guardrail, target string) error {
	ids, err := Attached(tx, o, g.Type, target)
	if err != nil {
		return err
	}
	if !g.AWS {
		if err := targets.Put(tx, target, o.generation(g.Type), g.ID, target); err != nil {
			return err
		}
	}
	return attachments.Put(tx, attached{append(ids, g.ID)}, o.generation(g.Type), target)
}

// Detach detaches a guardrail, whose type is enabled, from the target.
func Detach(tx *storage.Tx, o *Organization, g *Guardrail, target string) error {
	ids, err := Attached(tx, o, g.Type, target)
	if err != nil {
		return err
	}
	if err := targets.Delete(tx, o.generation(g.Type), g.ID, target); err != nil {
		return err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return id == g.ID })
	return attachments.Put(tx, attached{ids}, o.generation(g.Type), target)
}

// Targets yields what a guardrail that is not AWS's own is attached to, in the
// order of their ids, from the first after the one given, which may be empty.
func Targets(tx *storage.Tx, o *Organization, g *Guardrail, after string) iter.Seq2[string, error] {
	if !o.IsEnabled(g.Type) {
		return func(func(string, error) bool) {}
	}
	return targets.Scan(tx, after, o.generation(g.Type), g.ID)
}

// forgetTarget removes what is attached to a target that is no more.
func forgetTarget(tx *storage.Tx, o *Organization, target string) error {
	for t := range o.Enabled {
		ids, err := Attached(tx, o, t, target)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := targets.Delete(tx, o.generation(t), id, target); err != nil {
				return err
			}
		}
		if err := attachments.Delete(tx, o.generation(t), target); err != nil {
			return err
		}
	}
	return nil
}

// levels returns the guardrails of the type that are attached to each of the ids,
// which are those from the root down, compiled; nil if the type isn't enabled.
func (d *Directory) levels(tx *storage.Tx, management string, o *Organization, t GuardrailType, path []string) ([][]*policy.Policy, error) {
	if !o.IsEnabled(t) {
		return nil, nil
	}
	out := make([][]*policy.Policy, len(path))
	for i, target := range path {
		ids, err := Attached(tx, o, t, target)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			p, err := d.guardrail(tx, management, o, id)
			if err != nil {
				return nil, err // it may hold a Deny
			}
			out[i] = append(out[i], p)
		}
	}
	return out, nil
}

// guardrail returns the guardrail of that id, compiled.
func (d *Directory) guardrail(tx *storage.Tx, management string, o *Organization, id string) (*policy.Policy, error) {
	return d.policies.Get(tx, management, "guardrail "+id, func(tx *storage.Tx) (*policy.Policy, error) {
		g, err := GetGuardrail(tx, id)
		if errors.Is(err, storage.ErrNotFound) { // a failure of ours, not of who names something
			return nil, fmt.Errorf("identity: guardrail %s is attached and missing", id)
		}
		if err != nil {
			return nil, err
		}
		return compile(g.Text, g.Type.PolicyType(), o.GuardrailARN(management, g).String(), "")
	})
}
