// SPDX-License-Identifier: Apache-2.0

package federation

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
)

var (
	errTooMany = errors.New("federation: too many identity providers are being asked")
	errAddress = errors.New("federation: address of an identity provider is not a public one")
	errPort    = errors.New("federation: port of an identity provider is not 443")
)

// A dialer connects to identity providers. Who may register one must not be able
// to have the server ask what only it can reach: only the hosts that the operator
// lists may have addresses that aren't public, or other ports. What counts is the
// address that a name turns out to have when the connection is made.
type dialer struct {
	private []string // hosts, in lower case
	dial    func(ctx context.Context, network, addr string) (net.Conn, error)
}

// DialContext connects to addr, a host and a port.
func (d *dialer) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	if d.dial != nil {
		return d.dial(ctx, network, addr)
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	if slices.Contains(d.private, strings.ToLower(host)) {
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
	if port != "443" {
		return nil, errPort
	}
	guarded := net.Dialer{Control: func(_, address string, _ syscall.RawConn) error { return checkAddress(address) }}
	return guarded.DialContext(ctx, network, addr)
}

// checkAddress returns errAddress unless the host of address, which is an IP
// address by now, is one of the public Internet.
func checkAddress(address string) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %w", errAddress, err)
	}
	if !public(a.Addr()) {
		return errAddress
	}
	return nil
}

// public reports whether a is an address that anybody can reach: it isn't in one of
// the blocks that the IANA registries of special-purpose addresses have.
func public(a netip.Addr) bool {
	if a.Is4In6() || a.Zone() != "" || !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	return !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(a) })
}

// special are the blocks of addresses that aren't public besides those that
// package netip knows, and those that stand for IPv4 addresses, whichever.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"), // shared by carriers
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"),   // IPv4 by translation
	netip.MustParsePrefix("64:ff9b:1::/48"), // as above
	netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), // Teredo among them
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), // 6to4
	netip.MustParsePrefix("3fff::/20"),
	netip.MustParsePrefix("5f00::/16"),
	netip.MustParsePrefix("::/96"), // IPv4 as it was written once
	netip.MustParsePrefix("fec0::/10"),
}
