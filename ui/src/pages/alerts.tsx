import { RuleDetail } from "../alerts/RuleDetail.tsx";
import { History } from "../alerts/History.tsx";
import { RuleList } from "../alerts/RuleList.tsx";
import { chosenAlert, chosenRule, type AlertsAnswer } from "../alerts/model.ts";
import { Failed, Skeleton } from "../dashboard/states.tsx";
import { PageHead } from "../frame/PageHead.tsx";
import { usePoll } from "../state/poll.ts";
import { location } from "../state/url.ts";
import { t } from "../words/en.ts";

/** Every rule with its state; one of them explained; when they fired. */
export default function Alerts() {
  const { data, error } = usePoll<AlertsAnswer>("/api/alerts");
  const params = location.value.params;
  const rule = data ? chosenRule(data.rules, params.get("rule")) : undefined;
  const alert = rule && chosenAlert(rule, params);
  return (
    <div class="alerts" data-chosen={params.has("rule") || undefined}>
      <PageHead title={t.pages.alerts} time />
      {!data && error && <section class="card tall"><Failed error={error} /></section>}
      {!data && !error && <section class="card tall"><Skeleton type="table" /></section>}
      {data && (
        <div class="split">
          <RuleList rules={data.rules} rule={rule} alert={alert} />
          {rule && <RuleDetail key={rule.name + (alert?.id ?? "")} rule={rule} alert={alert} />}
        </div>
      )}
      <History chosen={rule?.name} />
    </div>
  );
}
