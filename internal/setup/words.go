package setup

import (
	"strings"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/number"
)

// describe puts an event into words: what it was, and its numbers.
func describe(e *kpi.Event) (text, detail string) {
	words := []string{e.Type.String()}
	for _, d := range e.Dims {
		if d != "" {
			words = append(words, d)
		}
	}
	if e.Failed {
		words = append(words, "failed")
	}
	return strings.Join(words, " "), strings.Join(numbers(e), ", ")
}

func numbers(e *kpi.Event) (list []string) {
	if e.HasDuration {
		list = append(list, number.Seconds(e.Duration.Seconds()))
	}
	if e.HasOldest {
		list = append(list, "oldest "+number.Seconds(e.Oldest.Seconds()))
	}
	switch e.Basis {
	case kpi.CostStated, kpi.CostPriced:
		list = append(list, number.Money(e.Cost.Cents()))
	case kpi.CostUnknown:
		list = append(list, "cost unknown")
	}
	return list
}
