import { Chip } from "../frame/Chip.tsx";
import { queues as words } from "../words/queues.ts";
import { limitText, type Queue } from "./model.ts";

type Judged = Pick<Queue, "level" | "oldest_seconds" | "limit_seconds">;

/** How the oldest wait stands to its limit. Without `always` only what is not well is said. */
export function LevelChip({ of, always }: { of: Judged; always?: boolean }) {
  const limit = limitText(of.limit_seconds), oldest = of.oldest_seconds ?? 0;
  if (of.level === "firing") return <Chip level="bad" icon="alert">{words.levels.firing}</Chip>;
  if (of.level === "warn") return <Chip level="warn" icon="hourglass">{oldest > of.limit_seconds ? words.levels.over(limit) : oldest > of.limit_seconds / 2 ? words.levels.over(limitText(of.limit_seconds / 2)) : words.levels.pending}</Chip>;
  if (!always) return null;
  return of.oldest_seconds === null ? <Chip level="mute" icon="info">{words.levels.unknown}</Chip> : <Chip level="ok" icon="ok">{words.levels.ok}</Chip>;
}
