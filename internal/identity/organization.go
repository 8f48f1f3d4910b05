// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"crypto/rand"
	"errors"
	"iter"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// An Organization is what all accounts of a server belong to: a tree of units
// below one root, with accounts in it. Its records, and those of units and
// guardrails, belong to the management account: whoever changes one advances that
// account's epoch.
type Organization struct {
	ID      string // such as "o-" and ten letters and digits
	RootID  string // such as "r-" and four
	Created time.Time
	Tags    []awsapi.Tag             `json:",omitempty"` // of the root
	Enabled map[GuardrailType]uint64 `json:",omitempty"` // what attachments of the type are kept under; absent if the type isn't enabled
	Last    uint64                   // the greatest number that was ever in Enabled
}

// A Unit is an organizational unit.
type Unit struct {
	ID      string       // such as "ou-", the root's, "-" and eight letters and digits
	Parent  string       // id of a unit or of the root
	Name    string       // unique under its parent
	Tags    []awsapi.Tag `json:",omitempty"`
	Created time.Time
}

// MaxUnitDepth is how many units deep an organization is at most.
const MaxUnitDepth = 5

var (
	organization = storage.NewTable[Organization]("organization/organization")
	units        = storage.NewTable[Unit]("organization/unit")
)

// OrganizationSpans is the spans of the organization, its units and its
// guardrails.
func OrganizationSpans(write bool) []storage.Span {
	return []storage.Span{organization.Under(write), units.Under(write), guardrails.Under(write), attachments.Under(write), targets.Under(write)}
}

// EnsureOrganization sees to it that there is an organization.
func EnsureOrganization(tx *storage.Tx, now time.Time) error {
	if _, err := organization.Get(tx); !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	return organization.Put(tx, Organization{ID: "o-" + randomLower(10), RootID: "r-" + randomLower(4), Created: now.UTC().Truncate(time.Second)})
}

// GetOrganization returns the organization, or storage.ErrNotFound.
func GetOrganization(tx *storage.Tx) (*Organization, error) {
	o, err := organization.Get(tx)
	if err != nil {
		return nil, err
	}
	return &o, nil
}

// PutOrganization replaces the organization's record.
func PutOrganization(tx *storage.Tx, o *Organization) error { return organization.Put(tx, *o) }

// ARN returns the ARN of something in the organization of the management account:
// of an "account", "ou" or "root" with its id, or of the "organization", with none.
func (o *Organization) ARN(management, kind, id string) arn.ARN {
	resource := kind + "/" + o.ID
	if id != "" {
		resource += "/" + id
	}
	return arn.ARN{Partition: "aws", Service: "organizations", Account: management, Resource: resource}
}

// GuardrailARN returns the ARN of a guardrail.
func (o *Organization) GuardrailARN(management string, g *Guardrail) arn.ARN {
	kind := strings.ToLower(string(g.Type))
	if g.AWS {
		return arn.ARN{Partition: "aws", Service: "organizations", Account: AWSOwner, Resource: "policy/" + kind + "/" + g.ID}
	}
	return o.ARN(management, "policy", kind+"/"+g.ID)
}

// NewUnitID returns the id of a new unit.
func (o *Organization) NewUnitID() string {
	return "ou-" + strings.TrimPrefix(o.RootID, "r-") + "-" + randomLower(8)
}

// GetUnit returns the unit, or storage.ErrNotFound.
func GetUnit(tx *storage.Tx, id string) (*Unit, error) {
	u, err := units.Get(tx, id)
	if err != nil {
		return nil, err
	}
	return &u, nil
}

// PutUnit creates or replaces a unit.
func PutUnit(tx *storage.Tx, u *Unit) error { return units.Put(tx, *u, u.ID) }

// DeleteUnit removes a unit, which holds nothing, with what is attached to it.
func DeleteUnit(tx *storage.Tx, o *Organization, u *Unit) error {
	if err := forgetTarget(tx, o, u.ID); err != nil {
		return err
	}
	return units.Delete(tx, u.ID)
}

// Units yields all units after the one given, which may be empty, in the order
// of their ids.
func Units(tx *storage.Tx, after string) iter.Seq2[Unit, error] { return units.Scan(tx, after) }

// Levels returns the ids of the root, of the units below one another and at last
// of the account or unit itself, whose parent is given.
func (o *Organization) Levels(tx *storage.Tx, id, parent string) ([]string, error) {
	levels := []string{id}
	for range MaxUnitDepth {
		if parent == o.RootID {
			break
		}
		u, err := units.Get(tx, parent)
		if errors.Is(err, storage.ErrNotFound) { // a level that is missing may have denied
			return nil, errors.New("identity: a unit of the organization is missing")
		}
		if err != nil {
			return nil, err
		}
		levels = append([]string{u.ID}, levels...)
		parent = u.Parent
	}
	if parent != o.RootID {
		return nil, errors.New("identity: the organization is deeper than it may be")
	}
	return append([]string{o.RootID}, levels...), nil
}

// ParentOf returns the id of the unit that the account is in, or of the root.
func (o *Organization) ParentOf(a *Account) string {
	if a.Parent == "" {
		return o.RootID
	}
	return a.Parent
}

// randomLower returns n random lower-case letters and digits, 16 at most.
func randomLower(n int) string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails
	return strings.ToLower(ids.EncodeToString(b[:]))[:n]
}
