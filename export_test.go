// SPDX-License-Identifier: Apache-2.0

package bailiwick

import (
	"context"
	"net"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

// Observe has f told the needs of every call that is decided.
func (c *Config) Observe(f func(*awsapi.Call, []awsapi.Need)) { c.observe = f }

// DialIssuers has OpenID issuers connected to by dial.
func (c *Config) DialIssuers(dial func(ctx context.Context, network, addr string) (net.Conn, error)) {
	c.dialIssuer = dial
}

// Permits has n calls work at once.
func (c *Config) Permits(n int) { c.permits = n }

// OpenDriver has the store opened by open.
func (c *Config) OpenDriver(open func(dir string) (driver.DB, error)) { c.openDriver = open }

// Store returns what the server keeps its data in.
func (s *Server) Store() *storage.DB { return s.db }
