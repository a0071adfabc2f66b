package kpi

import "context"

// Caller is who asks: the name of the credential that the request came with,
// and what it may do.
type Caller struct {
	// Credential is the name of a token or a web user, or "anonymous".
	Credential string
	// Scopes are what the credential may do; shared, never changed.
	Scopes []string
}

// Anonymous is the credential of callers that named none.
const Anonymous = "anonymous"

type callerKey struct{}

// WithCaller returns a context that carries the caller.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerFrom returns the context's caller; an anonymous one when it has none.
func CallerFrom(ctx context.Context) Caller {
	if c, ok := ctx.Value(callerKey{}).(Caller); ok {
		return c
	}
	return Caller{Credential: Anonymous}
}
