// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/bailiwick-dev/bailiwick/tenant"
	"github.com/bailiwick-dev/bailiwick/tvm"
)

// shippingETA is what the tracking service answers.
type shippingETA struct {
	ETA string `json:"eta"` // a date, YYYY-MM-DD
}

// A trackingService knows when shipments arrive. It works as
// TrackingServiceRole, which may read nothing, and for each request with
// credentials of the request's tenant, which the machine vends and keeps.
type trackingService struct {
	machine *tvm.Machine
	log     *slog.Logger
}

// handler returns the service's routes, none of which can be reached without a
// token: that a request comes from the shipment service is no reason to believe
// what it says.
func (t *trackingService) handler(v verifier) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /shipments/{id}/eta", t.getShippingETA)
	return v.authenticated(t.log, mux)
}

func (t *trackingService) getShippingETA(w http.ResponseWriter, r *http.Request) {
	own, rows, err := t.open(r.Context())
	if err != nil {
		t.fail(w, r, err)
		return
	}
	eta, err := rows.shippingETA(r.Context(), own, r.PathValue("id"))
	if err != nil {
		t.fail(w, r, err)
		return
	}
	t.log.InfoContext(r.Context(), "GetShippingETA", "tenant", own, "shipment", r.PathValue("id"))
	answer(w, http.StatusOK, shippingETA{eta})
}

// open returns the tenant that the request was authenticated as, and the rows of
// the table as that tenant sees them.
func (t *trackingService) open(ctx context.Context) (tenant.ID, repository, error) {
	id, ok := tenant.FromContext(ctx)
	if !ok {
		return "", repository{}, errors.New("request without a tenant")
	}
	cfg, err := t.machine.Config(ctx, id)
	if err != nil {
		return "", repository{}, err
	}
	return id, repository{dynamodb.NewFromConfig(cfg)}, nil
}

// fail answers a request that came to nothing. What is denied looks like what
// isn't there. To us it is a bug that a policy has caught, so it is logged as
// one, with DynamoDB's reason.
func (t *trackingService) fail(w http.ResponseWriter, r *http.Request, err error) {
	own, _ := tenant.FromContext(r.Context())
	switch {
	case errors.Is(err, errNoShipment):
		answer(w, http.StatusNotFound, noShipment)
	case denied(err):
		t.log.ErrorContext(r.Context(), "a policy caught a bug", "tenant", own, "error", err)
		answer(w, http.StatusNotFound, noShipment)
	default:
		t.log.ErrorContext(r.Context(), "request failed", "tenant", own, "error", err)
		answer(w, http.StatusInternalServerError, broken)
	}
}

// denied reports whether DynamoDB denied a call.
func denied(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && api.ErrorCode() == "AccessDeniedException"
}

// A repository reads TrackingData, with the credentials of its client. It knows
// nothing about who may read what: the credentials do.
type repository struct {
	db *dynamodb.Client
}

// shippingETA returns when a shipment of owner arrives, or errNoShipment.
func (r repository) shippingETA(ctx context.Context, owner tenant.ID, id string) (string, error) {
	if !validShipmentID(id) {
		return "", errNoShipment
	}
	out, err := r.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(tableName),
		Key: map[string]types.AttributeValue{
			"TenantID":   &types.AttributeValueMemberS{Value: string(owner)},
			"ShipmentID": &types.AttributeValueMemberS{Value: id},
		},
	})
	if err != nil {
		return "", err
	}
	if out.Item == nil {
		return "", errNoShipment
	}
	eta, ok := out.Item["ETA"].(*types.AttributeValueMemberS)
	if !ok {
		return "", fmt.Errorf("shipment %s of %s has no ETA", id, owner)
	}
	return eta.Value, nil
}
