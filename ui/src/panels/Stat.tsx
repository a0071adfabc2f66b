import { useEffect, useState } from "preact/hooks";
import { askPanel, type PanelData } from "../dashboard/data.ts";
import { last, limits } from "../dashboard/frames.ts";
import { ruleOf, type PanelModel, type VariableModel } from "../dashboard/model.ts";
import { status, type RuleStatus } from "../state/server.ts";
import { endsNow, range, tick } from "../state/time.ts";
import { figure, pieces } from "../units/format.ts";
import { whenText } from "../chart/axis.ts";
import { Sparkline } from "../chart/Sparkline.tsx";
import { t } from "../words/en.ts";

interface Props { panel: PanelModel; data: PanelData; models: VariableModel[] }

/** A large figure, what it means, and how it came there. */
export function Stat({ panel, data, models }: Props) {
  const frame = [...data.frames].sort((a, b) => (last(b) || 0) - (last(a) || 0))[0];
  const rule = ruleOf(panel), state = rule && endsNow.value ? status.value?.rules[rule] : undefined;
  const field = frame?.field ?? panel.fieldConfig?.defaults ?? {};
  const value = frame ? last(frame) : NaN;
  const limit = limits(field)[0]?.value;
  const level = state?.state === "firing" ? "bad" : state?.state === "pending" ? "warn" : "none";
  return (
    <div class="stat" data-level={level}>
      <p class="stat-value">{Number.isNaN(value) ? t.stat.noValue : pieces(value, field.unit, field.decimals).map((p) => (
        <span key={p.unit}>{p.before && p.unit}{p.figure}{!p.before && p.unit && <small>{p.unit}</small>}</span>
      ))}</p>
      <p class="stat-meaning">{rule ? <Meaning state={state} at={data.range.to} /> : <Yesterday panel={panel} models={models} value={value} />}</p>
      {panel.options?.graphMode !== "none" && frame && frame.values.length > 1 && <Sparkline values={frame.values} limit={rule ? limit : undefined} level={level} />}
    </div>
  );
}

/** What the rule says of it; of the past there is only the figure. */
const Meaning = ({ state, at }: { state: RuleStatus | undefined; at: number }) => <>{endsNow.value ? state?.meaning ?? "" : t.stat.then(whenText(at))}</>;

/** How a figure without a limit compares with the same time a day before. */
function Yesterday({ panel, models, value }: { panel: PanelModel; models: VariableModel[]; value: number }) {
  const [before, setBefore] = useState<number | null>(null);
  const minute = Math.floor(range.value.to / 60);
  useEffect(() => {
    const abort = new AbortController();
    const day = 86400, to = minute * 60 - day;
    askPanel({ panel, models, width: 60, range: { from: to - 300, to } }, abort.signal)
      .then((d) => setBefore(d.frames[0] ? last(d.frames[0]) : NaN), () => { if (!abort.signal.aborted) setBefore(NaN); });
    return () => abort.abort();
  }, [panel, minute, tick.value === 0]);
  if (before === null || Number.isNaN(value)) return null;
  if (Number.isNaN(before)) return <>{t.stat.noYesterday}</>;
  return <>{compared(value, before)}</>;
}

function compared(now: number, before: number): string {
  if (before === 0) return now === 0 ? t.stat.same : t.stat.yesterday("0");
  const change = now / before - 1;
  if (Math.abs(change) < 0.03) return t.stat.same;
  const share = `${figure(Math.abs(change) * 100, 2)} %`;
  return t.stat.yesterday(change > 0 ? t.stat.above(share) : t.stat.below(share));
}
