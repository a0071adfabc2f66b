// Keeps the status fresh: with every refresh, faster while it waits for a first event.
import { effect } from "@preact/signals";
import { loadStatus, status, statusError } from "./server.ts";
import { refresh, refreshSeconds, tick } from "./time.ts";

/** Call once. */
export function followStatus() {
  void loadStatus();
  let timer = 0;
  const again = () => {
    window.clearTimeout(timer);
    const soon = status.peek()?.level === "starting" || statusError.peek() !== null;
    timer = window.setTimeout(async () => {
      if (!document.hidden) {
        const before = status.peek()?.level;
        await loadStatus();
        if (before === "starting" && status.peek()?.level !== "starting") refresh();
      }
      again();
    }, (soon ? 3 : refreshSeconds) * 1000);
  };
  again();
  effect(() => { if (tick.value > 0) void loadStatus(); });
}
