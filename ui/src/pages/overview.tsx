import json from "../../../monitoring/grafana/dashboards/luneo-overview.json";
import { DashboardPage } from "../dashboard/DashboardPage.tsx";
import type { Dashboard } from "../dashboard/model.ts";
import { t } from "../words/en.ts";

export const dashboard = json as unknown as Dashboard;

export default function Overview() {
  return <DashboardPage dashboard={dashboard} title={t.pages.overview} />;
}
