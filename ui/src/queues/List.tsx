import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { signal, useSignalEffect } from "@preact/signals";
import { Icon } from "../frame/Icon.tsx";
import { location, setParams, withRange } from "../state/url.ts";
import { queues as words } from "../words/queues.ts";
import { LevelChip } from "./Level.tsx";
import { count, linkTo, rate, seconds, waiting, type All, type Queue, type Recently, type States as StatesOf } from "./model.ts";

/** More rows than this are not drawn: a name finds the others. */
const mostRows = 200;

/** Every queue, the longest wait first. Where the columns have no room, a card each. */
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
        : useNarrow() ? <Cards list={shown} /> : <Wide list={shown} all={all} total={!asked} />}
      {found.length > shown.length && <p class="partial">{words.shown(shown.length, found.length)}</p>}
    </section>
  );
}

const narrow = matchMedia("(max-width: 1100px)"), isNarrow = signal(narrow.matches);
narrow.addEventListener("change", () => { isNarrow.value = narrow.matches; });

function useNarrow(): boolean {
  const [is, set] = useState(isNarrow.peek());
  useSignalEffect(() => set(isNarrow.value));
  return is;
}

/** Columns that nobody tells of any queue are left out. */
function Wide({ list, all, total }: { list: Queue[]; all: All; total: boolean }) {
  const c = words.columns, seen = all.watched > 0;
  const heads = seen ? [c.waiting, c.delayed, c.active, c.failed, c.oldest, c.waits, c.rates, c.drain, c.workers] : [c.oldest, c.waits, c.out];
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={words.list}>
      <table class="queue-table">
        <caption class="sr">{words.list}</caption>
        <thead><tr>
          <th scope="col">{words.queue}</th>
          {heads.map((name) => <th key={name} scope="col" data-kind="number">{name}</th>)}
          <th scope="col" class="queue-why">{c.why}</th>
        </tr></thead>
        <tbody>{list.map((q) => <Row key={q.name} q={q} seen={seen} />)}</tbody>
        {total && all.queues > 1 && <tfoot><Total all={all} seen={seen} /></tfoot>}
      </table>
    </div>
  );
}

const Cell = ({ children }: { children: ComponentChildren }) => <td data-kind="number">{children}</td>;

function Row({ q, seen }: { q: Queue; seen: boolean }) {
  const s = q.states;
  return (
    <tr data-level={q.level}>
      <th scope="row"><a href={withRange(linkTo(q.name))} title={q.name}>{q.name}</a></th>
      {seen && <States states={s} due={q.due} />}
      <Cell><LevelChip of={q} /> <b>{seconds(q.oldest_seconds)}</b></Cell>
      <Cell>{waits(q)}</Cell>
      <Cell>{seen ? rates(q) : rate(q.out_per_second)}</Cell>
      {seen && <><Cell>{drain(q)}</Cell><Cell>{q.workers ?? words.none}</Cell></>}
      <td class="queue-why"><Why q={q} /></td>
    </tr>
  );
}

function States({ states: s, due }: { states: StatesOf | null; due: number }) {
  return (
    <>
      <Cell>{s ? count(waiting(s)) : words.none}</Cell>
      <Cell>{s ? count(s.delayed) : words.none}{due > 0 && <span class="queue-due">{words.due(count(due))}</span>}</Cell>
      <Cell>{s ? count(s.active) : words.none}</Cell>
      <Cell>{s ? count(s.failed) : words.none}</Cell>
    </>
  );
}

const waits = (r: Recently) => (r.wait_p95_seconds === null ? words.none : `${seconds(r.wait_p50_seconds)} / ${seconds(r.wait_p95_seconds)}`);
const rates = (r: Recently) => `${rate(r.in_per_second)} / ${rate(r.out_per_second)}`;

function Total({ all, seen }: { all: All; seen: boolean }) {
  return (
    <tr>
      <th scope="row">{words.total(all.queues)}</th>
      {seen && <States states={all.states} due={all.due} />}
      <Cell>{seconds(all.oldest_seconds)}</Cell>
      <Cell>{waits(all)}</Cell>
      <Cell>{seen ? rates(all) : rate(all.out_per_second)}</Cell>
      {seen && <><td /><td /></>}
      <td class="queue-why" />
    </tr>
  );
}

/** What stands in the way, marked where somebody has to act. */
export const Why = ({ q }: { q: Queue }) => (
  <span class="why" data-level={q.reason === "no_worker" ? "bad" : q.reason === "paused" ? "warn" : undefined}>
    {q.reason === "no_worker" ? <Icon name="unplug" size={14} /> : q.reason === "paused" ? <Icon name="hourglass" size={14} /> : null}{q.reason_words}
  </span>
);

export const drain = (q: Queue) => (q.drain_seconds === 0 || q.drain_words === "not known" ? words.none : q.drain_words === "does not shrink" ? words.steady : q.drain_words);

function Cards({ list }: { list: Queue[] }) {
  return <ul class="queue-cards">{list.map((q) => <Card key={q.name} q={q} />)}</ul>;
}

function Card({ q }: { q: Queue }) {
  const s = q.states, c = words.columns;
  const facts: [string, string][] = [
    ...(s ? [[c.waiting, count(waiting(s))], [c.active, count(s.active)], [c.failed, count(s.failed)]] as [string, string][] : []),
    ...(q.wait_p95_seconds !== null ? [[c.waits, waits(q)]] as [string, string][] : []),
    ...(q.out_per_second !== null ? [q.in_per_second === null ? [c.out, rate(q.out_per_second)] : [c.rates, rates(q)]] as [string, string][] : []),
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
