// What a panel shows when it has no data to show. Never "no data" alone: why, and what to do.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ApiError } from "../api/client.ts";
import { whenText } from "../chart/axis.ts";
import { Icon, type IconName } from "../frame/Icon.tsx";
import { copy } from "../frame/toast.tsx";
import { refresh, setAbsolute, setRange } from "../state/time.ts";
import { loadSources, sources, status, type SourceState } from "../state/server.ts";
import { subjectOf, t } from "../words/en.ts";
import type { PanelData } from "./data.ts";
import type { PanelModel, VariableModel } from "./model.ts";
import { chosen, clearFilters, filtered } from "./variables.ts";

/** Nothing for 200 ms, then the still outline of what will come. */
export function Skeleton({ type }: { type: string }) {
  const [late, setLate] = useState(false);
  useEffect(() => { const timer = setTimeout(() => setLate(true), 200); return () => clearTimeout(timer); }, []);
  if (!late) return null;
  const heights = [46, 62, 38, 74, 58, 84, 66, 52, 72, 48, 80, 60];
  if (type === "stat") return <div class="skeleton" data-type="stat"><i /><i /></div>;
  if (type === "table" || type === "bargauge") return <div class="skeleton" data-type="rows">{heights.slice(0, 5).map((_, i) => <i key={i} />)}</div>;
  return <div class="skeleton" data-type="chart" role="img" aria-label={t.states.loading}>{heights.map((h, i) => <i key={i} style={{ height: `${h}%` }} />)}</div>;
}

/** An icon, what is so, what to do. */
export function State({ icon, level = "mute", title, help, children }: { icon: IconName; level?: "mute" | "bad"; title: string; help: string; children?: ComponentChildren }) {
  return (
    <div class="state" data-level={level}>
      <span class="state-icon"><Icon name={icon} size={18} /></span>
      <p class="state-title">{title}</p>
      <p class="state-help">{help}</p>
      {children && <div class="state-actions">{children}</div>}
    </div>
  );
}

/** What happened, what usually helps, a button that does it, and the details to copy. */
export function Failed({ error }: { error: ApiError }) {
  const details = <button type="button" class="text-button" onClick={() => void copy(error.details, t.copied.details, t.copied.failed)}><Icon name="copy" />{t.states.details}</button>;
  if (error.status === 401) return <State icon="info" title={t.states.signedOut} help={t.states.signedOutHelp}><button type="button" class="button" onClick={() => window.location.reload()}>{t.states.reload}</button></State>;
  if (error.status === 403) return <State icon="info" title={t.states.forbidden} help={t.states.forbiddenHelp}>{details}</State>;
  const slow = /timeout|timed out|too many samples|maximum resolution/i.test(error.message + error.kind);
  if (slow) return <State icon="warning" level="bad" title={t.states.slow} help={`${sentence(error.message)} ${t.states.slowHelp}`}><button type="button" class="button" onClick={() => setRange("now-1h", "now")}>{t.states.lastHour}</button>{details}</State>;
  return <State icon="warning" level="bad" title={t.states.error} help={sentence(error.message)}><button type="button" class="button" onClick={refresh}>{t.states.retry}</button>{details}</State>;
}

const sentence = (text: string) => (text.length > 220 ? text.slice(0, 217) + "…" : text);

/** Why a panel is empty: the filter, nothing ever sent, nothing lately, or nothing went wrong. */
export function Empty({ panel, data, models }: { panel: PanelModel; data: PanelData; models: VariableModel[] }) {
  if (data.hidden) {
    const names = filtered(models).map((m) => chosen(m).join(", ")).join(" · ");
    return <State icon="filterx" title={t.states.filtered(`“${names}”`)} help={t.states.filteredHelp}><button type="button" class="button" onClick={() => clearFilters(models)}>{t.states.clear}</button></State>;
  }
  const text = data.queries.join(" ");
  if (/cost_baseline|cost_usual/.test(text) && !/cost_current|cost_cents/.test(text)) return <State icon="hourglass" title={t.states.baseline} help={status.value?.rules.CostSpikeDetected?.meaning ?? t.states.baselineHelp} />;
  if (/\bALERTS\b/.test(text)) return <State icon="ok" title={t.states.noAlerts} help={t.states.noAlertsHelp} />;
  return <Quiet panel={panel} data={data} text={text} />;
}

function Quiet({ panel, data, text }: { panel: PanelModel; data: PanelData; text: string }) {
  const subject = subjectOf(text), seen = useLastSeen(text);
  if (seen === null) return null;
  if (!subject) return <State icon="info" title={t.states.noneTitle} help={panel.description?.split(". ")[0] ?? t.states.noneHelp} />;
  if (seen.ever && onlyFailures(text) && seen.recent(data.range.from)) return <State icon="ok" title={t.states.noErrors} help={t.states.noErrorsHelp} />;
  if (!seen.ever) return (
    <State icon="plug" title={t.states.neverTitle(subject.what)} help={t.states.neverHelp}>
      <a class={panel.type === "stat" ? "text-button" : "button"} href={`/setup?source=${subject.source}`}>{subject.connect}</a>
    </State>
  );
  return (
    <State icon="clock" title={t.states.quietTitle(subject.what)} help={seen.at ? t.states.quietHelp(whenText(seen.at)) : t.states.quietUnknown}>
      {seen.at && <button type="button" class="button" onClick={() => setAbsolute(seen.at! - 3600, seen.at! + 1800)}>{t.states.goThere}</button>}
    </State>
  );
}

/** Whether a query counts failures alone. */
function onlyFailures(text: string): boolean {
  const names = text.match(/luneo_[a-z0-9_]+/g) ?? [];
  return names.length > 0 && names.every((n) => /error|failure/.test(n));
}

interface Seen { ever: boolean; at?: number; recent: (from: number) => boolean }

/** When the source of what a query counts last sent something; null while that is asked. */
function useLastSeen(text: string): Seen | null {
  useEffect(() => { if (sources.peek() === null) void loadSources(); }, []);
  const source = subjectOf(text)?.source ?? "";
  return sources.value && seenOf(sources.value.find((s) => s.id === source));
}

function seenOf(source: SourceState | undefined): Seen {
  const at = source?.lastEventAt ? Date.parse(source.lastEventAt) / 1000 : NaN;
  if (Number.isNaN(at)) return { ever: false, recent: () => false };
  return { ever: true, ...(Date.now() / 1000 - at > 900 ? { at } : {}), recent: (from) => at >= from };
}

/** Stands for a whole section whose source has never sent anything. */
export function NeverSent({ what, source, connect }: { what: string; source: string; connect: string }) {
  return (
    <div class="never">
      <span class="state-icon"><Icon name="plug" size={18} /></span>
      <div><p class="state-title">{t.states.neverTitle(what)}</p><p class="state-help">{t.states.neverSection}</p></div>
      <a class="button" href={`/setup?source=${source}`}>{connect}</a>
    </div>
  );
}
