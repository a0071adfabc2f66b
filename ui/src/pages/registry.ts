// Every page of the UI. A new page is one entry here and one file beside it.
import type { ComponentType } from "preact";
import type { IconName } from "../frame/Icon.tsx";
import Kpis from "./kpis.tsx";
import { status } from "../state/server.ts";
import { t } from "../words/en.ts";

export interface Page {
  id: string;
  title: string;
  icon: IconName;
  /** Where it is; the first is its link. */
  paths: string[];
  /** What its addresses may begin with as well. */
  below?: string;
  /** The second key after g. */
  key: string;
  group: "watch" | "configure";
  /** Loaded when it is first opened; the home page is there at once. */
  load: () => Promise<{ default: ComponentType }>;
  /** A count beside its name. */
  badge?: () => { text: string; level?: "bad"; label: string } | null;
}

const alertBadge = () => {
  const firing = status.value?.counts.firing ?? 0;
  return firing ? { text: String(firing), level: "bad" as const, label: `${firing} firing` } : null;
};

const setupBadge = () => {
  const s = status.value?.setup;
  return s && s.connected < s.total ? { text: `${s.connected} of ${s.total}`, label: `${s.connected} of ${s.total} sources connected` } : null;
};

export const pages: Page[] = [
  { id: "kpis", title: t.pages.kpis, icon: "gauge", paths: ["/", "/d/luneo-kpis"], key: "k", group: "watch", load: async () => ({ default: Kpis }) },
  { id: "overview", title: t.pages.overview, icon: "overview", paths: ["/d/luneo-overview"], key: "o", group: "watch", load: () => import("./overview.tsx") },
  { id: "queues", title: t.pages.queues, icon: "layers", paths: ["/queues"], below: "/queues/", key: "q", group: "watch", load: () => import("./queues.tsx") },
  { id: "alerts", title: t.pages.alerts, icon: "bell", paths: ["/alerts"], below: "/alerts/", key: "a", group: "watch", load: () => import("./alerts.tsx"), badge: alertBadge },
  { id: "spend", title: t.pages.spend, icon: "coins", paths: ["/spend"], key: "p", group: "watch", load: () => import("./spend.tsx") },
  { id: "explore", title: t.pages.explore, icon: "terminal", paths: ["/explore"], key: "x", group: "watch", load: () => import("./explore.tsx") },
  { id: "setup", title: t.pages.setup, icon: "plug", paths: ["/setup"], key: "s", group: "configure", load: () => import("./setup.tsx"), badge: setupBadge },
  { id: "settings", title: t.pages.settings, icon: "settings", paths: ["/settings"], key: "c", group: "configure", load: () => import("./settings.tsx") },
];

export const pageAt = (path: string): Page | undefined => pages.find((p) => p.paths.includes(path.length > 1 ? path.replace(/\/$/, "") : path) || (p.below && path.startsWith(p.below)));
