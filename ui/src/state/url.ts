// The URL is the state: the page, the time range, the variables and what is
// selected. Names are Grafana's (from, to, var-queue), so that links look alike.
import { signal } from "@preact/signals";

export interface Location { path: string; params: URLSearchParams; hash: string }

const read = (): Location => ({ path: window.location.pathname, params: new URLSearchParams(window.location.search), hash: window.location.hash.slice(1) });

/** Where the page is; changes with every navigation. */
export const location = signal<Location>(read());

window.addEventListener("popstate", () => { location.value = read(); });

/** Goes to a path, or to the same path with other parameters. Back comes back here. */
export function navigate(to: string) {
  if (to === window.location.pathname + window.location.search + window.location.hash) return;
  const samePage = new URL(to, window.location.href).pathname === window.location.pathname;
  window.history.pushState(null, "", to);
  location.value = read();
  if (!samePage) window.scrollTo(0, 0);
}

/** Changes parameters of this page; null removes one. `replace` leaves no step to go back to. */
export function setParams(changes: Record<string, string | string[] | null>, how: "push" | "replace" = "push") {
  const params = new URLSearchParams(window.location.search);
  for (const [name, value] of Object.entries(changes)) {
    params.delete(name);
    for (const v of value === null ? [] : [value].flat()) params.append(name, v);
  }
  const text = readable(params);
  const to = window.location.pathname + (text ? "?" + text : "") + window.location.hash;
  if (how === "push") window.history.pushState(null, "", to);
  else window.history.replaceState(null, "", to);
  location.value = read();
}

/** A link to another page that keeps the time range. */
export function withRange(path: string): string {
  const now = location.value.params, kept = new URLSearchParams();
  for (const name of ["from", "to"]) if (now.has(name)) kept.set(name, now.get(name)!);
  if (![...kept].length) return path;
  const [before, hash] = path.split("#");
  return before + (before!.includes("?") ? "&" : "?") + readable(kept) + (hash ? "#" + hash : "");
}

/** Colons and slashes need no escape in a query, and are easier to read without. */
function readable(params: URLSearchParams): string {
  return params.toString().replaceAll("%3A", ":").replaceAll("%2F", "/");
}

/** Turns clicks on links of this origin into navigation without a load. */
export function followLinks() {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest?.("a[href]") as HTMLAnchorElement | null;
    if (!link || link.target || link.hasAttribute("download") || link.origin !== window.location.origin || !ours(link.pathname)) return;
    event.preventDefault();
    const hash = link.hash;
    navigate(link.pathname + link.search + hash);
    if (hash) document.getElementById(hash.slice(1))?.scrollIntoView({ block: "start" });
  });
}

/** Paths that the server answers itself are loaded, not routed. */
const ours = (path: string) => !/^\/(api|metrics|runbooks|-|assets|openai|t)(\/|$)/.test(path);
