// Short messages that follow an action, with what undoes it where it can be undone.
import { signal } from "@preact/signals";

interface Toast { text: string; undo?: { label: string; run: () => void } }

const current = signal<Toast | null>(null);
let timer = 0;

export function say(text: string, undo?: Toast["undo"]) {
  current.value = undo ? { text, undo } : { text };
  window.clearTimeout(timer);
  timer = window.setTimeout(() => { current.value = null; }, undo ? 10_000 : 4_000);
}

export function Toasts() {
  const now = current.value;
  return (
    <div class="toasts" role="status" aria-live="polite">
      {now && <div class="toast"><span>{now.text}</span>{now.undo && <button type="button" class="text-button" onClick={() => { current.value = null; now.undo!.run(); }}>{now.undo.label}</button>}</div>}
    </div>
  );
}

/** Copies a text and says so. */
export async function copy(text: string, said: string, refused: string) {
  try {
    await navigator.clipboard.writeText(text);
    say(said);
  } catch {
    say(copyOldWay(text) ? said : refused);
  }
}

/** Pages that are not served over TLS have no clipboard but this. */
function copyOldWay(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "sr";
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
