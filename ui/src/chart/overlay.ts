// What is drawn on a chart beside its series.
import type uPlot from "uplot";
import type { Band, Mark } from "./annotations.ts";
import { colours } from "./theme.ts";

/** A value that a rule fires above, and its words. */
export interface Limit { value: number; words: string; colour?: string }

const px = () => devicePixelRatio;

function inPlot(u: uPlot, draw: (c: CanvasRenderingContext2D, box: uPlot.BBox) => void) {
  u.ctx.save();
  draw(u.ctx, u.bbox);
  u.ctx.restore();
}

const clampX = (u: uPlot, at: number) => Math.min(Math.max(u.valToPos(at, "x", true), u.bbox.left), u.bbox.left + u.bbox.width);

/** When the rule was pending or firing: a tint behind the data, a cap at the top edge. */
export function drawBands(u: uPlot, bands: Band[]) {
  inPlot(u, (c, box) => {
    for (const state of ["pending", "firing"] as const)
      for (const [from, to] of union(bands.filter((b) => b.state === state))) {
        if (to < u.scales.x!.min! || from > u.scales.x!.max!) continue;
        const left = clampX(u, from), width = Math.max(clampX(u, to) - left, px());
        c.fillStyle = state === "firing" ? colours().bandFiring : colours().bandPending;
        c.fillRect(left, box.top, width, box.height);
        c.fillStyle = state === "firing" ? colours().threshold : colours().warn;
        c.fillRect(left, box.top, width, 2 * px());
      }
  });
}

/** Overlapping stretches as one: several series of a rule tint once. */
export function union(list: { from: number; to: number }[]): [number, number][] {
  const out: [number, number][] = [];
  for (const { from, to } of [...list].sort((a, b) => a.from - b.from)) {
    const open = out[out.length - 1];
    if (open && from <= open[1]) open[1] = Math.max(open[1], to);
    else out.push([from, to]);
  }
  return out;
}

/** Dashed lines with their words above the left end. */
export function drawLimits(u: uPlot, limits: Limit[]) {
  inPlot(u, (c, box) => {
    for (const l of limits) {
      const y = Math.round(u.valToPos(l.value, "y", true)) + 0.5;
      if (y < box.top || y > box.top + box.height) continue;
      const colour = l.colour ?? colours().threshold;
      c.strokeStyle = c.fillStyle = colour;
      c.lineWidth = 1.25 * px();
      c.setLineDash([4 * px(), 4 * px()]);
      c.beginPath();
      c.moveTo(box.left, y);
      c.lineTo(box.left + box.width, y);
      c.stroke();
      words(c, l.words, { x: box.left + 3 * px(), y: y - 5 * px(), align: "left" });
    }
  });
}

function words(c: CanvasRenderingContext2D, text: string, at: { x: number; y: number; align: CanvasTextAlign }) {
  c.font = `500 ${11 * px()}px ${colours().sans}`;
  c.textAlign = at.align;
  c.textBaseline = "alphabetic";
  const fill = c.fillStyle;
  c.setLineDash([]);
  c.lineWidth = 3 * px();
  c.strokeStyle = colours().panel;
  c.strokeText(text, at.x, at.y);
  c.fillStyle = fill;
  c.fillText(text, at.x, at.y);
}

/** Dotted lines with a triangle on the axis, and the name where there is room. */
export function drawMarks(u: uPlot, marks: Mark[]) {
  inPlot(u, (c, box) => {
    let free = box.left;
    for (const m of marks) {
      const x = Math.round(u.valToPos(m.at, "x", true)) + 0.5;
      if (x < box.left || x > box.left + box.width) continue;
      const bottom = box.top + box.height;
      c.strokeStyle = c.fillStyle = colours().deploy;
      c.lineWidth = px();
      c.setLineDash([2 * px(), 3 * px()]);
      c.beginPath();
      c.moveTo(x, box.top);
      c.lineTo(x, bottom);
      c.stroke();
      c.beginPath();
      c.moveTo(x - 4 * px(), bottom);
      c.lineTo(x + 4 * px(), bottom);
      c.lineTo(x, bottom - 6 * px());
      c.fill();
      free = name(c, m.text, { x, top: box.top, free, right: box.left + box.width });
    }
  });
}

/** Writes a mark's name left of its line, or right of it; returns where the next may begin. */
function name(c: CanvasRenderingContext2D, text: string, at: { x: number; top: number; free: number; right: number }): number {
  c.font = `500 ${11 * px()}px ${colours().sans}`;
  const width = c.measureText(text).width + 6 * px();
  const y = at.top - 3 * px();
  if (at.x - width >= at.free) {
    words(c, text, { x: at.x - 4 * px(), y: y + 12 * px(), align: "right" });
    return at.x;
  }
  if (at.x >= at.free && at.x + width <= at.right) {
    words(c, text, { x: at.x + 4 * px(), y: y + 12 * px(), align: "left" });
    return at.x + width;
  }
  return at.free;
}
