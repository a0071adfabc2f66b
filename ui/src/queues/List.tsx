import { useState } from "preact/hooks";
import { useSignalEffect } from "@preact/signals";
import { Icon } from "../frame/Icon.tsx";
import { location, setParams, withRange } from "../state/url.ts";
import { signal } from "@preact/signals";
import { queues as words } from "../words/queues.ts";
import { LevelChip } from "./Level.tsx";
import { count, linkTo, rate, seconds, waiting, type All, type Queue } from "./model.ts";

/** More rows than this are not drawn: a name finds the others. */
const mostRows = 200;

/** Every queue, the longest wait first. Narrow screens have a card for each. */
export function List({ list, all }: { list: Queue[]; all: All }) {
  const asked = location.value.params.get("filter") ?? "";
  const found = list.filter((q) => q.name.toLowerCase().includes(asked.trim().toLowerCase())), shown = found.slice(0, mostRows);
  const set = (text: string) => setParams({ filter: text || null }, "replace");
  return (
    <section class="card queue-list">
      {(list.length > 5 || asked) && (
        <label class="queue-filter"><span class="sr">{words.filter}</span><Icon name="search" /><input class="input" type="search" placeholder={words.filter} value={asked} onInput={(e) => set(e.currentTarget.value)} /></label>
      )}
      {found.length === 0 ? <p class="queue-none">{words.noMatch(asked)} <button type="button" class="text-button" onClick={() => set("")}>{words.clear}</button></p>
        : useNarrow() ? <Cards list={shown} /> : <Wide list={shown} all={asked ? null : all} />}
      {found.length > shown.length && <p class="partial">{words.shown(shown.length, found.length)}</p>}
    </section>
  );
}

const narrow = matchMedia("(max-width: 760px)"), isNarrow = signal(narrow.matches);
narrow.addEventListener("change", () => { isNarrow.value = narrow.matches; });

function useNarrow(): boolean {
  const [is, set] = useState(isNarrow.peek());
  useSignalEffect(() => set(isNarrow.value));
  return is;
}

function Wide({ list, all }: { list: Queue[]; all: All | null }) {
  const c = words.columns;
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={words.list}>
      <table class="queue-table">
        <caption class="sr">{words.list}</caption>
        <thead><tr>
          <th scope="col">{words.queue}</th>
          {[c.waiting, c.delayed, c.active, c.failed, c.oldest, c.waits, c.rates, c.drain, c.workers].map((name) => <th key={name} scope="col" data-kind="number">{name}</th>)}
          <th scope="col">{c.why}</th>
        </tr></thead>
        <tbody>{list.map((q) => <Row key={q.name} q={q} />)}</tbody>
        {all && all.queues > 1 && <tfoot><Total all={all} /></tfoot>}
      </table>
    </div>
  );
}

function Row({ q }: { q: Queue }) {
  const s = q.states;
  return (
    <tr data-level={q.level}>
      <th scope="row"><a href={withRange(linkTo(q.name))} title={q.name}>{q.name}</a></th>
      <td data-kind="number">{s ? count(waiting(s)) : words.none}</td>
      <td data-kind="number">{s ? count(s.delayed) : words.none}{q.due > 0 && <span class="queue-due">{words.due(count(q.due))}</span>}</td>
      <td data-kind="number">{s ? count(s.active) : words.none}</td>
      <td data-kind="number">{s ? count(s.failed) : words.none}</td>
      <td data-kind="number"><LevelChip of={q} /> <b>{seconds(q.oldest_seconds)}</b></td>
      <td data-kind="number">{seconds(q.wait_p50_seconds)} / {seconds(q.wait_p95_seconds)}</td>
      <td data-kind="number">{rate(q.in_per_second)} / {rate(q.out_per_second)}</td>
      <td data-kind="number">{drain(q)}</td>
      <td data-kind="number">{q.workers ?? words.none}</td>
      <td class="queue-why"><Why q={q} /></td>
    </tr>
  );
}

function Total({ all }: { all: All }) {
  const s = all.states, of = (v: number | undefined) => (v === undefined ? words.none : count(v));
  return (
    <tr>
      <th scope="row">{words.total(all.queues)}</th>
      <td data-kind="number">{s ? count(waiting(s)) : words.none}</td><td data-kind="number">{of(s?.delayed)}{all.due > 0 && <span class="queue-due">{words.due(count(all.due))}</span>}</td><td data-kind="number">{of(s?.active)}</td><td data-kind="number">{of(s?.failed)}</td>
      <td data-kind="number">{seconds(all.oldest_seconds)}</td>
      <td data-kind="number">{seconds(all.wait_p50_seconds)} / {seconds(all.wait_p95_seconds)}</td>
      <td data-kind="number">{rate(all.in_per_second)} / {rate(all.out_per_second)}</td>
      <td /><td /><td class="queue-why" />
    </tr>
  );
}

/** What stands in the way, marked where somebody has to act. */
export const Why = ({ q }: { q: Queue }) => (
  <span class="why" data-level={q.reason === "no_worker" ? "bad" : q.reason === "paused" ? "warn" : undefined}>
    {q.reason === "no_worker" ? <Icon name="unplug" size={14} /> : q.reason === "paused" ? <Icon name="hourglass" size={14} /> : null}{q.reason_words}
  </span>
);

export const drain = (q: Queue) => (q.drain_seconds === 0 || q.drain_words === "not known" ? words.none : q.drain_words);

function Cards({ list }: { list: Queue[] }) {
  return <ul class="queue-cards">{list.map((q) => <Card key={q.name} q={q} />)}</ul>;
}

function Card({ q }: { q: Queue }) {
  const s = q.states, c = words.columns;
  const facts: [string, string][] = [
    ...(s ? [[c.waiting, count(waiting(s))], [c.active, count(s.active)], [c.failed, count(s.failed)]] as [string, string][] : []),
    ...(q.wait_p95_seconds !== null ? [[c.waits, `${seconds(q.wait_p50_seconds)} / ${seconds(q.wait_p95_seconds)}`]] as [string, string][] : []),
    ...(q.out_per_second !== null ? [[c.rates, `${rate(q.in_per_second)} / ${rate(q.out_per_second)}`]] as [string, string][] : []),
    ...(q.workers !== null ? [[c.workers, String(q.workers)]] as [string, string][] : []),
  ];
  return (
    <li>
      <a class="queue-card" href={withRange(linkTo(q.name))}>
        <span class="queue-card-head"><b>{q.name}</b><LevelChip of={q} /><span class="queue-card-wait">{seconds(q.oldest_seconds)}</span></span>
        <Why q={q} />
        {facts.length > 0 && <span class="queue-card-facts">{facts.map(([name, value]) => <span key={name}><span class="muted">{name}</span> {value}</span>)}</span>}
      </a>
    </li>
  );
}
