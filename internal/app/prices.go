package app

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/pricing"
)

// prices is the price table of the moment; a reload changes it.
type prices struct{ table atomic.Pointer[pricing.Table] }

func newPrices(file config.Path) (*prices, error) {
	table, err := readPrices(file)
	if err != nil {
		return nil, err
	}
	p := &prices{}
	p.set(table)
	return p, nil
}

func (p *prices) set(t *pricing.Table) { p.table.Store(t) }

// Price asks the table of the moment.
func (p *prices) Price(model, operation string, u kpi.Usage) (kpi.Money, bool) {
	return p.table.Load().Price(model, operation, u)
}

// reprice prices what was called before its price was known, and says so.
func (a *App) reprice(ctx context.Context) {
	corrections, err := a.recorder.Reprice(ctx)
	if err != nil {
		a.opts.Logger.Error("calls of the past can't be priced; the next reload tries again", "err", err)
		return
	}
	for _, c := range corrections {
		a.opts.Logger.Info("calls of the past have a price now", "model", c.Model, "operation", c.Operation, "upstream", c.Upstream, "tag", c.Tag, "calls", c.Calls, "cents", c.Cost.Cents())
	}
}

// readPrices reads the built-in table, overridden by a file where one is named.
func readPrices(file config.Path) (*pricing.Table, error) {
	var override []byte
	if file != "" {
		var err error
		if override, err = os.ReadFile(string(file)); err != nil {
			return nil, fmt.Errorf("reading openai.prices_file: %w", err)
		}
	}
	table, err := pricing.New(pricing.Options{Override: override})
	if err != nil {
		return nil, fmt.Errorf("openai.prices_file %q: %w", file, err)
	}
	return table, nil
}
