package notify

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	amconfig "github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/config/receiver"
	"github.com/prometheus/alertmanager/dispatch"
	amnotify "github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/template"
	"github.com/prometheus/alertmanager/timeinterval"
)

// Plan is a configuration that was read and found good: routes, receivers and
// templates. It is for one Notifier, or for Test and Reached alone.
type Plan struct {
	config    *amconfig.Config
	routes    *dispatch.Route
	receivers map[string][]amnotify.Integration
	template  *template.Template
	intervals *timeinterval.Intervener
	fallback  Fallback
	draw      Draw // for links
}

// Prepare reads a configuration with every file that it names, and changes
// nothing. What is wrong is named with its place in the file. external is where
// links lead.
func Prepare(s Settings, external *url.URL, logger *slog.Logger) (*Plan, error) {
	text, err := s.text()
	if err != nil {
		return nil, s.located(err)
	}
	cfg, err := s.load(text)
	if err != nil {
		return nil, s.located(locate(text, err))
	}
	p := &Plan{config: cfg, routes: dispatch.NewRoute(cfg.Route, nil), intervals: timeinterval.NewIntervener(intervals(cfg)), fallback: s.Fallback, draw: s.Draw.atMost(maxDrawn)}
	if p.template, err = s.templates(cfg.Templates, external); err != nil {
		return nil, s.located(err)
	}
	if p.receivers, err = integrations(cfg, p.template, logger); err != nil {
		return nil, s.located(err)
	}
	if err := p.ours(&s, logger); err != nil {
		return nil, s.located(err)
	}
	if err := p.look(text); err != nil {
		return nil, s.located(err)
	}
	if f := s.Fallback.Receiver; f != "" && !slices.Contains(p.Receivers(), f) {
		return nil, fmt.Errorf("notifications.fallback: %q is no receiver that tells somebody; there are: %s", f, sentence(p.Receivers()))
	}
	return p, nil
}

// ours puts what the short form tells itself in the place of Alertmanager's own.
func (p *Plan) ours(s *Settings, logger *slog.Logger) (err error) {
	if s.File != "" {
		return nil
	}
	if s.Short.Slack.configured() {
		p.receivers[receiverSlack] = []amnotify.Integration{s.Short.Slack.integration(p.template, s.Draw, logger)}
	}
	if len(s.Short.Email.To) > 0 {
		p.receivers[receiverEmail], err = s.Short.Email.integrations(p.template, s.Draw, logger)
	}
	return err
}

// text is the configuration, in Alertmanager's schema. That of the short form
// has the secrets in plain.
func (s *Settings) text() (string, error) {
	if s.File == "" {
		return s.Short.yaml()
	}
	text, err := os.ReadFile(s.File)
	return string(text), err
}

func (s *Settings) load(text string) (*amconfig.Config, error) {
	if s.File == "" {
		return amconfig.Load(text)
	}
	return amconfig.LoadFile(s.File)
}

// located says which file an error is about.
func (s *Settings) located(err error) error {
	if s.File == "" {
		return fmt.Errorf("notifications: %w", err)
	}
	return fmt.Errorf("notifications.alertmanager_config_file: %s: %w", s.File, plainYAML(err))
}

// unknownKey is how the YAML library tells of one: field x not found in type T.
var unknownKey = regexp.MustCompile(`field (\S+) not found in type \S+`)

// plainYAML drops the names of Go types from an error of the YAML library,
// which nobody who writes YAML knows.
func plainYAML(err error) error {
	text := unknownKey.ReplaceAllString(err.Error(), "$1 is no key that Alertmanager knows there")
	text = strings.TrimPrefix(strings.Replace(text, "yaml: unmarshal errors:\n  ", "", 1), "yaml: ")
	if text != err.Error() {
		return errors.New(text)
	}
	return err
}

// templates are Alertmanager's own, Luneo's, and those of the configuration.
func (s *Settings) templates(globs []string, external *url.URL) (*template.Template, error) {
	t, err := template.FromGlobs(nil)
	if err != nil {
		return nil, fmt.Errorf("read the templates of Alertmanager: %w", err)
	}
	t.ExternalURL = external
	if err := t.Parse(strings.NewReader(s.Templates)); err != nil {
		return nil, fmt.Errorf("read the templates of Luneo: %w", err)
	}
	for _, glob := range globs {
		if err := t.FromGlob(glob); err != nil {
			return nil, fmt.Errorf("templates: %s: %w", glob, err)
		}
	}
	return t, nil
}

// integrations are those of each receiver, by its name.
func integrations(cfg *amconfig.Config, t *template.Template, logger *slog.Logger) (map[string][]amnotify.Integration, error) {
	all := map[string][]amnotify.Integration{}
	for _, r := range cfg.Receivers {
		built, err := receiver.BuildReceiverIntegrations(r, t, logger)
		if err != nil {
			return nil, fmt.Errorf("receiver %q: %w", r.Name, err)
		}
		all[r.Name] = built
	}
	return all, nil
}

func intervals(cfg *amconfig.Config) map[string][]timeinterval.TimeInterval {
	all := map[string][]timeinterval.TimeInterval{}
	for _, i := range cfg.MuteTimeIntervals {
		all[i.Name] = i.TimeIntervals
	}
	for _, i := range cfg.TimeIntervals {
		all[i.Name] = i.TimeIntervals
	}
	return all
}
