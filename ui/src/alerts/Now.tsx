import { Failed, Skeleton } from "../dashboard/states.tsx";
import { PageHead } from "../frame/PageHead.tsx";
import { silencesOf, useFiring } from "../silences/store.ts";
import { Tabs } from "../silences/Tabs.tsx";
import { usePoll } from "../state/poll.ts";
import { location } from "../state/url.ts";
import { t } from "../words/en.ts";
import { History } from "./History.tsx";
import { chosenAlert, chosenRule, type Alert, type AlertsAnswer } from "./model.ts";
import { RuleDetail } from "./RuleDetail.tsx";
import { RuleList } from "./RuleList.tsx";

/** Every rule with its state; one of them explained; when they fired. */
export function Now() {
  const { data, error } = usePoll<AlertsAnswer>("/api/alerts"), firing = useFiring();
  const params = location.value.params;
  const rule = data ? chosenRule(data.rules, params.get("rule")) : undefined;
  const alert = rule && chosenAlert(rule, params);
  const silenced = (a: Alert) => silencesOf(a.labels, firing);
  return (
    <div class="alerts" data-chosen={params.has("rule") || undefined}>
      <PageHead title={t.pages.alerts} time />
      <Tabs />
      {!data && error && <section class="card tall"><Failed error={error} /></section>}
      {!data && !error && <section class="card tall"><Skeleton type="table" /></section>}
      {data && (
        <div class="split">
          <RuleList rules={data.rules} rule={rule} alert={alert} silenced={silenced} />
          {rule && <RuleDetail key={rule.name + (alert?.id ?? "")} rule={rule} alert={alert} silences={alert ? silenced(alert) : []} />}
        </div>
      )}
      <History chosen={rule?.name} />
    </div>
  );
}
