package web

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Handler answers a request, or returns an error and has written nothing.
type Handler func(http.ResponseWriter, *http.Request) error

// Route is one row of the table of routes.
type Route struct {
	// Method is an HTTP method; GET answers HEAD too; empty is every method.
	Method string
	// Pattern is a path as http.ServeMux takes it, without method and host.
	Pattern string
	// Scope is what a caller needs; Open lets everybody in.
	Scope   Scope
	Handler Handler
	// Foreign is for what passes on to somebody else; nil for Luneo's own.
	Foreign *Foreign
}

// route is a row with its metrics.
type route struct {
	Route
	metrics *routeMetrics
}

// resource is all routes of one pattern.
type resource struct {
	s       *Server
	methods map[string]*route
	// other answers methods that the table does not have.
	other *route
}

// mux builds the handler of the whole server from the table.
func (s *Server) mux(routes []Route) (handler http.Handler, err error) {
	resources := map[string]*resource{}
	for i, r := range routes {
		if err := s.addRoute(resources, r); err != nil {
			return nil, fmt.Errorf("routes[%d] %s %s: %w", i, r.Method, r.Pattern, err)
		}
	}
	if resources["/"] == nil {
		notFound := Route{Pattern: "unmatched", Handler: func(http.ResponseWriter, *http.Request) error {
			return kpi.Errorf(kpi.KindNotFound, "There is nothing at this path.")
		}}
		resources["/"] = &resource{s: s, other: s.route(notFound)}
	}
	defer func() {
		if p := recover(); p != nil { // ServeMux has no other way to refuse patterns
			handler, err = nil, fmt.Errorf("table of routes: %v", p)
		}
	}()
	mux := http.NewServeMux()
	for pattern, r := range resources {
		if r.other == nil {
			r.other = r.methodNotAllowed(pattern)
		}
		mux.Handle(pattern, r)
	}
	return s.withHeaders(mux), nil
}

func (s *Server) addRoute(resources map[string]*resource, r Route) error {
	if r.Handler == nil || !strings.HasPrefix(r.Pattern, "/") {
		return errors.New("a handler and a pattern that begins with / are needed")
	}
	if r.Scope != Open {
		if err := checkScopes([]Scope{r.Scope}); err != nil {
			return err
		}
	}
	res := resources[r.Pattern]
	if res == nil {
		res = &resource{s: s, methods: map[string]*route{}}
		resources[r.Pattern] = res
	}
	if r.Method == "" {
		if res.other != nil {
			return errors.New("is there twice")
		}
		res.other = s.route(r)
		return nil
	}
	if res.methods[r.Method] != nil {
		return errors.New("is there twice")
	}
	res.methods[r.Method] = s.route(r)
	return nil
}

func (s *Server) route(r Route) *route {
	return &route{Route: r, metrics: s.metrics.route(r)}
}

// withHeaders sets the headers of every answer; handlers may replace them.
func (s *Server) withHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers := w.Header()
		for _, h := range s.headers {
			headers[h.name] = h.values
		}
		next.ServeHTTP(w, r)
	})
}

// ServeHTTP finds the route of the method.
func (res *resource) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method := r.Method
	if method == http.MethodHead && res.methods[method] == nil {
		method = http.MethodGet
	}
	found := res.methods[method]
	if found == nil {
		found = res.other
	}
	res.s.serveRoute(found, w, r)
}

// methodNotAllowed answers 405 and what is allowed.
func (res *resource) methodNotAllowed(pattern string) *route {
	allowed := slices.Collect(maps.Keys(res.methods))
	if res.methods[http.MethodGet] != nil && res.methods[http.MethodHead] == nil {
		allowed = append(allowed, http.MethodHead)
	}
	slices.Sort(allowed)
	list := strings.Join(allowed, ", ")
	return res.s.route(Route{Pattern: pattern, Handler: func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Allow", list)
		return kpi.Errorf(kpi.KindMethodNotAllowed, "This path does not take the method of the request; it takes %s.", list)
	}})
}

// serveRoute runs one request from credential to metrics.
func (s *Server) serveRoute(rt *route, w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	a := &answer{ResponseWriter: w}
	if rt.Foreign != nil {
		defer s.foreign.enter()()
		for _, h := range s.headers {
			delete(w.Header(), h.name)
		}
	}
	s.metrics.inFlight.Inc()
	defer func() {
		p := recover()
		if p != nil {
			s.recovered(p, rt, a)
		}
		s.metrics.inFlight.Dec()
		rt.metrics.observe(a.status(), time.Since(start))
		if p != nil && (isAbort(p) || a.brokenOff) {
			panic(http.ErrAbortHandler)
		}
	}()
	admitted, leave, err := s.admit(rt, a, r)
	defer leave()
	if err == nil {
		err = rt.Handler(a, admitted)
	}
	if err != nil {
		s.writeError(rt, a, r, err)
	}
	if a.brokenOff {
		panic(http.ErrAbortHandler)
	}
}

// admit finds out who asks and returns the request as the handler is to have it,
// and what is to be called when it has ended. It returns before the handler is
// called, whose stack is the deeper the more streams cost.
func (s *Server) admit(rt *route, a *answer, r *http.Request) (admitted *http.Request, leave func(), err error) {
	leave = func() {}
	if rt.Scope != Open {
		caller, err := s.authorize(a, asker{r, s.credentialFor(rt, r), rt.Scope})
		if err != nil {
			return r, leave, err
		}
		// A context without caller means an anonymous one, whose scopes nobody
		// asks for while events and calls come in by the thousands.
		if caller.Credential != kpi.Anonymous || rt.Scope != Ingest && rt.Foreign == nil {
			r = r.WithContext(kpi.WithCaller(r.Context(), caller))
		}
	}
	if r.Body != nil && r.Body != http.NoBody && rt.Foreign == nil {
		a.limitBody(r, s.o.BodyTimeout)
	}
	if rt.Foreign != nil && r.Header.Get("Upgrade") != "" {
		ctx, cut := s.foreign.hijacked(r.Context())
		return r.WithContext(ctx), cut, nil
	}
	return r, leave, nil
}

// recovered answers 500 for a panic, and breaks the connection off when an
// answer has begun already.
func (s *Server) recovered(p any, rt *route, a *answer) {
	if isAbort(p) {
		a.aborted = a.code == 0
		return
	}
	s.metrics.panics.Inc()
	s.o.Logger.Error("a handler panicked", "route", rt.Pattern, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	if a.code != 0 {
		a.brokenOff = true
		return
	}
	s.metrics.errors.WithLabelValues(string(kpi.KindInternal)).Inc()
	writeProblem(a, internalError(nil))
}

// isAbort reports whether a handler panicked to break the connection off.
func isAbort(p any) bool {
	return p == http.ErrAbortHandler //nolint:errorlint // net/http too knows the value alone, not what wraps it
}
