import { silences as words } from "../words/silences.ts";
import { elsewhere } from "./store.ts";

/** Where to look when other Alertmanagers tell people. */
export const Elsewhere = () => <section class="card tall"><div class="state"><p class="state-title">{words.elsewhere}</p><p class="state-help">{words.elsewhereHelp(elsewhere.value)}</p></div></section>;
