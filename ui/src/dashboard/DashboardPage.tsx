import { useEffect, useMemo, useState } from "preact/hooks";
import { useSignalEffect } from "@preact/signals";
import { loadBands, loadMarks } from "../chart/annotations.ts";
import { Icon, type IconName } from "../frame/Icon.tsx";
import { PageHead } from "../frame/PageHead.tsx";
import { StatusLine } from "../frame/StatusLine.tsx";
import { sources } from "../state/server.ts";
import { range, tick } from "../state/time.ts";
import { location } from "../state/url.ts";
import { sections, type Dashboard, type Section } from "./model.ts";
import { Panel } from "./Panel.tsx";
import { NeverSent } from "./states.tsx";
import { subjectOf } from "../words/en.ts";
import { offered, values } from "./variables.ts";
import { VariableBar } from "./VariableBar.tsx";

/** A dashboard, drawn from its JSON. */
export function DashboardPage({ dashboard, title, withStatus = false }: { dashboard: Dashboard; title: string; withStatus?: boolean }) {
  const models = dashboard.templating?.list ?? [], parts = useMemo(() => sections(dashboard), [dashboard]);
  const variables = useMemo(() => offered(models), [dashboard]), shown = useGrowing(parts.length);
  useBackground(dashboard);
  return (
    <>
      <PageHead title={title} filters={<VariableBar variables={variables} models={models} />} time />
      <StatusLine always={withStatus} />
      {parts.slice(0, shown).map((s) => <SectionView key={s.row?.id ?? 0} section={s} dashboard={dashboard} />)}
    </>
  );
}

function SectionView({ section, dashboard }: { section: Section; dashboard: Dashboard }) {
  const models = dashboard.templating?.list ?? [];
  const top = Math.min(...section.panels.map((p) => p.gridPos.y)), silent = section.row ? silentSource(section) : null;
  return (
    <div class="section" id={section.row ? `section-${section.row.id}` : undefined}>
      {section.row && <h2 class="section-head"><Icon name={iconFor(section.row.title ?? "")} size={18} />{section.row.title}</h2>}
      {silent ? <NeverSent {...silent} /> : <div class="grid">
        {section.panels.map((p) => <Panel key={p.id} uid={dashboard.uid} models={models} panel={p.gridPos.y === 0 ? p : placed(p, top)} />)}
      </div>}
    </div>
  );
}

/** What a section is about, when its source has never sent anything. */
function silentSource(section: Section): { what: string; source: string; connect: string } | null {
  const subject = subjectOf(section.panels[0]?.targets?.[0]?.expr ?? "");
  return subject && sources.value?.find((s) => s.id === subject.source)?.state === "waiting" ? subject : null;
}

const cache = new WeakMap<object, ReturnType<typeof shift>>();

/** A panel with its row counted from the top of its section; the same object each time. */
function placed<T extends { gridPos: { y: number } }>(panel: T, top: number): T {
  const found = cache.get(panel) ?? shift(panel, top);
  cache.set(panel, found);
  return found as unknown as T;
}

const shift = (panel: { gridPos: { y: number } }, top: number) => ({ ...panel, gridPos: { ...panel.gridPos, y: panel.gridPos.y - top } });

const sectionIcons: [RegExp, IconName][] = [
  [/queue/i, "layers"], [/openai/i, "sparkles"], [/cost|spend/i, "coins"], [/render/i, "box"], [/embed/i, "code"], [/ar /i, "monitor"], [/api/i, "activity"], [/alert/i, "bell"], [/system|host|resource/i, "cpu"],
];
const iconFor = (title: string): IconName => sectionIcons.find(([p]) => p.test(title))?.[1] ?? "gauge";

/** Counts up to `all`, one a task: the tiles are there before the last section is built. */
function useGrowing(all: number): number {
  const [count, setCount] = useState(1);
  useEffect(() => {
    if (count >= all) { document.getElementById(location.peek().hash)?.scrollIntoView({ block: "center" }); return; }
    const timer = setTimeout(() => setCount(count + 1));
    return () => clearTimeout(timer);
  }, [count, all]);
  return count;
}

/** Bands and marks of the page's charts. The figures come first: panels ask once they have been laid out. */
function useBackground(dashboard: Dashboard) {
  useSignalEffect(() => {
    tick.value;
    const abort = new AbortController(), r = range.value, vars = values(dashboard.templating?.list ?? []), ignore = () => {};
    const frame = requestAnimationFrame(() => setTimeout(() => {
      if (abort.signal.aborted) return;
      void loadBands(r, abort.signal).catch(ignore);
      void loadMarks(dashboard.annotations?.list ?? [], r, vars, abort.signal).catch(ignore);
    }));
    return () => { cancelAnimationFrame(frame); abort.abort(); };
  });
}
