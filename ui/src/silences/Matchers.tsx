import { useState } from "preact/hooks";
import { Icon } from "../frame/Icon.tsx";
import { scopeOf } from "../alerts/model.ts";
import { usePoll } from "../state/poll.ts";
import { silences as words } from "../words/silences.ts";
import { More } from "./icons.tsx";
import { isNews, matcherText, parseMatcher, type Firing, type Matcher } from "./model.ts";

/** The labels of a silence; each can be removed, and more be added. */
export function Matchers({ list, onChange }: { list: Matcher[]; onChange: (list: Matcher[]) => void }) {
  return (
    <fieldset class="form-part">
      <legend>{words.form.matching}</legend>
      <ul class="matchers">
        {list.map((m, i) => {
          const text = matcherText(m);
          return <li key={text + i}><code>{text}</code><button type="button" class="matcher-drop" aria-label={words.form.drop(text)} title={words.form.drop(text)} onClick={() => onChange(list.filter((_, j) => j !== i))}><Icon name="close" size={14} /></button></li>;
        })}
      </ul>
      <Add onAdd={(m) => onChange([...list, m])} />
    </fieldset>
  );
}

function Add({ onAdd }: { onAdd: (m: Matcher) => void }) {
  const [text, setText] = useState(""), [wrong, setWrong] = useState("");
  const add = () => {
    if (!text.trim()) return;
    const matcher = parseMatcher(text);
    setWrong(matcher ? "" : text);
    if (matcher) { onAdd(matcher); setText(""); }
  };
  const enters = (e: KeyboardEvent) => e.key === "Enter" && !e.isComposing && (e.preventDefault(), true); // it adds, and does not send the form
  return (
    <>
      <div class="matcher-add">
        <input class="input mono" type="text" aria-label={words.form.add} placeholder={words.form.addPlaceholder} spellcheck={false} autocomplete="off" value={text} onInput={(e) => setText(e.currentTarget.value)} onKeyDown={(e) => { if (enters(e)) add(); }} onKeyPress={enters} />
        <button type="button" class="button" onClick={add}><More name="add" />{words.form.addButton}</button>
      </div>
      {wrong && <p class="wrong" role="alert">{words.form.bad(wrong)}</p>}
    </>
  );
}

const mostNamed = 4;

/** How many of the alerts that fire now have these labels: the server's own matching. */
export function Hits({ matchers }: { matchers: Matcher[] }) {
  const asked = new URLSearchParams(matchers.map((m) => ["filter", matcherText(m)]));
  const all = usePoll<Firing[]>("/api/v2/alerts"), hit = usePoll<Firing[]>(matchers.length ? `/api/v2/alerts?${asked}` : null);
  if (matchers.length === 0) return <p class="hits" role="status">{words.form.needsOne}</p>;
  const error = hit.error ?? all.error;
  if (error) return <p class="hits wrong" role="alert">{error.message}</p>;
  if (!all.data || !hit.data) return <p class="hits muted" role="status">{words.form.counting}</p>;
  const of = all.data.filter(isNews).length, found = hit.data.filter(isNews);
  return (
    <div class="hits" role="status">
      <p>{of === 0 ? words.form.none : words.form.hits(found.length, of)}</p>
      {found.length > 0 && <ul>{found.slice(0, mostNamed).map((f) => <li key={JSON.stringify(f.labels)}><b>{f.labels.alertname}</b> {scopeOf(f.labels)}</li>)}{found.length > mostNamed && <li class="muted">{words.form.more(found.length - mostNamed)}</li>}</ul>}
    </div>
  );
}
