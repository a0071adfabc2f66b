// Until when: what the form offers, and what a link may ask for.
import { forInput } from "../state/time.ts";

export type Choice = "1h" | "4h" | "tomorrow" | "custom";
export const choices: Choice[] = ["1h", "4h", "tomorrow", "custom"];

/** What is chosen; `custom` is the value of a datetime-local field. */
export interface Until { choice: Choice; custom: string }

const unitSeconds: Record<string, number> = { m: 60, h: 3600, d: 86400, w: 604800 };
const longest = 366 * 86400;

/** Reads a duration such as 90m or 1h30m; NaN when it is none. */
export function parseDuration(text: string): number {
  if (!/^(\d{1,6}[mhdw])+$/.test(text)) return NaN;
  const sum = [...text.matchAll(/(\d+)([mhdw])/g)].reduce((s, [, n, unit]) => s + Number(n) * unitSeconds[unit!]!, 0);
  return sum > 0 && sum <= longest ? sum : NaN;
}

/** What the form begins with: the duration of a link, else an hour. */
export function beginWith(duration: string | null, now = Date.now()): Until {
  const custom = forInput(now / 1000 + (parseDuration(duration ?? "") || 3600));
  if (duration === "4h" || duration === "1h") return { choice: duration, custom };
  return { choice: Number.isNaN(parseDuration(duration ?? "")) ? "1h" : "custom", custom };
}

/** When it ends, in ms; NaN while a field is not filled in. */
export function endOf(u: Until, now = Date.now()): number {
  if (u.choice === "custom") return Date.parse(u.custom);
  if (u.choice !== "tomorrow") return now + parseDuration(u.choice) * 1000;
  const at = new Date(now);
  at.setDate(at.getDate() + 1);
  return at.setHours(9, 0, 0, 0);
}
