package status

import (
	"net/url"
	"strings"
)

// Part is a piece of a sentence.
type Part struct {
	Text string `json:"text"`
	// Kind is empty for plain words, or one of the kinds below.
	Kind string `json:"kind"`
	// Href is where the part leads, a path of Luneo's; empty for nowhere.
	Href string `json:"href,omitempty"`
}

// The kinds of parts.
const (
	kindName  = "name"  // of a queue, a model, a section
	kindValue = "value" // what is measured
	kindLimit = "limit" // what it is measured against
	kindRule  = "rule"  // the name of a rule
)

// Sentence is what its parts say, joined.
type Sentence []Part

// String joins the parts.
func (s Sentence) String() string {
	var b strings.Builder
	for _, p := range s {
		b.WriteString(p.Text)
	}
	return b.String()
}

// then adds parts.
func (s Sentence) then(parts ...Part) Sentence { return append(s[:len(s):len(s)], parts...) }

func say(parts ...Part) Sentence    { return parts }
func text(s string) Part            { return Part{Text: s} }
func value(s string) Part           { return Part{Text: s, Kind: kindValue} }
func limitPart(s string) Part       { return Part{Text: s, Kind: kindLimit} }
func nameLink(s, href string) Part  { return Part{Text: s, Kind: kindName, Href: href} }
func name(s string) Part            { return Part{Text: s, Kind: kindName} }
func ruleLink(rule string) Part     { return Part{Text: rule, Kind: kindRule, Href: alertPage(rule, nil)} }
func link(words, href string) Part  { return Part{Text: words, Href: href} }
func queueLink(queue string) Part   { return nameLink(queue, queuePage(queue)) }
func queuePage(queue string) string { return queuesPage + "/" + url.PathEscape(queue) }

// The pages of the web UI that sentences lead to.
const (
	kpisPage   = "/d/luneo-kpis"
	queuesPage = "/queues"
	alertsPage = "/alerts"
	spendPage  = "/spend"
	setupPage  = "/setup"
)

// alertPage is where a rule is explained, for one alert of it or for the worst.
func alertPage(rule string, labels map[string]string) string {
	q := url.Values{"rule": {rule}}
	for name, value := range scopeOf(labels) {
		q.Set("label."+name, value)
	}
	return alertsPage + "?" + q.Encode()
}
