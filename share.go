// SPDX-License-Identifier: Apache-2.0

package bailiwick

import (
	"errors"
	"runtime"

	"github.com/bailiwick-dev/bailiwick/internal/fair"
)

// resolveShare fills in how calls share the processors and checks it.
func (c *Config) resolveShare() error {
	if c.permits == 0 {
		c.permits = max(2, runtime.GOMAXPROCS(0))
	}
	if c.MaxTenantShare == 0 {
		c.MaxTenantShare = 100
	}
	if c.MaxTenantShare < 1 || c.MaxTenantShare > 100 {
		return errors.New("max_tenant_share must be 1 to 100, percent of the processors' time")
	}
	return nil
}

// limits returns how calls share the processors. There may be more threads than
// processors.
func (c *Config) limits() fair.Limits {
	l := fair.Limits{Permits: c.permits}
	if c.MaxTenantShare < 100 {
		l.Rate = float64(c.MaxTenantShare) / 100 * float64(min(runtime.NumCPU(), runtime.GOMAXPROCS(0)))
	}
	return l
}
