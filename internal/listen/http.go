// SPDX-License-Identifier: Apache-2.0

package listen

import (
	"context"
	"crypto/tls"
	"log"
	"net"
	"net/http"
)

// Attach has hs, which is to serve l, tell l of its connections, and hand them
// to handlers. It speaks HTTP/1 only, as AWS's endpoints do: a connection
// carries one request at a time.
func (l *Listener) Attach(hs *http.Server) {
	hs.Protocols = new(http.Protocols)
	hs.Protocols.SetHTTP1(true)
	hs.ErrorLog = log.New(httpLog{&l.notices}, "", 0)
	hs.RegisterOnShutdown(l.closeSilent)
	hs.ConnContext = func(ctx context.Context, nc net.Conn) context.Context {
		return context.WithValue(ctx, key{}, connOf(nc))
	}
	hs.ConnState = func(nc net.Conn, state http.ConnState) {
		c := connOf(nc)
		switch state {
		case http.StateActive:
			c.headEnds()
		case http.StateIdle, http.StateClosed:
			c.requestEnds()
		}
	}
}

// key is the context's for a request's connection: net/http has no other way to
// hand it on.
type key struct{}

// From returns the connection of the request that has the context, nil if a
// [Listener] didn't take it in.
func From(ctx context.Context) *Conn {
	c, _ := ctx.Value(key{}).(*Conn)
	return c
}

// connOf returns the Conn that nc is, or is TLS over.
func connOf(nc net.Conn) *Conn {
	if t, ok := nc.(*tls.Conn); ok {
		nc = t.NetConn()
	}
	return nc.(*Conn)
}
