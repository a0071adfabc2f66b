package prom

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/notifier"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// alertQueue is how many alerts wait for an Alertmanager that does not answer:
// Prometheus' own default.
const alertQueue = 10_000

// openAlertmanagers makes what sends alerts to Alertmanagers elsewhere; there
// may be none.
func (p *Prom) openAlertmanagers() error {
	p.alertmanagers = notifier.NewManager(&notifier.Options{QueueCapacity: alertQueue, DrainOnShutdown: true, Registerer: p.o.Registerer}, model.UTF8Validation, p.o.Logger)
	p.alertmanagersAt = make(chan map[string][]*targetgroup.Group)
	return nil
}

// alertmanagerConfigs are the Alertmanagers at base URLs, in Prometheus' schema.
// A user and password in the URL are sent as basic authentication.
func alertmanagerConfigs(addresses []string) (list []document, err error) {
	for _, address := range addresses {
		u, parseErr := url.Parse(address)
		if parseErr != nil {
			err = errors.Join(err, fmt.Errorf("notifications.alertmanager_urls: %w", parseErr))
			continue
		}
		d := document{
			"scheme": u.Scheme, "path_prefix": u.Path, "api_version": string(config.AlertmanagerAPIVersionV2),
			"static_configs": []document{{"targets": []string{u.Host}}},
		}
		if u.User != nil {
			password, _ := u.User.Password()
			d["basic_auth"] = document{"username": u.User.Username(), "password": password}
		}
		list = append(list, d)
	}
	return list, err
}

// applyAlertmanagers has alerts sent where a configuration says.
func (p *Prom) applyAlertmanagers(c *config.Config) error {
	if err := p.alertmanagers.ApplyConfig(c); err != nil {
		return err
	}
	groups := map[string][]*targetgroup.Group{}
	for id, am := range c.AlertingConfig.AlertmanagerConfigs.ToMap() {
		for _, d := range am.ServiceDiscoveryConfigs {
			if static, ok := d.(discovery.StaticConfig); ok {
				groups[id] = append(groups[id], static...)
			}
		}
	}
	p.alertmanagersAt <- groups
	return nil
}

// sendOut passes alerts on to the Alertmanagers elsewhere. It does not wait.
func (p *Prom) sendOut(alerts []kpi.Alert) {
	list := make([]*notifier.Alert, len(alerts))
	for i := range alerts {
		a := &alerts[i]
		list[i] = &notifier.Alert{
			Labels: labels.FromMap(a.Labels), Annotations: labels.FromMap(a.Annotations),
			StartsAt: a.StartsAt, EndsAt: a.EndsAt, GeneratorURL: a.GeneratorURL,
		}
	}
	p.alertmanagers.Send(list...)
}
