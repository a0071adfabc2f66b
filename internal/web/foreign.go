package web

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Foreign is what is different about a route that passes on to somebody else.
// Authorization is theirs, and Luneo's own token comes in X-Luneo-Token; no
// headers are added to the answer; a body may take as long as it likes; at
// shutdown what is on its way has Options.ForeignTimeout.
type Foreign struct {
	// Token returns Luneo's token where a request brings it in another header
	// than X-Luneo-Token, else "". Where callers without a credential are let
	// in, one that is not Luneo's counts as none: SDKs insist on sending a key.
	Token func(*http.Request) string
	// Error answers an error in the form that callers of somebody else expect;
	// problem+json when nil.
	Error func(w http.ResponseWriter, status int, e *kpi.Error)
}

// credentialFor reads the credential of a request as the route has it.
func (s *Server) credentialFor(rt *route, r *http.Request) presented {
	switch {
	case rt.Foreign == nil:
		return credentialOf(r)
	case len(r.Header[tokenHeader]) > 0:
		return presented{kind: tokenCredential, token: r.Header[tokenHeader][0]}
	case rt.Foreign.Token == nil:
		return presented{}
	}
	token := rt.Foreign.Token(r)
	auth := s.auth.Load()
	if token == "" || auth.token(token) == nil && auth.allows(clientOf(r), rt.Scope) {
		return presented{}
	}
	return presented{kind: tokenCredential, token: token}
}

// passing counts the requests that are on their way to somebody else.
type passing struct {
	mu    sync.Mutex
	n     int
	empty chan struct{} // closed when n is 0; nil while nobody waits
	cut   context.Context
	end   context.CancelFunc
}

func newPassing() *passing {
	p := &passing{}
	p.cut, p.end = context.WithCancel(context.Background())
	return p
}

// enter books one more; what it returns books it out.
func (p *passing) enter() (leave func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	return p.leave
}

func (p *passing) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.n--; p.n == 0 && p.empty != nil {
		close(p.empty)
		p.empty = nil
	}
}

// hijacked is the context of a request that the server loses sight of when its
// connection is taken over: it ends when the others are cut off.
func (p *passing) hijacked(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(p.cut, cancel)
	return ctx, func() { stop(); cancel() }
}

// wait returns when none is left, or ctx ends; then it reports false.
func (p *passing) wait(ctx context.Context) bool {
	p.mu.Lock()
	if p.n == 0 {
		p.mu.Unlock()
		return true
	}
	if p.empty == nil {
		p.empty = make(chan struct{})
	}
	empty := p.empty
	p.mu.Unlock()
	select {
	case <-empty:
		return true
	case <-ctx.Done():
		return false
	}
}

// aMoment is what ends at once has to do so.
const aMoment = time.Second

// cutOff ends those whose connection was taken over, and gives them a moment.
func (p *passing) cutOff() {
	p.end()
	ctx, cancel := context.WithTimeout(context.Background(), aMoment)
	defer cancel()
	p.wait(ctx)
}
