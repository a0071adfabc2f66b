package workload

import (
	"fmt"
	"time"
)

// What happens again and again on a platform that people look at, seen from
// when it opens. The first queue incident and the first cost burst have begun
// by then, so that there is something to see at once; every alert has fired
// and is over within a quarter of an hour.
const (
	queueOffset, queuePeriod, queueLength = -3 * time.Minute, 15 * time.Minute, 285 * time.Second
	costOffset, costPeriod                = -4 * time.Minute, time.Hour
	shopOffset, shopPeriod, shopLength    = 4 * time.Minute, 30 * time.Minute, 4 * time.Minute
	slowOffset, slowPeriod, slowLength    = 9 * time.Minute, 30 * time.Minute, 4 * time.Minute
)

// Live stages what happens around and after the moment at which a platform
// opens: workers that are down, a burst of cost, a failing shop, slow renders.
func Live(opens time.Time) Staging {
	return Together(
		Every(opens.Add(queueOffset), queuePeriod, func(from time.Time) Staging { return WorkersDown(from, queueLength) }),
		Every(opens.Add(costOffset), costPeriod, CostBurst),
		Every(opens.Add(shopOffset), shopPeriod, func(from time.Time) Staging { return FailingShop(from, shopLength) }),
		Every(opens.Add(slowOffset), slowPeriod, func(from time.Time) Staging { return RenderSlowdown(from, slowLength) }),
	)
}

// Deploy is a new version of a part of the platform.
type Deploy struct {
	At   time.Time
	Text string
}

// beforeIncident is how long before an incident of Live there is a deploy.
const beforeIncident = 2 * time.Minute

// Deploys lists those shortly before the incidents of Live, after a moment and up
// to another, in the order of time.
func Deploys(opens, after, until time.Time) (list []Deploy) {
	for n := 0; ; n++ {
		at := opens.Add(queueOffset - beforeIncident + time.Duration(n)*queuePeriod)
		if at.After(until) {
			return list
		}
		if at.After(after) {
			list = append(list, Deploy{at, fmt.Sprintf("worker-ia 2.31.%d", n)})
		}
		shop := opens.Add(shopOffset - beforeIncident + time.Duration(n/2)*shopPeriod)
		if n%2 == 0 && shop.After(after) && !shop.After(until) {
			list = append(list, Deploy{shop, fmt.Sprintf("widget 5.4.%d", n/2)})
		}
	}
}
