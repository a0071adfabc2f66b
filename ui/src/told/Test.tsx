import { useEffect, useState } from "preact/hooks";
import { ApiError, post } from "../api/client.ts";
import { clockSeconds } from "../chart/axis.ts";
import { Icon } from "../frame/Icon.tsx";
import { may } from "../state/server.ts";
import { t } from "../words/en.ts";
import { told as words } from "../words/told.ts";
import type { Outcome as Of, Receiver } from "./model.ts";
import { Outcome } from "./Outcome.tsx";

interface Said { at: number; outcomes: Of[]; error: string }

/** Sends a sample to one receiver or to all, and shows in place what became of it. */
export function Test({ receivers }: { receivers: Receiver[] }) {
  const [to, setTo] = useState(""), [since, setSince] = useState(0), [said, setSaid] = useState<Said | null>(null);
  const run = async () => {
    setSince(Date.now());
    setSaid(null);
    setSaid(await send(to));
    setSince(0);
  };
  const allowed = may("admin");
  return (
    <>
      <div class="told-test">
        {receivers.length > 1 && (
          <label>{words.receiver}
            <select class="input" value={to} onChange={(e) => setTo(e.currentTarget.value)}>
              <option value="">{words.all}</option>
              {receivers.map((r) => <option key={r.name} value={r.name}>{r.name}</option>)}
            </select>
          </label>
        )}
        <button type="button" class="button" disabled={!allowed || since > 0} onClick={() => void run()}><Icon name="send" />{words.test}</button>
        <span class="muted">{allowed ? words.testHelp : words.testNeeds}</span>
      </div>
      <div role="status">{since > 0 ? <Progress since={since} what={to || words.all} /> : said && <Results said={said} />}</div>
    </>
  );
}

async function send(receiver: string): Promise<Said> {
  const at = Date.now() / 1000;
  try {
    return { at, outcomes: (await post<{ outcomes: Of[] }>("/api/notify/test?" + new URLSearchParams({ receiver }), {})).outcomes, error: "" };
  } catch (err) {
    return { at, outcomes: [], error: err instanceof ApiError ? err.message : t.states.error };
  }
}

function Progress({ since, what }: { since: number; what: string }) {
  const [, move] = useState(0);
  useEffect(() => { const timer = setInterval(() => move((n) => n + 1), 1000); return () => clearInterval(timer); }, []);
  return <p class="told-test muted">{words.testing(what, Math.round((Date.now() - since) / 1000))}…</p>;
}

function Results({ said }: { said: Said }) {
  if (said.error) return <p class="wrong told-test">{said.error}</p>;
  return (
    <section class="told-results" aria-label={words.results}>
      <ol class="log">{said.outcomes.map((o) => <Outcome key={o.receiver + o.integration} of={o} />)}</ol>
      <p class="sr">{words.sent(clockSeconds(said.at))}</p>
    </section>
  );
}
