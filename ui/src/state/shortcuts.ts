// Whether single keys are shortcuts; kept in the browser.
import { signal } from "@preact/signals";

const name = "luneo-shortcuts";

export const shortcutsOn = signal(localStorage.getItem(name) !== "off");

export function setShortcuts(to: "on" | "off") {
  shortcutsOn.value = to === "on";
  localStorage.setItem(name, to);
}
