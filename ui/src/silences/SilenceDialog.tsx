import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { whenText } from "../chart/axis.ts";
import { Dialog } from "../frame/Dialog.tsx";
import { say } from "../frame/toast.tsx";
import { may } from "../state/server.ts";
import { forInput } from "../state/time.ts";
import { t } from "../words/en.ts";
import { silences as words } from "../words/silences.ts";
import { keepAuthor, lastAuthor, signedIn } from "./author.ts";
import { More } from "./icons.tsx";
import { Hits, Matchers } from "./Matchers.tsx";
import { isPause, type Matcher } from "./model.ts";
import { expire, keep } from "./store.ts";
import { beginWith, choices, endOf, type Until } from "./until.ts";

export interface Beginning { matchers: Matcher[]; duration?: string | null; reason?: string; misread?: string[] }

/** Makes a silence: of whom, until when, why, and by whom. One of everything is a pause. */
export function SilenceDialog({ begin, onClose }: { begin: Beginning; onClose: () => void }) {
  const [pause] = useState(isPause(begin)), [matchers, setMatchers] = useState(begin.matchers), [until, setUntil] = useState<Until>(() => beginWith(begin.duration ?? null));
  const [reason, setReason] = useState(begin.reason ?? ""), [author, setAuthor] = useState(lastAuthor()), [state, setState] = useState<Sending>({ busy: false, wrong: "" });
  useClock();
  const end = endOf(until);
  const submit = async (e: Event) => {
    e.preventDefault();
    setState({ busy: true, wrong: "" });
    const wrong = end > Date.now() ? await send({ matchers, end, reason, author: signedIn() || author.trim() }, pause) : words.form.past;
    setState({ busy: false, wrong });
    if (!wrong) onClose();
  };
  return (
    <Dialog title={pause ? words.pause.title : words.form.title} class="silence-dialog" onClose={onClose}>
      <form class="silence-form" onSubmit={(e) => void submit(e)}>
        <div class="form-body">
          {begin.misread?.map((m) => <p key={m} class="wrong" role="alert">{words.form.bad(m)}</p>)}
          {pause ? <p>{words.pause.what}</p> : <Matchers list={matchers} onChange={setMatchers} />}
          <Hits matchers={matchers} />
          <Lengths until={until} onChange={setUntil} />
          <label class="form-part">{words.form.reason}<input class="input" type="text" required autofocus maxLength={500} placeholder={pause ? words.pause.reasonPlaceholder : words.form.reasonPlaceholder} value={reason} onInput={(e) => setReason(e.currentTarget.value)} /></label>
          <Author name={author} onChange={setAuthor} />
        </div>
        <End state={state} end={end} pause={pause} ready={matchers.length > 0} onClose={onClose} />
      </form>
    </Dialog>
  );
}

interface Sending { busy: boolean; wrong: string }

/** What went wrong, and the button that says what it does until when. */
function End({ state: { busy, wrong }, end, pause, ready, onClose }: { state: Sending; end: number; pause: boolean; ready: boolean; onClose: () => void }) {
  const when = Number.isNaN(end) ? "–" : whenText(end / 1000), allowed = may("admin");
  return (
    <footer class="form-end">
      {wrong && <p class="wrong" role="alert">{wrong}</p>}
      {!allowed && <p class="muted">{words.list.needsAdmin}</p>}
      <button type="button" class="button" onClick={onClose}>{words.form.cancel}</button>
      <button type="submit" class="button accent" disabled={busy || !ready || !allowed}><More name={pause ? "pause" : "silenced"} />{busy ? words.form.sending : pause ? words.pause.submit(when) : words.form.submit(when)}</button>
    </footer>
  );
}

/** The button says when it ends: that moves on while the form is open. */
function useClock() {
  const [, move] = useState(0);
  useEffect(() => { const timer = setInterval(() => move((n) => n + 1), 10_000); return () => clearInterval(timer); }, []);
}

/** Keeps the silence; returns what went wrong, or nothing. */
async function send(s: { matchers: Matcher[]; end: number; reason: string; author: string }, pause: boolean): Promise<string> {
  try {
    if (!signedIn()) keepAuthor(s.author);
    const id = await keep({ matchers: s.matchers, startsAt: new Date().toISOString(), endsAt: new Date(s.end).toISOString(), createdBy: s.author, comment: s.reason.trim() });
    const when = whenText(s.end / 1000);
    say(pause ? words.pause.done(when) : words.form.done(when), { label: words.form.undo, run: () => void expire(id) });
    return "";
  } catch (err) {
    return err instanceof ApiError ? err.message : t.states.error;
  }
}

function Lengths({ until, onChange }: { until: Until; onChange: (u: Until) => void }) {
  return (
    <fieldset class="form-part">
      <legend>{words.form.length}</legend>
      <div class="segmented">
        {choices.map((c) => <button type="button" key={c} aria-pressed={until.choice === c} onClick={() => onChange({ ...until, choice: c })}>{words.form.lengths[c]}</button>)}
      </div>
      {until.choice === "custom" && <label class="form-end-at">{words.form.end}<input class="input" type="datetime-local" required min={forInput(Date.now() / 1000)} value={until.custom} onInput={(e) => onChange({ ...until, custom: e.currentTarget.value })} /></label>}
    </fieldset>
  );
}

function Author({ name, onChange }: { name: string; onChange: (name: string) => void }) {
  if (signedIn()) return <p class="muted">{words.form.signedIn(signedIn())}</p>;
  return <label class="form-part">{words.form.author}<input class="input" type="text" required maxLength={100} autocomplete="name" aria-describedby="author-help" value={name} onInput={(e) => onChange(e.currentTarget.value)} /><span class="muted" id="author-help">{words.form.authorHelp}</span></label>;
}
