import { iconOf, RuleChip } from "../frame/Chip.tsx";
import { clockSeconds, fullTime, whenText } from "../chart/axis.ts";
import { Icon } from "../frame/Icon.tsx";
import { Parts } from "../frame/Parts.tsx";
import { Silenced, SilenceButton } from "../silences/OfAlert.tsx";
import type { Silence } from "../silences/model.ts";
import { usePoll } from "../state/poll.ts";
import { withRange } from "../state/url.ts";
import { ago, t } from "../words/en.ts";
import { words } from "../words/pages.ts";
import { RuleChart } from "./RuleChart.tsx";
import { linkTo, scopeOf, shownState, type Alert, type Detail, type Rule } from "./model.ts";

/** One rule, or one alert of it, explained. */
export function RuleDetail({ rule, alert, silences }: { rule: Rule; alert: Alert | undefined; silences: Silence[] }) {
  const labels = new URLSearchParams(Object.entries(alert?.labels ?? {}).filter(([n]) => n !== "alertname").map(([n, v]) => ["label." + n, v]));
  const { data } = usePoll<Detail>(`/api/alerts/${encodeURIComponent(rule.name)}?${labels}`);
  const state = alert?.state ?? shownState(rule);
  return (
    <article class="card rule-detail">
      <a class="back" href="/alerts"><Icon name="back" />{words.alerts.all}</a>
      <header class="detail-head">
        <div>
          <RuleChip state={state} text={alert ? since(alert) : rule.chip} />
          <h2>{rule.name} {(alert ? scopeOf(alert.labels) : "") && <span class="detail-scope">{scopeOf(alert!.labels)}</span>}</h2>
        </div>
        <div class="detail-actions">
          <SilenceButton rule={rule} alert={alert} />
          <a class="button" href={withRange("/explore?" + new URLSearchParams({ q: rule.query || rule.expr }))}><Icon name="terminal" />{t.pages.explore}</a>
          {rule.runbook && <a class="button" href={rule.runbook} target="_blank" rel="noopener"><Icon name="book" />{t.menu.runbook}</a>}
        </div>
      </header>
      {silences.map((s) => <Silenced key={s.id} silence={s} />)}
      <p class="detail-sentence"><Parts parts={alert?.sentence ?? rule.sentence} /></p>
      {rule.error && <p class="wrong" role="alert">{words.alerts.failing} {rule.error}</p>}
      {rule.query && <RuleChart rule={rule} alert={alert} />}
      <div class="detail-columns">
        <Happened detail={data} />
        <Checks detail={data} />
      </div>
      <h3 class="list-head">{words.alerts.rule}</h3>
      <pre class="code" tabIndex={0}><code>{rule.expr}</code>{"\n"}<span class="muted"># {rule.forSeconds ? `for: ${ago(rule.forSeconds)}, ` : ""}severity: {rule.severity}</span></pre>
      {rule.alerts.length > 1 && <Others rule={rule} alert={alert} />}
    </article>
  );
}

const since = (a: Alert) => words.alerts.since(words.alerts.states[a.state], whenText(Date.parse(a.firedAt ?? a.activeAt) / 1000));

const dots: Record<string, string> = { annotation: "accent", pending: "warn", firing: "bad", resolved: "ok", restart: "mute" };

function Happened({ detail }: { detail: Detail | null }) {
  return (
    <section>
      <h3 class="list-head">{words.alerts.happened}</h3>
      {detail?.happened.length === 0 && <p class="muted">{words.alerts.nothing}</p>}
      <ol class="timeline">
        {detail?.happened.map((h) => {
          const at = Date.parse(h.at) / 1000, today = new Date(h.at).toDateString() === new Date().toDateString();
          return <li key={h.at + h.kind}><time dateTime={h.at} title={fullTime(at)}>{today ? clockSeconds(at) : whenText(at)}</time><i class="timeline-dot" data-kind={dots[h.kind]} aria-hidden="true" /><span><Parts parts={h.parts} /></span></li>;
        })}
      </ol>
    </section>
  );
}

function Checks({ detail }: { detail: Detail | null }) {
  if (!detail?.checks.length) return null;
  return (
    <section>
      <h3 class="list-head">{words.alerts.checks}</h3>
      <ol class="checks">
        {detail.checks.map((c, i) => (
          <li key={c.question}><span class="check-number" aria-hidden="true">{i + 1}</span><span><b>{c.question}</b> <Parts parts={c.parts} /> {c.href?.startsWith("/") && <a class="accent-link" href={withRange(c.href)}>{c.link || words.alerts.look}</a>}</span></li>
        ))}
      </ol>
    </section>
  );
}

function Others({ rule, alert }: { rule: Rule; alert: Alert | undefined }) {
  return (
    <section>
      <h3 class="list-head">{words.alerts.others}</h3>
      <ul class="others">{rule.alerts.filter((a) => a !== alert).map((a) => <li key={a.id}><Icon name={iconOf(a.state)} /><a href={linkTo(rule.name, a.id)}>{scopeOf(a.labels) || rule.name}</a> {a.shown}</li>)}</ul>
    </section>
  );
}
