// The texts of the Settings page: a part of the catalogue (en.ts) that is loaded with
// the page, so that the first load does not carry it.

export const settings = {
  about: "About", appearance: "Appearance", limits: "Limits", storage: "Storage", config: "Configuration", links: "Links",
  version: "Version", instance: "Instance", started: "Running for", startedAt: (when: string) => `since ${when}`, go: "Go", ui: "Web UI", prometheus: "Prometheus", address: "Address", you: "You", may: "You may", timezone: "Days end in", none: "–",
  modes: { embedded: "embedded: Luneo keeps the history itself", external: "external: another Prometheus keeps the history" }, uiBuilt: (version: string) => `built, ${version}`, uiMissing: "not in this binary",
  anonymous: "not signed in", scopes: { read: "see every page and ask queries", ingest: "send events", openai: "call OpenAI through the gateway", admin: "set marks, silence alerts, mark spikes as expected, send test events and messages, reload" } as Record<string, string>, nothing: "nothing",
  theme: "Theme", themeHelp: "Kept in this browser.", shortcuts: "Single-key shortcuts", shortcutsHelp: "Letters such as g k go to pages. Off when they get in the way of a screen reader or of dictation.", showShortcuts: "List them", on: "On", off: "Off",
  limitsLead: "Everything that clients can make Luneo hold is bounded.", noneHit: "None was hit since the start.", someHit: (n: number) => (n === 1 ? "1 limit was hit since the start." : `${n} limits were hit since the start.`),
  used: (used: string, of: string) => `${used} of ${of}`, upTo: (limit: string) => `at most ${limit}`, hits: (n: string) => `hit ${n}×`, full: "full", notHeld: "each request is held against it", allLimits: (n: number) => `Show all ${n}`, fewerLimits: "Show the fullest",
  raise: (key: string) => `Raise ${key} in the configuration if these values are wanted; fewer distinct values are better.`, restart: "It holds after a restart.", live: "A reload takes it.", fixed: "This limit is fixed.", lessValues: "It protects the memory: send fewer distinct label values.", lessRequests: "Send less at once.",
  keep: { history: "History", journal: "Journal", "annotations.json": "Marks", "expected-spikes.json": "Expected spikes" } as Record<string, string>, keepHelp: { history: "samples of every metric", journal: "events that are acknowledged, so that nothing is lost", "annotations.json": "deploys and the like", "expected-spikes.json": "spans that the usual cost leaves out" } as Record<string, string>, since: (when: string) => `since ${when}`, retention: (d: string) => `kept for ${d}`,
  disk: "Disk", diskFree: (free: string, size: string) => `${free} free of ${size}`, diskLow: "Less than a tenth of the disk is free. Free some, or lower prometheus.retention_size.", external: "The history is in the other Prometheus.", total: (b: string) => `${b} in the data directory`,
  configText: "Configuration as YAML", configLead: "As it is in use; secrets are redacted.", copy: "Copy", files: "Read from", noFiles: "No file: defaults, environment and flags.", reload: "Reload", reloading: "Reloading",
  reloadNeeds: "Reloading needs the scope admin, which your credential lacks.", reloaded: "Reloaded. Everything new is in use.", needsRestart: (keys: string) => `Reloaded. Only after a restart: ${keys}.`,
  lastOk: (when: string) => `Last read ${when}, without errors.`, lastFailed: (when: string) => `The reading at ${when} failed, so the configuration before it stays in use:`,
  linkList: [["/metrics", "Metrics", "what Luneo says of itself, for Prometheus"], ["/api/openapi.json", "OpenAPI", "the API, for machines"], ["/licenses.txt", "Licences", "of what the web UI holds"]] as [string, string, string][],
  dashboards: "Dashboards for Grafana", download: (title: string) => `Download ${title}`, noDashboards: "This binary hands out no dashboards; they are in the repository, below monitoring/grafana.", runbooks: "Runbooks",
};
