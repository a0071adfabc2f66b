package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/luneo-platform/luneo/internal/app"
	"github.com/luneo-platform/luneo/internal/notify"
)

func newNotifyCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "notify",
		Short: "Try out who is told of alerts",
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newNotifyTestCommand(), newNotifyShowCommand())
	return c
}

func newNotifyTestCommand() *cobra.Command {
	var source configSource
	c := &cobra.Command{
		Use:   "test [RECEIVER]",
		Short: "Send a sample to a receiver, or to all, and say what it answered",
		Long: `Send a sample, clearly marked as one, to a receiver of the configuration, or to
all of them, with the receiver's own code and templates. What it answered is
printed, and what to do about it. No Luneo has to run. The exit code is 1 when
one was not reached.`,
		Example: "  luneo notify test slack",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{fmt.Errorf("notify test takes one receiver, got %d", len(args))}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			plan, err := source.notifications()
			if err != nil {
				return err
			}
			return testReceivers(c.Context(), plan, strings.Join(args, ""), c.OutOrStdout())
		},
	}
	source.register(c.Flags())
	return c
}

// notifications reads who is told.
func (s *configSource) notifications() (*notify.Plan, error) {
	cfg, err := s.load()
	if err != nil {
		return nil, err
	}
	if len(cfg.Notifications.AlertmanagerURLs) > 0 {
		return nil, fmt.Errorf("alerts go to %s (notifications.alertmanager_urls): who is told is configured there", cfg.Notifications.AlertmanagerURLs[0])
	}
	return app.Notifications(cfg)
}

// errNobody says how to begin.
var errNobody = errors.New(`nobody is told of alerts yet: name a receiver in luneo.yml, such as

  notifications:
    slack: {webhook_url_file: /run/secrets/slack-webhook}`)

// testReceivers sends a sample to each, one after the other, and says how it went
// as soon as it is known.
func testReceivers(ctx context.Context, plan *notify.Plan, only string, w io.Writer) error {
	receivers := plan.Receivers()
	if len(receivers) == 0 {
		return errNobody
	}
	if only != "" {
		receivers = []string{only}
	}
	failed := 0
	for _, name := range receivers {
		outcomes, err := plan.Test(ctx, name)
		if err != nil {
			return err
		}
		for _, o := range outcomes {
			if !o.OK {
				failed++
			}
			if err := writeOutcome(w, o); err != nil {
				return err
			}
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of the samples did not arrive", failed)
	}
	return nil
}

// writeOutcome writes how it went, what was answered, and what to do about it.
func writeOutcome(w io.Writer, o notify.Outcome) error {
	word, answer := "arrived", "accepted"
	if !o.OK {
		word, answer = "FAILED", "not accepted"
	}
	if o.Status != 0 {
		answer = strings.TrimSpace(strconv.Itoa(o.Status) + " " + printable(o.Answer))
	}
	took := time.Duration(o.Seconds * float64(time.Second)).Round(time.Millisecond)
	_, err := fmt.Fprintf(w, "%-16s %-8s %s in %s\n", o.Receiver+" "+strings.TrimPrefix(o.Integration, o.Receiver), word, answer, took)
	if err == nil && !o.OK {
		_, err = fmt.Fprintf(w, "  %s\n", printable(o.Error))
	}
	if err == nil && o.Advice != "" {
		_, err = fmt.Fprintf(w, "  -> %s\n", o.Advice)
	}
	return err
}

func newNotifyShowCommand() *cobra.Command {
	var source configSource
	c := &cobra.Command{
		Use:   "show NAME=VALUE...",
		Short: "Say whom an alert with these labels would reach, and why",
		Long: `Say which receivers an alert with these labels would reach, which matchers it
met on the way, what it shares a message with, and when that is sent. Nothing is
sent.`,
		Example: "  luneo notify show alertname=QueueWaitTimeHigh severity=critical queue_name=renders",
		Args:    cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			labels, err := labelArgs(args)
			if err != nil {
				return err
			}
			plan, err := source.notifications()
			if err != nil {
				return err
			}
			return showReached(c.OutOrStdout(), plan.Reached(labels))
		},
	}
	source.register(c.Flags())
	return c
}

func labelArgs(args []string) (map[string]string, error) {
	if len(args) == 0 {
		return nil, usageError{errors.New("notify show takes the labels of an alert, such as alertname=QueueWaitTimeHigh severity=critical")}
	}
	labels := map[string]string{}
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return nil, usageError{fmt.Errorf("%q is no label: must be NAME=VALUE, such as severity=critical", arg)}
		}
		labels[name] = value
	}
	return labels, nil
}

func showReached(w io.Writer, reached []notify.Reached) error {
	told := 0
	for _, r := range reached {
		if len(r.Integrations) > 0 {
			told++
		}
		if err := writeReached(w, r); err != nil {
			return err
		}
	}
	if told == 0 {
		_, err := fmt.Fprintln(w, "Nobody is told of this alert.")
		return err
	}
	return nil
}

func writeReached(w io.Writer, r notify.Reached) error {
	tells := "tells nobody"
	if len(r.Integrations) > 0 {
		tells = "tells " + strings.Join(r.Integrations, ", ")
	}
	shares := "every alert has a message of its own"
	if len(r.GroupBy) > 0 {
		shares = "one message for all with the same " + strings.Join(r.GroupBy, ", ")
	}
	matched := strings.ReplaceAll(r.Matchers, "{}/", "")
	if matched == "{}" {
		matched = "as every alert does"
	} else {
		matched = "because it matches " + matched
	}
	if len(r.Muted) > 0 {
		matched += ", but not at the times of " + strings.Join(r.Muted, ", ")
	}
	_, err := fmt.Fprintf(w, "%s %s\n  %s\n  %s\n  first after %s, changes after %s, again after %s\n",
		r.Receiver, tells, matched, shares, r.GroupWait, r.GroupInterval, r.RepeatInterval)
	return err
}
