// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
)

// maxTrackingAnswer is the size of the largest answer of the tracking service
// that is read, in bytes.
const maxTrackingAnswer = 4 << 10

var (
	errNoShipment   = errors.New("no such shipment")
	errUnauthorized = errors.New("the tracking service doesn't take the token")
)

// A shipment is what the browser is shown.
type shipment struct {
	ID  string `json:"id"`
	ETA string `json:"eta"`
}

// A shipmentService answers browsers. It has no credentials: what it knows about
// a tenant's shipments, it knows because the tenant's token got it an answer.
type shipmentService struct {
	tracking string // URL of the tracking service
	client   *http.Client
	log      *slog.Logger
}

// handler returns the service's routes, none of which can be reached without a
// token.
func (s *shipmentService) handler(v verifier) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /shipments/{id}", s.getShipment)
	return v.authenticated(s.log, mux)
}

func (s *shipmentService) getShipment(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	eta, err := s.getShippingETA(r.Context(), r.Header.Get("Authorization"), id)
	switch {
	case err == nil:
		answer(w, http.StatusOK, shipment{id, eta})
	case errors.Is(err, errNoShipment):
		answer(w, http.StatusNotFound, noShipment)
	case errors.Is(err, errUnauthorized): // it expired on the way
		answer(w, http.StatusUnauthorized, unauthorized)
	default:
		s.log.ErrorContext(r.Context(), "GetShippingETA failed", "error", err)
		answer(w, http.StatusBadGateway, broken)
	}
}

// getShippingETA asks the tracking service, with the token that this service was
// given itself. No header says whose shipment it is: the token does.
func (s *shipmentService) getShippingETA(ctx context.Context, authorization, id string) (string, error) {
	if !validShipmentID(id) {
		return "", errNoShipment
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.tracking+"/shipments/"+id+"/eta", nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", authorization)
	resp, err := s.client.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return "", errNoShipment
	case http.StatusUnauthorized:
		return "", errUnauthorized
	default:
		return "", fmt.Errorf("the tracking service answered %s", resp.Status)
	}
	var out shippingETA
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxTrackingAnswer)).Decode(&out); err != nil {
		return "", fmt.Errorf("answer of the tracking service: %w", err)
	}
	return out.ETA, nil
}
