import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Icon } from "./Icon.tsx";
import { Menu } from "./Menu.tsx";
import { TimeControls } from "./TimeControls.tsx";
import { choice, chooseTheme, type Choice } from "../chart/theme.ts";
import { openPalette, openShortcuts } from "./overlays.ts";
import { t } from "../words/en.ts";
import { status } from "../state/server.ts";

interface Props { title: string; filters?: ComponentChildren; actions?: ComponentChildren; time?: boolean; lead?: string }

/** The page's name, what filters it, its time range. */
export function PageHead({ title, filters, actions, time = false, lead }: Props) {
  const firing = status.value?.counts.firing ?? 0;
  useEffect(() => { document.title = `${firing ? `(${firing}) ` : ""}${title} · ${t.app}`; }, [title, firing]);
  return (
    <header class="page-head">
      <div class="page-title"><h1>{title}</h1>{filters}</div>
      <div class="page-tools">{actions}{time && <TimeControls />}<PageMenu /></div>
      {lead && <p class="page-lead">{lead}</p>}
    </header>
  );
}

const themes: [Choice, "monitor" | "moon" | "sun"][] = [["system", "monitor"], ["dark", "moon"], ["light", "sun"]];

function PageMenu() {
  const items = themes.map(([c, icon]) => ({ label: `${t.theme.toggle}: ${t.theme[c].toLowerCase()}`, icon, checked: choice.value === c, run: () => chooseTheme(c) }));
  return (
    <Menu label={t.menu.page} class="icon-button boxed" items={[
      { label: t.nav.search, icon: "search", run: openPalette }, { label: t.nav.shortcuts, icon: "keyboard", run: openShortcuts }, ...items,
    ]}><Icon name="more" /></Menu>
  );
}
