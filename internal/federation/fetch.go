// SPDX-License-Identifier: Apache-2.0

package federation

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

const (
	// fetchTime is how long it takes at most to ask a provider for its keys.
	fetchTime = 5 * time.Second

	// maxDocument is the size of the largest document of a provider, in bytes, and
	// maxHeader of the head of its answer.
	maxDocument = 1 << 20
	maxHeader   = 64 << 10
)

// Config configures a [Verifier].
type Config struct {
	// Private are the hosts of identity providers that may have addresses that are
	// not public, and other ports than 443: an operator's own. Names below them are
	// not among them.
	Private []string

	// Roots are the authorities that may certify providers' servers; nil for those
	// of the system.
	Roots *x509.CertPool

	// Log is told of providers that can't be asked; nil for slog.Default(). Nobody
	// can have it told more often than they are asked.
	Log *slog.Logger

	// Now defaults to time.Now.
	Now func() time.Time

	// Dial, if set, connects to providers in place of a dialer of the Verifier's
	// own, and so has to look after addresses itself.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// A fetcher asks providers for their keys.
type fetcher struct {
	roots *x509.CertPool
	now   func() time.Time
	dial  *dialer
}

func newFetcher(cfg *Config) *fetcher {
	f := &fetcher{cfg.Roots, cfg.Now, &dialer{dial: cfg.Dial}}
	for _, host := range cfg.Private {
		f.dial.private = append(f.dial.private, strings.ToLower(host))
	}
	return f
}

// Why a provider's answer is of no use.
var (
	errStatus    = errors.New("federation: identity provider answers with another status than 200")
	errTooLarge  = errors.New("federation: identity provider answers with too much")
	errDiscovery = errors.New("federation: malformed OpenID configuration")
	errIssuer    = errors.New("federation: OpenID configuration of another issuer")
	errKeysURL   = errors.New("federation: OpenID configuration with a jwks_uri that can't be used")
)

// fetch asks p for its keys, as OpenID Connect Discovery 1.0 has it: its
// configuration says where they are. It follows no redirection.
func (f *fetcher) fetch(ctx context.Context, p *identity.OIDCProvider) (*keySet, error) {
	// A client of its own, as the thumbprints are p's; its connections end with it.
	// It uses no proxy, which would choose the addresses in the dialer's place.
	transport := &http.Transport{
		DialContext:            f.dial.DialContext,
		TLSClientConfig:        tlsConfig(f.roots, p.Thumbprints, f.now),
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHeader,
	}
	defer transport.CloseIdleConnections()
	client := &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	issuer := scheme + p.URL
	text, _, err := get(ctx, client, strings.TrimSuffix(issuer, "/")+"/.well-known/openid-configuration")
	if err != nil {
		return nil, failure(err)
	}
	keysURL, err := readDiscovery(text, issuer)
	if err != nil {
		return nil, noKey(err)
	}
	text, header, err := get(ctx, client, keysURL)
	if err != nil {
		return nil, failure(err)
	}
	set, err := readKeySet(text)
	if err != nil {
		return nil, noKey(err)
	}
	set.until = f.now().Add(fresh(header))
	set.dead = set.until.Add(outage)
	return set, nil
}

// failure words why a provider couldn't be asked.
func failure(err error) error {
	if errors.Is(err, errCertificate) {
		return badCertificate(err)
	}
	return unreachable(err)
}

// get returns the document at address, and the head of the answer.
func get(ctx context.Context, client *http.Client, address string) ([]byte, http.Header, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "Bailiwick")
	resp, err := client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, nil, fmt.Errorf("%w: %d", errStatus, resp.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	if err != nil {
		return nil, nil, err
	}
	if len(text) > maxDocument {
		return nil, nil, errTooLarge
	}
	return text, resp.Header, nil
}

// readDiscovery returns the address of the keys from an OpenID configuration, which
// must be the issuer's own.
func readDiscovery(text []byte, issuer string) (string, error) {
	var stated, keys string
	r := newReader(text)
	err := r.object(func(name string) (err error) {
		switch name {
		case "issuer":
			stated, err = r.string(maxAddress)
		case "jwks_uri":
			keys, err = r.string(maxAddress)
		default:
			err = r.skip()
		}
		return err
	})
	if err != nil || !r.end() {
		return "", errDiscovery
	}
	if stated != issuer {
		return "", errIssuer
	}
	u, err := url.Parse(keys)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return "", errKeysURL
	}
	return keys, nil
}

// maxAddress is the size of the longest address in a configuration, in bytes.
const maxAddress = 2048

// fresh returns for how long keys may be used, which came with an answer of that
// head.
func fresh(h http.Header) time.Duration {
	for part := range strings.SplitSeq(h.Get("Cache-Control"), ",") {
		name, value, _ := strings.Cut(strings.ToLower(strings.TrimSpace(part)), "=")
		switch name {
		case "no-store", "no-cache":
			return minFresh
		case "max-age":
			seconds, err := strconv.ParseUint(strings.Trim(value, `"`), 10, 31)
			if err != nil {
				return minFresh
			}
			return min(max(time.Duration(seconds)*time.Second, minFresh), maxFresh)
		}
	}
	return freshness
}
