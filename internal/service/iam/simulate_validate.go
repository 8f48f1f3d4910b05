// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/identity/constraint"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// Limits of a simulation. Those on lists are not AWS's, whose only limit is the
// size of the request, but for the boundary: nobody has two.
const (
	maxTriedBoundaries = 1

	maxTriedPolicies = 100
	maxTriedActions  = 1000
	maxTriedARNs     = 1000
	maxTriedKeys     = 500
	maxTriedValues   = 100
)

var (
	actionLimit       = constraint.Limit{Min: 3, Max: 128}
	resourceLimit     = constraint.Limit{Min: 1, Max: 2048}
	handlingLimit     = constraint.Limit{Min: 1, Max: 64}
	contextKeyLimit   = constraint.Limit{Min: 5, Max: 256}
	contextValueLimit = constraint.Limit{Max: 2048}
)

func (in *getContextKeysForCustomPolicyInput) Validate() error {
	var v checks
	v.policies("policyInputList", in.PolicyInputList, maxTriedPolicies, true)
	return v.Err()
}

func (in *getContextKeysForPrincipalPolicyInput) Validate() error {
	var v checks
	v.Name("policySourceArn", in.PolicySourceArn, constraint.ARN)
	v.policies("policyInputList", in.PolicyInputList, maxTriedPolicies, false)
	if err := v.Err(); err != nil {
		return err
	}
	return in.source.parse(in.PolicySourceArn)
}

func (in *simulateCustomPolicyInput) Validate() error {
	var v checks
	v.policies("policyInputList", in.PolicyInputList, maxTriedPolicies, true)
	v.policies("permissionsBoundaryPolicyInputList", in.PermissionsBoundaryPolicyInputList, maxTriedBoundaries, false)
	in.trial = trial{
		actions: in.ActionNames, resources: in.ResourceArns, resourcePolicy: in.ResourcePolicy, owner: in.ResourceOwner,
		caller: in.CallerArn, entries: in.ContextEntries, handling: in.ResourceHandlingOption,
		identity: in.PolicyInputList, boundary: in.PermissionsBoundaryPolicyInputList,
		marker: in.Marker, maxItems: in.MaxItems,
	}
	return in.trial.validate(&v)
}

func (in *simulatePrincipalPolicyInput) Validate() error {
	var v checks
	v.Name("policySourceArn", in.PolicySourceArn, constraint.ARN)
	v.policies("policyInputList", in.PolicyInputList, maxTriedPolicies, false)
	v.policies("permissionsBoundaryPolicyInputList", in.PermissionsBoundaryPolicyInputList, maxTriedBoundaries, false)
	in.trial = trial{
		actions: in.ActionNames, resources: in.ResourceArns, resourcePolicy: in.ResourcePolicy, owner: in.ResourceOwner,
		caller: in.CallerArn, entries: in.ContextEntries, handling: in.ResourceHandlingOption,
		identity: in.PolicyInputList, boundary: in.PermissionsBoundaryPolicyInputList,
		marker: in.Marker, maxItems: in.MaxItems,
	}
	if err := in.trial.validate(&v); err != nil {
		return err
	}
	return in.source.parse(in.PolicySourceArn)
}

// policies checks a list of up to limit documents: their lengths and characters.
func (v *checks) policies(member string, texts []string, limit int, required bool) {
	if required && len(texts) == 0 {
		v.Required(member, "")
	}
	if v.Count(member, len(texts), limit) {
		for i := range texts {
			v.Text(nth(member, i), &texts[i], constraint.Document)
		}
	}
}

// nth names an entry of a list as AWS does.
func nth(member string, i int) string { return fmt.Sprintf("%s.%d.member", member, i+1) }

// validate checks the members that both simulations have, and reads them.
func (s *trial) validate(v *checks) error {
	if len(s.actions) == 0 {
		v.Required("actionNames", "")
	}
	if v.Count("actionNames", len(s.actions), maxTriedActions) {
		for i := range s.actions {
			v.Text(nth("actionNames", i), &s.actions[i], actionLimit)
		}
	}
	if v.Count("resourceArns", len(s.resources), maxTriedARNs) {
		for i := range s.resources {
			v.Text(nth("resourceArns", i), &s.resources[i], resourceLimit)
		}
	}
	v.Text("resourcePolicy", s.resourcePolicy, constraint.Document)
	v.Text("resourceOwner", s.owner, resourceLimit)
	v.Text("callerArn", s.caller, resourceLimit)
	v.Text("resourceHandlingOption", s.handling, handlingLimit)
	v.contextEntries(s.entries)
	v.paging(s.marker, s.maxItems)
	if err := v.Err(); err != nil {
		return err
	}
	return s.read()
}

func (v *checks) contextEntries(entries []contextEntry) {
	if !v.Count("contextEntries", len(entries), maxTriedKeys) {
		return
	}
	for i := range entries {
		e, member := &entries[i], nth("contextEntries", i)
		v.Text(member+".contextKeyName", e.ContextKeyName, contextKeyLimit)
		if e.ContextKeyType != "" {
			v.Enum(member+".contextKeyType", e.ContextKeyType, contextTypes[:]...)
		}
		if v.Count(member+".contextKeyValues", len(e.ContextKeyValues), maxTriedValues) {
			for k := range e.ContextKeyValues {
				v.Text(nth(member+".contextKeyValues", k), &e.ContextKeyValues[k], contextValueLimit)
			}
		}
	}
}

var contextTypes = [...]string{
	"string", "stringList", "numeric", "numericList", "boolean", "booleanList", "ip", "ipList", "binary", "binaryList", "date", "dateList",
}

// contextOf returns the request context that entries describe.
func contextOf(entries []contextEntry) (policy.Map, error) {
	m := policy.Map{}
	for i := range entries {
		e := &entries[i]
		if e.ContextKeyName == nil || e.ContextKeyType == "" {
			return nil, invalidInput("A context entry needs a name and a type.")
		}
		key := strings.ToLower(*e.ContextKeyName)
		if _, ok := m[key]; ok {
			return nil, invalidInput("Context key %s is given twice.", *e.ContextKeyName)
		}
		kind, list := strings.CutSuffix(e.ContextKeyType, "List")
		if !list && len(e.ContextKeyValues) != 1 {
			return nil, invalidInput("Context key %s has the type %s, which takes one value.", *e.ContextKeyName, kind)
		}
		values := make([]string, len(e.ContextKeyValues))
		for k, text := range e.ContextKeyValues {
			value, ok := contextValue(kind, text)
			if !ok {
				return nil, invalidInput("A value of context key %s is not of the type %s.", *e.ContextKeyName, kind)
			}
			values[k] = value
		}
		if list {
			m[key] = policy.Many(values)
		} else {
			m[key] = policy.One(values[0])
		}
	}
	return m, nil
}

// contextValue checks the text of a value and returns what conditions compare.
func contextValue(kind, text string) (string, bool) {
	switch kind {
	case "numeric":
		_, err := strconv.ParseFloat(text, 64)
		return text, err == nil
	case "boolean":
		return text, strings.EqualFold(text, "true") || strings.EqualFold(text, "false")
	case "ip":
		_, err := netip.ParseAddr(text)
		return text, err == nil
	case "binary":
		b, err := base64.StdEncoding.DecodeString(text)
		return string(b), err == nil
	case "date":
		return text, isDate(text)
	}
	return text, true
}

// isDate reports whether text is a date as conditions take it: ISO 8601, or
// seconds since 1970.
func isDate(text string) bool {
	if _, err := strconv.ParseInt(text, 10, 64); err == nil {
		return true
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02"} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}

// accountOf reads the owner of resources: an account's root ARN or its id.
func accountOf(owner string) (string, bool) {
	if a, err := arn.Parse(owner); err == nil && a.Service == "iam" {
		owner = a.Account
	}
	return owner, identity.ValidAccount(owner)
}
