import { Chip } from "../frame/Chip.tsx";
import { PageHead } from "../frame/PageHead.tsx";
import { StatusLine } from "../frame/StatusLine.tsx";
import { clockSeconds } from "../chart/axis.ts";
import { Failed, Skeleton } from "../dashboard/states.tsx";
import { withRange } from "../state/url.ts";
import { t } from "../words/en.ts";
import { queues as words } from "../words/queues.ts";
import { Empty } from "./Empty.tsx";
import { Amount, Figure } from "./Figure.tsx";
import { LevelChip } from "./Level.tsx";
import { List } from "./List.tsx";
import { count, linkTo, rate, useNow, waiting, type All, type QueuesAnswer } from "./model.ts";
import { Servers } from "./Servers.tsx";

/** Every queue: the totals, how each Redis is, and a row a queue. */
export function Overview() {
  const { data, error } = useNow<QueuesAnswer>("/api/queues");
  return (
    <div class="queues">
      <PageHead title={t.pages.queues} actions={data && error ? <Chip level="warn" icon="clock">{words.stale(clockSeconds(Date.parse(data.looked_at) / 1000))}</Chip> : undefined} />
      <StatusLine always={false} />
      {!data && error && <section class="card tall"><Failed error={error} /></section>}
      {!data && !error && <section class="card tall"><Skeleton type="table" /></section>}
      {data && data.queues.length === 0 && <Empty servers={data.servers} />}
      {data && data.queues.length > 0 && (
        <>
          <Figures all={data.all} />
          <Servers servers={data.servers} alone={false} />
          <List list={data.queues} all={data.all} />
        </>
      )}
    </div>
  );
}

function Figures({ all }: { all: All }) {
  const s = all.states, f = words.figures;
  return (
    <div class="figures">
      <Figure title={f.oldest} level={all.level} chip={<LevelChip of={all} always />} value={all.oldest_seconds === null ? words.none : <Amount value={all.oldest_seconds} unit="s" />}
        note={all.oldest_seconds === null ? words.notTold : all.oldest_seconds === 0 ? words.noneWaits : <span>{words.inWorst} <a href={withRange(linkTo(all.worst))}>{all.worst}</a></span>} />
      {s && <Figure title={f.waiting} value={ <Amount value={waiting(s)} unit="short" />}
        note={[words.active(count(s.active)), words.delayed(count(s.delayed)), all.due ? words.due(count(all.due)) : ""].filter(Boolean).join(", ")} />}
      {s ? <Figure title={f.rates} value={<>{rate(all.in_per_second)} / {rate(all.out_per_second)}</>} note={words.perSecond} />
        : <Figure title={f.out} value={rate(all.out_per_second)} note={words.window} />}
      <Figure title={f.queues} value={<Amount value={all.queues} unit="short" />} note={words.sources(all.watched, all.queues - all.watched)} />
    </div>
  );
}
