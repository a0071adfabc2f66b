// One time series chart: uPlot, with Luneo's axes, bands, marks and limits.
import uPlot from "uplot";
import { bands, marks, type Mark } from "./annotations.ts";
import { niceTop, ticks, tickText, timeText, timeTicks } from "./axis.ts";
import { colours } from "./theme.ts";
import { drawBands, drawLimits, drawMarks, type Limit } from "./overlay.ts";
import { hideTip, pinTip, showTip } from "./tip.ts";
import { setAbsolute } from "../state/time.ts";

export interface PlotSeries {
  name: string;
  values: number[];
  colour: () => string;
  kind: "line" | "bars";
  width: number;
  dash?: number[];
  /** Opacity of the area below, 0 to 1. */
  fill: number;
  unit?: string;
  decimals?: number;
  /** The name of the series down to which the area is filled, as a grey band. */
  fillTo?: string;
  /** Drawn, but not listed. */
  quiet?: boolean;
}

export interface Plot {
  times: number[];
  series: PlotSeries[];
  range: { from: number; to: number };
  unit?: string;
  min?: number;
  max?: number;
  softMax?: number;
  stacked: boolean;
  limits: Limit[];
  /** The rule whose bands are behind the data; none: no bands. */
  rule?: string;
  /** What else is behind the data, and what a tooltip says of it. */
  behind?: { draw: (u: uPlot) => void; at: (time: number) => Mark[] };
}

const group = "luneo";

/** What the charts of a page do together: the crosshair moves. One chart alone zooms, so that Back has one step to undo. */
const shared = (type: string) => type === "mousemove" || type === "mouseleave";

/** A chart in an element; it follows new data, sizes and themes until it is destroyed. */
export class Chart {
  private u: uPlot;
  private key: string;

  constructor(private readonly host: HTMLElement, private plot: Plot, private size: { width: number; height: number }) {
    this.key = shape(plot);
    this.u = this.make();
  }

  update(plot: Plot, size: { width: number; height: number }) {
    const before = this.plot;
    this.plot = plot;
    if (shape(plot) !== this.key) {
      this.key = shape(plot);
      this.size = size;
      this.u.destroy();
      this.u = this.make();
      return;
    }
    if (size.width !== this.size.width || size.height !== this.size.height) {
      this.size = size;
      this.u.setSize(size);
    }
    if (before !== plot) this.u.setData(aligned(plot));
  }

  repaint() { this.u.redraw(false, true); }

  destroy() {
    this.u.destroy();
    hideTip(this);
  }

  private make(): uPlot {
    const u = new uPlot(this.options(), aligned(this.plot), this.host);
    const inside = (e: PointerEvent) => { if (e.pointerType === "touch") pinTip(this); };
    u.over.addEventListener("pointerup", inside);
    u.over.addEventListener("mouseleave", () => hideTip(this));
    u.over.addEventListener("dblclick", () => window.dispatchEvent(new CustomEvent("luneo-zoom-out")));
    return u;
  }

  private options(): uPlot.Options {
    const font = () => `11px ${colours().sans}`;
    const plot = () => this.plot;
    return {
      ...this.size, padding: [14, 4, 0, 0], legend: { show: false },
      cursor: {
        sync: { key: group, scales: ["x", null], filters: { pub: shared, sub: shared } }, y: false,
        drag: { x: true, y: false, setScale: false, dist: 6 },
        points: { size: 7, width: 0, fill: (_u, i) => ordered(this.plot)[i - 1]?.colour() ?? "transparent" },
      },
      scales: {
        x: { time: false, range: () => [plot().range.from, plot().range.to] },
        y: { range: (_u, low, high) => yRange(plot(), low, high) },
      },
      axes: [
        { stroke: () => colours().axis, font: font(), grid: { show: false }, ticks: { show: false }, size: 24, gap: 8,
          splits: (u) => xTicks(u).at, values: (u, at) => at.map((t) => timeText(t, xTicks(u).step)) },
        { stroke: () => colours().axis, font: font(), grid: { stroke: () => colours().grid, width: 1 }, ticks: { show: false }, gap: 8,
          size: (u, values) => axisWidth(u, values, font()),
          splits: (_u, _i, low, high) => ticks(low, high, plot().unit), values: (_u, at) => at.map((v) => tickText(v, plot().unit)) },
      ],
      series: [{}, ...ordered(this.plot).map((s, i) => this.seriesOptions(s, i))],
      bands: fills(this.plot),
      hooks: {
        drawAxes: [(u) => drawBands(u, plot().rule ? bands.peek().filter((b) => b.rule === plot().rule) : []), (u) => plot().behind?.draw(u)],
        draw: [(u) => { drawLimits(u, plot().limits); drawMarks(u, marks.peek()); }],
        setCursor: [(u) => this.pointed(u)],
        setSelect: [(u) => this.zoom(u)],
      },
    };
  }

  private seriesOptions(s: PlotSeries, index: number): uPlot.Series {
    const now = () => ordered(this.plot)[index] ?? s;
    const line: uPlot.Series = {
      label: s.name, stroke: () => now().colour(), width: s.width, spanGaps: false,
      points: { show: true, size: 4, width: 0, fill: () => now().colour(), filter: alone },
    };
    if (s.dash) line.dash = s.dash;
    if (s.kind === "bars") return { ...line, width: 0, fill: () => now().colour(), points: { show: false }, paths: uPlot.paths.bars!({ size: [0.8, 40], align: -1, radius: 0.08 }) };
    if (s.fill > 0) return { ...line, fill: () => withAlpha(now().colour(), s.fill) };
    return line;
  }

  private pointed(u: uPlot) {
    if (!u.over.matches(":hover")) return;
    const { left, top, idx } = u.cursor;
    if (left === undefined || left < 0 || idx === null || idx === undefined) return hideTip(this);
    const at = u.data[0][idx]!, box = u.over.getBoundingClientRect();
    const rows = this.plot.series.filter((s) => !s.quiet).map((s) => ({ name: s.name, colour: s.colour(), dash: !!s.dash, value: s.values[idx] ?? NaN, unit: s.unit ?? this.plot.unit, decimals: s.decimals }));
    showTip(this, { x: box.left + left, y: box.top + (top ?? 0), at, rows, marks: [...near(marks.peek(), at, u), ...(this.plot.behind?.at(at) ?? [])] });
  }

  private zoom(u: uPlot) {
    const { left, width } = u.select;
    if (width < 6) return;
    const from = u.posToVal(left, "x"), to = u.posToVal(left + width, "x");
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    hideTip(this);
    setAbsolute(from, to);
  }
}

/** Moments for the time axis; one at the right edge would be cut off. */
function xTicks(u: uPlot): { at: number[]; step: number } {
  const { min, max } = u.scales.x!, width = u.bbox.width / devicePixelRatio, edge = ((max! - min!) / width) * 16;
  const { at, step } = timeTicks(min!, max!, Math.max(2, Math.floor(width / 84)));
  return { at: at.filter((t) => t <= max! - edge), step };
}

/** Marks within a few pixels of a moment. */
function near(list: Mark[], at: number, u: uPlot): Mark[] {
  const width = (u.scales.x!.max! - u.scales.x!.min!) / Math.max(1, u.bbox.width / devicePixelRatio) * 6;
  return list.filter((m) => Math.abs(m.at - at) <= width).slice(0, 3);
}

/** What makes another chart of it: the series and how they are drawn, not their values. */
function shape(p: Plot): string {
  return JSON.stringify([p.stacked, p.unit, p.series.map((s) => [s.name, s.kind, s.width, s.dash, s.fill, s.fillTo])]);
}

/** Stacks are drawn from the highest sum down, so that each bar leaves the part of those below in sight. */
function ordered(p: Plot): PlotSeries[] {
  return p.stacked ? [...p.series].reverse() : p.series;
}

function aligned(p: Plot): uPlot.AlignedData {
  const columns = p.stacked ? stack(p.series).reverse() : p.series.map((s) => s.values.map((v) => (Number.isNaN(v) ? null : v)));
  return [p.times, ...columns] as uPlot.AlignedData;
}

function stack(series: PlotSeries[]): (number | null)[][] {
  let below: number[] = [];
  return series.map((s) => {
    below = s.values.map((v, i) => (below[i] ?? 0) + (Number.isNaN(v) ? 0 : v));
    return [...below];
  });
}

function fills(p: Plot): uPlot.Band[] {
  return p.series.flatMap((s, i) => {
    const to = s.fillTo ? p.series.findIndex((o) => o.name === s.fillTo) : -1;
    return to < 0 ? [] : [{ series: [i + 1, to + 1] as [number, number], fill: () => colours().baselineBand }];
  });
}

function yRange(p: Plot, low: number | null, high: number | null): [number, number] {
  const top = Math.max(high ?? 0, p.softMax ?? 0, ...p.limits.map((l) => l.value * 1.06));
  const from = p.min ?? Math.min(0, low ?? 0);
  return [from, p.max ?? Math.max(niceTop(top, p.unit), from + 1e-9)];
}

function axisWidth(u: uPlot, values: string[] | null, font: string): number {
  if (!values) return 40;
  u.ctx.save();
  u.ctx.font = font;
  const width = Math.max(...values.map((v) => u.ctx.measureText(v).width), 20);
  u.ctx.restore();
  return Math.ceil(width) + 12;
}

/** The indices of points that no line reaches. */
function alone(u: uPlot, series: number): number[] | null {
  const v = u.data[series] as (number | null)[];
  const out: number[] = [];
  for (let i = 0; i < v.length; i++) if (v[i] != null && v[i - 1] == null && v[i + 1] == null) out.push(i);
  return out;
}

export function withAlpha(colour: string, alpha: number): string {
  return /^#[0-9a-f]{6}$/i.test(colour) ? colour + Math.round(alpha * 255).toString(16).padStart(2, "0") : colour;
}
