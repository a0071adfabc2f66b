import { queues as words } from "../words/queues.ts";
import { Amount, Figure } from "./Figure.tsx";
import { count, limitText, rate, seconds, waiting, type Queue, type States } from "./model.ts";

/** A queue in figures: only those that somebody tells. */
export function Tiles({ q }: { q: Queue }) {
  const s = q.states, w = words.tiles;
  return (
    <div class="figures queue-tiles">
      <Figure title={w.oldest} level={q.level} value={q.oldest_seconds === null ? words.none : <Amount value={q.oldest_seconds} unit="s" />}
        note={s && q.wait_p95_seconds !== null ? words.waited(seconds(q.wait_p50_seconds), seconds(q.wait_p95_seconds)) : q.oldest_seconds === null ? words.notTold : words.limit(limitText(q.limit_seconds))} />
      {s && <Figure title={w.waiting} value={<Amount value={waiting(s)} unit="short" />} note={parts(q, s)} />}
      {!s && <Figure title={w.waits} value={<>{seconds(q.wait_p50_seconds)} / {seconds(q.wait_p95_seconds)}</>} note={words.window} />}
      <Figure title={w.rates} value={<>{rate(q.in_per_second)} / {rate(q.out_per_second)}</>} note={q.in_per_second === null ? words.outOnly : words.rateHelp} />
      {s && <Figure title={w.drain} value={q.drain_seconds === 0 ? words.none : drainValue(q)} note={drainNote(q)} />}
      {s && <Figure title={w.workers} level={q.reason === "no_worker" ? "firing" : undefined} value={q.workers === null ? words.none : <Amount value={q.workers} unit="short" />}
        note={q.workers === null ? words.workersUnknown : q.concurrency > 0 ? words.concurrency(count(q.concurrency)) : words.noConcurrency} />}
      {s ? <Figure title={w.failed} value={<Amount value={s.failed} unit="short" />} note={words.kept} /> : <Figure title={w.started} value={<Amount value={q.started_5m} unit="short" />} note={words.window} />}
    </div>
  );
}

function parts(q: Queue, s: States): string {
  const list = [s.prioritized && words.prioritized(count(s.prioritized)), s.paused && words.paused(count(s.paused)), s.delayed && words.delayed(count(s.delayed)), q.due && words.due(count(q.due)), s.waiting_children && words.children(count(s.waiting_children))].filter(Boolean);
  return [words.active(count(s.active)), ...list].slice(0, 4).join(", ");
}

const drainValue = (q: Queue) => (q.drain_words === "not known" ? words.none : q.drain_words[0]!.toUpperCase() + q.drain_words.slice(1));

function drainNote(q: Queue): string {
  const help = words.drainHelp;
  if (q.drain_seconds === 0) return help.nothing;
  if (q.drain_seconds !== null) return help.at;
  return q.drain_words === "grows" ? help.grows : q.drain_words === "paused" ? help.paused : q.drain_words === "not known" ? help.unknown : help.steady;
}
