package recorder

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Reprice prices the calls of the past that had no price when they were made,
// as far as there is one now: the corrections are durable, counted and returned,
// the dearest first. It waits for the commit that is on its way, or until ctx
// ends.
func (r *Recorder) Reprice(ctx context.Context) ([]kpi.Correction, error) {
	select {
	case r.token <- struct{}{}:
		defer func() { <-r.token }()
	case <-ctx.Done():
		return nil, waitedTooLong(ctx)
	case <-r.stopped:
		return nil, stopping()
	}
	corrections := r.corrections()
	if len(corrections) == 0 {
		return nil, nil
	}
	now := r.opts.Now()
	record, err := correctionsRecord(now, corrections)
	if err != nil {
		return nil, err
	}
	if err := r.append(now, [][]byte{record}); err != nil {
		return nil, fmt.Errorf("writing corrections of the past's cost: %w", err)
	}
	r.opts.Meter.Correct(now, corrections)
	return corrections, nil
}

// corrections are those that the prices of now make.
func (r *Recorder) corrections() (list []kpi.Correction) {
	for _, u := range r.opts.Meter.Unpriced() {
		if cost, known := r.priceAll(u); known {
			list = append(list, kpi.Correction{UnpricedKey: u.UnpricedKey, Calls: u.Calls, Cost: cost})
		}
	}
	slices.SortFunc(list, func(a, b kpi.Correction) int { return cmp.Compare(b.Cost, a.Cost) })
	return list
}

// priceAll is what calls cost of which only the sum is known. They are alike in
// all that makes prices differ, so that each costs what the mean of them costs.
func (r *Recorder) priceAll(u kpi.Unpriced) (kpi.Money, bool) {
	each, rest := u.Usage.Split(max(1, u.Calls))
	cost, known := r.opts.Pricer.Price(u.Model, u.Operation, each)
	if !known {
		return 0, false
	}
	cost *= kpi.Money(u.Calls)
	if more, known := r.opts.Pricer.Price(u.Model, u.Operation, rest); known {
		cost += more
	}
	return cost, true
}

// correctionsRecord writes a record of kind recordCorrections. They are rare, so
// it is JSON.
func correctionsRecord(at time.Time, list []kpi.Correction) ([]byte, error) {
	body, err := json.Marshal(corrected{at, list})
	if err != nil {
		return nil, fmt.Errorf("writing corrections of the past's cost: %w", err)
	}
	return append([]byte{recordCorrections}, body...), nil
}

// corrected is the body of a record of kind recordCorrections.
type corrected struct {
	At   time.Time        `json:"at"`
	List []kpi.Correction `json:"list"`
}

func (r *Recorder) replayCorrections(body []byte) error {
	var c corrected
	if err := json.Unmarshal(body, &c); err != nil {
		return err
	}
	r.opts.Meter.Correct(c.At, c.List)
	return nil
}
