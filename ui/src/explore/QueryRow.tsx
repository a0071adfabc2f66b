import { useEffect, useRef, useState } from "preact/hooks";
import type { CompleteStrategy } from "@prometheus-io/codemirror-promql";
import { Icon } from "../frame/Icon.tsx";
import { Menu } from "../frame/Menu.tsx";
import { say } from "../frame/toast.tsx";
import { explore as words } from "../words/explore.ts";
import { Editor } from "./Editor.tsx";
import type { QueryEditor } from "./editor.ts";
import { recent } from "./history.ts";
import type { Metadata, MetricHelp } from "./metrics.ts";
import { RowNotes } from "./RowNotes.tsx";
import type { Result } from "./results.ts";

interface Props {
  letter: string; text: string; several: boolean; focused: boolean;
  /** What the text as it stands gave. */
  result: Result | undefined;
  completion: CompleteStrategy; help: MetricHelp;
  onChange: (text: string) => void; onRun: () => void; onRemove: () => void;
}

/** A query with its letter, and below it what Prometheus says of it. */
export function QueryRow(p: Props) {
  const editor = useRef<QueryEditor | null>(null), [metric, setMetric] = useState("");
  return (
    <li class="query-row">
      <span class="query-letter" data-several={p.several || undefined} aria-hidden="true">{p.letter}</span>
      <Editor text={p.text} label={words.query(p.letter)} completion={p.completion} focused={p.focused} handle={editor} onChange={p.onChange} onRun={p.onRun} onMetric={setMetric} />
      <div class="query-actions">
        <Recent onChoose={(q) => { p.onChange(q); editor.current?.set(q); editor.current?.focus(); }} />
        {p.several && <button type="button" class="icon-button" aria-label={words.remove(p.letter)} title={words.remove(p.letter)} onClick={p.onRemove}><Icon name="close" /></button>}
      </div>
      <div class="query-below">
        {p.result && <RowNotes result={p.result} onGoTo={(line, column) => editor.current?.goTo(line, column)} />}
        {metric && <MetricLine name={metric} help={p.help} />}
      </div>
    </li>
  );
}

function Recent({ onChoose }: { onChoose: (query: string) => void }) {
  const list = recent.value;
  if (list.length === 0) return <button type="button" class="icon-button" aria-label={words.history} title={words.history} onClick={() => say(words.noHistory)}><Icon name="clock" /></button>;
  return <Menu label={words.history} items={list.map((q) => ({ label: q, run: () => onChoose(q) }))}><Icon name="clock" /></Menu>;
}

/** What the metric under the cursor counts. */
function MetricLine({ name, help }: { name: string; help: MetricHelp }) {
  const [known, setKnown] = useState<Metadata | null>(null);
  useEffect(() => {
    let wanted = true;
    setKnown(null);
    void help.of(name).then((found) => { if (wanted) setKnown(found); });
    return () => { wanted = false; };
  }, [name]);
  if (!known) return null;
  return <p class="query-help"><code>{name}</code> <span class="muted">{known.type}</span> {known.help}</p>;
}
