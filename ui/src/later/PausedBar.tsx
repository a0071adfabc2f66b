import "../silences/style.ts";
import { ApiError } from "../api/client.ts";
import { fullTime, whenText } from "../chart/axis.ts";
import { say } from "../frame/toast.tsx";
import { More } from "../silences/icons.tsx";
import { seconds, type Silence } from "../silences/model.ts";
import { expire } from "../silences/store.ts";
import { may } from "../state/server.ts";
import { t } from "../words/en.ts";
import { silences as words } from "../words/silences.ts";

interface Props { pauses: Silence[] }

/** Until when everything is paused, who wants it, why, and the button that ends it. */
export default function PausedBar({ pauses }: Props) {
  const last = pauses[0];
  if (!last) return null;
  return (
    <section class="paused" aria-label={words.pause.region}>
      <More name="pause" size={18} />
      <p title={fullTime(seconds(last.endsAt))}><b>{words.pause.banner(whenText(seconds(last.endsAt)))}</b> <span class="paused-why">{words.pause.why(last.createdBy || "–", last.comment)}</span></p>
      {may("admin") && <button type="button" class="button" onClick={() => void resume(pauses)}><More name="resume" />{words.pause.resume}</button>}
    </section>
  );
}

async function resume(pauses: Silence[]) {
  try {
    for (const s of pauses) await expire(s.id);
    say(words.pause.resumed);
  } catch (err) {
    say(err instanceof ApiError ? err.message : t.states.error);
  }
}
