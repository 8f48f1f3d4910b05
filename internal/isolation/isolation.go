// SPDX-License-Identifier: Apache-2.0

// Package isolation shows that tenants who share tables are kept apart, and
// checks it: it builds the data of a SaaS product with many tenants, gets
// credentials for every tenant by each method that there is, and then tries
// with them all that a tenant may do and much that it may not.
//
// It is an ordinary client of AWS. It knows the server by its answers only, so
// it judges any endpoint alike, AWS's own included. A denial counts only if
// the server says that it is the kind of policy at fault that the method of
// vending relies on, and only if the owner can read, unchanged, what was
// refused: a misspelt table name denies everything and isolates nobody.
//
// [Build] makes a [World]; its Verify, Leaks and Measure look into it; [Run]
// does all of it and returns a [Report].
package isolation

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

const (
	// DefaultTenants and DefaultItems are the size of the world that the
	// demonstration builds.
	DefaultTenants = 200
	DefaultItems   = 20_000

	minTenants   = 4
	maxTenants   = 10_000
	maxItems     = 10_000_000
	itemsAtLeast = 4 // a tenant: two in each table

	defaultOthers  = 3
	defaultSeed    = 2
	defaultMeasure = 2 * time.Second
	workersPerCPU  = 16
	maxWorkers     = 1024
)

// Config says where and how large a world is to be built. AWS is required.
type Config struct {
	// AWS is the configuration of an administrator of the account, be it the
	// root user: one who may create tables, users and roles. Its endpoint and
	// region are those of the world.
	AWS aws.Config

	// Tenants is how many tenants there are: 4 to 10,000. Default 200.
	Tenants int

	// Items is how many items all tenants together have, in both tables: at
	// least four for each tenant, at most ten million. Default 20,000.
	Items int

	// Others is how many other tenants' data each tenant tries to reach: at
	// least one, fewer if there are not so many. Default 3.
	Others int

	// Seed is what the data is made from: the same seed, the same data.
	// Default 2.
	Seed uint64

	// Workers is how many calls are under way at once: at most 1,024. Default
	// 16 for each CPU.
	Workers int

	// Measure is how long each figure is measured for. Default 2 seconds.
	Measure time.Duration

	// Progress, if set, is told how far each stage has come. Calls come one at
	// a time, from several goroutines, and are waited for.
	Progress func(stage string, done, total int)
}

// resolve fills in the defaults and checks what was given.
func (c *Config) resolve() error {
	defaults := []struct {
		field *int
		value int
	}{
		{&c.Tenants, DefaultTenants},
		{&c.Items, DefaultItems},
		{&c.Others, defaultOthers},
		{&c.Workers, min(workersPerCPU*runtime.GOMAXPROCS(0), maxWorkers)},
	}
	for _, d := range defaults {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if c.Seed == 0 {
		c.Seed = defaultSeed
	}
	if c.Measure == 0 {
		c.Measure = defaultMeasure
	}
	if c.Progress == nil {
		c.Progress = func(string, int, int) {}
	}
	return c.check()
}

// check reports what in c, defaults filled in, is out of bounds.
func (c *Config) check() error {
	switch {
	case c.AWS.Credentials == nil || c.AWS.Region == "":
		return errors.New("isolation: credentials and a region are needed")
	case c.Tenants < minTenants || c.Tenants > maxTenants:
		return fmt.Errorf("isolation: %d tenants are not %d to %d", c.Tenants, minTenants, maxTenants)
	case c.Items < itemsAtLeast*c.Tenants || c.Items > maxItems:
		return fmt.Errorf("isolation: %d items for %d tenants are not %d to %d", c.Items, c.Tenants, itemsAtLeast*c.Tenants, maxItems)
	case c.Others < 1:
		return fmt.Errorf("isolation: each tenant must try at least one other, not %d", c.Others)
	case c.Workers < 1 || c.Workers > maxWorkers:
		return fmt.Errorf("isolation: %d workers are not 1 to %d", c.Workers, maxWorkers)
	case c.Measure < 0:
		return fmt.Errorf("isolation: figures cannot be measured for %v", c.Measure)
	}
	return nil
}
