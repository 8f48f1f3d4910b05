// SPDX-License-Identifier: Apache-2.0

package bailiwick

import (
	"fmt"

	"github.com/bailiwick-dev/bailiwick/internal/listen"
)

// maxConnections is the default of Config.MaxConnections, where the process may
// open enough files.
const maxConnections = 10_000

// resolveConnections fills in the bounds of connections and checks them.
func (c *Config) resolveConnections() error {
	most := listen.MostConnections()
	if c.MaxConnections == 0 {
		c.MaxConnections = min(maxConnections, most)
	}
	if c.MaxConnections < listen.MinConnections || c.MaxConnections > most {
		return fmt.Errorf("max_connections must be %d to %d, half of the files that the process may open", listen.MinConnections, most)
	}
	if c.MaxConnectionsPerSource == 0 {
		c.MaxConnectionsPerSource = c.MaxConnections * 3 / 4
	}
	if c.MaxConnectionsPerSource < 1 || c.MaxConnectionsPerSource > c.MaxConnections {
		return fmt.Errorf("max_connections_per_source must be 1 to max_connections, which is %d", c.MaxConnections)
	}
	return nil
}
