// Silences, as Alertmanager's API v2 has them, and whom they silence.
import type { Labels } from "../api/prometheus.ts";
import { matchesText } from "./pattern.ts";

export interface Matcher { name: string; value: string; isRegex: boolean; isEqual: boolean }

export interface Silence {
  id: string; status: { state: "active" | "pending" | "expired" };
  startsAt: string; endsAt: string; updatedAt: string; createdBy: string; comment: string; matchers: Matcher[];
}

/** An alert that fires, as Alertmanager's API has it. */
export interface Firing { labels: Labels; status: { state: string; silencedBy: string[] } }

export const seconds = (time: string) => Date.parse(time) / 1000;

/** Whether a silence is about an alert with these labels. A label that is absent is empty. */
export const covers = (s: Pick<Silence, "matchers">, labels: Labels) => s.matchers.every((m) => matches(m, labels[m.name] ?? ""));

function matches(m: Matcher, value: string): boolean {
  return (m.isRegex ? matchesText(m.value, value) : m.value === value) === (m.isEqual ?? true);
}

export const isActive = (s: Silence) => s.status.state === "active" && Date.parse(s.endsAt) > Date.now();

/** The alert that always fires tells a dead man's switch that all is well. It is nobody's news, and a pause leaves it alone. */
export const watchdog = "Watchdog";
export const isNews = (a: Firing) => a.labels.alertname !== watchdog;

/** What silences every alert. */
export const everything: Matcher[] = [
  { name: "alertname", value: ".+", isRegex: true, isEqual: true },
  { name: "alertname", value: watchdog, isRegex: false, isEqual: false },
];

/** Whether a silence leaves nothing but the watchdog. */
export const isPause = (s: Pick<Silence, "matchers">) => s.matchers.length > 0 && s.matchers.every((m) => m.name === "alertname" &&
  (m.isRegex && m.isEqual ? m.value === ".+" || m.value === ".*" : !m.isRegex && m.isEqual === false && m.value === watchdog))
  && s.matchers.some((m) => m.isRegex);

/** The labels of an alert, each as a matcher: its name first. */
export function matchersOf(labels: Labels): Matcher[] {
  const names = Object.keys(labels).filter((n) => n !== "alertstate" && n !== "__name__" && labels[n]);
  return names.sort((a, b) => Number(b === "alertname") - Number(a === "alertname")).map((name) => ({ name, value: labels[name]!, isRegex: false, isEqual: true }));
}

const operators: [string, boolean, boolean][] = [["=~", true, true], ["!~", true, false], ["!=", false, false], ["=", false, true]];

/** A matcher as Alertmanager writes it: `queue_name="renders"`. */
export function matcherText(m: Matcher): string {
  const operator = operators.find(([, regex, equal]) => regex === m.isRegex && equal === (m.isEqual ?? true))![0];
  const name = /^[a-zA-Z_:][\w:]*$/.test(m.name) ? m.name : JSON.stringify(m.name);
  return name + operator + quoted(m.value);
}

const quoted = (text: string) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;

/** Reads a matcher; null when it is none. The value may stand without quotes. */
export function parseMatcher(text: string): Matcher | null {
  const found = /^\s*("(?:[^"\\]|\\.)*"|[^\s"=!~{},]+)\s*(=~|!~|!=|=)\s*([\s\S]*?)\s*$/.exec(text);
  if (!found) return null;
  const [, isRegex, isEqual] = operators.find(([o]) => o === found[2])!;
  const value = unquoted(found[3]!);
  return value === null ? null : { name: unquoted(found[1]!)!, value, isRegex, isEqual };
}

/** A text in quotes without them; null when they do not match up. */
function unquoted(text: string): string | null {
  if (!text.startsWith('"')) return text.includes('"') ? null : text;
  if (!/^"(?:[^"\\]|\\[\s\S])*"$/.test(text)) return null;
  return text.slice(1, -1).replace(/\\([\s\S])/g, (_, c: string) => (c === "n" ? "\n" : c));
}

/** The page that makes a silence, with these matchers filled in. */
export const linkToNew = (matchers: Matcher[]) => "/alerts/silences/new?" + new URLSearchParams(matchers.map((m) => ["matcher", matcherText(m)]));
export const linkToPause = linkToNew(everything) + "&duration=1h";
