// What /api/spend and /api/cost/* answer; docs/api.md and docs/cost.md describe it.

export interface SpendRow { model: string; operation: string; todayCents: number; monthCents: number; lastDayCents: number; calls24h: number; centsPerCall: number | null; usualCentsPerCall: number | null; share: number }
export interface SpendWindow { window: string; currentCents: number | null; baselineCents: number | null; ratio: number | null; state: string }

export interface SpendAnswer {
  at: string; timezone: string; todayCents: number; yesterdayCents: number; monthCents: number; forecastCents: number | null; forecastBasis: string; monthComplete: boolean; historySince: string;
  rows: SpendRow[]; days: { date: string; cents: number }[]; unpriced: { model: string; requests24h: number }[]; windows: SpendWindow[];
  tags: SpendShare[]; upstreams: SpendUpstream[]; unpricedRemaining: { model: string; requests: number }[];
  retries24h: { calls: number; cents: number; seconds: number }; refused24h: { wait: number; outOfMoney: number }; budgets: Budget[];
}

export interface SpendShare { name: string; todayCents: number; monthCents: number; lastDayCents: number; share: number }
export interface SpendUpstream extends SpendShare { calls24h: number; failed24h: number }
export interface Budget { name: string; tag: string; period: "day" | "month"; limitCents: number; spentCents: number; ratio: number; forecastCents: number | null; reachedAt: string | null; state: "ok" | "near" | "over" }

export interface GatewayUpstream { name: string; path: string; address: string; inject: boolean; ownKey: boolean; inFlight: number; calls: number; failed: number; lastAt: string | null; lastStatus: number; failure: string; failureAt: string | null }
export interface RateLimit { upstream: string; model: string; scope: "key" | "project"; resource: "requests" | "tokens"; limit: number; remaining: number; used: number; resetsAt: string | null; seenAt: string }
export interface GatewayAnswer { at: string; upstreams: GatewayUpstream[]; limits: RateLimit[]; overheadP50: number; overheadP99: number; unknown: Record<string, number> }

export interface Explanation {
  window: string; at: string; sum?: string; state: string; currentCents?: number; baselineCents?: number; ratio?: number; ready: boolean; readyAt?: string;
  season: string; method: string; timeZone: string; days: number; middleCents: number; smoothedCents: number; aroundMinutes: number; levelFactor: number;
  windows: { end: string; cents: number; use: string }[]; contributors: { model: string; operation: string; cents: number; share: number }[]; missing?: string;
}

export interface Mark { id: number | string; from: string; to: string; reason: string }
