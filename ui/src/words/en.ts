// Every text that the UI itself says, in English. What the server composes
// (sentences, problems) is not here.

export const t = {
  app: "Luneo",
  nav: { label: "Pages", configure: "Configure", more: "More", search: "Search or jump to", shortcuts: "Shortcuts", skip: "Skip to content", back: "Back" },
  pages: { kpis: "KPIs", overview: "Overview", alerts: "Alerts", spend: "AI spend", explore: "Explore", setup: "Setup", settings: "Settings" },
  events: (perSecond: string, rejected: string | null) => `${perSecond} events/s${rejected ? `, ${rejected}/s refused` : ", none refused"}`,
  time: {
    range: "Time range", earlier: "Earlier", later: "Later", live: "Live", paused: "Paused", refreshEvery: "15 s", last: "Last", from: "From", to: "To", apply: "Show this range",
    custom: "Custom range", zoomOut: "Zoom out", bad: "Not a time. Use a date, or now-6h.", order: "From has to be before to.",
    startLive: "Refresh every 15 s", stopLive: "Stop refreshing", notNow: "This range does not end now, so it does not refresh.", backToNow: "Back to now",
    presets: { "15m": "15 minutes", "1h": "1 hour", "3h": "3 hours", "6h": "6 hours", "12h": "12 hours", "24h": "24 hours", "2d": "2 days", "7d": "7 days", "14d": "14 days" } as Record<string, string>,
  },
  variables: { all: "all", filter: "Filter", loading: "Loading", none: "Nothing reported yet", failed: "The list did not arrive.", any: "All", selected: (n: number) => `${n} chosen`, menu: "Filters" },
  menu: { panel: (title: string) => `Menu of ${title}`, table: "View as table", query: "Copy query", explore: "Open in Explore", link: "Copy link", csv: "Download CSV", runbook: "Runbook", alert: "Alert", describe: "How to read this", page: "Page menu" },
  copied: { query: "Query copied.", link: "Link copied.", details: "Details copied.", code: "Copied.", failed: "The browser did not allow copying." },
  legend: { isolate: (name: string) => `Show ${name} alone`, showAll: "Show all", partial: (shown: number, of: number) => `Showing ${shown} of ${of} series`, rest: "All as a table" },
  states: {
    loading: "Loading",
    error: "This query failed", errorHelp: "Try again. If it stays, the details say more.", slow: "This query took too long", slowHelp: "A shorter time range usually helps.",
    retry: "Try again", lastHour: "Last 1 hour", details: "Copy details",
    filtered: (names: string) => `Nothing matches ${names}`, filteredHelp: "There is data without the filter.", clear: "Clear filter",
    neverTitle: (what: string) => `No ${what} yet`, neverSection: "Send one event and this section starts by itself.", neverHelp: "Send one event and this chart starts by itself.", connect: (what: string) => `Connect ${what}`,
    quietTitle: (what: string) => `No ${what} in this time range`, quietHelp: (when: string) => `The last came at ${when}.`, quietUnknown: "They are counted as soon as they come.", goThere: "Go to the last one", longer: "Last 24 hours",
    noneTitle: "Nothing to show in this time range", noneHelp: "What this panel counts did not happen.",
    noErrors: "No failures in this time range", noErrorsHelp: "Every operation succeeded.",
    baseline: "No baseline yet", baselineHelp: "It needs some days of cost. Until then no cost alert can fire.",
    stale: (age: string) => `${age} old`,
    offline: (age: string) => `Luneo has not answered for ${age}, so this page may be out of date.`, offlineHelp: "It is being asked again every few seconds.", tryNow: "Try now",
    signedOut: "Sign in to see this", signedOutHelp: "Luneo asks for the name and password of a web user. Reload the page to enter them.", reload: "Reload the page",
    forbidden: "You may not see this", forbiddenHelp: "Your credential lacks the scope read. Whoever runs this Luneo can grant it.",
  },
  status: { explain: "Explain", all: "All rules", region: "Status" },
  stat: { noValue: "–", yesterday: (change: string) => `${change} yesterday`, same: "same as yesterday", noYesterday: "no data for yesterday", above: (p: string) => `${p} above`, below: (p: string) => `${p} below` },
  chart: {
    alt: (a: { title: string; count: number; range: string; last: string; limit: string }) => `${a.title}: ${a.count === 1 ? "1 series" : `${a.count} series`}, ${a.range}. Last: ${a.last}.${a.limit}`,
    over: " Above its limit.", within: " Within its limit.", firesAbove: (v: string) => `fires above ${v}`,
    heat: (title: string, range: string, peak: string) => `${title}: heatmap, ${range}. Fullest cell: ${peak}.`,
  },
  table: { close: "Close", caption: (title: string) => `${title}, as a table`, time: "Time", csv: "Download CSV", empty: "Nothing to list.", rows: (shown: number, of: number) => `Showing the first ${shown} of ${of} rows; the CSV has them all.` },
  palette: { title: "Search or jump to", placeholder: "Search pages, panels, rules, queues, metrics", none: "Nothing found.", close: "Close", kinds: { page: "Page", panel: "Panel", rule: "Rule", metric: "Explore", queue: "Queue", action: "Action" } },
  shortcuts: {
    title: "Shortcuts", close: "Close",
    list: [
      ["Search or jump", "/"], ["KPIs", "g k"], ["Overview", "g o"], ["Alerts", "g a"], ["AI spend", "g p"], ["Explore", "g x"], ["Setup", "g s"], ["Settings", "g c"],
      ["Earlier, later", "← →"], ["Zoom out", "z"], ["Last 1, 3, 24 hours", "1 3 d"], ["Live on, off", "l"], ["Explain the worst alert", "e"], ["Light, dark", "t"], ["This list", "?"], ["Close", "Esc"],
    ] as [string, string][],
  },
  theme: { toggle: "Theme", system: "System", dark: "Dark", light: "Light" },
  alerts: {
    rules: "Rules", all: "All rules", rule: "Rule", happened: "What happened", checks: "Check first", look: "Look", others: "Also", nothing: "Nothing in the last day.",
    states: { firing: "Firing", pending: "Pending", quiet: "Quiet", blind: "Can't judge yet" }, pending: (held: string, of: string) => `${held} of ${of}`,
    since: (state: string, when: string) => `${state} since ${when}`, failing: "The rule's last evaluation failed:", noValues: "What this rule looks at has no values in this time range.",
    limit: (v: string) => `limit ${v}`, limitOf: (what: string) => (what ? `limit for ${what}` : "limit"), lastValue: (v: string) => `Last value ${v}.`,
    history: { "24h": "Last 24 hours", "7d": "Last 7 days" }, span: { "24h": "24 h", "7d": "7 d" }, historyRange: "How far back",
    stayedQuiet: (n: number) => (n === 1 ? "1 other rule stayed quiet." : `${n} other rules stayed quiet.`),
  },
  spend: {
    nothing: "Send OpenAI calls with their cost or usage, and what they cost adds up here.",
    today: "Today", yesterday: (v: string) => `${v} yesterday`, month: "Month so far", since: (d: string) => `since ${d}, when the history begins`, sinceFirst: "since the first of the month", forecast: "Forecast to month end",
    unpriced: "Calls without a price, 24 h", unpricedOf: (models: string) => `in no sum: ${models}`, allPriced: "every call has a known price",
    byModel: "By model and operation", last24: "last 24 h", model: "Model", spent: "24 h", monthShort: "Month", calls: "Calls", perCall: "Per call", usual: "vs usual", all: "all", same: "same",
    days: "By day", daysAlt: (n: number, top: string) => `Spend of ${n} days; the dearest cost ${top}.`, todayShort: "today",
    baseline: "Against what is usual", windows: "Windows", lastWindow: (w: string) => `Last ${w.replace(/m$/, " min").replace(/h$/, " h")}`, ratio: (r: string, b: string) => `${r}× the usual ${b}`, noBaseline: "no baseline yet",
    how: "How the usual comes about:", notReady: (when: string) => (when ? `There is too little history for a baseline; it begins ${when}.` : "There is too little history for a baseline."),
    arithmetic: (a: { window: string; days: number; season: string; middle: string; smoothed: string; around: string; factor: string; baseline: string; zone: string }) =>
      `The middle of ${a.days} windows of ${a.window} that ended at this time of ${a.season} (${a.zone}) is ${a.middle}; smoothed over ${a.around} min around it ${a.smoothed}; times ${a.factor} for how the last days compare with the earlier makes ${a.baseline}. The alert fires above twice that.`,
    past: "The windows it is made of", uses: { used: "used", trimmed_high: "set aside: high", trimmed_low: "set aside: low", expected: "expected", incomplete: "not seen whole" } as Record<string, string>, contributors: "Where this window's money went",
    usualRange: "usual range", usually: "usual", fires: "fires above 2× usual", cost: "cost", chartAlt: (w: string, now: string, usual: string) => `AI cost of the last ${w}: now ${now}, usually ${usual}.`,
    expected: "Expected spikes", expectedSub: "left out of what is usual; they silence nothing", needsAdmin: "Marking a span as expected needs the scope admin.", noMarks: "None marked.", reason: "Reason", mark: "Mark as expected", marked: "Marked as expected.", removeMark: "Remove", removed: "Mark removed.", undo: "Undo",
  },
  setup: {
    lead: "Each source works on its own. Connect what you have; its KPIs appear as soon as the first event arrives.", sources: "Sources", of: (n: number, m: number) => `${n} of ${m}`, reference: "API reference",
    names: { queues: "Worker queues", openai: "OpenAI", embeds: "Embed handshakes", renders: "Renders", ar: "AR conversions", http: "API requests", notifications: "Slack and PagerDuty" } as Record<string, string>,
    leads: {
      queues: "Send one event when a job starts, and the age of the oldest job that waits.", openai: "Send one event after each call, with its cost or its usage.", embeds: "Send one event when a shop's page has tried to load the widget.",
      renders: "Send one event when a render ends. It takes about 3 minutes.", ar: "Send one event per conversion.", http: "Send one event per request that your API answered; the Overview shows them.", notifications: "Choosing who hears of alerts comes with a later version. Until then alerts are on the Alerts page and at /api/v1/alerts.",
    } as Record<string, string>,
    states: { live: "live", quiet: "quiet", waiting: "listening", soon: "later" } as Record<string, string>, waitingFor: "Listening for the first event", perMinute: (n: string) => `${n} a minute`, lastAt: (when: string) => `last at ${when}`,
    listening: (what: string) => `Listening for your first ${what}`, waiting: (seconds: string, path: string) => `Waiting ${seconds} on POST ${path}. You can leave this page.`, test: "Send a test event", testHelp: "It goes through the real decoder, is marked as a test, and counts nowhere.", needsAdmin: "Test events need the scope admin.",
    received: (what: string) => `First ${what} received`, live: (what: string) => `${what} are arriving`, counted: (n: string) => `${n} counted so far.`, see: "See it on KPIs", copy: "Copy", language: "Language",
    recent: "Events as they arrive", noRecent: "Nothing arrived since this page opened.", fix: "Fix:", isTest: "test", events: { queues: "job", openai: "OpenAI call", embeds: "handshake", renders: "render", ar: "AR conversion", http: "API request" } as Record<string, string>, lost: "The live view was interrupted; it is being taken up again.",
  },
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
    [/worker_queue/, "jobs", "queues"],
    [/luneo_renders?_|render_duration/, "renders", "renders"],
    [/embed_handshake/, "embed handshakes", "embeds"],
    [/ar_conversion/, "AR conversions", "ar"],
    [/luneo_http_requests?/, "API requests", "http"],
  ];
  const found = table.find(([pattern]) => pattern.test(expr));
  return found ? { what: found[1], source: found[2], connect: t.states.connect(inSentence(t.setup.names[found[2]] ?? found[1])) } : null;
}
