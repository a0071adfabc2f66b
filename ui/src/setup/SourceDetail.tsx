import { useEffect, useState } from "preact/hooks";
import { ApiError, post } from "../api/client.ts";
import { clockSeconds } from "../chart/axis.ts";
import { Icon } from "../frame/Icon.tsx";
import { Parts } from "../frame/Parts.tsx";
import { copy, say } from "../frame/toast.tsx";
import { Servers } from "../queues/Servers.tsx";
import type { QueuesAnswer } from "../queues/model.ts";
import { usePoll } from "../state/poll.ts";
import { may } from "../state/server.ts";
import { figure, format } from "../units/format.ts";
import { ago, t } from "../words/en.ts";
import { words } from "../words/pages.ts";
import { Gateway } from "./Gateway.tsx";
import { connected, pathOf, type Received, type Source } from "./model.ts";
import { snippets } from "./snippets.ts";

interface Props { source: Source; url: string; recent: Received[]; interrupted: boolean }

/** One source: what to paste, whether it arrives, and what arrives. */
export function SourceDetail({ source, url, recent, interrupted }: Props) {
  return (
    <article class="card rule-detail">
      <a class="back" href="/setup"><Icon name="back" />{words.setup.sources}</a>
      <h2 class="source-title">{t.sources[source.id] ?? source.id}</h2>
      <p class="source-lead">{words.setup.leads[source.id]}</p>
      <Code source={source.id} url={url} />
      {source.id === "queues" && <Found />}
      {source.id === "openai" && <Gateway url={url} />}
      {connected(source) ? <Live source={source} /> : <Listening source={source} />}
      <Recent list={recent} interrupted={interrupted} />
    </article>
  );
}

/** What Luneo has found in Redis by itself. */
function Found() {
  const { data } = usePoll<QueuesAnswer>("/api/queues");
  if (!data?.servers.length) return null;
  return (
    <section class="setup-found">
      <h3 class="list-head">{words.setup.redis}</h3>
      <Servers servers={data.servers} alone />
    </section>
  );
}

function Code({ source, url }: { source: string; url: string }) {
  const all = snippets(source, url), [language, setLanguage] = useState("");
  const shown = all.find((s) => s.id === language) ?? all[0];
  if (!shown) return null;
  const move = (e: KeyboardEvent) => {
    const by = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
    if (!by) return;
    e.preventDefault();
    setLanguage(all[(all.indexOf(shown) + by + all.length) % all.length]!.id);
    requestAnimationFrame(() => document.querySelector<HTMLElement>(".snippet [aria-selected=true]")?.focus());
  };
  return (
    <div class="snippet">
      <header>
        <div class="segmented" role="tablist" aria-label={words.setup.language} onKeyDown={move}>
          {all.map((s) => <button type="button" key={s.id} role="tab" id={`tab-${s.id}`} aria-controls="snippet" aria-selected={s === shown} tabIndex={s === shown ? 0 : -1} onClick={() => setLanguage(s.id)}>{s.language}</button>)}
        </div>
        <span class="snippet-file">{shown.file}</span>
        <button type="button" class="button" onClick={() => void copy(shown.code, t.copied.code, t.copied.failed)}><Icon name="copy" />{words.setup.copy}</button>
      </header>
      <pre class="code" id="snippet" role="tabpanel" aria-labelledby={`tab-${shown.id}`} tabIndex={0}><code>{shown.code}</code></pre>
    </div>
  );
}

function Listening({ source }: { source: Source }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => { const timer = setInterval(() => setSeconds((s) => s + 1), 1000); return () => clearInterval(timer); }, []);
  return (
    <section class="listener">
      <span class="listener-icon"><Icon name="radio" size={20} /></span>
      <div>
        <h3>{words.setup.listening(`${words.setup.events[source.id]} event`)}</h3>
        <p>{words.setup.waiting(ago(seconds), pathOf[source.id] ?? "")}</p>
      </div>
      <Test source={source} />
    </section>
  );
}

function Live({ source }: { source: Source }) {
  return (
    <section class="listener" data-done role="status">
      <span class="listener-icon"><Icon name="check" size={20} /></span>
      <div>
        <h3>{(source.events ? words.setup.live : words.setup.watched)(t.sources[source.id] ?? source.id)}</h3>
        <p>{source.found.length > 0 && <><Parts parts={source.found} />. </>}{words.setup.counted(format(source.events, "short"))} {source.perMinute > 0 && `${words.setup.perMinute(figure(source.perMinute, 3))}.`}</p>
      </div>
      <Test source={source} />
      <a class="button" href={source.id === "http" ? "/d/luneo-overview" : source.id === "queues" ? "/queues" : "/"}>{source.id === "queues" ? words.setup.seeQueues : words.setup.see}</a>
    </section>
  );
}

function Test({ source }: { source: Source }) {
  const send = async () => {
    try {
      const answer = await post<{ status: number; text: string }>("/api/setup/test", { source: source.id });
      say(`${answer.status}: ${answer.text}`);
    } catch (err) {
      say(err instanceof ApiError ? err.message : String(err));
    }
  };
  const allowed = may("admin");
  return <button type="button" class="button" disabled={!allowed} title={allowed ? words.setup.testHelp : words.setup.needsAdmin} onClick={() => void send()}>{words.setup.test}</button>;
}

function Recent({ list, interrupted }: { list: Received[]; interrupted: boolean }) {
  return (
    <section>
      <h3 class="list-head">{words.setup.recent}</h3>
      {interrupted && <p class="muted">{words.setup.lost}</p>}
      {list.length === 0 && <p class="muted">{words.setup.noRecent}</p>}
      <ol class="received">
        {list.map((r, i) => (
          <li key={r.at + i} data-bad={r.status >= 400 || undefined}>
            <time dateTime={r.at}>{clockSeconds(Date.parse(r.at) / 1000)}</time>
            <b>{r.status || words.setup.seen}</b>
            <span class="received-text">{r.text}{r.test && <span class="count">{words.setup.isTest}</span>}{r.error && <span class="received-error">{r.error}{r.fix && <> <b>{words.setup.fix}</b> {r.fix}</>}</span>}</span>
            <span class="received-detail">{r.detail}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
