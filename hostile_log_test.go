// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick"
)

// TestStrangersCannotFillTheLog has a stranger go away in the middle of calls:
// that is nothing an operator must look at.
func TestStrangersCannotFillTheLog(t *testing.T) {
	var log lockedBuffer
	srv, err := bailiwick.Open(bailiwick.Config{
		Data: t.TempDir(),
		Log:  slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		t.Fatal(err)
	}
	started := len(log.bytes())
	gone, leave := context.WithCancel(t.Context())
	leave()
	now := time.Now().UTC().Format("20060102T150405Z")
	r := httptest.NewRequestWithContext(gone, http.MethodPost, "/", nil)
	r.Header.Set("X-Amz-Date", now)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAAAAAAAAAAAAAAAAA/"+now[:8]+
		"/us-east-1/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature="+zeros)
	w := httptest.NewRecorder()
	srv.Handler().ServeHTTP(w, r)
	if w.Code < 400 {
		t.Errorf("got %d", w.Code)
	}
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	if text := log.bytes()[started:]; len(text) > 0 {
		t.Errorf("the log holds %s", text)
	}
}

const zeros = "0000000000000000000000000000000000000000000000000000000000000000"
