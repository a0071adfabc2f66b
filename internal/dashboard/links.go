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

// toLuneo leads to a page of Luneo's own web UI.
func toLuneo(path, title, tooltip string) dashboard.DashboardLink {
	return dashboard.DashboardLink{
		Title: title, Type: dashboard.DashboardLinkTypeLink, Icon: "external link",
		Tooltip: tooltip, Url: new("${luneo}" + path), Tags: []string{}, TargetBlank: true,
	}
}
