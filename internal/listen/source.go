// SPDX-License-Identifier: Apache-2.0

package listen

import (
	"net"
	"net/netip"
)

// Source returns what stands for everyone at address a: the address, or of an
// IPv6 address its network of 64 bits, which is what one customer has at least.
func Source(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if !a.Is6() {
		return a
	}
	p, err := a.Prefix(64)
	if err != nil {
		return a
	}
	return p.Addr()
}

// sourceOf returns the source of a connection; all that have no IP address are
// of one.
func sourceOf(c net.Conn) netip.Addr {
	if a, ok := c.RemoteAddr().(*net.TCPAddr); ok {
		return Source(a.AddrPort().Addr())
	}
	return netip.Addr{}
}
