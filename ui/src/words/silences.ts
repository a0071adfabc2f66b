// The texts of silences: a part of the catalogue (en.ts) that is loaded with the
// pages below Alerts.

const alerts = (n: number) => (n === 1 ? "1 alert" : `${n} alerts`);

export const silences = {
  tabs: "Alerts", now: "Now", title: "Silences", notifications: "Notifications", silence: "Silence", create: "New silence", silenced: "Silenced",
  lead: "A silenced alert still fires and shows here, but tells nobody.",
  until: (when: string) => `Silenced until ${when}`, why: (who: string, why: string) => `by ${who}: ${why}`, openList: "All silences",
  band: (who: string, why: string) => `Silenced by ${who}: ${why}`, drawn: "Silenced in this time range", span: (from: string, to: string) => `${from} – ${to}`,
  form: {
    title: "Silence alerts", matching: "Alerts that have all of these labels", drop: (m: string) => `Remove ${m}`, add: "Add a label", addPlaceholder: 'queue_name="render-hd"', addButton: "Add",
    bad: (text: string) => `“${text}” is not a matcher. Write name="value", or =~, != and !~ in place of =.`, needsOne: "Without a label it would silence nothing: add one.",
    counting: "Counting whom it silences", none: "Nothing fires now. It silences what comes.",
    hits: (n: number, of: number) => (n === 0 ? `None of the ${alerts(of)} that fire now. It silences what comes.` : n === of ? (n === 1 ? "Silences the 1 alert that fires now." : `Silences all ${n} alerts that fire now.`) : `Silences ${n} of the ${of} alerts that fire now.`),
    more: (n: number) => `and ${n} more`, length: "For how long", lengths: { "1h": "1 h", "4h": "4 h", tomorrow: "until tomorrow 9:00", custom: "custom" },
    end: "Until", reason: "Reason", reasonPlaceholder: "Rolling back worker-ia", author: "Your name", authorHelp: "Kept in this browser, so that others know whom to ask.", signedIn: (name: string) => `By ${name}, as you are signed in.`,
    submit: (when: string) => `Silence until ${when}`, sending: "Silencing", cancel: "Cancel", past: "The end has to be later than now.", done: (when: string) => `Silenced until ${when}.`, undo: "Undo",
  },
  pause: {
    button: "Pause everything for 1 hour", short: "Pause everything", reasonPlaceholder: "Moving the database", title: "Pause all notifications", what: "Every alert, except the Watchdog: a dead man's switch goes on hearing that Luneo works.", submit: (when: string) => `Pause everything until ${when}`, done: (when: string) => `All notifications are paused until ${when}.`,
    banner: (when: string) => `All notifications are paused until ${when}`, why: (who: string, why: string) => `by ${who}: ${why}`, resume: "Resume", resumed: "Notifications are sent again.", region: "Notifications are paused", all: "Every alert",
  },
  list: {
    active: "Active", pending: "Begin later", expired: "Ended lately", none: "No alert is silenced", noneHelp: "Silence one from its page under Now, or begin with an empty form. A silence says until when, who and why.",
    noActive: "None at the moment.", starts: (when: string, end: string) => `begins ${when}, until ${end}`, ends: (when: string, left: string) => `until ${when}, ${left} left`, ended: (when: string) => `ended ${when}`, since: (who: string, when: string) => `${who}, since ${when}`, from: (who: string, when: string) => `${who}, from ${when}`,
    covers: (n: number) => (n === 0 ? "no alert that fires now" : `${alerts(n)} that fire${n === 1 ? "s" : ""} now`), extend: "Extend by 1 h", extended: (when: string) => `Extended until ${when}.`, expire: "Expire", again: "Again", for: (what: string) => ` ${what}`,
    more: (n: number) => `${n} more ended lately.`, needsAdmin: "Silencing needs the scope admin, which your credential lacks.",
  },
  confirm: { title: "Expire this silence?", tells: (n: number) => (n === 0 ? "No alert that it silences fires now." : `${alerts(n)} that it silences fire${n === 1 ? "s" : ""} now and will be told.`), yes: "Expire now", no: "Keep it", done: "The silence has ended." },
  elsewhere: "Silences are kept elsewhere", elsewhereHelp: (words: string) => `${words} Silences and the log of notifications are there too.`,
};
