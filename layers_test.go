// SPDX-License-Identifier: Apache-2.0

package bailiwick

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/bailiwick-dev/bailiwick"

// Modules of others, by the short name that the table uses.
var modules = map[string]string{
	"aws":      "github.com/aws/",
	"apd":      "github.com/cockroachdb/apd/v3",
	"cobra":    "github.com/spf13/cobra",
	"crypto":   "golang.org/x/crypto",
	"dsig":     "github.com/russellhaering/goxmldsig",
	"jose":     "github.com/go-jose/go-jose/v4",
	"json":     "github.com/go-json-experiment/json",
	"linear":   "github.com/anishathalye/porcupine",
	"pebble":   "github.com/cockroachdb/pebble/v2",
	"prom":     "github.com/prometheus/client_golang",
	"rapid":    "pgregory.net/rapid",
	"script":   "github.com/rogpeppe/go-internal/testscript",
	"sync":     "golang.org/x/sync",
	"system":   "golang.org/x/sys",
	"xml":      "github.com/beevik/etree",
	"xmlcheck": "github.com/mattermost/xml-roundtrip-validator",
	"yaml":     "github.com/goccy/go-yaml",
}

type layer struct {
	pkg  string
	uses []string
}

// layers lists, for each part of the tree, what it may import besides the
// standard library. A package belongs to the first entry that names it or a
// folder above it; "x/" names what is below x but not x. Arrows only go down.
var layers = []layer{
	// Public, and useful without the server: nothing internal.
	{"arn", nil},
	{"policy/policytest", []string{"arn", "policy", "json"}},
	{"policy", []string{"arn", "json"}},
	{"tenant", []string{"arn"}},
	{"tvm", []string{"arn", "policy", "tenant", "aws", "json", "sync"}},
	{"client", []string{"arn", "policy", "tenant", "aws"}},

	// On their own.
	{"internal/bell", nil},
	{"internal/fsync", []string{"system"}},
	{"internal/metrics", []string{"prom"}},
	{"internal/quote", []string{"json"}},

	// Storage knows no service.
	{"internal/storage/driver", nil},
	{"internal/storage/storagetest", []string{"internal/storage/driver", "linear", "rapid"}},
	{"internal/storage/pebble/disktest", []string{"pebble"}},
	{"internal/storage/pebble", []string{"internal/bell", "internal/fsync", "internal/storage/driver", "pebble"}},
	{"internal/storage", []string{"internal/storage/driver"}},

	// Who, and may they.
	{"internal/keyring", []string{"internal/storage", "crypto"}},
	{"internal/audit/trail", nil},
	{"internal/audit/inquest", []string{"arn", "policy", "internal/audit/trail"}},
	{"internal/audit", []string{"policy", "internal/audit/trail", "internal/fsync", "internal/keyring", "internal/storage", "json"}},
	{"internal/awsapi", []string{"arn", "policy", "internal/storage"}},
	{"internal/identity", []string{"arn", "policy", "internal/awsapi", "internal/keyring", "internal/storage"}},
	{"internal/wire/sigv4", nil},
	{"internal/wire", []string{"internal/awsapi", "internal/quote", "json"}},
	{"internal/federation/saml", []string{"arn", "internal/awsapi", "dsig", "xml", "xmlcheck"}},
	{"internal/federation", []string{"internal/awsapi", "internal/identity", "jose", "json"}},
	{"internal/authn", []string{"internal/awsapi", "internal/federation", "internal/identity", "internal/storage", "internal/wire/sigv4"}},
	{"internal/authz", []string{"policy", "internal/awsapi", "internal/identity", "internal/storage"}},

	// A service may not import another service.
	{"internal/service/servicetest", []string{"bailiwicktest", "client", "internal/awsapi", "aws", "script"}},
	{"internal/service/dynamodb/attr", []string{"internal/quote", "apd", "json"}},
	{"internal/service/dynamodb/expr", []string{"apd", "json", "internal/service/dynamodb/attr"}},
	{"internal/service/dynamodb/upstream", []string{"internal/awsapi", "internal/service/dynamodb/attr", "aws"}},
	{"internal/service/dynamodb", []string{"internal/service/dynamodb/", "arn", "policy", "internal/awsapi", "internal/identity", "internal/storage", "internal/wire", "aws", "json"}},
	{"internal/service/", []string{"arn", "policy", "internal/awsapi", "internal/federation", "internal/identity", "internal/storage", "internal/wire"}},
	{"internal/service", []string{"internal/service/", "internal/awsapi", "internal/identity"}},

	// The front door: never a service.
	{"internal/fair", []string{"internal/bell"}},
	{"internal/listen", nil},
	{"internal/server", []string{"policy", "internal/awsapi", "internal/authn", "internal/authz", "internal/audit", "internal/fair", "internal/listen", "internal/metrics", "internal/storage"}},

	// Ordinary clients of AWS.
	{"internal/isolation", []string{"arn", "policy", "tenant", "tvm", "client", "aws", "sync"}},
	{"internal/clienttest", []string{"bailiwicktest", "aws"}},
	{"internal/crashtest/client", []string{"aws"}},
	{"internal/crashtest/history", nil},
	{"internal/crashtest/bank", []string{"internal/crashtest/client", "internal/crashtest/history"}},
	{"cmd", []string{"", "client", "policy", "arn", "tenant", "tvm", "internal/audit/inquest", "internal/audit/trail", "internal/isolation", "aws", "cobra", "json"}},
	{"examples", []string{"arn", "policy", "tenant", "tvm", "client", "aws", "jose"}},
	{"bailiwicktest", []string{"", "client", "aws"}},

	// The top: only here does everything meet.
	{"", []string{"internal/", "yaml"}},
}

func TestImportsGoDownTheLayers(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,GoFiles,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	used := make([]bool, len(layers))
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p struct {
			ImportPath string
			GoFiles    []string
			Imports    []string
		}
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) == 0 {
			continue // tests only
		}
		pkg := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		i := slices.IndexFunc(layers, func(l layer) bool { return covers(l.pkg, pkg) })
		if i < 0 {
			t.Errorf("%s is in no layer", pkg)
			continue
		}
		used[i] = true
		for _, imp := range p.Imports {
			if !layers[i].allows(imp) {
				t.Errorf("%s imports %s; it may use only %q", pkg, imp, layers[i].uses)
			}
		}
	}
	for i, l := range layers {
		if !used[i] {
			t.Errorf("no package is in layer %q", l.pkg)
		}
	}
}

// allows reports whether packages of the layer may import imp.
func (l layer) allows(imp string) bool {
	rest, ours := strings.CutPrefix(imp, module)
	if first, _, _ := strings.Cut(imp, "/"); !ours && !strings.Contains(first, ".") {
		return true // standard library
	}
	rest = strings.TrimPrefix(rest, "/")
	return slices.ContainsFunc(l.uses, func(use string) bool {
		if path, ok := modules[use]; ok {
			return !ours && strings.HasPrefix(imp, path)
		}
		return ours && (covers(use, rest) || covers(l.pkg, rest) && l.pkg != "")
	})
}

// covers reports whether the entry names pkg.
func covers(entry, pkg string) bool {
	if strings.HasSuffix(entry, "/") {
		return strings.HasPrefix(pkg, entry)
	}
	return pkg == entry || entry != "" && strings.HasPrefix(pkg, entry+"/")
}
