import { useEffect, useRef, useState } from "preact/hooks";
import { Chip, RuleChip } from "../frame/Chip.tsx";
import { endsNow, refreshing, refreshSeconds, now } from "../state/time.ts";
import { status } from "../state/server.ts";
import { ago, t } from "../words/en.ts";
import { BarGauge } from "../panels/BarGauge.tsx";
import { Heatmap } from "../panels/Heatmap.tsx";
import { Stat } from "../panels/Stat.tsx";
import { Table } from "../panels/Table.tsx";
import { TimeSeries } from "../panels/TimeSeries.tsx";
import { usePanelData, type PanelData } from "./data.ts";
import { PanelMenu } from "./PanelMenu.tsx";
import { ruleOf, titleOf, type PanelModel, type VariableModel } from "./model.ts";
import { Empty, Failed, Skeleton } from "./states.tsx";
import { later } from "../frame/Later.tsx";
import { tableRows } from "./table.ts";
import { inText } from "./template.ts";
import { values } from "./variables.ts";

const Gauge = later(() => import("../later/Gauge.tsx"));
const Text = later(() => import("../later/Text.tsx"));
const TableDialog = later(() => import("../later/TableDialog.tsx"));

export interface PanelProps { panel: PanelModel; models: VariableModel[]; uid: string }

/** One panel in its place on the grid, with all its states. */
export function Panel({ panel, models, uid }: PanelProps) {
  const box = useRef<HTMLElement>(null), [width, setWidth] = useState(0), [asTable, setAsTable] = useState(false);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry!.contentRect.width)));
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  const data = usePanelData(panel, models, panel.type === "text" ? 0 : width);
  const rule = ruleOf(panel), state = rule && endsNow.value ? status.value?.rules[rule] : undefined; // the state is of now
  const { title, sub } = titleOf(panel), { x, y, w, h } = panel.gridPos, age = useAge(data);
  const shownTitle = inText(title, values(models));
  const tile = panel.type === "stat";
  return (
    <section class={`panel ${tile ? "tile" : ""}`} id={`panel-${panel.id}`} data-type={panel.type} data-size={h >= 5 ? "large" : "small"} data-span={w > 12 ? "full" : "half"} data-state={data.state} data-level={state?.state === "firing" ? "bad" : state?.state === "pending" ? "warn" : undefined} data-stale={age ? true : undefined}
      ref={box} aria-label={shownTitle} style={{ "--x": x + 1, "--w": w, "--y": y, "--h": h }}>
      <header class="panel-head">
        <h3 title={panel.description}>{tile ? <TileLink panel={panel} rule={rule} title={shownTitle} /> : shownTitle}</h3>
        {sub && <span class="panel-sub">{sub}</span>}
        {age && <Chip level="warn" icon="clock">{t.states.stale(age)}</Chip>}
        {state && (tile || state.state === "firing" || state.state === "pending") && <RuleChip state={state.state} text={tile ? state.chip : short(state.chip)} />}
        {panel.type !== "text" && <PanelMenu panel={panel} data={data} models={models} uid={uid} onTable={() => setAsTable(true)} />}
      </header>
      <div class="panel-body"><Body panel={panel} data={data} models={models} onTable={() => setAsTable(true)} /></div>
      {asTable && <TableDialog panel={panel} data={data} onClose={() => setAsTable(false)} />}
    </section>
  );
}

/** The state without its time: a panel's head has less room than a tile. */
const short = (chip: string) => chip.split(" ")[0]!;

/** The whole tile leads to what it sums up. */
function TileLink({ panel, rule, title }: { panel: PanelModel; rule: string | undefined; title: string }) {
  const own = panel.links?.find((l) => l.url && !l.url.includes("/runbooks/"))?.url;
  const href = rule ? `/alerts?rule=${rule}` : own?.startsWith("/") ? own : undefined;
  return href ? <a class="tile-link" href={href}>{title}</a> : <>{title}</>;
}

/** How old the data is, once two refreshes have failed to renew it. */
function useAge(data: PanelData): string | null {
  const old = Math.max(now.value, Date.now() / 1000) - data.at / 1000;
  return data.at && refreshing.value && old > 2 * refreshSeconds + 5 && data.error ? ago(old) : null;
}

interface BodyProps { panel: PanelModel; data: PanelData; models: VariableModel[]; onTable: () => void }

function Body({ panel, data, models, onTable }: BodyProps) {
  if (panel.type === "text") return <Text panel={panel} vars={values(models)} />;
  if (data.state === "loading") return <Skeleton type={panel.type} />;
  if (data.state === "error") return <Failed error={data.error!} />;
  if (data.state === "empty") return <Empty panel={panel} data={data} models={models} />;
  switch (panel.type) {
    case "timeseries": return <TimeSeries panel={panel} data={data} onTable={onTable} />;
    case "stat": return <Stat panel={panel} data={data} models={models} />;
    case "heatmap": return <Heatmap panel={panel} data={data} />;
    case "bargauge": return <BarGauge panel={panel} data={data} onTable={onTable} />;
    case "gauge": return <Gauge panel={panel} data={data} />;
    case "table": return <Table rows={tableRows(panel, data)} caption={t.table.caption(titleOf(panel).title)} />;
    default: return <p class="muted">{panel.type}</p>;
  }
}

/** The kinds of panel that can be drawn. */
export const drawable = ["row", "text", "timeseries", "stat", "heatmap", "bargauge", "gauge", "table"];
