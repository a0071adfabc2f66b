// Single-key shortcuts. Off while typing, and wholly off where a person has
// switched them off (WCAG 2.1.4).
import { choice, chooseTheme, theme } from "../chart/theme.ts";
import { release } from "../chart/tip.ts";
import { pages } from "../pages/registry.ts";
import { status } from "../state/server.ts";
import { shortcutsOn } from "../state/shortcuts.ts";
import { live, refresh, setRange, shift, zoomOut } from "../state/time.ts";
import { navigate, withRange } from "../state/url.ts";
import { closeOverlay, openPalette, openShortcuts, overlay } from "./overlays.ts";
import { explainLink } from "./StatusLine.tsx";

const actions: Record<string, () => void> = {
  "/": openPalette, "?": openShortcuts, z: zoomOut,
  ArrowLeft: () => shift(-0.5), ArrowRight: () => shift(0.5),
  "1": () => setRange("now-1h", "now"), "3": () => setRange("now-3h", "now"), d: () => setRange("now-24h", "now"),
  l: () => { live.value = !live.value; if (live.value) refresh(); },
  t: () => chooseTheme(choice.value === "system" ? (theme.value === "dark" ? "light" : "dark") : theme.value === "dark" ? "light" : "dark"),
  s: () => document.querySelector<HTMLElement>("[data-key=s]")?.click(),
  e: () => { if (status.value?.worst) navigate(explainLink(status.value)); },
};

/** Listens for the whole page. Call once. */
export function listenForKeys() {
  let afterG = -Infinity;
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "k") { event.preventDefault(); openPalette(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || !shortcutsOn.value || busy(event)) return;
    if (event.key === "Escape") { release(); if (overlay.value) closeOverlay(); return; }
    if (event.timeStamp - afterG < 1500) {
      afterG = -Infinity;
      const page = pages.find((p) => p.key === event.key);
      if (page) { event.preventDefault(); navigate(withRange(page.paths[0]!)); }
      return;
    }
    if (event.key === "g") { afterG = event.timeStamp; return; }
    const run = actions[event.key];
    if (run) { event.preventDefault(); run(); }
  });
  window.addEventListener("luneo-zoom-out", zoomOut);
  document.addEventListener("scroll", release, { capture: true, passive: true }); // the tooltip is where the pointer was
  document.addEventListener("pointerdown", (event) => { if (!(event.target as Element).closest?.(".u-over")) release(); });
}

/** Whether the keys belong to something else: a field, a dialog, a menu, a scrolled box. */
function busy(event: KeyboardEvent): boolean {
  const at = event.target as Element;
  if (at.closest?.("input, textarea, select, [contenteditable], dialog, [role=menu], [role=dialog]")) return true;
  return event.key.startsWith("Arrow") && !!at.closest?.(".table-box, [role=tablist], pre");
}
