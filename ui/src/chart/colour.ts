// Which series has which colour: by name, the same after every refresh.
import type { Frame } from "../dashboard/frames.ts";
import { colours } from "./theme.ts";

/** As many series as there are colours; a ninth is never drawn in a repeated one. */
export const mostSeries = 8;

/** Remembers the place of each name in one panel. */
export class Palette {
  private readonly places = new Map<string, number>();

  /** Gives frames their places: new ones, in the order of their names, take those that are free and that no fixed colour has. */
  assign(frames: Frame[]) {
    const names = frames.filter((f) => !fixedColour(f)).map((f) => f.name);
    const fixed = new Set(frames.map(fixedColour).filter((c) => c !== undefined).map((c) => colours().series.indexOf(named(c))).filter((i) => i >= 0));
    this.give(names, fixed);
  }

  private give(names: string[], taken: Set<number>) {
    const coming = names.filter((n) => !this.places.has(n)).length;
    for (const name of [...this.places.keys()]) if (!names.includes(name) && this.places.size + coming + taken.size > mostSeries) this.places.delete(name);
    const used = new Set([...this.places.values(), ...taken]);
    for (const name of [...names].sort((a, b) => a.localeCompare(b, "en", { numeric: true }))) {
      if (this.places.has(name)) continue;
      let free = 0;
      while (used.has(free)) free++;
      this.places.set(name, free);
      used.add(free);
    }
  }

  of(name: string): string {
    const c = colours().series;
    return c[(this.places.get(name) ?? 0) % c.length]!;
  }
}

const fixedColour = (f: Frame) => (f.field.color?.mode === "fixed" ? f.field.color.fixedColor : undefined);

/** The colour of a frame: the dashboard's when it fixes one, else the palette's. */
export function colourOf(f: Frame, palette: Palette): string {
  const fixed = fixedColour(f);
  return fixed ? named(fixed) : palette.of(f.name);
}

/** Grafana's colour names in Luneo's tokens; another name or code stays as it is. */
export function named(name: string): string {
  const c = colours();
  const map: Record<string, string> = {
    red: c.threshold, "dark-red": c.threshold, "semi-dark-red": c.threshold, "light-red": c.threshold,
    orange: c.warn, yellow: c.warn, "semi-dark-orange": c.warn, "dark-orange": c.warn, "semi-dark-yellow": c.warn,
    green: c.ok, "semi-dark-green": c.ok, "dark-green": c.ok,
    blue: c.series[0]!, "light-blue": c.series[6]!, "semi-dark-blue": c.series[0]!, "dark-blue": c.series[0]!, purple: c.series[5]!,
    text: c.text, gray: c.baseline, grey: c.baseline, "#8e8e8e": c.baseline, "#808080": c.baseline, transparent: "transparent",
  };
  return map[name] ?? name;
}

/** What a panel draws of many series: the largest, in the order of their names; `hidden` says how many are left out. */
export function pick(frames: Frame[]): { shown: Frame[]; hidden: Frame[] } {
  const free = frames.filter((f) => f.field.color?.mode !== "fixed");
  if (free.length <= mostSeries) return { shown: frames, hidden: [] };
  const bySize = [...free].sort((a, b) => weight(b) - weight(a));
  const hidden = new Set(bySize.slice(mostSeries));
  return { shown: frames.filter((f) => !hidden.has(f)), hidden: [...hidden] };
}

const weight = (f: Frame) => f.values.reduce((sum, v) => sum + (Number.isNaN(v) ? 0 : Math.abs(v)), 0);
