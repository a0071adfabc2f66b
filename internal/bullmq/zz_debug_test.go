package bullmq_test

import (
	"fmt"
	"testing"

	"github.com/redis/go-redis/v9"
)

func dumpOdd(t *testing.T, rdb *redis.Client, prefix, queue string) {
	msgs, _ := rdb.XRange(t.Context(), prefix+":"+queue+":events", "-", "+").Result()
	last := map[string][]string{}
	for i, m := range msgs {
		j, _ := m.Values["jobId"].(string)
		ev, _ := m.Values["event"].(string)
		l := last[j]
		if ev == "active" && (len(l) == 0 || l[len(l)-1] != "waiting" && l[len(l)-1] != "delayed") {
			t.Logf("ODD %d %s %v after %v", i, m.ID, m.Values, l)
			for k := max(0, i-12); k < min(len(msgs), i+6); k++ {
				t.Log("   ", k, msgs[k].ID, fmt.Sprint(msgs[k].Values))
			}
		}
		if ev != "added" && ev != "retries-exhausted" {
			last[j] = append(l, ev)
		}
	}
}
