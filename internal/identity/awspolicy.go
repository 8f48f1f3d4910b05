// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"crypto/sha256"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// AWSOwner is what stands for the account in the ARNs of AWS's own managed
// policies. They are the same in every account, and no call changes them.
const AWSOwner = "aws"

// awsPolicyFiles holds AWS's managed policies as far as they are about services
// that are here, or are what the roles of workloads have by custom, a file each.
// The folder it is in is the policy's path.
//
//go:embed awspolicies
var awsPolicyFiles embed.FS

// awsPolicies is those policies by ARN.
var awsPolicies = sync.OnceValue(func() map[string]*ManagedPolicy {
	all := map[string]*ManagedPolicy{}
	err := fs.WalkDir(awsPolicyFiles, "awspolicies", func(file string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			p := readAWSPolicy(file)
			all[p.ARN().String()] = p
		}
		return err
	})
	if err != nil {
		panic(err)
	}
	return all
})

// readAWSPolicy reads the file, whose name and folder are the policy's.
func readAWSPolicy(file string) *ManagedPolicy {
	var in struct {
		Description string
		Document    json.RawMessage
	}
	b, err := awsPolicyFiles.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, &in)
	}
	if err != nil {
		panic(fmt.Sprintf("identity: %s: %v", file, err))
	}
	dir, name := path.Split(strings.TrimPrefix(file, "awspolicies"))
	written := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	p := &ManagedPolicy{
		Account:     AWSOwner,
		Name:        strings.TrimSuffix(name, ".json"),
		Path:        dir,
		Description: in.Description,
		Created:     written,
		Updated:     written,
		Default:     "v1",
		Last:        1,
		Versions:    []PolicyVersion{{ID: "v1", Text: string(in.Document), Created: written}},
	}
	sum := sha256.Sum256([]byte(p.Name))
	p.ID = policyPrefix + ids.EncodeToString(sum[:])[:uniqueIDSize-len(policyPrefix)]
	return p
}

// awsPolicyUse is how often the entities of one account refer to one of AWS's
// policies.
type awsPolicyUse struct{ Attachments, Boundaries int }

// awsPolicyUses holds those counts by account and ARN; none stands for zero.
var awsPolicyUses = storage.NewTable[awsPolicyUse]("iam/aws-policy-use")

// getAWSPolicy returns AWS's policy of that ARN, with the counts of the account.
// ok is false if there is none.
func getAWSPolicy(tx *storage.Tx, account, policyARN string) (_ *ManagedPolicy, ok bool, _ error) {
	known, ok := awsPolicies()[policyARN]
	if !ok {
		return nil, false, nil
	}
	use, err := awsPolicyUses.Get(tx, account, policyARN)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return nil, false, err
	}
	p := *known
	p.Versions = slices.Clone(known.Versions)
	p.Attachments, p.Boundaries = use.Attachments, use.Boundaries
	return &p, true, nil
}

// AWSPolicies returns AWS's policies in the order of their lower-case names, with
// the counts of the account.
func AWSPolicies(tx *storage.Tx, account string) ([]ManagedPolicy, error) {
	var all []ManagedPolicy
	for policyARN := range awsPolicies() {
		p, _, err := getAWSPolicy(tx, account, policyARN)
		if err != nil {
			return nil, err
		}
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b ManagedPolicy) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return all, nil
}

// AWSPolicySpan is the span of what the account refers to of AWS's policies.
func AWSPolicySpan(account string) storage.Span { return awsPolicyUses.Under(false, account) }

// putAWSPolicyUse keeps the counts of p for the account, and nothing else of it.
func putAWSPolicyUse(tx *storage.Tx, account string, p *ManagedPolicy) error {
	policyARN := p.ARN().String()
	if p.Attachments == 0 && p.Boundaries == 0 {
		return awsPolicyUses.Delete(tx, account, policyARN)
	}
	return awsPolicyUses.Put(tx, awsPolicyUse{p.Attachments, p.Boundaries}, account, policyARN)
}
