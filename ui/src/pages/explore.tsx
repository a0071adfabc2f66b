import { useEffect, useMemo, useState } from "preact/hooks";
import { serverCompletion } from "../explore/editor.ts";
import { Examples } from "../explore/Examples.tsx";
import { remember } from "../explore/history.ts";
import { MetricHelp } from "../explore/metrics.ts";
import { ask, letterOf, mostQueries, queriesOf } from "../explore/model.ts";
import { QueryRow } from "../explore/QueryRow.tsx";
import { ResultCard } from "../explore/ResultCard.tsx";
import { useResults, type Results } from "../explore/results.ts";
import { PageHead } from "../frame/PageHead.tsx";
import { refresh } from "../state/time.ts";
import { location } from "../state/url.ts";
import { t } from "../words/en.ts";
import { explore as words } from "../words/explore.ts";

/** PromQL with completion, its answer as a graph and as a table. */
export default function Explore() {
  const { results, busy } = useResults();
  const asked = queriesOf(location.value.params);
  return (
    <div class="explore">
      <PageHead title={t.pages.explore} time />
      <Queries asked={asked} results={results} />
      {asked.length === 0 ? <Examples /> : <ResultCard results={results} busy={busy} />}
    </div>
  );
}

interface Draft { id: number; text: string }

/** The queries as they are being written; the URL has those that run. */
function Queries({ asked, results }: { asked: string[]; results: Results | null }) {
  const [drafts, setDrafts] = useDrafts(asked);
  const completion = useMemo(serverCompletion, []), help = useMemo(() => new MetricHelp(), []);
  useEffect(() => () => completion.destroy?.(), []);
  useEffect(() => { if (asked.length) remember(asked); }, [asked.join("\0")]);
  const run = (list: Draft[]) => {
    const queries = list.map((d) => d.text.trim()).filter(Boolean);
    if (queries.join("\0") === asked.join("\0")) refresh();
    else ask(queries);
  };
  const change = (id: number, text: string) => setDrafts((all) => all.map((d) => (d.id === id ? { ...d, text } : d)));
  const removeOne = (id: number) => {
    const rest = drafts.filter((d) => d.id !== id);
    setDrafts(rest);
    run(rest);
  };
  const full = drafts.length >= mostQueries;
  return (
    <section class="card queries" aria-label={words.queries}>
      <ol>
        {drafts.map((d, i) => (
          <QueryRow key={d.id} letter={letterOf(i)} text={d.text} several={drafts.length > 1} focused={i === drafts.length - 1 && d.text === ""} completion={completion} help={help}
            result={results?.list.find((r) => r.expr === d.text.trim())} onChange={(text) => change(d.id, text)} onRun={() => run(drafts)} onRemove={() => removeOne(d.id)} />
        ))}
      </ol>
      <div class="query-tools">
        <button type="button" class="button" disabled={full} title={full ? words.most(mostQueries) : undefined} onClick={() => setDrafts((all) => [...all, fresh("")])}>{words.add}</button>
        <button type="button" class="button accent" onClick={() => run(drafts)}>{words.run}<span class="run-keys only-wide" aria-hidden="true">{words.runKeys}</span></button>
      </div>
    </section>
  );
}

let drafted = 0;
const fresh = (text: string): Draft => ({ id: ++drafted, text });

/** Follows the URL, by its links and by Back; a query that stays in its place keeps its editor. */
function useDrafts(asked: string[]) {
  const [drafts, setDrafts] = useState<Draft[]>(() => (asked.length ? asked : [""]).map(fresh));
  const key = asked.join("\0");
  useEffect(() => {
    setDrafts((before) => (asked.length ? asked : [""]).map((text, i) => (before[i] ? { ...before[i]!, text } : fresh(text))));
  }, [key]);
  return [drafts, setDrafts] as const;
}
