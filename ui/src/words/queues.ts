// The texts of the Queues pages: a part of the catalogue (en.ts) that is loaded with
// the pages, so that the first load does not carry it.

export const queues = {
  all: "All queues", queue: "Queue", list: "Queues, the longest wait first", filter: "Filter queues", noMatch: (text: string) => `No queue has “${text}” in its name.`, clear: "Clear filter",
  shown: (n: number, of: number) => `Showing ${n} of ${of} queues: filter by name to see others.`, stale: (when: string) => `No answer since ${when}`,
  count: (n: number) => (n === 1 ? "1 queue" : `${n.toLocaleString("en")} queues`), total: (n: number) => `All ${n.toLocaleString("en")} queues`,
  sources: (watched: number, pushed: number) => [watched ? `${watched.toLocaleString("en")} watched` : "", pushed ? `${pushed.toLocaleString("en")} pushed` : ""].filter(Boolean).join(", "),
  figures: { queues: "Queues", waiting: "Waiting now", oldest: "Longest wait", rates: "In / out per second", out: "Started per second" },
  columns: { waiting: "Waiting", delayed: "Delayed", active: "Active", failed: "Failed", oldest: "Oldest wait", waits: "Wait p50 / p95", rates: "In / out per s", out: "Started per s", drain: "To drain", workers: "Workers", why: "Why it waits" },
  due: (n: string) => `${n} due`, prioritized: (n: string) => `${n} prioritized`, paused: (n: string) => `${n} paused`, delayed: (n: string) => `${n} delayed`, children: (n: string) => `${n} wait for children`, active: (n: string) => `${n} active`,
  steady: "steady", noneWaits: "No job waits", notTold: "Nobody tells", inWorst: "in", perSecond: "jobs that came and ended, last 5 min", none: "–",
  levels: { firing: "Firing", over: (limit: string) => `Over ${limit}`, pending: "Pending", ok: "Within limit", unknown: "Not known" },
  waited: (median: string, p95: string) => `p50 ${median}, p95 ${p95} in 5 min`, limit: (limit: string) => `alert above ${limit} for 2 min`,
  server: {
    region: "Redis", up: (version: string, address: string) => `${version} at ${address}`, name: (name: string) => `(${name})`, queues: (n: number) => (n === 1 ? "1 queue" : `${n.toLocaleString("en")} queues`), since: (age: string) => `answers since ${age}`, sinceLong: "answers",
    down: (name: string, address: string) => `Redis${name} at ${address} does not answer.`, downHelp: "Its queues are not known until it does; nothing of it is shown that may be out of date.", downChip: (age: string) => (age ? `Down ${age}` : "Down"), upChip: "Up", asking: (name: string, address: string) => `Redis${name} at ${address}: asking for the first time`,
    none: (address: string) => `No Redis at ${address}, where one is looked for when none is named.`, replica: "a replica", skipped: (n: number) => `${n.toLocaleString("en")} more queues are not watched for want of room.`,
    origins: { configuration: "", REDIS_URL: "named by REDIS_URL", default: "found at the default address" } as Record<string, string>,
  },
  empty: {
    title: "No queue is known yet", help: "Luneo shows each queue, how long its jobs wait, and why, as soon as one of these is there.",
    redis: "BullMQ: point Luneo at its Redis", redisHelp: "Nothing changes in your workers. Luneo only reads.", config: "in luneo.yml", env: "or in the environment", triedDefault: (address: string) => `With neither, ${address} is tried: no Redis answers there.`, error: (text: string) => `Its last answer: ${text}`,
    push: "Other queues: send how long jobs wait", pushHelp: "asynq, Celery, SQS and the like: one event as a job starts, and the age of the oldest one.", setup: "Connect worker queues",
  },
  gone: { title: (name: string) => `No queue “${name}” now`, back: "See all queues" },
  tiles: { oldest: "Oldest wait", waiting: "Waiting", rates: "In / out", drain: "Time to drain", workers: "Workers", failed: "Failed", waits: "Wait p50 / p95", started: "Started in 5 min" },
  window: "last 5 min", rateHelp: "jobs a second, last 5 min", outOnly: "started a second, last 5 min", concurrency: (n: string) => `at most ${n} jobs at once`, noConcurrency: "no limit of jobs at once", workersUnknown: "Redis does not tell", kept: "kept by the queue", drainHelp: { grows: "more come than end", steady: "as many come as end", paused: "nothing starts", nothing: "nothing waits", unknown: "the pace is not known yet", at: "at the pace of now" },
  place: (queue: string, server: string) => `${queue} in Redis ${server}`, looked: (age: string) => `looked at ${age} ago`, told: "Told by events of your platform", lastEvent: (age: string) => `last event ${age} ago`,
  charts: {
    section: "Over time", work: "Work", more: "What happened", oldest: "Oldest waiting job", oldestHelp: "How long the oldest job that could run now has waited. A line that climbs one second a second means that no job starts: workers are down or stuck. A line that climbs more slowly means that they can't keep up.",
    heat: "How long jobs waited · jobs started", heatHelp: "Each cell counts the jobs that started in its span of time, by how long they had waited. A band that moves up is a backlog that grows.",
    depth: "Jobs by state", depthHelp: "How many jobs are in each state. Completed and failed ones are left out: how many of them are kept says nothing about the work.",
    rates: "Jobs that came and ended · a second", ratesHelp: "Jobs that were added, and those that ended, completed or failed for good. While more come than end, the queue grows.", added: "added", ended: "ended", failedRate: "failed",
    started: "Jobs started · a second", startedHelp: "None while the oldest job gets older means that no worker is alive.", startedName: "started",
    duration: "Job duration · median and p95", durationHelp: "How long jobs ran that completed. Gaps are times in which none did.", wait: "Wait before start · median and p95", waitHelp: "How long jobs had waited when they started. A retry is a new wait. Gaps are times in which none started.", median: "median", p95: "p95",
    states: { waiting: "waiting", prioritized: "prioritized", paused: "paused", delayed: "delayed", active: "active", waiting_children: "waiting for children" } as Record<string, string>,
  },
  failures: {
    title: "Why jobs failed", sub: (jobs: string, reasons: number) => `${jobs} are ${reasons === 1 ? "1 distinct error" : `${reasons} distinct errors`}`, read: (read: string, of: string) => `the newest ${read} of ${of} were read`, jobs: (n: string) => (n === "1" ? "1 failure" : `${n} failures`),
    none: "No failed job is kept", noneHelp: "The queue keeps none, or none has failed.", failed: "They could not be read",
    reason: "Error", count: "Jobs", last: "Last", names: "Jobs named", example: "Newest example", ids: "Newest ids", first: "since", noReason: "(no reason given)",
  },
  incidents: {
    title: "Incidents", sub: "last 24 h", none: "No alert about this queue in the last 24 h.", states: { firing: "Fired", pending: "Pending" } as Record<string, string>, ongoing: "goes on", lasted: (d: string) => `for ${d}`, failed: "They are not known now:",
  },
};
