// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	"github.com/bailiwick-dev/bailiwick/internal/service"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/upstream"
)

// TestEveryOperationInFrontOfAnUpstreamKeepsTenantsApart tries the operations as
// [TestEveryOperationKeepsTenantsApart] does, where another server has the tables.
// What isn't sent on is refused to its owner, in so many words.
func TestEveryOperationInFrontOfAnUpstreamKeepsTenantsApart(t *testing.T) {
	up := bailiwicktest.New(t)
	w := newWorldOf(t, bailiwick.Config{Upstream: bailiwick.UpstreamConfig{
		URL: up.Endpoint, Region: "us-east-1", AccessKeyID: up.Root.AccessKeyID, SecretAccessKey: up.Root.SecretAccessKey,
	}})
	client, err := upstream.New(t.Context(), upstream.Config{URL: up.Endpoint, AccessKeyID: "any", SecretAccessKey: "any"})
	if err != nil {
		t.Fatal(err)
	}
	sent := 0
	for _, svc := range service.InFront(nil, client, "000000000000", time.Now) {
		if svc.Name != "dynamodb" {
			continue
		}
		for i := range svc.Operations {
			op := &svc.Operations[i]
			elsewhere := strings.ReplaceAll(w.expand(op.Sample), "Sample", "None") // a table that isn't there
			if op.Name == "CreateTable" || !strings.Contains(w.call(w.owner, svc, op.Name, elsewhere).Body, "the tables are kept by an upstream") {
				sent++
				w.try(svc, op)
				continue
			}
			for who, cfg := range w.wrong {
				if a := w.call(cfg, svc, op.Name, w.expand(op.Sample)); !a.Denied() {
					t.Errorf("%s by %s: got %d %s, want a denial", op.Name, who, a.Status, a.Body)
				}
			}
		}
	}
	if sent < 20 {
		t.Errorf("%d operations are sent on", sent)
	}
}
