// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"

	"github.com/bailiwick-dev/bailiwick/tenant"
)

// A buggyService is the tracking service with a mistake, to show what comes of
// it. It is the one thing here not to copy.
type buggyService struct {
	*trackingService
}

// handler returns the service's routes. They can't be reached without a token,
// which helps nobody here.
func (b buggyService) handler(v verifier) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /tenants/{tenant}/shipments/{id}/eta", b.getShippingETA)
	return v.authenticated(b.log, mux)
}

// getShippingETA believes the path about whose shipment it is.
func (b buggyService) getShippingETA(w http.ResponseWriter, r *http.Request) {
	_, rows, err := b.open(r.Context())
	if err != nil {
		b.fail(w, r, err)
		return
	}
	eta, err := rows.shippingETA(r.Context(), tenant.ID(r.PathValue("tenant")), r.PathValue("id"))
	if err != nil {
		b.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, shippingETA{eta})
}
