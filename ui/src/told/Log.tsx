import { useState } from "preact/hooks";
import { location, setParams } from "../state/url.ts";
import { told as words } from "../words/told.ts";
import { folded, type Answer, type Outcome as Of } from "./model.ts";
import { Outcome } from "./Outcome.tsx";

const mostAtFirst = 40;

/** The last attempts, all or those that the address asks for. */
export function Log({ told }: { told: Answer }) {
  const params = location.value.params, receiver = params.get("receiver") ?? "", failed = params.has("failed");
  const shown = told.log.filter((o) => (!receiver || o.receiver === receiver) && (!failed || !o.ok));
  if (told.log.length === 0) return <section class="card"><div class="state"><p class="state-title">{words.nothing}</p><p class="state-help">{words.nothingHelp}</p></div></section>;
  return (
    <section class="card" aria-labelledby="told-log">
      <header class="log-head">
        <h2 id="told-log">{words.log} <span class="count">{shown.length}</span></h2>
        <Filter told={told} receiver={receiver} failed={failed} />
      </header>
      <p class="muted">{words.lead}</p>
      {shown.length === 0 && <p class="detail-empty">{words.nothingMatches} <button type="button" class="text-button" onClick={() => setParams({ receiver: null, failed: null }, "replace")}>{words.showAll}</button></p>}
      <Attempts list={shown} />
    </section>
  );
}

function Attempts({ list }: { list: Of[] }) {
  const [all, setAll] = useState(false), rows = folded(list), left = all ? 0 : Math.max(0, rows.length - mostAtFirst);
  return (
    <>
      <ol class="log">{rows.slice(0, rows.length - left).map((r) => <Outcome key={keyOf(r.before.at(-1) ?? r.newest)} of={r.newest} before={r.before} />)}</ol>
      {left > 0 && <button type="button" class="button" onClick={() => setAll(true)}>{words.rest(left)}</button>}
    </>
  );
}

const keyOf = (o: Of) => [o.at, o.receiver, o.integration, o.alert].join(" ");

function Filter({ told, receiver, failed }: { told: Answer; receiver: string; failed: boolean }) {
  const names = [...new Set([...told.receivers.map((r) => r.name), ...told.log.map((o) => o.receiver), ...(receiver ? [receiver] : [])])].sort();
  return (
    <>
      <label>{words.receiver}
        <select class="input" value={receiver} onChange={(e) => setParams({ receiver: e.currentTarget.value || null }, "replace")}>
          <option value="">{words.anyReceiver}</option>
          {names.map((n) => <option key={n} value={n}>{n}</option>)}
        </select>
      </label>
      <button type="button" class="button" aria-pressed={failed} data-on={failed || undefined} onClick={() => setParams({ failed: failed ? null : "1" }, "replace")}>{words.failedOnly}</button>
    </>
  );
}
