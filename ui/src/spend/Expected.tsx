import { useState } from "preact/hooks";
import { ApiError, post, remove } from "../api/client.ts";
import { whenText } from "../chart/axis.ts";
import { Icon } from "../frame/Icon.tsx";
import { say } from "../frame/toast.tsx";
import { usePoll } from "../state/poll.ts";
import { may } from "../state/server.ts";
import { forInput, range } from "../state/time.ts";
import { t } from "../words/en.ts";
import { words } from "../words/pages.ts";
import type { Mark } from "./model.ts";

/** Spans that were expected to cost more: they are left out of what is usual. */
export function Expected() {
  const { data, reload } = usePoll<{ expected: Mark[] }>("/api/cost/expected");
  return (
    <section class="card expected">
      <header class="history-head"><h2>{words.spend.expected}</h2><span class="panel-sub">{words.spend.expectedSub}</span></header>
      {may("admin") ? <Form onDone={reload} /> : <p class="muted">{words.spend.needsAdmin}</p>}
      {data?.expected.length === 0 && <p class="muted">{words.spend.noMarks}</p>}
      <ul class="marks">{data?.expected.map((m) => (
        <li key={m.id}><span>{whenText(Date.parse(m.from) / 1000)} – {whenText(Date.parse(m.to) / 1000)}</span><b>{m.reason}</b>
          {may("admin") && <button type="button" class="text-button" onClick={() => void drop(m, reload)}><Icon name="close" size={14} />{words.spend.removeMark}<span class="sr"> {m.reason}</span></button>}
        </li>
      ))}</ul>
    </section>
  );
}

async function drop(m: Mark, reload: () => void) {
  try {
    await remove(`/api/cost/expected/${encodeURIComponent(String(m.id))}`);
    say(words.spend.removed, { label: words.spend.undo, run: () => void post("/api/cost/expected", { from: m.from, to: m.to, reason: m.reason }).then(reload) });
    reload();
  } catch (err) {
    if (err instanceof ApiError) say(err.message);
  }
}

function Form({ onDone }: { onDone: () => void }) {
  const [from, setFrom] = useState(forInput(range.peek().from)), [to, setTo] = useState(forInput(range.peek().to)), [reason, setReason] = useState(""), [wrong, setWrong] = useState("");
  const send = async (e: Event) => {
    e.preventDefault();
    try {
      await post("/api/cost/expected", { from: new Date(from).toISOString(), to: new Date(to).toISOString(), reason });
      setWrong("");
      setReason("");
      say(words.spend.marked);
      onDone();
    } catch (err) {
      setWrong(err instanceof ApiError ? err.message : t.time.bad);
    }
  };
  return (
    <form class="expected-form" onSubmit={(e) => void send(e)}>
      <label>{t.time.from}<input class="input" type="datetime-local" required value={from} onInput={(e) => setFrom(e.currentTarget.value)} /></label>
      <label>{t.time.to}<input class="input" type="datetime-local" required value={to} onInput={(e) => setTo(e.currentTarget.value)} /></label>
      <label class="wide">{words.spend.reason}<input class="input" type="text" required maxLength={200} placeholder="Black Friday" value={reason} onInput={(e) => setReason(e.currentTarget.value)} /></label>
      <button type="submit" class="button accent">{words.spend.mark}</button>
      {wrong && <p class="wrong" role="alert">{wrong}</p>}
    </form>
  );
}
