import { useEffect, useRef, useState } from "preact/hooks";
import { ago, t } from "../words/en.ts";
import { refreshSeconds } from "../state/time.ts";
import { heardAt, loadStatus, plain, status, statusError, type Fact, type Status } from "../state/server.ts";
import { Icon, type IconName } from "./Icon.tsx";
import { Parts } from "./Parts.tsx";

const looks: Record<Status["level"], [string, IconName]> = { firing: ["bad", "alert"], pending: ["warn", "hourglass"], stale: ["warn", "unplug"], starting: ["mute", "plug"], ok: ["ok", "ok"] };
const factIcons: Record<string, IconName> = { deploy: "rocket", pending: "hourglass", firing: "alert", quiet: "ok", ended: "clock", stale: "unplug", baseline: "hourglass", setup: "plug" };

/** One sentence: whether all is well, else what is wrong, how bad and since when. Not `always`: only when something is. */
export function StatusLine({ always }: { always: boolean }) {
  const now = status.value, error = statusError.value;
  const spoken = useSpoken(now);
  const silent = (Date.now() - heardAt.value) / 1000;
  if (error && (heardAt.value === 0 || silent > 4 * refreshSeconds)) return <Offline silent={heardAt.value ? silent : 0} />;
  if (!now) return always ? <div class="status" data-level="loading" aria-hidden="true" /> : null;
  if (!always && (now.level === "ok" || now.level === "starting")) return null;
  const [level, icon] = looks[now.level];
  return (
    <section class="status" data-level={level} aria-label={t.status.region}>
      <span class="status-icon"><Icon name={icon} size={20} /></span>
      <div class="status-words">
        <p class="status-sentence"><Parts parts={now.sentence} /></p>
        {now.facts.length > 0 && <ul class="facts">{now.facts.slice(0, 3).map((f) => <FactView key={plain(f.parts)} fact={f} />)}</ul>}
      </div>
      {now.worst && <div class="status-actions"><a class="button accent" href={explainLink(now)}>{t.status.explain}</a></div>}
      <p class="sr" aria-live="polite">{spoken}</p>
    </section>
  );
}

const FactView = ({ fact }: { fact: Fact }) => <li data-level={fact.level}><Icon name={factIcons[fact.icon] ?? "info"} /><span><Parts parts={fact.parts} /></span></li>;

export function explainLink(s: Status): string {
  if (!s.worst) return "/alerts";
  const params = new URLSearchParams({ rule: s.worst.rule });
  if (s.worst.id) params.set("alert", s.worst.id);
  return `/alerts?${params}`;
}

/** What a screen reader hears: again when the alert is another one, not when its numbers move. */
function useSpoken(now: Status | null): string {
  const [text, setText] = useState(""), last = useRef("");
  const key = now ? `${now.level} ${now.worst?.rule ?? ""} ${now.worst?.id ?? ""}` : "";
  useEffect(() => {
    if (now && key !== last.current) {
      last.current = key;
      setText(plain(now.sentence));
    }
  }, [key]);
  return text;
}

function Offline({ silent }: { silent: number }) {
  return (
    <section class="status" data-level="warn" aria-label={t.status.region}>
      <span class="status-icon"><Icon name="unplug" size={20} /></span>
      <div class="status-words"><p class="status-sentence" role="alert">{t.states.offline(silent ? ago(silent) : "some time")}</p><ul class="facts"><li>{t.states.offlineHelp}</li></ul></div>
      <div class="status-actions"><button type="button" class="button" onClick={() => void loadStatus()}>{t.states.tryNow}</button></div>
    </section>
  );
}
