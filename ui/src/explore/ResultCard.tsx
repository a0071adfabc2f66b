import { useRef } from "preact/hooks";
import { clockSeconds, whenText } from "../chart/axis.ts";
import { save } from "../dashboard/PanelMenu.tsx";
import { hasValues } from "../dashboard/frames.ts";
import { Skeleton } from "../dashboard/states.tsx";
import { seriesRows } from "../dashboard/table.ts";
import { Icon } from "../frame/Icon.tsx";
import { Table } from "../panels/Table.tsx";
import { TimeSeries } from "../panels/TimeSeries.tsx";
import { location } from "../state/url.ts";
import { format } from "../units/format.ts";
import { explore as words } from "../words/explore.ts";
import { Empty, OnlyTable } from "./Empty.tsx";
import { chartData, chartPanel, tableOf, unitFor } from "./frames.ts";
import { chooseUnit, chosenUnit, showAs, viewOf, type View } from "./model.ts";
import type { Results } from "./results.ts";
import { guessUnit, offeredUnits } from "./unit.ts";

const views: View[] = ["graph", "table"];

/** The answer of all queries, as a graph or as tables. */
export function ResultCard({ results, busy }: { results: Results | null; busy: boolean }) {
  const view = viewOf(location.value.params), fits = results?.view === view;
  return (
    <section class="card result" aria-label={words.result} aria-busy={busy}>
      <header class="result-head">
        <Tabs view={view} />
        {results && fits && <p class="panel-sub result-sum" data-busy={busy || undefined}>{summary(results)}</p>}
        {results && <div class="result-tools"><UnitChoice results={results} /><button type="button" class="button" disabled={!fits || !any(results)} onClick={() => download(results)}><Icon name="download" /><span class="only-wide">{words.csv}</span><span class="only-narrow">CSV</span></button></div>}
      </header>
      <div role="tabpanel" id="result-panel" aria-labelledby={`tab-${view}`} class="result-panel">
        {results && fits ? <Answer results={results} /> : <div class="result-chart"><Skeleton type={view === "table" ? "table" : "timeseries"} /></div>}
      </div>
    </section>
  );
}

function Tabs({ view }: { view: View }) {
  const list = useRef<HTMLDivElement>(null);
  const key = (e: KeyboardEvent) => {
    if (e.key !== "ArrowLeft" && e.key !== "ArrowRight") return;
    e.preventDefault();
    const other = view === "graph" ? "table" : "graph";
    showAs(other);
    list.current?.querySelector<HTMLElement>(`#tab-${other}`)?.focus();
  };
  return (
    <div class="segmented" role="tablist" aria-label={words.view} ref={list} onKeyDown={key}>
      {views.map((v) => <button type="button" role="tab" key={v} id={`tab-${v}`} aria-selected={v === view} aria-controls="result-panel" tabIndex={v === view ? 0 : -1} onClick={() => showAs(v)}>{words[v]}</button>)}
    </div>
  );
}

const count = (r: Results) => r.list.reduce((n, q) => n + (q.answer?.series.length ?? 0), 0);
const any = (r: Results) => count(r) > 0;

/** How many series, how long it took, and how far apart the points are. */
function summary(r: Results): string {
  const took = format(Math.round(Math.max(1, ...r.list.map((q) => q.milliseconds))) / 1000, "s");
  return [`${words.series(count(r))} ${words.took(took)}`, r.view === "graph" ? words.step(format(r.step, "s")) : words.at(clockOf(r.range.to))].join(" · ");
}

const clockOf = (at: number) => (whenText(at).includes(",") ? whenText(at) : clockSeconds(at));

function UnitChoice({ results }: { results: Results }) {
  const guessed = [...new Set(results.list.map((r) => guessUnit(r.expr)))].map((u) => words.units[u] ?? u).join(", ");
  return (
    <label class="unit"><span class="sr">{words.unit}</span>
      <select class="input" value={chosenUnit()} onChange={(e) => chooseUnit(e.currentTarget.value)}>
        <option value="">{words.guessed(guessed)}</option>
        {offeredUnits.map((u) => <option key={u} value={u}>{words.units[u]}</option>)}
      </select>
    </label>
  );
}

function Answer({ results }: { results: Results }) {
  const texts = results.list.filter((r) => r.answer?.text !== undefined);
  if (!any(results) && texts.length === 0) return <Empty results={results} />;
  return (
    <>
      {texts.map((r) => <p key={r.letter} class="result-text">{words.text} <code>{r.answer!.text}</code></p>)}
      {any(results) && (results.view === "graph" ? <Graph results={results} /> : <Tables results={results} />)}
    </>
  );
}

function Graph({ results }: { results: Results }) {
  const data = chartData(results, chosenUnit());
  if (!hasValues(data.frames)) return <OnlyTable />;
  return <div class="result-chart"><TimeSeries panel={chartPanel(data)} data={data} onTable={() => showAs("table")} /></div>;
}

function Tables({ results }: { results: Results }) {
  const several = results.list.length > 1;
  return (
    <>
      {results.list.filter((r) => r.answer && r.answer.text === undefined).map((r) => (
        <section key={r.letter} class="result-table">
          {several && <h2><span class="query-letter" data-several>{r.letter}</span><code>{r.expr}</code></h2>}
          <Table rows={tableOf(r, unitFor(r.expr, chosenUnit()))} caption={r.expr} />
        </section>
      ))}
    </>
  );
}

/** Everything that was answered, not only what is drawn; several tables are several files. */
function download(r: Results) {
  if (r.view === "graph") return save(seriesRows(chartData(r, "")), `explore ${r.list[0]!.expr}`);
  for (const q of r.list) if (q.answer?.series.length) save(tableOf(q, ""), `explore ${q.letter} ${q.expr}`);
}
