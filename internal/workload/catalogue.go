package workload

import (
	"fmt"
	"hash/fnv"
	"math"
	"time"
)

// failureShare is the share of calls, renders, conversions, handshakes and
// requests that fail. Chosen.
const failureShare = 0.003

// source is something that happens again and again.
type source struct {
	name string
	rate float64 // a second, on average over a day; chosen
	cv   float64 // of the gaps; measured
	// queued says that each time is a job, which waits for those before it.
	queued bool
	fire   func(p *Platform, at time.Time)
}

// sourceAPI are the requests to the platform's API.
const sourceAPI = "api"

func platformQueues() []*queue {
	return []*queue{
		newQueue(QueueImages, 3),
		newQueue(QueueRender2D, 3),
		newQueue(QueueRender3D, 6),
		newQueue(QueueAR, 3),
	}
}

func platformSources(f figures) []source {
	return []source{
		{sourceAPI, 5, f.gapSteady, false, (*Platform).request},
		{"embeds", 2, f.gapSteady, false, (*Platform).handshake},
		{"gpt-4o", 0.2, f.gapSteady, false, chat(model{"gpt-4o", f.chatInput, f.chatOutput, f.chatCached, f.gpt35Pace, f.gpt35Spread})},
		{"gpt-4o-mini", 0.8, f.gapBursty, false, chat(model{"gpt-4o-mini", f.codeInput, f.codeOutput, 0, f.gpt35Pace, f.gpt35Spread})},
		{"gpt-4-turbo", 0.05, f.gapSteady, false, chat(model{"gpt-4-turbo", f.gpt4Input, f.gpt4Output, 0, f.gpt4Pace, f.gpt4Spread})},
		{"text-embedding-3-small", 1.2, f.gapBursty, false, (*Platform).embedding},
		{"dall-e-3", 0.1, f.gapSteady, true, (*Platform).image},
		{"renders-2d", 0.6, f.gapSteady, true, (*Platform).render2D},
		{"renders-3d", 0.15, f.gapSteady, true, (*Platform).render3D},
		{"ar", 0.1, f.gapSteady, true, (*Platform).convert},
	}
}

// model is how one chat model is used and how it answers.
type model struct {
	name          string
	input, output quantiles
	cached        float64 // share of the input that is read from the cache
	pace, spread  float64 // seconds a token and the spread of their logarithm
}

// firstToken is the part of a call that does not depend on the answer's
// length, and longestCall is when a client gives up. Chosen.
const (
	firstToken  = 300 * time.Millisecond
	longestCall = 2 * time.Minute
)

func chat(m model) func(*Platform, time.Time) {
	return func(p *Platform, at time.Time) {
		input, output := m.input.sample(p.rng), m.output.sample(p.rng)
		// The measured pace is a mean, so the median is lower by the spread.
		pace := lognormal(p.rng, m.pace*math.Exp(-m.spread*m.spread/2), m.spread)
		u := &usage{Prompt: input, Completion: output}
		// OpenAI caches prompts from 1,024 tokens on, in steps of 128.
		if cached := int64(m.cached*float64(input)) / 128 * 128; cached > 0 && input >= 1024 {
			u.Details = &details{cached}
		}
		p.call(at, firstToken+secondsOf(pace*float64(output)), wire{Model: m.name, Operation: "chat", Usage: u})
	}
}

func (p *Platform) embedding(at time.Time) {
	u := &usage{Prompt: p.fig.codeInput.sample(p.rng)}
	p.call(at, secondsOf(lognormal(p.rng, 0.18, 0.4)), wire{Model: "text-embedding-3-small", Operation: "embeddings", Usage: u})
}

// call emits one OpenAI call and says as what kind of failure it ended, if any.
// A call that fails ends early and costs nothing.
func (p *Platform) call(at time.Time, took time.Duration, w wire) (failure string) {
	took = min(took, longestCall)
	took = time.Duration(float64(took) * p.opts.Staging(w.Model, at).Duration)
	w.Type = openaiType
	if p.fails(w.Model, at) {
		took = min(took, secondsOf(lognormal(p.rng, 0.5, 0.5)))
		w.Usage, w.CostCents = nil, 0
		w.ErrorType = pick(p.rng, []choice[string]{{6, "rate_limit_exceeded"}, {3, "server_error"}, {1, "timeout"}})
	}
	w.Duration = number(took)
	p.emit(at.Add(took), w)
	return w.ErrorType
}

// image makes one picture with dall-e-3 in a job. OpenAI charges 4 cents for a
// standard 1024×1024 picture and 8 for an HD one.
func (p *Platform) image(at time.Time) {
	cost := pick(p.rng, []choice[int64]{{4, 4}, {1, 8}})
	took := secondsOf(lognormal(p.rng, 8.2, 0.35))
	p.job(QueueImages, at, took, func(start, end time.Time) string {
		return p.call(start, end.Sub(start), wire{Model: "dall-e-3", Operation: "image_generation", CostCents: cost})
	})
}

// quality is a quality of render and the median of its duration in seconds.
type quality struct {
	name   string
	median float64
}

func (p *Platform) render2D(at time.Time) {
	p.render(QueueRender2D, "2d", at, []choice[quality]{{6, quality{"preview", 0.8}}, {3, quality{"standard", 2}}, {1, quality{"high", 5}}})
}

func (p *Platform) render3D(at time.Time) {
	p.render(QueueRender3D, "3d", at, []choice[quality]{{10, quality{"preview", 4}}, {7, quality{"standard", 14}}, {3, quality{"high", 40}}})
}

func (p *Platform) render(queue, kind string, at time.Time, qualities []choice[quality]) {
	q := pick(p.rng, qualities)
	w := wire{Type: "render", RenderType: kind, Quality: q.name}
	if p.fails("renders-"+kind, at) {
		w.ErrorType = pick(p.rng, []choice[string]{{5, "asset_missing"}, {3, "out_of_memory"}, {2, "timeout"}})
	}
	p.job(queue, at, secondsOf(lognormal(p.rng, q.median, 0.4)), func(start, end time.Time) string {
		w.Duration = number(end.Sub(start))
		p.emit(end, w)
		return w.ErrorType
	})
}

func (p *Platform) convert(at time.Time) {
	w := wire{Type: "ar-conversion", ConversionType: pick(p.rng, []choice[string]{{8, "glb_to_usdz"}, {2, "usdz_to_glb"}})}
	if p.fails("ar", at) {
		w.ErrorType = pick(p.rng, []choice[string]{{6, "unsupported_feature"}, {4, "invalid_model"}})
	}
	p.job(QueueAR, at, secondsOf(lognormal(p.rng, 11, 0.5)), func(start, end time.Time) string {
		w.Duration = number(end.Sub(start))
		p.emit(end, w)
		return w.ErrorType
	})
}

// shops is how many shops embed the widget; the n-th has 1/n of the first's visitors.
const shops = 28

func (p *Platform) handshake(at time.Time) {
	took := secondsOf(lognormal(p.rng, 0.06, 0.6))
	w := wire{Type: "embed-handshake", Duration: number(took), ShopDomain: p.shop()}
	if p.fails("embeds", at) || p.shopFails(w.ShopDomain, at) {
		w.FailureReason = failureOf(w.ShopDomain)
	}
	p.emit(at.Add(took), w)
}

// shopFails decides whether a shop that was staged to fail does so.
func (p *Platform) shopFails(shop string, at time.Time) bool {
	errors := p.opts.Staging(shop, at).Errors
	return errors > 1 && p.rng.Float64() < failureShare*errors
}

func (p *Platform) shop() string {
	var all []choice[int]
	for n := 1; n <= shops; n++ {
		all = append(all, choice[int]{1 / float64(n), n})
	}
	return fmt.Sprintf("shop-%02d.example", pick(p.rng, all))
}

// failureOf is what is wrong with a shop: each has its own mistake.
func failureOf(shop string) string {
	reasons := []string{"origin_not_allowed", "timeout", "token_expired"}
	h := fnv.New32a()
	_, _ = h.Write([]byte(shop)) // never fails
	return reasons[h.Sum32()%uint32(len(reasons))]
}

// endpoint is a route of the platform's API and the median of its duration in seconds.
type endpoint struct {
	method, route string
	status        int
	median        float64
}

func (p *Platform) request(at time.Time) {
	e := pick(p.rng, []choice[endpoint]{
		{50, endpoint{"GET", "/products/:id", 200, 0.02}},
		{20, endpoint{"GET", "/designs/:id", 200, 0.03}},
		{15, endpoint{"POST", "/designs", 201, 0.09}},
		{10, endpoint{"POST", "/renders", 202, 0.05}},
		{5, endpoint{"POST", "/orders", 201, 0.15}},
	})
	took := secondsOf(lognormal(p.rng, e.median, 0.5))
	if p.fails(sourceAPI, at) {
		e.status = 500
	}
	p.emit(at.Add(took), wire{Type: "http-request", Method: e.method, Route: e.route, StatusCode: e.status, Duration: number(took)})
}
