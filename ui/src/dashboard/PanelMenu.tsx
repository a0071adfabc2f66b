import { Icon } from "../frame/Icon.tsx";
import { Menu, type MenuItem } from "../frame/Menu.tsx";
import { copy, say } from "../frame/toast.tsx";
import { withRange } from "../state/url.ts";
import { t } from "../words/en.ts";
import type { PanelData } from "./data.ts";
import { inText } from "./template.ts";
import { ruleOf, titleOf, type PanelModel, type VariableModel } from "./model.ts";
import { csv, rowsOf, type Rows } from "./table.ts";
import { values } from "./variables.ts";

interface Props { panel: PanelModel; data: PanelData; models: VariableModel[]; uid: string; onTable: () => void }

export function PanelMenu({ panel, data, models, uid, onTable }: Props) {
  const { title } = titleOf(panel), query = data.queries[0] ?? "";
  const rule = ruleOf(panel);
  const items: MenuItem[] = [
    { label: t.menu.table, icon: "table", run: onTable },
    { label: t.menu.csv, icon: "download", run: () => download(panel, data) },
    { label: t.menu.explore, icon: "terminal", href: withRange("/explore?" + new URLSearchParams(data.queries.map((q) => ["q", q]))) },
    { label: t.menu.query, icon: "code", run: () => void copy(query, t.copied.query, t.copied.failed) },
    { label: t.menu.link, icon: "link", run: () => void copy(linkTo(panel, uid), t.copied.link, t.copied.failed) },
  ];
  if (rule) items.push({ label: t.menu.alert, icon: "bell", href: `/alerts?rule=${rule}`, separate: true });
  for (const l of panel.links ?? []) {
    const url = inText(l.url ?? "", values(models));
    if (url.startsWith("/") && !url.startsWith("//")) items.push({ label: l.title ?? url, icon: "book", href: url, external: url.startsWith("/runbooks/") });
  }
  if (panel.description) items.push({ label: t.menu.describe, icon: "info", run: () => say(panel.description!) });
  return <Menu label={t.menu.panel(title)} class="icon-button panel-menu" items={items}><Icon name="more" /></Menu>;
}

/** The page as it is, with the panel in view. */
function linkTo(panel: PanelModel, uid: string): string {
  const to = new URL(window.location.href);
  if (to.pathname === "/") to.pathname = `/d/${uid}`;
  to.hash = `panel-${panel.id}`;
  return to.href;
}

export const download = (panel: PanelModel, data: PanelData) => save(rowsOf(panel, data), titleOf(panel).title);

/** Hands rows to the person as a CSV file. */
export function save(rows: Rows, name: string) {
  const url = URL.createObjectURL(new Blob([csv(rows)], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${name.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 80)}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
