import { useMemo } from "preact/hooks";
import { useBackground } from "../chart/background.ts";
import { clockSeconds } from "../chart/axis.ts";
import { Panel } from "../dashboard/Panel.tsx";
import { Failed, Skeleton, State } from "../dashboard/states.tsx";
import { Chip } from "../frame/Chip.tsx";
import { Icon } from "../frame/Icon.tsx";
import { PageHead } from "../frame/PageHead.tsx";
import { deploys } from "../pages/kpis.tsx";
import { withRange } from "../state/url.ts";
import { ago } from "../words/en.ts";
import { queues as words } from "../words/queues.ts";
import { panelsOf } from "./charts.ts";
import { Failures } from "./Failures.tsx";
import { Incidents } from "./Incidents.tsx";
import { LevelChip } from "./Level.tsx";
import { Why } from "./List.tsx";
import { useNow, type Queue, type QueueAnswer } from "./model.ts";
import { Tiles } from "./Tiles.tsx";

/** One queue: how it does, why its jobs wait, over time, and what went wrong. */
export function Detail({ name }: { name: string }) {
  const { data, error } = useNow<QueueAnswer>(`/api/queues/${encodeURIComponent(name)}`);
  const stale = data && error && error.status !== 404 && data.queue.at ? <Chip level="warn" icon="clock">{words.stale(clockSeconds(Date.parse(data.queue.at) / 1000))}</Chip> : undefined;
  return (
    <div class="queue">
      <a class="crumb" href={withRange("/queues")}><Icon name="back" />{words.all}</a>
      <PageHead title={name} actions={stale} time />
      {error?.status === 404 ? <section class="card tall"><State icon="layers" title={words.gone.title(name)} help={error.message}><a class="button" href="/queues">{words.gone.back}</a></State></section>
        : data ? <Known answer={data} /> : error ? <section class="card tall"><Failed error={error} /></section> : <section class="card tall"><Skeleton type="timeseries" /></section>}
    </div>
  );
}

function Known({ answer }: { answer: QueueAnswer }) {
  const q = answer.queue;
  return (
    <>
      <header class="queue-head">
        <LevelChip of={q} always />
        <p class="queue-says"><Why q={q} /></p>
        <p class="muted queue-place">{place(q)}</p>
      </header>
      <Tiles q={q} />
      <Charts q={q} />
      <div class={q.source === "redis" ? "queue-columns" : "queue-alone"}>
        {q.source === "redis" && <Failures answer={answer} />}
        <Incidents answer={answer} />
      </div>
    </>
  );
}

function Charts({ q }: { q: Queue }) {
  const panels = useMemo(() => panelsOf(q), [q.name, q.source, q.limit_seconds]);
  useBackground(deploys, []);
  return (
    <section class="section">
      <h2 class="sr">{words.charts.section}</h2>
      <div class="grid">{panels.map((p) => <Panel key={p.id} uid="queues" models={none} panel={p} />)}</div>
    </section>
  );
}

const none: never[] = [];

/** Where the queue is, and how old what is said of it is. */
function place(q: Queue): string {
  const age = q.at ? ago((Date.now() - Date.parse(q.at)) / 1000) : "";
  if (q.source === "events") return [words.told, age && words.lastEvent(age)].filter(Boolean).join(" · ");
  return [words.place(`${q.prefix}:${q.name}`, q.server), age && words.looked(age)].filter(Boolean).join(" · ");
}
