// SPDX-License-Identifier: Apache-2.0

package awsapi

// An Action is one entry of the catalogue: a permission, the types of resource
// it applies to and the condition keys that requests for it carry. The
// catalogue describes what the services supply; policies may name anything.
type Action struct {
	Name      string   // such as "dynamodb:GetItem"
	Resources []string // types, such as "table"; empty if it applies to "*" only
	Keys      []Key    // the service's own condition keys; keys not named are never present
}

// A Key is a condition key of an action, such as "dynamodb:LeadingKeys". A
// name that ends in "/" stands for a family, such as "aws:RequestTag/".
type Key struct {
	Name   string
	Always bool // present in every request; else sometimes
}
