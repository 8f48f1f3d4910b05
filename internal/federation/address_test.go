// SPDX-License-Identifier: Apache-2.0

package federation

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"
)

func TestWhichAddressesArePublic(t *testing.T) {
	for _, a := range []string{"8.8.8.8", "140.82.112.3", "2606:4700::6810:84e5", "2a00:1450:4001:830::200e"} {
		if !public(netip.MustParseAddr(a)) {
			t.Errorf("%s is not public", a)
		}
	}
	for _, a := range []string{
		"127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "0.1.2.3", "::", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
		"169.254.169.254", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "fc00::1", "100.64.0.1", "224.0.0.1", "ff02::1",
		"255.255.255.255", "240.0.0.1", "192.0.0.170", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1",
		"::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1",
		"2001:db8::1", "100::1", "fec0::1", "3fff::1", "5f00::1",
	} {
		if public(netip.MustParseAddr(a)) {
			t.Errorf("%s is public", a)
		}
	}
}

// TestTheAddressThatANameHasIsChecked dials names and addresses of this machine,
// where nobody listens: what is refused is refused before.
func TestTheAddressThatANameHasIsChecked(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	d := &dialer{private: []string{"allowed.localhost", "127.0.0.2"}}
	for addr, want := range map[string]error{
		"localhost:443":        errAddress,
		"127.0.0.1:443":        errAddress,
		"[::1]:443":            errAddress,
		"169.254.169.254:443":  errAddress,
		"8.8.8.8:80":           errPort,
		"sub.127.0.0.2:443":    nil, // no name at all
		"xallowed.localhost:1": errPort,
	} {
		_, err := d.DialContext(ctx, "tcp", addr)
		if err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", addr, err, want)
		}
	}
	if _, err := d.DialContext(ctx, "tcp", "127.0.0.2:1"); err == nil || errors.Is(err, errAddress) || errors.Is(err, errPort) {
		t.Errorf("an address that is allowed: %v", err)
	}
}
