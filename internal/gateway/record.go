package gateway

import (
	"net/http"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// event is what is counted of a call.
func (c *call) event() kpi.Event {
	e := kpi.Event{
		Type: kpi.TypeOpenAI, HasDuration: true, Duration: c.took,
		Dims:   kpi.Dims{c.modelLabel(), c.operation.name, c.errorType},
		Failed: c.errorType != "",
		Call:   &kpi.Call{Upstream: c.upstream.Name, Tag: c.tag, FirstToken: c.firstToken(), Retry: c.retry, Answered: c.answered()},
	}
	if c.operation.makes {
		e.Usage = c.usage()
	} else if e.ID = c.fetched(); e.ID != "" {
		e.Usage = c.usage()
	}
	if e.Usage == nil {
		e.Call.Unknown = c.unknown()
		if e.Call.Unknown != "" && e.Call.Unknown != kpi.Background {
			e.Basis = kpi.CostUnknown
		}
	}
	return e
}

// modelLabel is the model that was asked for, by the request or its deployment;
// where neither says, the one that answered.
func (c *call) modelLabel() string {
	up := c.upstream
	named := up.Models[c.deployment]
	if c.model != "" {
		named = up.model(c.model)
	}
	for _, model := range []string{named, up.model(c.said.model), c.deployment} {
		if model != "" {
			return label(model)
		}
	}
	if up.Name == DefaultUpstream {
		return label(byDefault(c.operation.name))
	}
	return kpi.LabelUnknown
}

// answered is the model that answered, where it is another: an alias is priced as
// what it stood for.
func (c *call) answered() string {
	if c.said.model == "" {
		return ""
	}
	return label(c.upstream.model(c.said.model))
}

// byDefault is the model that OpenAI takes when a request names none, where its
// answer does not tell either (OpenAPI document 2.3.0, CreateImageRequest,
// CreateImageEditRequest, CreateImageVariationRequest).
func byDefault(operation string) string {
	switch operation {
	case "image_generation", "image_variation":
		return "dall-e-2"
	case "image_edit":
		return "gpt-image-1.5"
	default:
		return ""
	}
}

// firstToken is how long the first token of a stream was waited for.
func (c *call) firstToken() time.Duration {
	if c.said.firstToken.IsZero() {
		return 0
	}
	return max(1, c.said.firstToken.Sub(c.began))
}

// unknown says why nobody knows what a call without usage consumed, or nothing
// where it consumed nothing: an error that the upstream answers costs nothing,
// an answer that broke off does.
func (c *call) unknown() kpi.UsageUnknown {
	begun := c.status > 0 && c.status < http.StatusBadRequest
	switch {
	case c.status == http.StatusSwitchingProtocols:
		return kpi.WebSocket
	case !c.operation.costs || !c.sent:
		return ""
	case c.errorType == errorClientClosed:
		return kpi.ClientClosed
	case c.errorType == errorTimeout && !begun:
		return kpi.TimedOut
	case !begun:
		return ""
	case c.errorType != "":
		return kpi.StreamInterrupted
	case c.said.background:
		return kpi.Background
	case c.said.streamed:
		return kpi.StreamWithoutUsage
	default:
		return kpi.NoneInAnswer
	}
}

// usage is what the answer says it was, or what was asked for where that is
// how it is sold.
func (c *call) usage() *kpi.Usage {
	u := c.said.usage
	image := strings.HasPrefix(c.operation.name, "image_")
	switch {
	case u != nil && image:
		u.Images = int64(max(c.said.images, c.asked.images))
		u.ImageOutput = u.Output // what is made is sold as image tokens
		u.ImageSize, u.ImageQuality = orElse(u.ImageSize, c.asked.size), orElse(u.ImageQuality, c.asked.quality)
	case u == nil && c.errorType == "" && image:
		u = &kpi.Usage{Images: int64(max(c.said.images, c.asked.images)), ImageSize: c.asked.size, ImageQuality: c.asked.quality}
	case u == nil && c.errorType == "" && c.operation.name == "audio_speech" && c.asked.characters > 0:
		u = &kpi.Usage{Characters: c.asked.characters}
	}
	if u != nil && u.Tier == "" {
		u.Tier = c.said.tier
	}
	if u != nil && c.operation.name == "batch" {
		u.Tier = "batch"
	}
	return u
}

// fetched names what a call fetched that says what it consumed, and that can be
// fetched again: a batch that has ended, or a response that was made in the
// background; empty for anything else.
func (c *call) fetched() string {
	s := &c.said
	if s.usage == nil || s.id == "" || !c.operation.fetches || c.operation.name != "batch" && !s.background {
		return ""
	}
	return c.upstream.Name + "/" + s.id
}
