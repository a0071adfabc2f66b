import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Tooltip } from "../chart/Tooltip.tsx";
import Kpis from "../pages/kpis.tsx";
import { pageAt, pages, type Page } from "../pages/registry.ts";
import { status } from "../state/server.ts";
import { location, withRange } from "../state/url.ts";
import { figure } from "../units/format.ts";
import { t } from "../words/en.ts";
import { Icon, type IconName } from "./Icon.tsx";
import { Menu } from "./Menu.tsx";
import { openPalette, openShortcuts, overlay } from "./overlays.ts";
import { later } from "./Later.tsx";
import { Toasts } from "./toast.tsx";

const Palette = later(() => import("../later/Palette.tsx"));
const Shortcuts = later(() => import("../later/Shortcuts.tsx"));
const Paused = later(() => import("../later/Paused.tsx"));

/** Sidebar, page, and what lies over them. */
export function Frame() {
  const page = pageAt(location.value.path);
  return (
    <>
      <a class="skip" href="#main">{t.nav.skip}</a>
      <Sidebar page={page} />
      <main id="main" tabIndex={-1}><div class="content"><PausedNow />{page ? <Open page={page} /> : <Gone />}</div></main>
      <BottomBar page={page} />
      <Tooltip />
      <Toasts />
      {overlay.value === "palette" && <Palette />}
      {overlay.value === "shortcuts" && <Shortcuts />}
    </>
  );
}

/** The page's own questions go first. */
const PausedNow = () => (status.value ? <Paused /> : null);

const loaded = new Map<string, ComponentType>([["kpis", Kpis]]);

function Open({ page }: { page: Page }) {
  const [, arrived] = useState(0), [failed, setFailed] = useState(false);
  const Ready = loaded.get(page.id);
  useEffect(() => {
    if (Ready) return;
    page.load().then((m) => { loaded.set(page.id, m.default); arrived((n) => n + 1); }, () => setFailed(true));
  }, [page.id]);
  if (failed) return <div class="state"><p class="state-title">{t.states.error}</p><div class="state-actions"><button type="button" class="button" onClick={() => window.location.reload()}>{t.states.reload}</button></div></div>;
  return Ready ? <Ready key={page.id} /> : null;
}

const Gone = () => <div class="state"><h1 class="state-title">{t.gone.title}</h1><p class="state-help">{t.gone.help}</p><div class="state-actions"><a class="button accent" href="/">{t.gone.home}</a></div></div>;

export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" width="24" height="24" aria-hidden="true"><circle class="mark-a" cx="16" cy="16" r="14" /><circle class="mark-b" cx="21" cy="11" r="8" /><circle class="mark-a" cx="22.5" cy="10" r="3" /></svg>
);

function Sidebar({ page }: { page: Page | undefined }) {
  return (
    <nav class="sidebar" aria-label={t.nav.label}>
      <a class="brand" href="/"><Mark />{t.app}</a>
      <ul>{pages.filter((p) => p.group === "watch").map((p) => <NavItem key={p.id} page={p} current={p === page} />)}</ul>
      <p class="nav-group">{t.nav.configure}</p>
      <ul>{pages.filter((p) => p.group === "configure").map((p) => <NavItem key={p.id} page={p} current={p === page} />)}</ul>
      <div class="sidebar-foot">
        <Arriving />
        <button type="button" class="foot-button" onClick={openPalette}><Icon name="search" />{t.nav.search}<kbd>/</kbd></button>
        <button type="button" class="foot-button" onClick={openShortcuts}><Icon name="keyboard" />{t.nav.shortcuts}<kbd>?</kbd></button>
      </div>
    </nav>
  );
}

function NavItem({ page, current }: { page: Page; current: boolean }) {
  const badge = page.badge?.();
  return (
    <li><a class="nav-item" href={withRange(page.paths[0]!)} aria-current={current ? "page" : undefined}>
      <Icon name={page.icon} />{page.title}{badge && <span class="badge" data-level={badge.level}><span aria-hidden="true">{badge.text}</span><span class="sr">{badge.label}</span></span>}
    </a></li>
  );
}

/** What comes in just now. */
function Arriving() {
  const e = status.value?.events;
  if (!e) return <p class="arriving"><i class="dot" aria-hidden="true" />–</p>;
  const refused = e.rejectedPerSecond > 0 ? figure(e.rejectedPerSecond, 2) : null;
  return <p class="arriving" data-level={refused ? "warn" : e.perSecond > 0 ? "ok" : undefined}><i class="dot" aria-hidden="true" />{t.events(figure(e.perSecond, 2), refused)}</p>;
}

const onBar = ["kpis", "alerts", "spend", "setup"];

/** On a phone: four pages and the rest behind one button. */
function BottomBar({ page }: { page: Page | undefined }) {
  const rest = pages.filter((p) => !onBar.includes(p.id));
  return (
    <nav class="bottom" aria-label={t.nav.label}>
      {pages.filter((p) => onBar.includes(p.id)).map((p) => {
        const badge = p.badge?.();
        return <a key={p.id} class="bottom-item" href={withRange(p.paths[0]!)} aria-current={p === page ? "page" : undefined}><span class="bottom-icon"><Icon name={p.icon} size={20} />{badge?.level && <span class="badge" data-level="bad"><span aria-hidden="true">{badge.text}</span><span class="sr">{badge.label}</span></span>}</span>{p.title}</a>;
      })}
      <Menu label={t.nav.more} class="bottom-item" items={[...rest.map((p) => ({ label: p.title, icon: p.icon as IconName, href: withRange(p.paths[0]!) })), { label: t.nav.search, icon: "search" as const, run: openPalette }]}>
        <span class="bottom-icon"><Icon name="more" size={20} /></span>{t.nav.more}
      </Menu>
    </nav>
  );
}
