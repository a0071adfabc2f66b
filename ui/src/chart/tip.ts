// The one tooltip of the page, and who shows it.
import { signal } from "@preact/signals";
import { holds } from "../state/time.ts";
import type { Mark } from "./annotations.ts";

export interface TipRow { name: string; colour: string; value: number; unit?: string; decimals?: number; dash?: boolean; text?: string }
export interface TipContent { x: number; y: number; at: number; title?: string; rows: TipRow[]; marks?: Mark[] }

interface Tip extends TipContent { owner: object; pinned: boolean }

export const tip = signal<Tip | null>(null);

export function showTip(owner: object, content: TipContent) {
  if (tip.peek()?.pinned && tip.peek()?.owner === owner) { tip.value = { ...content, owner, pinned: true }; return; }
  release();
  tip.value = { ...content, owner, pinned: false };
}

/** Keeps the tooltip, and holds the refresh, until the next tap elsewhere. */
export function pinTip(owner: object) {
  const now = tip.peek();
  if (!now || now.owner !== owner || now.pinned) return;
  tip.value = { ...now, pinned: true };
  holds.value++;
}

export function hideTip(owner: object) {
  const now = tip.peek();
  if (now?.owner === owner && !now.pinned) tip.value = null;
}

/** Lets go of a pinned tooltip. */
export function release() {
  if (tip.peek()?.pinned) holds.value--;
  if (tip.peek()) tip.value = null;
}
