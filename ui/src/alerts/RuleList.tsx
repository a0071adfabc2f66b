import { whenText } from "../chart/axis.ts";
import { iconOf, levelOf } from "../frame/Chip.tsx";
import { Icon } from "../frame/Icon.tsx";
import { More } from "../silences/icons.tsx";
import { seconds, type Silence } from "../silences/model.ts";
import { withRange } from "../state/url.ts";
import { ago } from "../words/en.ts";
import { words } from "../words/pages.ts";
import { silences as silenceWords } from "../words/silences.ts";
import { groups, linkTo, scopeOf, shownState, type Alert, type Rule } from "./model.ts";

interface Props { rules: Rule[]; rule: Rule | undefined; alert: Alert | undefined; silenced: (a: Alert) => Silence[] }

interface RowOf { rule: Rule; alert?: Alert; silence?: Silence | undefined }

/** Rules by state; a rule with several alerts has a row for each. Those that tell nobody have a group of their own. */
export function RuleList({ rules, rule, alert, silenced }: Props) {
  const isCurrent = (r: RowOf) => r.rule === rule && r.alert?.id === alert?.id;
  return (
    <nav class="card rule-list" aria-label={words.alerts.rules}>
      {listed(rules, silenced).map(([title, rows]) => (
        <section key={title}>
          <h2 class="list-head">{title}</h2>
          <ul>{rows.map((r) => <Row key={r.rule.name + (r.alert?.id ?? "")} {...r} current={isCurrent(r)} />)}</ul>
        </section>
      ))}
    </nav>
  );
}

/** The groups with their titles, those that are silenced after what is still told. */
function listed(rules: Rule[], silenced: (a: Alert) => Silence[]): [string, RowOf[]][] {
  const all = groups(rules).map(([state, list]) => [state, list.flatMap((r): RowOf[] => (r.alerts.length && state !== "quiet" ? r.alerts.map((a) => ({ rule: r, alert: a, silence: silenced(a)[0] })) : [{ rule: r }]))] as const);
  const told = all.map(([state, rows]) => [words.alerts.states[state], rows.filter((r) => !r.silence)] as [string, RowOf[]]);
  const loud = all.filter(([state]) => state === "firing" || state === "pending").length;
  told.splice(loud, 0, [silenceWords.silenced, all.flatMap(([, rows]) => rows.filter((r) => r.silence))]);
  return told.filter(([, rows]) => rows.length > 0);
}

function Row({ rule, alert, silence, current }: RowOf & { current: boolean }) {
  const state = alert?.state ?? shownState(rule), scope = alert ? scopeOf(alert.labels) : rule.subject;
  return (
    <li>
      <a class="rule-row" href={withRange(linkTo(rule.name, alert?.id))} aria-current={current ? "true" : undefined} data-silenced={silence && true}>
        <span class="rule-icon" data-level={silence ? undefined : levelOf(state)}>{silence ? <More name="silenced" size={18} /> : <Icon name={iconOf(state)} size={18} />}</span>
        <span class="rule-name">{rule.name}</span>
        <span class="rule-value">{alert?.shown ?? rule.shown}</span>
        <span class="rule-scope">{[scope, silence ? silenceWords.until(whenText(seconds(silence.endsAt))).toLowerCase() : rule.severity === "none" ? "" : rule.severity].filter(Boolean).join(" · ")}</span>
        <span class="rule-against">{silence ? silence.createdBy : alert ? held(rule, alert) : rule.state === "blind" ? rule.chip : rule.against}</span>
      </a>
    </li>
  );
}

/** For how long: firing, or on the way to it. */
function held(rule: Rule, alert: Alert): string {
  const since = (Date.now() - Date.parse(alert.firedAt ?? alert.activeAt)) / 1000;
  return alert.state === "firing" ? ago(since) : words.alerts.pending(ago(since), ago(rule.forSeconds));
}
