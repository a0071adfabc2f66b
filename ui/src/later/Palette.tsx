import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { labelValues } from "../api/prometheus.ts";
import { titleOf, type Dashboard } from "../dashboard/model.ts";
import { dashboard as kpis } from "../pages/kpis.tsx";
import { pages } from "../pages/registry.ts";
import { status } from "../state/server.ts";
import { range } from "../state/time.ts";
import { navigate, withRange } from "../state/url.ts";
import { t } from "../words/en.ts";
import { overlays } from "../words/overlays.ts";
import { silences } from "../words/silences.ts";
import { linkToPause } from "../silences/model.ts";
import { chooseTheme } from "../chart/theme.ts";
import { RuleChip } from "../frame/Chip.tsx";
import { Dialog } from "../frame/Dialog.tsx";
import { Icon, type IconName } from "../frame/Icon.tsx";
import { closeOverlay, openShortcuts } from "../frame/overlays.ts";
import type { RuleState } from "../state/server.ts";

interface Entry { name: string; kind: string; icon: IconName; run: () => void; mono?: boolean; state?: RuleState | undefined; chip?: string | undefined }

const most = 9;

/** Search over pages, panels, rules, queues and metrics; Enter goes there. */
export default function Palette() {
  const [find, setFind] = useState(""), [at, setAt] = useState(0), list = useRef<HTMLUListElement>(null);
  const names = useNames();
  const entries = useMemo(() => [...fixed(), ...panels(kpis, t.pages.kpis), ...rules(), ...queues(names.queues), ...metrics(names.metrics)], [names]);
  const found = useMemo(() => search(entries, find), [entries, find]);
  const open = (e: Entry | undefined) => { if (e) { closeOverlay(); e.run(); } };
  const key = (e: KeyboardEvent) => {
    const move = e.key === "ArrowDown" ? 1 : e.key === "ArrowUp" ? -1 : 0;
    if (move) { e.preventDefault(); setAt((at + move + found.length) % Math.max(1, found.length)); }
    if (e.key === "Enter") { e.preventDefault(); open(found[at]); }
  };
  useEffect(() => { list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }); }, [at]);
  return (
    <Dialog title={overlays.palette.title} class="palette" bare onClose={closeOverlay}>
      <div class="palette-field"><Icon name="search" />
        <input type="text" autofocus role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant={found[at] ? `palette-${at}` : undefined} aria-label={overlays.palette.title} placeholder={overlays.palette.placeholder}
          value={find} onInput={(e) => { setFind(e.currentTarget.value); setAt(0); }} onKeyDown={key} />
        <button type="button" class="kbd-button" aria-label={overlays.palette.close} onClick={closeOverlay}>esc</button>
      </div>
      {found.length === 0 && <p class="muted palette-none">{overlays.palette.none}</p>}
      <ul id="palette-list" role="listbox" aria-label={overlays.palette.title} ref={list}>
        {found.map((e, i) => (
          <li key={e.kind + e.name} id={`palette-${i}`} role="option" aria-selected={i === at} onMouseMove={() => setAt(i)} onClick={() => open(e)}>
            <Icon name={e.icon} /><span class={e.mono ? "mono" : ""}>{e.name}</span>{e.state && e.state !== "quiet" && e.state !== "blind" ? <RuleChip state={e.state} text={e.chip ?? e.state} /> : <span class="palette-kind">{e.kind}</span>}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

/** Those that have every word; earlier and shorter matches first. */
function search(entries: Entry[], find: string): Entry[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  const score = (e: Entry) => words.reduce((sum, w) => sum + e.name.toLowerCase().indexOf(w), 0) + e.name.length / 100;
  const hits = entries.filter((e) => words.every((w) => e.name.toLowerCase().includes(w)));
  return (words.length ? hits.sort((a, b) => score(a) - score(b)) : hits).slice(0, most);
}

function fixed(): Entry[] {
  const toPages = pages.map((p) => ({ name: p.title, kind: overlays.palette.kinds.page, icon: p.icon, run: () => navigate(withRange(p.paths[0]!)) }));
  return [...toPages,
    { name: silences.title, kind: overlays.palette.kinds.page, icon: "bell", run: () => navigate("/alerts/silences") },
    { name: silences.notifications, kind: overlays.palette.kinds.page, icon: "send", run: () => navigate("/alerts/notifications") },
    { name: silences.create, kind: overlays.palette.kinds.action, icon: "bell", run: () => navigate("/alerts/silences/new") },
    { name: silences.pause.button, kind: overlays.palette.kinds.action, icon: "bell", run: () => navigate(linkToPause) },
    { name: overlays.palette.dark, kind: overlays.palette.kinds.action, icon: "moon", run: () => chooseTheme("dark") },
    { name: overlays.palette.light, kind: overlays.palette.kinds.action, icon: "sun", run: () => chooseTheme("light") },
    { name: t.nav.shortcuts, kind: overlays.palette.kinds.action, icon: "keyboard", run: openShortcuts }];
}

function panels(d: Dashboard, kind: string): Entry[] {
  return d.panels.filter((p) => p.type !== "row").map((p) => {
    const { title, sub } = titleOf(p);
    return { name: sub ? `${title} (${sub})` : title, kind, icon: "bars" as const, run: () => { navigate(withRange(`/d/${d.uid}#panel-${p.id}`)); document.getElementById(`panel-${p.id}`)?.scrollIntoView({ block: "center" }); } };
  });
}

const rules = (): Entry[] => Object.entries(status.value?.rules ?? {}).map(([name, r]) => ({ name, kind: overlays.palette.kinds.rule, icon: "bell" as const, state: r.state, chip: r.chip, run: () => navigate(`/alerts?rule=${name}`) }));

const queues = (names: string[]): Entry[] => names.map((q) => ({ name: overlays.palette.queue(q), kind: overlays.palette.kinds.queue, icon: "layers" as const, run: () => navigate(withRange(`/queues/${encodeURIComponent(q)}`)) }));

const metrics = (names: string[]): Entry[] => names.map((m) => ({ name: m, mono: true, kind: overlays.palette.kinds.metric, icon: "terminal" as const, run: () => navigate(withRange(`/explore?q=${encodeURIComponent(m)}`)) }));

function useNames() {
  const [names, setNames] = useState<{ queues: string[]; metrics: string[] }>({ queues: [], metrics: [] });
  useEffect(() => {
    const abort = new AbortController(), r = range.peek();
    void Promise.all([labelValues("queue_name", "luneo_worker_queue_wait_time_current_seconds", r, abort.signal), labelValues("__name__", '{__name__=~"luneo.*"}', r, abort.signal)])
      .then(([q, m]) => setNames({ queues: q, metrics: m }), () => {});
    return () => abort.abort();
  }, []);
  return names;
}
