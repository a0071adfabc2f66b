package kpi

import "time"

// Call is what only a gateway knows of an OpenAI call.
type Call struct {
	// Upstream is the name of the API that was called.
	Upstream string
	// Tag says on whose behalf the call was made; empty when nobody said.
	Tag string
	// Answered is the model that answered, which is the one that is paid for;
	// empty when it did not say. It decides the price and is not kept.
	Answered string
	// FirstToken is the time from the request to the first token of a streamed
	// answer; 0 when there was none.
	FirstToken time.Duration
	// Retry is how many times the client had made this call before.
	Retry int
	// Unknown says why nobody knows what the call consumed; empty when that is
	// known, or nothing was.
	Unknown UsageUnknown
}

// UsageUnknown is a reason for which nobody knows what a call consumed.
type UsageUnknown string

// The reasons.
const (
	// StreamWithoutUsage is a stream that was not asked for its usage.
	StreamWithoutUsage UsageUnknown = "stream_without_usage"
	// NoneInAnswer is an answer that does not tell it, or that can't be read.
	NoneInAnswer UsageUnknown = "none_in_answer"
	// ClientClosed is a caller that left before the answer told it.
	ClientClosed UsageUnknown = "client_closed"
	// StreamInterrupted is an answer that broke off before it told it.
	StreamInterrupted UsageUnknown = "stream_interrupted"
	// TimedOut is an upstream that was given up while it may have worked.
	TimedOut UsageUnknown = "timeout"
	// WebSocket is a conversation over a WebSocket, which is not read.
	WebSocket UsageUnknown = "websocket"
	// Background is a response that is made in the background. What it consumed
	// comes with the answer to whoever fetches it.
	Background UsageUnknown = "background"
)

// UsageUnknowns lists the reasons.
func UsageUnknowns() []UsageUnknown {
	return []UsageUnknown{StreamWithoutUsage, NoneInAnswer, ClientClosed, StreamInterrupted, TimedOut, WebSocket, Background}
}

// The two ways in which an API refuses a call for its caller's limits: those
// that waiting helps against, and those that only money does.
const (
	LimitWait  = "wait"
	LimitMoney = "out_of_money"
)

// LimitOf says which limit an error type stands for; empty for none. The codes
// are those of developers.openai.com/api/docs/guides/error-codes.
func LimitOf(errorType string) string {
	switch errorType {
	case "rate_limit_exceeded", "rate_limit_error", "slow_down":
		return LimitWait
	case "insufficient_quota", "credit_balance_exhausted", "billing_hard_limit_reached",
		"organization_spend_limit_exceeded", "project_spend_limit_exceeded", "organization_usage_limit_exceeded":
		return LimitMoney
	default:
		return ""
	}
}

// GatewayState is how the gateway and what lies behind it get on.
type GatewayState struct {
	Upstreams []UpstreamState // in the order of their names
	Limits    []RateLimit     // in the order of upstream, model, scope and resource
	// OverheadP50 and OverheadP99 are the most that the gateway itself added to
	// half and to 99 of 100 calls since the start; 0 while there was none.
	OverheadP50, OverheadP99 time.Duration
}

// UpstreamState is what is known of one API behind the gateway since the start.
type UpstreamState struct {
	Name string
	// Path is where the gateway serves it: /openai/v1.
	Path string
	// Address is where it is, without credentials.
	Address string
	// Inject reports that streams are asked for their usage.
	Inject bool
	// OwnKey reports that Luneo holds the key to it.
	OwnKey   bool
	InFlight int64
	// Calls are those that ended, Failed those of them that failed.
	Calls, Failed int64
	// LastAt is when the last call ended, zero before the first; LastStatus is
	// the HTTP status that its caller got.
	LastAt     time.Time
	LastStatus int
	// Failure is the error type of the last call that failed, FailureAt when
	// it ended.
	Failure   string
	FailureAt time.Time
}

// The scopes of a RateLimit.
const (
	ScopeKey     = "key"
	ScopeProject = "project"
)

// RateLimit is what an API said last of how much may still be asked of it.
type RateLimit struct {
	Upstream, Model string
	// Scope is ScopeKey or ScopeProject; Resource is "requests" or "tokens".
	Scope, Resource  string
	Limit, Remaining int64
	// ResetsAt is when all of the limit is there again; zero when the API did
	// not say. SeenAt is when it said the rest.
	ResetsAt, SeenAt time.Time
}

// Left is what may be asked for now: all of it when the limit was renewed since.
func (l RateLimit) Left(now time.Time) int64 {
	if !l.ResetsAt.IsZero() && !now.Before(l.ResetsAt) {
		return l.Limit
	}
	return min(l.Remaining, l.Limit)
}
