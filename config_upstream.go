// SPDX-License-Identifier: Apache-2.0

package bailiwick

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml/ast"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/upstream"
)

// UpstreamConfig configures another server of DynamoDB's API that keeps the
// tables: Amazon DynamoDB, ScyllaDB Alternator or another Bailiwick. This server
// then decides and records the calls and sends on what is allowed.
type UpstreamConfig struct {
	// URL is of the upstream's endpoint, such as
	// https://dynamodb.eu-west-1.amazonaws.com. Without it, tables are kept here.
	URL string `yaml:"dynamodb.upstream"`

	// Region is that of the upstream's tables, the one region in which calls find
	// them. Defaults to that of the AWS SDK's own configuration, and then to
	// us-east-1.
	Region string `yaml:"dynamodb.upstream_region"`

	// AccountID is the account to which the upstream's tables belong here. Defaults
	// to the first account.
	AccountID string `yaml:"dynamodb.upstream_account"`

	// AccessKeyID and SecretAccessKey are what the upstream is called with: both or
	// none. Without them the AWS SDK's default chain finds credentials.
	AccessKeyID     string `yaml:"dynamodb.upstream_access_key_id"`
	SecretAccessKey string `yaml:"dynamodb.upstream_secret_access_key"`
}

// read reads what the environment says of the upstream.
func (c *UpstreamConfig) read(getenv func(string) string) error {
	id, secret := getenv("BAILIWICK_DYNAMODB_UPSTREAM_ACCESS_KEY_ID"), getenv("BAILIWICK_DYNAMODB_UPSTREAM_SECRET_ACCESS_KEY")
	if (id == "") != (secret == "") {
		return errors.New("environment: an upstream's access key needs both its id and its secret")
	}
	if id != "" {
		c.AccessKeyID, c.SecretAccessKey = id, secret
	}
	for name, field := range map[string]*string{
		"BAILIWICK_DYNAMODB_UPSTREAM":         &c.URL,
		"BAILIWICK_DYNAMODB_UPSTREAM_REGION":  &c.Region,
		"BAILIWICK_DYNAMODB_UPSTREAM_ACCOUNT": &c.AccountID,
	} {
		if v := getenv(name); v != "" {
			*field = v
		}
	}
	return nil
}

// resolve fills in the defaults and checks what was given; account is the first
// account.
func (c *UpstreamConfig) resolve(account string) error {
	if *c == (UpstreamConfig{}) {
		return nil
	}
	if c.URL == "" {
		return errors.New("the upstream's settings are given, but not its URL")
	}
	if c.AccountID == "" {
		c.AccountID = account
	}
	if !isAccountID(c.AccountID) {
		return fmt.Errorf("the upstream's account %q is not 12 digits", c.AccountID)
	}
	client := c.client()
	return client.Check()
}

// client returns how the upstream is called.
func (c *UpstreamConfig) client() upstream.Config {
	return upstream.Config{URL: c.URL, Region: c.Region, AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey}
}

// upstreamPart is the part of a configuration file that has the upstream's settings.
const upstreamPart = "dynamodb"

// spread returns the mapping of a configuration file with the settings of that part
// under their whole names: "dynamodb: {upstream: x}" is "dynamodb.upstream: x".
func spread(m *ast.MappingNode) (*ast.MappingNode, error) {
	out := ast.Mapping(m.Start, m.IsFlowStyle)
	seen := map[string]bool{}
	add := func(v *ast.MappingValueNode) error {
		name := v.Key.GetToken().Value
		if seen[name] {
			return fmt.Errorf(":%d: %s is given twice", v.Key.GetToken().Position.Line, name)
		}
		seen[name] = true
		out.Values = append(out.Values, v)
		return nil
	}
	for _, v := range m.Values {
		part, ok := v.Value.(*ast.MappingNode)
		if !ok || v.Key.GetToken().Value != upstreamPart {
			if err := add(v); err != nil {
				return nil, err
			}
			continue
		}
		for _, inner := range part.Values {
			whole := *inner.Key.GetToken()
			whole.Value = upstreamPart + "." + whole.Value
			if err := add(ast.MappingValue(inner.Start, ast.String(&whole), inner.Value)); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
