// Who silences: the user who is signed in, else the name that a person gave
// last in this browser.
import { session } from "../state/server.ts";

const key = "luneo-author", anonymous = "anonymous";

export function signedIn(): string {
  const name = session.value?.caller.name ?? "";
  return name === anonymous ? "" : name;
}

export const lastAuthor = () => localStorage.getItem(key) ?? "";
export const keepAuthor = (name: string) => localStorage.setItem(key, name);
