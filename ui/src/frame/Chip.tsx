import type { RuleState } from "../state/server.ts";
import { Icon, type IconName } from "./Icon.tsx";

type Level = "bad" | "warn" | "ok" | "mute";

/** Icon, word and time; never colour alone. */
export function Chip({ level, icon, children }: { level: Level; icon: IconName; children: string }) {
  return <span class="chip" data-level={level}><Icon name={icon} size={13} />{children}</span>;
}

const looks: Record<RuleState, [Level, IconName]> = { firing: ["bad", "alert"], pending: ["warn", "hourglass"], quiet: ["ok", "ok"], blind: ["mute", "info"] };

export const RuleChip = ({ state, text }: { state: RuleState; text: string }) => <Chip level={looks[state][0]} icon={looks[state][1]}>{text}</Chip>;

export const levelOf = (state: RuleState): Level => looks[state][0];
export const iconOf = (state: RuleState): IconName => looks[state][1];
