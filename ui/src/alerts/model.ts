// What /api/alerts answers; docs/api.md describes it.
import type { Labels } from "../api/prometheus.ts";
import type { Part, RuleState } from "../state/server.ts";

export interface Alert {
  id: string; labels: Labels; state: "firing" | "pending"; value: number;
  activeAt: string; firedAt?: string | null; sentence: Part[]; shown: string; against: string; summary: string; description: string;
}

export interface Rule {
  name: string; group: string; severity: string; component: string; state: RuleState; expr: string; forSeconds: number;
  runbook: string; dashboard: string; title: string; sentence: Part[];
  query: string; limitQuery: string; limit: number | null; unit: string;
  value?: number | null; shown: string; against: string; subject: string; chip: string; alerts: Alert[]; error: string;
}

export interface AlertsAnswer { at: string; rules: Rule[] }

export interface Detail {
  happened: { at: string; kind: "annotation" | "pending" | "firing" | "resolved" | "restart"; parts: Part[] }[];
  checks: { question: string; parts: Part[]; href?: string; link?: string }[];
}

export interface Lane { rule: string; severity: string; intervals: { state: "firing" | "pending"; from: string; to: string }[]; fired: number; firingSeconds: number; words: string }
export interface HistoryAnswer { from: string; to: string; lanes: Lane[]; words: string }

const order: RuleState[] = ["firing", "pending", "blind", "quiet"];

/** The groups of the list, the worst first. A rule that always fires is no news: it stands last. */
export function groups(rules: Rule[]): [RuleState, Rule[]][] {
  return order.map((state) => [state, rules.filter((r) => shownState(r) === state)] as [RuleState, Rule[]]).filter(([, list]) => list.length > 0);
}

export const shownState = (r: Rule): RuleState => (r.severity === "none" ? "quiet" : r.state);

/** The rule that the URL names, else the worst. */
export function chosenRule(rules: Rule[], name: string | null): Rule | undefined {
  return rules.find((r) => r.name === name) ?? groups(rules)[0]?.[1][0];
}

/** The alert that the URL names by its id, or by its labels as sentences of the server do; else the rule's first. */
export function chosenAlert(rule: Rule, params: URLSearchParams): Alert | undefined {
  const labels = [...params].filter(([name]) => name.startsWith("label."));
  const named = (a: Alert) => labels.length > 0 && labels.every(([name, value]) => a.labels[name.slice(6)] === value);
  return rule.alerts.find((a) => a.id === params.get("alert")) ?? rule.alerts.find(named) ?? rule.alerts[0];
}

/** The address of a rule, and of one alert of it, on this page. */
export function linkTo(rule: string, alert?: string): string {
  const params = new URLSearchParams({ rule });
  if (alert) params.set("alert", alert);
  return "/alerts?" + params;
}

/** What an alert is about: its labels without those that its rule says anyway. */
export function scopeOf(labels: Labels): string {
  return Object.entries(labels).filter(([name]) => !["alertname", "severity", "component", "alertstate", "__name__"].includes(name)).map(([, value]) => value).join(" · ");
}
