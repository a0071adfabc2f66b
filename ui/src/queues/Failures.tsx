import { whenText, fullTime } from "../chart/axis.ts";
import { State } from "../dashboard/states.tsx";
import { queues as words } from "../words/queues.ts";
import { count, type FailureGroup, type QueueAnswer } from "./model.ts";

/** Why the jobs failed that the queue keeps: one row a distinct error. */
export function Failures({ answer }: { answer: QueueAnswer }) {
  const f = answer.failures, w = words.failures;
  return (
    <section class="card">
      <header class="history-head"><h2>{w.title}</h2>{f && f.groups.length > 0 && <span class="panel-sub">{w.sub(w.jobs(count(f.read)), f.groups.length)}{f.read < f.failed && `; ${w.read(count(f.read), count(f.failed))}`}</span>}</header>
      {!f ? <State icon="warning" level="bad" title={w.failed} help={answer.failures_error} />
        : f.groups.length === 0 ? <State icon="ok" title={w.none} help={w.noneHelp} />
          : <Groups groups={f.groups} />}
    </section>
  );
}

function Groups({ groups }: { groups: FailureGroup[] }) {
  const w = words.failures, most = groups[0]!.jobs;
  return (
    <ul class="failures">
      {groups.map((g) => (
        <li key={g.reason}>
          <details>
            <summary><span class="failure-reason">{g.reason || w.noReason}</span><b>{count(g.jobs)}</b><time dateTime={g.last} title={fullTime(Date.parse(g.last) / 1000)}>{whenText(Date.parse(g.last) / 1000)}</time><i class="share" style={{ "--share": `${Math.max(1, (g.jobs / most) * 100)}%` }} aria-hidden="true" /></summary>
            <p class="list-head">{w.example}</p>
            <pre class="code" tabIndex={0}><code>{g.example || w.noReason}</code></pre>
            <p class="muted">{[g.names.length ? `${w.names} ${g.names.join(", ")}` : "", g.job_ids.length ? `${w.ids} ${g.job_ids.join(", ")}` : "", `${w.first} ${whenText(Date.parse(g.first) / 1000)}`].filter(Boolean).join(" · ")}</p>
          </details>
        </li>
      ))}
    </ul>
  );
}
