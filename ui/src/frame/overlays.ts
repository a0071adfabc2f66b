import { signal } from "@preact/signals";

/** What lies over the page. */
export const overlay = signal<"palette" | "shortcuts" | null>(null);

export const openPalette = () => { overlay.value = "palette"; };
export const openShortcuts = () => { overlay.value = "shortcuts"; };
export const closeOverlay = () => { overlay.value = null; };
