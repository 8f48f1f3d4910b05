// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"time"
)

const (
	// maxHeader bounds a request's header, in bytes. Requests have no bodies.
	maxHeader = 16 << 10

	serverTimeout = 10 * time.Second

	// maxShipmentID is the length of the longest shipment id, in bytes.
	maxShipmentID = 32
)

// listen serves h on a free port of the loopback interface until ctx ends. It
// returns the server's URL.
func listen(ctx context.Context, h http.Handler) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	s := &http.Server{Handler: h, MaxHeaderBytes: maxHeader, ReadTimeout: serverTimeout, WriteTimeout: 3 * serverTimeout}
	context.AfterFunc(ctx, func() { s.Close() })
	go s.Serve(l) // should it end before ctx does, calls fail
	return "http://" + l.Addr().String(), nil
}

// answer sends v as JSON.
func answer(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(body) // a browser that has gone needs no answer
}

// A failure is all that a browser is told when it doesn't get what it asked for.
// The reason is for the log.
type failure struct {
	Message string `json:"message"`
}

var (
	unauthorized = failure{"unauthorized"}
	noShipment   = failure{"no such shipment"}
	broken       = failure{"something went wrong"}
)

// validShipmentID reports whether s can be the id of a shipment.
func validShipmentID(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= maxShipmentID
}
