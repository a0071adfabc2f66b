package journal_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/journal"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestPowerLoss cuts the power at a random change to the disk, 200 times, five
// times in a row on each disk. Whatever Append acknowledged must be there, in
// order and once; what it refused while the power was on must not.
func TestPowerLoss(t *testing.T) {
	t.Parallel()
	for round := range uint64(200) {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			p := powerRound{disk: testkit.NewDisk(round), rng: rand.New(rand.NewPCG(round, 7))}
			for range 5 {
				p.live(t)
				p.disk.Crash()
			}
			p.check(t, opened(t, p.options()))
		})
	}
}

type powerRound struct {
	disk    *testkit.Disk
	rng     *rand.Rand
	acked   []string
	unknown string // the record whose Append the power loss cut off
	refused []string
	n       int
}

func (p *powerRound) options() journal.Options {
	return journal.Options{FS: p.disk, SegmentBytes: 2 << 10}
}

// live opens the journal, checks it, and appends until the power goes.
func (p *powerRound) live(t *testing.T) {
	t.Helper()
	p.disk.CutPowerAfter(1 + p.rng.IntN(400))
	b := &bench{now: time.Unix(0, 0)}
	if err := b.open(t, p.options()); err != nil {
		if !errors.Is(err, testkit.ErrPower) {
			t.Fatalf("opening: %v", err)
		}
		return
	}
	p.check(t, b)
	for p.step(t, b) {
		b.now = b.now.Add(time.Second)
	}
}

// step does one thing to the journal and reports whether the power is still on.
func (p *powerRound) step(t *testing.T, b *bench) bool {
	t.Helper()
	if p.rng.IntN(8) == 0 {
		_, err := b.WriteSnapshot(b.Seq(), b.state.write)
		return p.on(t, err)
	}
	failing := p.rng.IntN(15) == 0
	if failing {
		p.disk.FailSyncs(1, syscall.EIO)
	}
	p.n++
	record := fmt.Sprintf("%d %s", p.n, strings.Repeat("y", p.rng.IntN(300)))
	err := b.Append([]byte(record))
	p.disk.FailSyncs(0, nil)
	switch {
	case err == nil:
		p.acked = append(p.acked, record)
		b.state.records = append(b.state.records, record)
	case errors.Is(err, testkit.ErrPower) || p.disk.PowerGone():
		p.unknown = record
		return false
	default:
		p.refused = append(p.refused, record)
	}
	return true
}

func (p *powerRound) on(t *testing.T, err error) bool {
	t.Helper()
	if err != nil && !errors.Is(err, testkit.ErrPower) && !errors.Is(err, syscall.EIO) {
		t.Fatal(err)
	}
	return !errors.Is(err, testkit.ErrPower)
}

// check holds the restored records against what was acknowledged. The record
// that the power loss cut off may be there; then it stays.
func (p *powerRound) check(t *testing.T, b *bench) {
	t.Helper()
	if n := len(p.acked); p.unknown != "" && len(b.state.records) == n+1 && b.state.records[n] == p.unknown {
		p.acked = append(p.acked, p.unknown)
	}
	p.unknown = ""
	wantRecords(t, b.state.records, p.acked)
	for _, r := range p.refused {
		if slices.Contains(b.state.records, r) {
			t.Fatalf("a record that was refused came back: %.20q", r)
		}
	}
}
