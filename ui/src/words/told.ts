// The texts of who is told of alerts, and how that went: loaded with the pages
// that show it.

export const told = {
  title: "Notifications", lead: "Every attempt to tell somebody, the newest first. The last 200 since the start are kept.", receivers: "Who is told", log: "Attempts",
  delivered: "Delivered", failed: "Failed", never: "Nothing sent since the start.", last: (when: string) => `last ${when}`,
  counts: (firing: number, ended: number) => [firing ? `${firing} firing` : "", ended ? `${ended} ended` : ""].filter(Boolean).join(", "), several: "several alerts", to: (receiver: string) => `to ${receiver}`,
  status: (n: number) => `status ${n}`, answer: "Answer:", advice: "Advice:", before: (n: number, since: string) => (n === 1 ? `Failed the same way once before, at ${since}` : `Failed the same way ${n} times before, since ${since}`), retried: "It is tried again, after longer and longer pauses.",
  receiver: "Receiver", all: "all receivers", anyReceiver: "all", failedOnly: "Failed only", nothingMatches: "No attempt matches this filter.", showAll: "Show all", rest: (n: number) => `Show ${n} older`,
  test: "Send test notification", testing: (what: string, seconds: number) => `Sending to ${what}${seconds > 2 ? `, ${seconds} s so far` : ""}`, testHelp: "It is marked as a test, goes the real way, and is not in the log.", testNeeds: "Test notifications need the scope admin.", results: "What became of the test", sent: (when: string) => `Sent at ${when}.`,
  nobody: "Nobody is told of alerts", nobodyHelp: "Add two lines to luneo.yml and reload it on Settings: alerts then go to Slack or to PagerDuty. Email and webhooks work the same way.", nobodyLink: "Open Setup",
  nothing: "Nothing was sent yet", nothingHelp: "The next alert that fires is told, and this page says how that went. A test shows now whether it would arrive.",
  elsewhere: "Other Alertmanagers tell people", elsewhereHelp: "notifications.alertmanager_urls is set: look there for who is told and how it went.",
  setupLead: "Alerts go to Slack, PagerDuty, mail or a webhook. They are grouped, and each message says when its alerts have ended.", copy: "Copy", reload: "Then reload the configuration, and send a test from here.", reloadLink: "Reload on Settings", reference: "All keys are in docs/configuration.md. A whole alertmanager.yml works as well: notifications.alertmanager_config_file.", log_link: "All attempts",
  states: { live: "delivering", failing: "failing", ready: "ready", none: "nobody yet", elsewhere: "elsewhere" }, foundNone: "Choose who hears of alerts",
};
