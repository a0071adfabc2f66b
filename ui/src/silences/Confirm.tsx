import { useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { Dialog } from "../frame/Dialog.tsx";
import { say } from "../frame/toast.tsx";
import { t } from "../words/en.ts";
import { silences as words } from "../words/silences.ts";
import { isPause, matcherText, type Silence } from "./model.ts";
import { expire } from "./store.ts";

/** Asks before a silence ends, and says whom that tells. */
export function Confirm({ silence: s, hit, onClose }: { silence: Silence; hit: number; onClose: () => void }) {
  const [busy, setBusy] = useState(false), [wrong, setWrong] = useState("");
  const end = async () => {
    setBusy(true);
    try {
      await expire(s.id);
      say(words.confirm.done);
      onClose();
    } catch (err) {
      setBusy(false);
      setWrong(err instanceof ApiError ? err.message : t.states.error);
    }
  };
  return (
    <Dialog title={words.confirm.title} class="confirm" onClose={onClose}>
      <div class="form-body">
        <p class="silence-why">{s.comment}</p>
        <p class="silence-matchers">{isPause(s) ? <span>{words.pause.all}</span> : s.matchers.map((m) => <code key={matcherText(m)}>{matcherText(m)}</code>)}</p>
        <p>{words.confirm.tells(hit)}</p>
      </div>
      <footer class="form-end">
        {wrong && <p class="wrong" role="alert">{wrong}</p>}
        <button type="button" class="button" onClick={onClose}>{words.confirm.no}</button>
        <button type="button" class="button accent" autofocus disabled={busy} onClick={() => void end()}>{words.confirm.yes}</button>
      </footer>
    </Dialog>
  );
}
