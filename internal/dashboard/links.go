package dashboard

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// runbook leads from a panel to what to do when the rule that guards it fires.
// ${luneo} is where this Luneo is to be reached; nothing within its own web UI.
func runbook(alert string) dashboard.DashboardLink {
	return dashboard.DashboardLink{
		Title: "Runbook of " + alert, Type: dashboard.DashboardLinkTypeLink, Icon: "doc",
		Tooltip: "What " + alert + " means and what to do", Url: new("${luneo}/runbooks/" + alert),
		Tags: []string{}, TargetBlank: true,
	}
}

// to leads to the other dashboard, at the same time and with the same variables.
func to(uid, title string) dashboard.DashboardLink {
	return dashboard.DashboardLink{
		Title: title, Type: dashboard.DashboardLinkTypeLink, Icon: "dashboard",
		Tooltip: "The same time there", Url: new("/d/" + uid), Tags: []string{},
		KeepTime: true, IncludeVars: true,
	}
}

// alertsPage leads to Luneo's own web UI.
func alertsPage() dashboard.DashboardLink {
	return dashboard.DashboardLink{
		Title: "Alerts", Type: dashboard.DashboardLinkTypeLink, Icon: "external link",
		Tooltip: "What fires, and why", Url: new("${luneo}/alerts"), Tags: []string{}, TargetBlank: true,
	}
}
