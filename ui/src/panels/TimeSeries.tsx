import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useSignalEffect } from "@preact/signals";
import { bands, marks } from "../chart/annotations.ts";
import { clockText, whenText } from "../chart/axis.ts";
import { colourOf, Palette, pick } from "../chart/colour.ts";
import { Legend, type LegendItem } from "../chart/Legend.tsx";
import { Chart, type Plot, type PlotSeries } from "../chart/plot.ts";
import { never, soon } from "../chart/soon.ts";
import { colours, paint } from "../chart/theme.ts";
import type { PanelData } from "../dashboard/data.ts";
import { last, limits, type Frame } from "../dashboard/frames.ts";
import { ruleOf, titleOf, type FieldOptions, type PanelModel } from "../dashboard/model.ts";
import { format } from "../units/format.ts";
import { t } from "../words/en.ts";

interface Props { panel: PanelModel; data: PanelData; onTable: () => void }

/** Lines, or stacked bars, of time. */
export function TimeSeries({ panel, data, onTable }: Props) {
  const palette = useRef(new Palette()).current;
  const [isolated, setIsolated] = useState<string | null>(null);
  const { shown, hidden } = useMemo(() => pick(data.frames), [data]);
  const visible = isolated && shown.some((f) => f.name === isolated) ? shown.filter((f) => f.name === isolated) : shown;
  const plot = useMemo(() => {
    palette.assign(shown);
    return plotOf(panel, data, visible, palette);
  }, [data, isolated]);
  paint.value; // the legend's colours are the theme's too
  return (
    <div class="chart-box">
      <Canvas plot={plot} label={alternative(panel, data, shown)} />
      {panel.options?.legend?.showLegend !== false && shown.length > 0 && <Legend items={items(shown, palette, plot)} isolated={isolated} onIsolate={setIsolated} />}
      {hidden.length > 0 && <p class="partial">{t.legend.partial(shown.length, data.frames.length)} <button type="button" class="text-button" onClick={onTable}>{t.legend.rest}</button></p>}
    </div>
  );
}

/** The canvas, as one image with words. */
export function Canvas({ plot, label }: { plot: Plot; label: string }) {
  const host = useRef<HTMLDivElement>(null), chart = useRef<Chart | null>(null);
  const latest = useRef(plot);
  latest.current = plot;
  useEffect(() => {
    const element = host.current!;
    const fit = () => {
      const size = { width: element.clientWidth, height: element.clientHeight };
      if (size.width < 40 || size.height < 40) return;
      if (chart.current) chart.current.update(latest.current, size);
      else chart.current = new Chart(element, latest.current, size);
    };
    const observer = new ResizeObserver(() => soon(host, fit));
    observer.observe(element);
    return () => { observer.disconnect(); never(host); chart.current?.destroy(); chart.current = null; };
  }, []);
  useEffect(() => {
    const element = host.current!;
    chart.current?.update(plot, { width: element.clientWidth, height: element.clientHeight });
  }, [plot]);
  useSignalEffect(() => { paint.value; bands.value; marks.value; soon(chart, () => chart.current?.repaint()); });
  return <div class="canvas" ref={host} role="img" aria-label={label} />;
}

function plotOf(panel: PanelModel, data: PanelData, shown: Frame[], palette: Palette): Plot {
  const field: FieldOptions = panel.fieldConfig?.defaults ?? {};
  const rule = ruleOf(panel);
  const series = shown.map((f) => seriesOf(f, palette, shown.length));
  return {
    times: shown[0]?.times ?? [], series, range: data.range, unit: field.unit, min: field.min, max: field.max, softMax: field.custom?.axisSoftMax,
    stacked: field.custom?.stacking?.mode === "normal", ...(rule ? { rule } : {}),
    limits: field.custom?.thresholdsStyle?.mode && field.custom.thresholdsStyle.mode !== "off"
      ? limits(field).map((l) => ({ value: l.value, words: t.chart.firesAbove(format(l.value, field.unit)) })) : [],
  };
}

function seriesOf(f: Frame, palette: Palette, count: number): PlotSeries {
  const c = f.field.custom ?? {};
  const dashed = c.lineStyle?.fill === "dash" || c.lineStyle?.fill === "dot";
  const bars = c.drawStyle === "bars";
  return {
    name: f.name, values: f.values, colour: () => colourOf(f, palette), kind: bars ? "bars" : "line",
    width: c.lineWidth && c.lineWidth > 1.5 ? 2.25 : dashed ? 1.25 : 1.75, ...(dashed ? { dash: [4, 4] } : {}),
    fill: !bars && count === 1 ? 0.12 : 0, unit: f.field.unit, decimals: f.field.decimals,
    ...(c.fillBelowTo ? { fillTo: c.fillBelowTo } : {}), quiet: c.hideFrom?.tooltip ?? false,
    ...(c.lineWidth === 0 && !bars ? { width: 0 } : {}),
  };
}

function items(shown: Frame[], palette: Palette, plot: Plot): LegendItem[] {
  return shown.filter((f) => f.field.custom?.lineWidth !== 0 || f.field.custom.fillBelowTo).map((f) => {
    const s = plot.series.find((p) => p.name === f.name);
    const band = !!f.field.custom?.fillBelowTo;
    return { name: f.name, text: band ? f.name.split(", ")[0]! : f.name, colour: band ? colours().baselineBand : colourOf(f, palette), dash: !!s?.dash && !band, band, ...(band ? {} : { value: last(f) }), unit: f.field.unit, decimals: f.field.decimals };
  });
}

function alternative(panel: PanelModel, data: PanelData, shown: Frame[]): string {
  const top = [...shown].sort((a, b) => (last(b) || 0) - (last(a) || 0)).slice(0, 3).filter((f) => !Number.isNaN(last(f)));
  const limit = limits(panel.fieldConfig?.defaults)[0];
  const over = limit && shown.some((f) => last(f) > limit.value);
  return t.chart.alt({
    title: titleOf(panel).title, count: data.frames.length, range: `${whenText(data.range.from)} to ${clockText(data.range.to)}`,
    last: top.map((f) => `${f.name} ${format(last(f), f.field.unit, f.field.decimals)}`).join(", ") || "nothing",
    limit: limit ? (over ? t.chart.over : t.chart.within) : "",
  });
}
