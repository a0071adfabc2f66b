// What /api/spend and /api/cost/* answer; docs/api.md and docs/cost.md describe it.

export interface SpendRow { model: string; operation: string; todayCents: number; monthCents: number; lastDayCents: number; calls24h: number; centsPerCall: number | null; usualCentsPerCall: number | null; share: number }
export interface SpendWindow { window: string; currentCents: number | null; baselineCents: number | null; ratio: number | null; state: string }

export interface SpendAnswer {
  at: string; timezone: string; todayCents: number; yesterdayCents: number; monthCents: number; forecastCents: number | null; forecastBasis: string; monthComplete: boolean; historySince: string;
  rows: SpendRow[]; days: { date: string; cents: number }[]; unpriced: { model: string; requests24h: number }[]; windows: SpendWindow[];
}

export interface Explanation {
  window: string; at: string; sum?: string; state: string; currentCents?: number; baselineCents?: number; ratio?: number; ready: boolean; readyAt?: string;
  season: string; method: string; timeZone: string; days: number; middleCents: number; smoothedCents: number; aroundMinutes: number; levelFactor: number;
  windows: { end: string; cents: number; use: string }[]; contributors: { model: string; operation: string; cents: number; share: number }[]; missing?: string;
}

export interface Mark { id: number | string; from: string; to: string; reason: string }
