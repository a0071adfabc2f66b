// Keeps the status fresh: with every refresh, faster while it waits for a first event.
import { effect } from "@preact/signals";
import { loadSources, loadStatus, sources, status, statusError } from "./server.ts";
import { refresh, refreshSeconds, tick } from "./time.ts";

const soonSeconds = 3;

/** Call once. */
export function followStatus() {
  let timer = 0;
  const again = () => {
    window.clearTimeout(timer);
    const soon = statusError.peek() !== null || unconnected();
    timer = window.setTimeout(() => void ask().finally(again), (soon ? soonSeconds : refreshSeconds) * 1000);
  };
  void ask().finally(again);
  effect(() => { if (tick.value > 0) void loadStatus(); });
}

/** A source that has just sent its first event has something to show at once. */
async function ask() {
  if (document.hidden) return;
  const before = firsts();
  await loadStatus();
  if (unconnected()) await loadSources();
  if (before !== "" && firsts() !== before) refresh();
}

const unconnected = () => { const s = status.peek(); return s !== null && (s.level === "starting" || s.setup.connected < s.setup.total); };

/** Which sources have sent something; empty while that is not known. */
const firsts = () => (sources.peek() ?? []).map((s) => s.id + (s.state === "waiting" ? "-" : "+")).join("");
