package testkit

import (
	"net/http"
	"time"
)

// Fault is a way in which a fake service does not answer as it should. The
// zero Fault is Healthy.
type Fault struct {
	kind  faultKind
	code  int
	text  string // of a reply of SMTP
	verb  string // the command of SMTP that it meets
	after time.Duration
}

type faultKind int

const (
	faultNone faultKind = iota
	faultStatus
	faultHang
	faultReset
	faultSlow
	faultLost
	faultCommand
)

// Healthy is no fault.
func Healthy() Fault { return Fault{} }

// Status answers with a code and takes nothing; 0 leaves Retry-After out. A
// mail server greets with it.
func Status(code int, retryAfter time.Duration) Fault {
	return Fault{kind: faultStatus, code: code, after: retryAfter}
}

// Hang takes nothing and does not answer until the client goes or the server
// closes or heals.
func Hang() Fault { return Fault{kind: faultHang} }

// Reset takes nothing and resets the connection.
func Reset() Fault { return Fault{kind: faultReset} }

// Slow takes what comes at once and says so this much later: who gives up
// before was heard nevertheless.
func Slow(by time.Duration) Fault { return Fault{kind: faultSlow, after: by} }

// Lost takes what comes and resets the connection instead of saying so.
func Lost() Fault { return Fault{kind: faultLost} }

// RefuseAuth has a mail server refuse every password.
func RefuseAuth() Fault {
	return Fault{kind: faultCommand, verb: "AUTH", code: 535, text: "5.7.8 Authentication credentials invalid"}
}

// RefuseRecipient has a mail server know no recipient.
func RefuseRecipient() Fault {
	return Fault{kind: faultCommand, verb: "RCPT", code: 550, text: "5.1.1 No such user here"}
}

// Greylist has a mail server ask to come back later.
func Greylist() Fault {
	return Fault{kind: faultCommand, verb: "RCPT", code: 451, text: "4.7.1 Greylisted, try again later"}
}

// Disconnect has a mail server close the connection in the middle of a mail's data.
func Disconnect() Fault { return Fault{kind: faultCommand, verb: "DATA"} }

// takes reports whether a service under the fault takes what comes.
func (f Fault) takes() bool {
	return f.kind == faultNone || f.kind == faultSlow || f.kind == faultLost
}

// forHTTP reports whether the fault is one that HTTP has too.
func (f Fault) forHTTP() bool { return f.kind != faultCommand }

// retriesAfter writes the header in whole seconds.
func (f Fault) retriesAfter(h http.Header) {
	if f.after > 0 {
		h.Set("Retry-After", seconds(f.after))
	}
}
