import json from "../../../monitoring/grafana/dashboards/luneo-kpis.json";
import { DashboardPage } from "../dashboard/DashboardPage.tsx";
import type { Dashboard } from "../dashboard/model.ts";
import { t } from "../words/en.ts";

export const dashboard = json as unknown as Dashboard;

/** The annotations that are deploys and the like, for charts outside the dashboards. */
export const deploys = (dashboard.annotations?.list ?? []).filter((a) => a.name === "Marks");

export default function Kpis() {
  return <DashboardPage dashboard={dashboard} title={t.pages.kpis} withStatus />;
}
