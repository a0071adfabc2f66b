// When alerts of a chart were silenced: hatched behind its data.
import type uPlot from "uplot";
import type { Labels } from "../api/prometheus.ts";
import type { Plot } from "../chart/plot.ts";
import { colours } from "../chart/theme.ts";
import { silences as words } from "../words/silences.ts";
import { covers, isPause, seconds, type Silence } from "./model.ts";

/** `to` is not later than now; `ends` may be. */
export interface Span { from: number; to: number; ends: number; who: string; why: string; id: string }

/** The silences of an alert in a range, those that have ended too; drawn up to the present. */
export function spansOf(list: Silence[], labels: Labels, range: { from: number; to: number }): Span[] {
  const now = Date.now() / 1000;
  return list.filter((s) => covers(s, labels))
    .map((s) => ({ from: seconds(s.startsAt), to: Math.min(seconds(s.endsAt), now), ends: seconds(s.endsAt), who: s.createdBy || "–", why: s.comment, id: s.id }))
    .filter((s) => s.to > s.from && s.to > range.from && s.from < range.to).sort((a, b) => a.from - b.from);
}

/** Those that name a rule, whichever of its alerts they are about. A pause names none. */
export function spansOfRule(list: Silence[], rule: string, range: { from: number; to: number }): Span[] {
  const named = list.map((s) => ({ ...s, matchers: s.matchers.filter((m) => m.name === "alertname") })).filter((s) => s.matchers.some((m) => m.isEqual !== false && !isPause(s)));
  return spansOf(named, { alertname: rule }, range);
}

/** What a chart draws behind its data, and says of it in its tooltip. */
export const behindOf = (spans: Span[]): NonNullable<Plot["behind"]> => ({
  draw: (u) => { for (const s of spans) draw(u, s); },
  at: (time) => spans.filter((s) => time >= s.from && time <= s.to).map((s) => ({ name: s.id, text: words.band(s.who, s.why), at: s.from, colour: "" })),
});

function draw(u: uPlot, span: Span) {
  const c = u.ctx, box = u.bbox, edge = (at: number) => Math.min(Math.max(u.valToPos(at, "x", true), box.left), box.left + box.width);
  const left = edge(span.from), width = Math.max(edge(span.to) - left, devicePixelRatio);
  c.save();
  c.beginPath();
  c.rect(left, box.top, width, box.height);
  c.clip();
  hatch(c, { left, top: box.top, width, height: box.height });
  c.fillStyle = colours().mute;
  c.globalAlpha = 1;
  c.fillRect(left, box.top, width, 2 * devicePixelRatio);
  c.restore();
}

/** Slanted lines, so that it is told from firing without colour. */
function hatch(c: CanvasRenderingContext2D, box: { left: number; top: number; width: number; height: number }) {
  const step = 8 * devicePixelRatio;
  c.strokeStyle = colours().mute;
  c.globalAlpha = 0.35;
  c.lineWidth = devicePixelRatio;
  c.beginPath();
  for (let x = box.left - box.height - ((box.left - box.height) % step); x < box.left + box.width; x += step) {
    c.moveTo(x, box.top + box.height);
    c.lineTo(x + box.height, box.top);
  }
  c.stroke();
}
