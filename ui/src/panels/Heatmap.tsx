import { useEffect, useRef } from "preact/hooks";
import { useSignalEffect } from "@preact/signals";
import { clockText, timeText, timeTicks, whenText } from "../chart/axis.ts";
import { soon } from "../chart/soon.ts";
import { colours, paint } from "../chart/theme.ts";
import { hideTip, showTip } from "../chart/tip.ts";
import type { PanelData } from "../dashboard/data.ts";
import { ruleOf, titleOf, type PanelModel } from "../dashboard/model.ts";
import { status } from "../state/server.ts";
import { figure, format } from "../units/format.ts";
import { t } from "../words/en.ts";

/** Prometheus' cumulative `le` buckets as counts of their own, lowest first. */
export interface Grid { tops: number[]; times: number[]; cells: number[][]; peak: number; step: number }

export function gridOf(data: PanelData): Grid {
  const byTop = new Map<number, number[]>();
  for (const f of data.frames) {
    const top = Number((f.labels.le ?? f.name).replace("+Inf", "Infinity"));
    if (Number.isNaN(top)) continue;
    const sum = byTop.get(top) ?? new Array<number>(f.values.length).fill(NaN);
    f.values.forEach((v, i) => { if (!Number.isNaN(v)) sum[i] = (Number.isNaN(sum[i]!) ? 0 : sum[i]!) + v; });
    byTop.set(top, sum);
  }
  const tops = [...byTop.keys()].sort((a, b) => a - b);
  const cells = tops.map((top, b) => byTop.get(top)!.map((v, i) => Math.max(0, (v || 0) - (b ? byTop.get(tops[b - 1]!)![i] || 0 : 0))));
  return { tops, cells, times: data.frames[0]?.times ?? [], peak: Math.max(0, ...cells.flat()), step: data.step };
}

/** How full each bucket was, over time. */
export function Heatmap({ panel, data }: { panel: PanelModel; data: PanelData }) {
  const host = useRef<HTMLDivElement>(null), canvas = useRef<HTMLCanvasElement>(null);
  const grid = gridOf(data);
  const latest = useRef({ grid, panel, data });
  latest.current = { grid, panel, data };
  const draw = () => {
    const box = host.current, c = canvas.current;
    if (box && c && box.clientWidth > 40) paintGrid(c, latest.current, { width: box.clientWidth, height: box.clientHeight });
  };
  useEffect(() => {
    const observer = new ResizeObserver(draw);
    observer.observe(host.current!);
    return () => { observer.disconnect(); hideTip(panel); };
  }, []);
  useEffect(draw, [data]);
  useSignalEffect(() => { paint.value; status.value; soon(host, draw); });
  const unit = panel.options?.yAxis?.unit ?? "s";
  return (
    <div class="chart-box">
      <div class="canvas" ref={host} role="img" aria-label={t.chart.heat(titleOf(panel).title, `${whenText(data.range.from)} to ${clockText(data.range.to)}`, figure(grid.peak, 3))}>
        <canvas ref={canvas} onMouseMove={(e) => point(e, latest.current.grid, unit, panel)} onMouseLeave={() => hideTip(panel)} />
      </div>
      <div class="heat-scale" aria-hidden="true"><span>0</span><i /><span>{figure(grid.peak, 2)}</span></div>
    </div>
  );
}

const left = 52, bottom = 24, topSpace = 6;

interface Drawn { grid: Grid; panel: PanelModel; data: PanelData }

function paintGrid(canvas: HTMLCanvasElement, { grid, panel, data }: Drawn, size: { width: number; height: number }) {
  const ratio = devicePixelRatio, c = canvas.getContext("2d")!;
  canvas.width = size.width * ratio;
  canvas.height = size.height * ratio;
  c.scale(ratio, ratio);
  const area = { width: size.width - left, height: size.height - bottom - topSpace };
  drawCells(c, grid, area);
  drawAxes(c, grid, data, area, panel.options?.yAxis?.unit ?? "s");
  const limit = limitOf(panel);
  if (limit !== undefined) drawLimit(c, grid, limit, area);
}

/** Grafana draws no threshold on a heatmap: it is the limit of the rule that guards the panel. */
function limitOf(panel: PanelModel): number | undefined {
  const rule = ruleOf(panel);
  return rule ? status.peek()?.rules[rule]?.limit : undefined;
}

type Area = { width: number; height: number };

function drawCells(c: CanvasRenderingContext2D, g: Grid, area: Area) {
  const w = area.width / Math.max(1, g.times.length), h = area.height / Math.max(1, g.tops.length), heat = colours().heat;
  const gap = w > 5 ? 1 : 0;
  g.cells.forEach((row, b) => row.forEach((v, i) => {
    const level = v <= 0 || g.peak <= 0 ? 0 : Math.max(1, Math.round(Math.sqrt(v / g.peak) * (heat.length - 1)));
    c.fillStyle = heat[level]!;
    c.fillRect(left + i * w, topSpace + area.height - (b + 1) * h, w - gap, h - 1);
  }));
}

function drawAxes(c: CanvasRenderingContext2D, g: Grid, data: PanelData, area: Area, unit: string) {
  c.fillStyle = colours().axis;
  c.font = `11px ${colours().sans}`;
  c.textAlign = "right";
  c.textBaseline = "middle";
  const h = area.height / Math.max(1, g.tops.length), every = Math.max(1, Math.ceil(g.tops.length / Math.max(2, Math.floor(area.height / 30))));
  g.tops.forEach((top, b) => {
    if (Number.isFinite(top) && (g.tops.length - 2 - b) % every === 0) c.fillText(format(top, unit), left - 8, topSpace + area.height - (b + 1) * h);
  });
  c.textAlign = "center";
  c.textBaseline = "alphabetic";
  const { at, step } = timeTicks(data.range.from, data.range.to, Math.max(2, Math.floor(area.width / 84)));
  const length = data.range.to - data.range.from || 1;
  for (const moment of at) {
    const text = timeText(moment, step), half = c.measureText(text).width / 2; // the last one stays within the canvas
    c.fillText(text, Math.min(left + ((moment - data.range.from) / length) * area.width, left + area.width - half), topSpace + area.height + 17);
  }
}

/** The limit lies between two buckets, at its share of the one that holds it. */
function drawLimit(c: CanvasRenderingContext2D, g: Grid, limit: number, area: Area) {
  const b = g.tops.findIndex((top) => limit <= top);
  if (b < 0) return;
  const y = topSpace + area.height - (b + 1) * (area.height / g.tops.length) - 0.5;
  c.strokeStyle = colours().threshold;
  c.setLineDash([4, 4]);
  c.lineWidth = 1.25;
  c.beginPath();
  c.moveTo(left, y);
  c.lineTo(left + area.width, y);
  c.stroke();
  c.setLineDash([]);
}

function point(e: MouseEvent, g: Grid, unit: string, owner: object) {
  const canvas = e.currentTarget as HTMLCanvasElement, box = canvas.getBoundingClientRect();
  const i = Math.floor((e.clientX - box.left - left) / ((box.width - left) / g.times.length));
  if (i < 0 || i >= g.times.length) return hideTip(owner);
  const heat = colours().heat;
  const rows = g.tops.map((top, b) => ({
    name: bucketName(g.tops[b - 1] ?? 0, top, unit), colour: heat[3]!, value: g.cells[b]![i]!, text: figure(g.cells[b]![i]!, 3),
  })).filter((r) => r.value > 0);
  showTip(owner, { x: e.clientX, y: e.clientY, at: g.times[i]!, rows });
}

function bucketName(from: number, to: number, unit: string): string {
  return Number.isFinite(to) ? `${from ? format(from, unit) : "0"} to ${format(to, unit)}` : `over ${format(from, unit)}`;
}
