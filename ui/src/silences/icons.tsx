import { BellOff, Pause, Play, Plus, TimerReset } from "lucide";
import { Drawn } from "../frame/Icon.tsx";

const icons = { silenced: BellOff, pause: Pause, resume: Play, add: Plus, extend: TimerReset };

/** The icons that only these pages use. */
export const More = ({ name, size }: { name: keyof typeof icons; size?: number }) => <Drawn of={icons[name]} size={size} />;
