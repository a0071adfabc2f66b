package backtest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/backtest"
)

// history hands out rows at the seconds given, named after them.
func history(seconds ...int) func() (backtest.Row, error) {
	return func() (backtest.Row, error) {
		if len(seconds) == 0 {
			return backtest.Row{}, io.EOF
		}
		s := seconds[0]
		seconds = seconds[1:]
		return backtest.Row{At: time.Unix(int64(s), 0), Event: fmt.Append(nil, s)}, nil
	}
}

// TestRun: each step shows the rows up to it and no later one; a step without
// rows is shown too; a row that comes late counts when it comes.
func TestRun(t *testing.T) {
	t.Parallel()
	var clock backtest.Clock
	var log []string
	span, err := backtest.Run(context.Background(), backtest.Options{
		Next: history(55, 60, 61, 200, 130), Step: time.Minute, Clock: &clock,
		Count: func(_ context.Context, lines []byte) error {
			log = append(log, fmt.Sprintf("%d counts %s", clock.Now().Unix(), strings.Fields(string(lines))))
			return nil
		},
		Show: func(at time.Time) error {
			log = append(log, fmt.Sprint(at.Unix()))
			return nil
		},
	})
	if err != nil || span.First.Unix() != 60 || span.Last.Unix() != 240 {
		t.Errorf("%v %v", span, err)
	}
	want := "60 counts [55 60]|60|120 counts [61]|120|180|240 counts [200 130]|240"
	if got := strings.Join(log, "|"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRunFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	nothing := func(context.Context, []byte) error { return nil }
	shown := func(time.Time) error { return nil }
	for want, o := range map[string]backtest.Options{
		"the history is empty": {Next: history(), Count: nothing, Show: shown},
		"broken":               {Next: func() (backtest.Row, error) { return backtest.Row{}, broken }, Count: nothing, Show: shown},
		"counting the events until 1970-01-01T00:01:00Z: broken": {Next: history(3), Count: func(context.Context, []byte) error { return broken }, Show: shown},
		"the history is longer than 1100000 steps of 1m0s":       {Next: history(0, 1<<36), Count: nothing, Show: shown},
	} {
		o.Step, o.Clock = time.Minute, &backtest.Clock{}
		if _, err := backtest.Run(context.Background(), o); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	_, err := backtest.Run(stopped, backtest.Options{Next: history(0, 1<<36), Count: nothing, Show: shown, Step: time.Minute, Clock: &backtest.Clock{}})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
