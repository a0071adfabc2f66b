// The last queries that ran in this browser. Storage may be forbidden or full:
// then they are remembered until the page is left.
import { signal } from "@preact/signals";

const key = "luneo-queries", most = 20, longest = 4000;

export const recent = signal<string[]>(read());

function read(): string[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(list) ? list.filter((q) => typeof q === "string").slice(0, most) : [];
  } catch {
    return [];
  }
}

/** Puts queries first; the oldest go. */
export function remember(queries: string[]) {
  const kept = queries.filter((q) => q.length <= longest);
  recent.value = [...kept, ...recent.value.filter((q) => !kept.includes(q))].slice(0, most);
  try { localStorage.setItem(key, JSON.stringify(recent.value)); } catch { /* not kept */ }
}
