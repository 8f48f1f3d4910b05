// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

func TestSharesOutOfBoundsAreRefused(t *testing.T) {
	for _, percent := range []int{-1, 101} {
		s, err := bailiwick.Open(bailiwick.Config{MaxTenantShare: percent, Data: filepath.Join(t.TempDir(), "data")})
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "max_tenant_share must be 1 to 100") {
			t.Errorf("%d: got %v", percent, err)
		}
	}
}

// TestNobodyUsesMoreThanTheirShare has many call as fast as they can. What one call is
// charged at least is known, and so is how many fit into a share.
func TestNobodyUsesMoreThanTheirShare(t *testing.T) {
	const percent, least = 1, 40 * time.Microsecond
	srv := bailiwicktest.Start(t, bailiwick.Config{Data: t.TempDir(), MaxTenantShare: percent})
	var calls atomic.Int64
	var wg sync.WaitGroup
	begin := time.Now()
	for range 8 {
		c := sts.NewFromConfig(srv.Config())
		wg.Go(func() {
			for time.Since(begin) < 2*time.Second {
				if _, err := c.GetCallerIdentity(t.Context(), nil); err != nil {
					t.Error(err)
					return
				}
				calls.Add(1)
			}
		})
	}
	wg.Wait()
	processors := min(runtime.NumCPU(), runtime.GOMAXPROCS(0))
	most := time.Since(begin)*time.Duration(processors)*percent/100/least + 100
	if n := calls.Load(); n > int64(most) || n < 10 {
		t.Errorf("%d calls were answered, at most %d have room in the share", n, most)
	}
}
