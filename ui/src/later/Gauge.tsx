import { named } from "../chart/colour.ts";
import type { PanelData } from "../dashboard/data.ts";
import { last, limits, type Frame } from "../dashboard/frames.ts";
import type { FieldOptions, PanelModel } from "../dashboard/model.ts";
import { pieces } from "../units/format.ts";

/** How full something is, between its ends. */
export default function Gauge({ panel, data }: { panel: PanelModel; data: PanelData }) {
  const defaults = panel.fieldConfig?.defaults ?? {};
  return (
    <div class="gauges">
      {data.frames.filter((f) => !Number.isNaN(last(f))).slice(0, 4).map((f) => <Dial key={f.name} frame={f} defaults={defaults} alone={data.frames.length === 1} />)}
    </div>
  );
}

function Dial({ frame, defaults, alone }: { frame: Frame; defaults: FieldOptions; alone: boolean }) {
  const value = last(frame), min = frame.field.min ?? 0, max = frame.field.max ?? (defaults.unit === "percentunit" ? 1 : 100);
  const share = Math.min(1, Math.max(0, (value - min) / (max - min || 1)));
  const steps = limits(frame.field), over = steps.filter((s) => value >= s.value).pop();
  return (
    <div class="dial" data-over={over ? true : undefined}>
      <svg viewBox="0 0 120 72" aria-hidden="true">
        <path class="dial-track" d={arc(0, 1)} />
        <path class="dial-value" d={arc(0, Math.max(share, 0.001))} style={{ stroke: over ? named(over.color) : "var(--c1)" }} />
        {steps.map((s) => <path key={s.value} class="dial-limit" d={notch((s.value - min) / (max - min || 1))} style={{ stroke: named(s.color) }} />)}
      </svg>
      <p class="dial-figure">{pieces(value, frame.field.unit, frame.field.decimals).map((p) => <span key={p.unit}>{p.before && p.unit}{p.figure}{!p.before && <small>{p.unit}</small>}</span>)}</p>
      {!alone && <p class="dial-name">{frame.name}</p>}
    </div>
  );
}

const onCircle = (share: number, radius: number) => {
  const angle = Math.PI * (1 - share);
  return `${(60 + radius * Math.cos(angle)).toFixed(2)} ${(64 - radius * Math.sin(angle)).toFixed(2)}`;
};

const arc = (from: number, to: number) => `M${onCircle(from, 52)}A52 52 0 0 1 ${onCircle(to, 52)}`;
const notch = (share: number) => `M${onCircle(share, 44)}L${onCircle(share, 60)}`;
