// Package web is the one listener: routes, credentials, and the answer that an
// error becomes.
//
// It guarantees that no handler of a route with a scope runs for a caller
// without that scope; that a credential which was presented but is wrong never
// falls back to what anonymous callers may do; that tokens are compared in
// constant time; that wrong credentials are limited for each client address, and
// past the limit shorter tokens and web users are refused unread, but a right
// token of at least 20 characters is let in (others may share its address, and
// it can't be guessed); that every answer to an error is application/problem+json
// (RFC 9457) and never shows a cause; that a panic in a handler costs one answer,
// not the process; and that requests in flight at shutdown are finished within a
// bound.
//
// It does not know what the handlers do, does not limit the size of bodies
// (handlers do, with http.MaxBytesReader; the error becomes 413), and takes the
// client's address from the connection alone: behind a reverse proxy every
// client has the proxy's address, and forwarding headers are not believed.
package web
