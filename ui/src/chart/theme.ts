// The theme of the page, and the colours for what is drawn on a canvas, which
// does not follow CSS variables by itself.
import { computed, effect, signal } from "@preact/signals";

export type Choice = "system" | "dark" | "light";

const stored = (): Choice => {
  const text = localStorage.getItem("luneo-theme");
  return text === "dark" || text === "light" ? text : "system";
};

/** What the person has chosen; the system's theme until then. */
export const choice = signal<Choice>(stored());
const systemLight = signal(matchMedia("(prefers-color-scheme: light)").matches);
matchMedia("(prefers-color-scheme: light)").addEventListener("change", (e) => { systemLight.value = e.matches; });

export const theme = computed<"dark" | "light">(() => (choice.value === "system" ? (systemLight.value ? "light" : "dark") : choice.value));

/** Changes when canvases have to be drawn again: theme, fonts. */
export const paint = signal(0);

export interface Colours {
  series: string[]; heat: string[];
  text: string; text2: string; text3: string; grid: string; axis: string; cursor: string; panel: string; line: string;
  threshold: string; bandFiring: string; bandPending: string; warn: string; ok: string;
  deploy: string; baseline: string; baselineBand: string; mute: string;
  sans: string;
}

let cached: Colours | null = null;

/** The colours of the present theme. */
export function colours(): Colours {
  if (cached) return cached;
  const style = getComputedStyle(document.documentElement);
  const v = (name: string) => style.getPropertyValue("--" + name).trim();
  const many = (prefix: string, from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => v(prefix + (from + i)));
  return (cached = {
    series: many("c", 1, 8), heat: many("h", 0, 6),
    text: v("text"), text2: v("text-2"), text3: v("text-3"), grid: v("grid"), axis: v("axis"), cursor: v("cursor"), panel: v("panel"), line: v("line"),
    threshold: v("threshold"), bandFiring: v("band-firing"), bandPending: v("band-pending"), warn: v("warn"), ok: v("ok"),
    deploy: v("deploy"), baseline: v("baseline"), baselineBand: v("baseline-band"), mute: v("mute"),
    sans: v("sans"),
  });
}

/** Puts the theme on the page, now and whenever it changes. Call once. */
export function applyTheme() {
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    cached = null;
    paint.value = paint.peek() + 1;
  });
  document.fonts?.ready.then(() => { paint.value++; });
  followPixelRatio();
}

/** A window that moves to another screen, or is zoomed, has other pixels. */
function followPixelRatio() {
  matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", () => { paint.value++; followPixelRatio(); }, { once: true });
}

export function chooseTheme(next: Choice) {
  choice.value = next;
  if (next === "system") localStorage.removeItem("luneo-theme");
  else localStorage.setItem("luneo-theme", next);
}
