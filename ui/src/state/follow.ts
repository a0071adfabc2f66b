// Keeps the status fresh: with every refresh, faster while it waits for a first event.
import { effect } from "@preact/signals";
import { loadSources, loadStatus, session, sources, status, statusError } from "./server.ts";
import { refresh, refreshing, refreshSeconds, tick } from "./time.ts";

/** How long until the next question while something is awaited; and how much later than a refresh it comes of itself, where the page does not refresh. */
const soonSeconds = 3, idleSeconds = 2;

/** Call once. */
export function followStatus() {
  let timer = 0;
  const again = () => {
    window.clearTimeout(timer);
    const soon = statusError.peek() !== null || unconnected();
    timer = window.setTimeout(next, (soon ? soonSeconds : refreshSeconds + idleSeconds) * 1000);
  };
  const next = () => void ask().finally(again);
  effect(() => { tick.value; next(); });
}

/** A source that has just sent its first event has something to show at once. */
async function ask() {
  if (document.hidden) return;
  const before = firsts();
  await loadStatus();
  if (unconnected()) await loadSources();
  if (before !== "" && firsts() !== before) refreshSoon();
}

/** An event is in a chart once it has been scraped: looks some times until that must have been. */
function refreshSoon() {
  const scrape = session.peek()?.scrapeIntervalSeconds ?? 5;
  for (const seconds of [0, scrape / 3, (2 * scrape) / 3, scrape + 1]) window.setTimeout(() => { if (refreshing.peek()) refresh(); }, seconds * 1000);
}

const unconnected = () => { const s = status.peek(); return s !== null && (s.level === "starting" || s.setup.connected < s.setup.total); };

/** Which sources have sent something; empty while that is not known. */
const firsts = () => (sources.peek() ?? []).map((s) => s.id + (s.state === "waiting" ? "-" : "+")).join("");
