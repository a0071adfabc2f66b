import { useEffect, useState } from "preact/hooks";
import { later } from "../frame/Later.tsx";
import { isActive, isPause, seconds } from "../silences/model.ts";
import { followSilences, silences } from "../silences/store.ts";

const PausedBar = later(() => import("./PausedBar.tsx"));

followSilences();

/** Looks, on every page, whether everything is paused. */
export default function Paused() {
  const pauses = (silences.value ?? []).filter((s) => isActive(s) && isPause(s)).sort((a, b) => seconds(b.endsAt) - seconds(a.endsAt));
  useEnd(pauses[0]?.endsAt);
  return <div role="status">{pauses.length > 0 && <PausedBar pauses={pauses} />}</div>;
}

const longestTimer = 2 ** 31 - 1;

/** Looks again when the pause is over, also where the page does not refresh. */
function useEnd(endsAt: string | undefined) {
  const [, look] = useState(0);
  useEffect(() => {
    if (!endsAt) return;
    const left = Date.parse(endsAt) - Date.now(), timer = setTimeout(() => look((n) => n + 1), Math.min(Math.max(left, 0) + 100, longestTimer));
    return () => clearTimeout(timer);
  }, [endsAt]);
}
