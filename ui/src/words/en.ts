// Every text that the UI itself says, in English. What the server composes
// (sentences, problems) is not here.

export const t = {
  app: "Luneo",
  nav: { label: "Pages", configure: "Configure", more: "More", search: "Search or jump to", shortcuts: "Shortcuts", skip: "Skip to content" },
  pages: { kpis: "KPIs", overview: "Overview", queues: "Queues", alerts: "Alerts", spend: "AI spend", explore: "Explore", setup: "Setup", settings: "Settings" },
  events: (perSecond: string, rejected: string | null) => `${perSecond} events/s${rejected ? `, ${rejected}/s refused` : ", none refused"}`,
  time: {
    range: "Time range", earlier: "Earlier", later: "Later", live: "Live", paused: "Paused", refreshEvery: "15 s", last: "Last", from: "From", to: "To", apply: "Show this range",
    custom: "Custom range", zoomOut: "Zoom out", bad: "Not a time. Use a date, or now-6h.", order: "From has to be before to.",
    startLive: "Refresh every 15 s", stopLive: "Stop refreshing", notNow: "This range does not end now, so it does not refresh.", backToNow: "Back to now",
    presets: { "15m": "15 minutes", "1h": "1 hour", "3h": "3 hours", "6h": "6 hours", "12h": "12 hours", "24h": "24 hours", "2d": "2 days", "7d": "7 days", "14d": "14 days" } as Record<string, string>,
  },
  variables: { all: "all", filter: "Filter", loading: "Loading", none: "Nothing reported yet", failed: "The list did not arrive.", selected: (n: number) => `${n} chosen`, menu: "Filters" },
  menu: { panel: (title: string) => `Menu of ${title}`, table: "View as table", query: "Copy query", explore: "Open in Explore", link: "Copy link", csv: "Download CSV", runbook: "Runbook", alert: "Alert", describe: "How to read this", page: "Page menu" },
  copied: { query: "Query copied.", link: "Link copied.", details: "Details copied.", code: "Copied.", failed: "The browser did not allow copying." },
  legend: { isolate: (name: string) => `Show ${name} alone`, showAll: "Show all", partial: (shown: number, of: number) => `Showing ${shown} of ${of} series`, rest: "All as a table" },
  states: {
    loading: "Loading",
    error: "This query failed", slow: "This query took too long", slowHelp: "A shorter time range usually helps.",
    retry: "Try again", lastHour: "Last 1 hour", details: "Copy details",
    filtered: (names: string) => `Nothing matches ${names}`, filteredHelp: "There is data without the filter.", clear: "Clear filter",
    neverTitle: (what: string) => `No ${what} yet`, neverSection: "Send one event and this section starts by itself.", neverHelp: "Send one event and this chart starts by itself.", connect: (what: string) => `Connect ${what}`,
    quietTitle: (what: string) => `No ${what} in this time range`, quietHelp: (when: string) => `The last came at ${when}.`, quietUnknown: "They are counted as soon as they come.", goThere: "Go to the last one",
    noneTitle: "Nothing to show in this time range", noneHelp: "What this panel counts did not happen.",
    noAlerts: "No alert is firing or pending", noAlertsHelp: "The Alerts page has every rule.", noErrors: "No failures in this time range", noErrorsHelp: "Every operation succeeded.",
    baseline: "No baseline yet", baselineHelp: "It needs some days of cost. Until then no cost alert can fire.",
    stale: (age: string) => `${age} old`,
    offline: (age: string) => `Luneo has not answered for ${age}, so this page may be out of date.`, offlineHelp: "It is being asked again every few seconds.", tryNow: "Try now",
    signedOut: "Sign in to see this", signedOutHelp: "Luneo asks for the name and password of a web user. Reload the page to enter them.", reload: "Reload the page",
    forbidden: "You may not see this", forbiddenHelp: "Your credential lacks the scope read. Whoever runs this Luneo can grant it.",
  },
  status: { explain: "Explain", region: "Status" },
  stat: { noValue: "–", then: (when: string) => `at ${when}`, yesterday: (change: string) => `${change} yesterday`, same: "same as yesterday", noYesterday: "no data for yesterday", above: (p: string) => `${p} above`, below: (p: string) => `${p} below` },
  chart: {
    alt: (a: { title: string; count: number; range: string; last: string; limit: string }) => `${a.title}: ${a.count === 1 ? "1 series" : `${a.count} series`}, ${a.range}. Last: ${a.last}.${a.limit}`,
    over: " Above its limit.", within: " Within its limit.", firesAbove: (v: string) => `fires above ${v}`,
    heat: (title: string, range: string, peak: string) => `${title}: heatmap, ${range}. Fullest cell: ${peak}.`,
  },
  table: { caption: (title: string) => `${title}, as a table`, csv: "Download CSV", empty: "Nothing to list.", rows: (shown: number, of: number) => `Showing the first ${shown} of ${of} rows; the CSV has them all.` },
  theme: { toggle: "Theme", system: "System", dark: "Dark", light: "Light" },
  /** The sources of Setup. */
  sources: { queues: "Worker queues", openai: "OpenAI", embeds: "Embed handshakes", renders: "Renders", ar: "AR conversions", http: "API requests", notifications: "Slack and PagerDuty" } as Record<string, string>,
  close: "Close",
  relative: { now: "now", min: (n: number) => `${n} min`, sec: (n: number) => `${n} s` },
  gone: { title: "There is no such page", help: "The address may be mistyped, or the page may come with a later version.", home: "Go to KPIs" },
};

/** Relative up to an hour, then by the clock. `seconds` is an age. */
export function ago(seconds: number): string {
  if (seconds < 90) return t.relative.sec(Math.max(0, Math.round(seconds)));
  if (seconds < 5400) return t.relative.min(Math.round(seconds / 60));
  const hours = Math.round(seconds / 3600);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

/** A name as it stands inside a sentence: names of products keep their capitals. */
const inSentence = (name: string) => (/^[A-Z][a-z]/.test(name) && !/^OpenAI/.test(name) ? name[0]!.toLowerCase() + name.slice(1) : name);

/** What a metric is about, for the words of empty panels, and its source in Setup. */
export function subjectOf(expr: string): { what: string; source: string; connect: string } | null {
  const table: [RegExp, string, string][] = [
    [/luneo_(ai_)?(openai_)?cost|luneo_ai_cost/, "AI spend", "openai"],
    [/openai/, "OpenAI calls", "openai"],
    [/_queue_/, "jobs", "queues"],
    [/luneo_renders?_|render_duration/, "renders", "renders"],
    [/embed_handshake/, "embed handshakes", "embeds"],
    [/ar_conversion/, "AR conversions", "ar"],
    [/luneo_http_requests?/, "API requests", "http"],
  ];
  const found = table.find(([pattern]) => pattern.test(expr));
  return found ? { what: found[1], source: found[2], connect: t.states.connect(inSentence(t.sources[found[2]] ?? found[1])) } : null;
}
