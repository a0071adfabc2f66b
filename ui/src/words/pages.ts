// The texts of the pages that are loaded when they are first opened: together
// with en.ts they are every text that the UI says.

export const words = {
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
    byTag: "By tag", throughGateway: "calls through the gateway", tag: "Tag", noTags: "No call has said whom it was made for. Send the header X-Luneo-Tag with it, or give each caller a token of its own: then its name counts.",
    byUpstream: "By upstream", upstream: "Upstream", failed: "Failed", noUpstreams: "No call has come through the gateway.", howTo: "How to send them through it",
    retries: (n: string, cents: string, time: string) => `SDKs made ${n} calls again in 24 h: ${cents} and ${time}.`, refusedWait: (n: string) => `${n} calls were refused for a rate limit (429): waiting helps.`, refusedMoney: (n: string) => `${n} calls were refused for want of money (429): only paying helps.`,
    waiting: (n: string, models: string) => `${n} calls wait for a price (${models}): add it to openai.prices_file and reload, and they are priced too.`,
    budgets: "Budgets", budgetsSub: "they hold up no call", noBudgets: "There is none. Add one to luneo.yml and reload: you hear of it at 80 % and at 100 %.", budgetYaml: "openai:\n  budgets:\n    - {name: platform, period: month, limit_cents: 50000}",
    per: { day: "per day", month: "per month" }, ofLimit: (v: string) => `of ${v}`, used: (p: string) => `${p} % used`, reached: (when: string) => `used up ${when} if it goes on like this`, going: (v: string) => `going to ${v}`,
    headroom: "Rate limits", headroomSub: "what the APIs still allow", noLimits: "No API has said what it allows: they do with the answers to calls through the gateway.", resources: { requests: "requests", tokens: "tokens" }, project: "whole project", leftOf: (v: string) => `left of ${v}`, renewed: (t: string) => `renewed in ${t}`,
  },
  setup: {
    lead: "Each source works on its own. Connect what you have; its KPIs appear as soon as the first event arrives. Then say who is told of alerts.", sources: "Sources", of: (n: number, m: number) => `${n} of ${m}`, reference: "API reference",
    leads: {
      queues: "BullMQ: point Luneo at the Redis, and every queue is there. Other queues: send one event when a job starts, and the age of the oldest job that waits.", openai: "Send calls through Luneo by changing their base URL, or one event after each call, with its cost or its usage.", embeds: "Send one event when a shop's page has tried to load the widget.",
      renders: "Send one event when a render ends. It takes about 3 minutes.", ar: "Send one event per conversion.", http: "Send one event per request that your API answered; the Overview shows them.",
    } as Record<string, string>,
    states: { live: "live", quiet: "quiet", waiting: "listening" } as Record<string, string>, waitingFor: "Listening for the first event", perMinute: (n: string) => `${n} a minute`, lastAt: (when: string) => `last at ${when}`,
    listening: (what: string) => `Listening for your first ${what}`, waiting: (seconds: string, path: string) => `Waiting ${seconds} on POST ${path}. You can leave this page.`, test: "Send a test event", testHelp: "It goes through the real decoder, is marked as a test, and counts nowhere.", needsAdmin: "Test events need the scope admin.",
    received: (what: string) => `First ${what} received`, watched: (what: string) => `${what}: watched in Redis`, live: (what: string) => `${what}: events are arriving`, counted: (n: string) => `${n} counted so far.`, see: "See it on KPIs", copy: "Copy", language: "Language",
    seen: "seen", gateway: {
      title: "Gateway", overhead: (half: string, most: string) => `The gateway itself added at most ${half} to half of the calls, and at most ${most} to 99 of 100.`, passing: "passing", failing: "failing", idle: "no call yet", none: "Nothing was called through it since the start.", inFlight: (n: string) => `${n} on their way.`, ownKey: "Luneo keeps its key.", inject: "Streams are asked for their usage.",
      calls: (n: string, failed: string, when: string) => `${n} calls since the start, ${failed} failed, the last ${when} ago.`, failure: (kind: string, when: string) => `Last failure: ${kind}, ${when} ago.`,
      waiting: (n: string, model: string) => `${n} calls of ${model} wait for a price: add it to openai.prices_file and reload, and they are priced too.`,
      unknown: {
        stream_without_usage: (n: string) => `${n} streams did not say what they used. Set stream_options: {include_usage: true} in the caller, or include_usage: inject for the upstream.`,
        none_in_answer: (n: string) => `${n} answers did not say what they used.`, client_closed: (n: string) => `${n} callers left before the answer said what it used.`, stream_interrupted: (n: string) => `${n} answers broke off before they said what they used.`,
        timeout: (n: string) => `${n} calls were given up while the API may have worked.`, websocket: (n: string) => `${n} conversations over a WebSocket are measured by their duration; what they used is not read.`, background: (n: string) => `${n} responses are made in the background: what they used counts when they are fetched through the gateway.`,
      } as Record<string, (n: string) => string>,
    },
    redis: "Redis", seeQueues: "See the queues", recent: "Events as they arrive", noRecent: "Nothing arrived since this page opened.", fix: "Fix:", isTest: "test", events: { queues: "job", openai: "OpenAI call", embeds: "handshake", renders: "render", ar: "AR conversion", http: "API request" } as Record<string, string>, lost: "The live view was interrupted; it is being taken up again.",
  },
};
