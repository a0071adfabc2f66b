import { useEffect, useMemo, useState } from "preact/hooks";
import { useBackground } from "../chart/background.ts";
import { Icon, type IconName } from "../frame/Icon.tsx";
import { PageHead } from "../frame/PageHead.tsx";
import { StatusLine } from "../frame/StatusLine.tsx";
import { sources } from "../state/server.ts";
import { location } from "../state/url.ts";
import { sections, type Dashboard, type Section } from "./model.ts";
import { Panel } from "./Panel.tsx";
import { NeverSent } from "./states.tsx";
import { subjectOf } from "../words/en.ts";
import { offered } from "./variables.ts";
import { VariableBar } from "./VariableBar.tsx";

/** A dashboard, drawn from its JSON. */
export function DashboardPage({ dashboard, title, withStatus = false }: { dashboard: Dashboard; title: string; withStatus?: boolean }) {
  const models = dashboard.templating?.list ?? [], parts = useMemo(() => sections(dashboard), [dashboard]);
  const variables = useMemo(() => offered(models), [dashboard]), shown = useGrowing(parts.length);
  useBackground(dashboard.annotations?.list ?? [], models);
  return (
    <>
      <PageHead title={title} filters={<VariableBar variables={variables} models={models} />} time />
      <StatusLine always={withStatus} />
      {parts.slice(0, shown).map((s) => <SectionView key={s.row?.id ?? 0} section={s} dashboard={dashboard} />)}
    </>
  );
}

function SectionView({ section, dashboard }: { section: Section; dashboard: Dashboard }) {
  const models = dashboard.templating?.list ?? [], silent = section.row ? silentSource(section) : null;
  return (
    <div class="section" id={section.row ? `section-${section.row.id}` : undefined}>
      {section.row && <h2 class="section-head"><Icon name={iconFor(section.row.title ?? "")} size={18} />{section.row.title}</h2>}
      {silent ? <NeverSent {...silent} /> : <div class="grid">
        {section.panels.map((p) => <Panel key={p.id} uid={dashboard.uid} models={models} panel={p} />)}
      </div>}
    </div>
  );
}

/** What a section is about, when its source has never sent anything. */
function silentSource(section: Section): { what: string; source: string; connect: string } | null {
  const subject = subjectOf(section.panels[0]?.targets?.[0]?.expr ?? "");
  return subject && sources.value?.find((s) => s.id === subject.source)?.state === "waiting" ? subject : null;
}

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
