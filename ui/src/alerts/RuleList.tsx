import { iconOf, levelOf } from "../frame/Chip.tsx";
import { Icon } from "../frame/Icon.tsx";
import { withRange } from "../state/url.ts";
import { ago } from "../words/en.ts";
import { words } from "../words/pages.ts";
import { groups, linkTo, scopeOf, shownState, type Alert, type Rule } from "./model.ts";

interface Props { rules: Rule[]; rule: Rule | undefined; alert: Alert | undefined }

/** Rules by state; a rule with several alerts has a row for each. */
export function RuleList({ rules, rule, alert }: Props) {
  return (
    <nav class="card rule-list" aria-label={words.alerts.rules}>
      {groups(rules).map(([state, list]) => (
        <section key={state}>
          <h2 class="list-head">{words.alerts.states[state]}</h2>
          <ul>{list.flatMap((r) => (r.alerts.length && state !== "quiet" ? r.alerts.map((a) => <Row key={r.name + a.id} rule={r} alert={a} current={r === rule && a.id === alert?.id} />) : [<Row key={r.name} rule={r} current={r === rule} />]))}</ul>
        </section>
      ))}
    </nav>
  );
}

function Row({ rule, alert, current }: { rule: Rule; alert?: Alert; current: boolean }) {
  const state = alert?.state ?? shownState(rule), scope = alert ? scopeOf(alert.labels) : rule.subject;
  return (
    <li>
      <a class="rule-row" href={withRange(linkTo(rule.name, alert?.id))} aria-current={current ? "true" : undefined}>
        <span class="rule-icon" data-level={levelOf(state)}><Icon name={iconOf(state)} size={18} /></span>
        <span class="rule-name">{rule.name}</span>
        <span class="rule-value">{alert?.shown ?? rule.shown}</span>
        <span class="rule-scope">{[scope, rule.severity === "none" ? "" : rule.severity].filter(Boolean).join(" · ")}</span>
        <span class="rule-against">{alert ? held(rule, alert) : rule.state === "blind" ? rule.chip : rule.against}</span>
      </a>
    </li>
  );
}

/** For how long: firing, or on the way to it. */
function held(rule: Rule, alert: Alert): string {
  const since = (Date.now() - Date.parse(alert.firedAt ?? alert.activeAt)) / 1000;
  return alert.state === "firing" ? ago(since) : words.alerts.pending(ago(since), ago(rule.forSeconds));
}
