import { timeText, timeTicks, whenText } from "../chart/axis.ts";
import { spansOfRule } from "../silences/band.ts";
import { silences } from "../silences/store.ts";
import { usePoll } from "../state/poll.ts";
import { location, setParams } from "../state/url.ts";
import { t } from "../words/en.ts";
import { words } from "../words/pages.ts";
import { silences as silenceWords } from "../words/silences.ts";
import { linkTo, type HistoryAnswer, type Lane } from "./model.ts";

/** When each rule was pending and firing: one lane a rule. Rules that stayed quiet are counted, not drawn. */
export function History({ chosen }: { chosen: string | undefined }) {
  const span = location.value.params.get("history") === "7d" ? "7d" : "24h";
  const { data } = usePoll<HistoryAnswer>(`/api/alerts/history?range=${span}`);
  if (!data) return <section class="card history" aria-busy="true" />;
  const from = Date.parse(data.from) / 1000, to = Date.parse(data.to) / 1000;
  const lanes = data.lanes.filter((l) => l.intervals.length > 0 || l.rule === chosen || guide.includes(l.rule) || spansOfRule(silences.value ?? [], l.rule, { from, to }).length > 0);
  const axis = timeTicks(from, to, 7);
  return (
    <section class="card history" aria-label={words.alerts.history[span]}>
      <header class="history-head">
        <h2>{words.alerts.history[span]}</h2><span class="panel-sub">{data.words}</span>
        <div class="segmented" role="group" aria-label={words.alerts.historyRange}>
          {(["24h", "7d"] as const).map((s) => <button type="button" key={s} aria-pressed={span === s} onClick={() => setParams({ history: s === "24h" ? null : s }, "replace")}>{words.alerts.span[s]}</button>)}
        </div>
        <ul class="history-key" aria-hidden="true"><li data-state="silenced">{silenceWords.silenced}</li><li data-state="firing">{words.alerts.states.firing}</li><li data-state="pending">{words.alerts.states.pending}</li></ul>
      </header>
      <ul class="lanes">{lanes.map((l) => <LaneRow key={l.rule} lane={l} from={from} to={to} />)}</ul>
      <div class="lane-axis" aria-hidden="true">{axis.at.filter((at) => (at - from) / (to - from) < 0.94).map((at) => <span key={at} style={{ left: `${((at - from) / (to - from)) * 100}%` }}>{timeText(at, axis.step)}</span>)}<span class="lane-now">{t.relative.now}</span></div>
      {lanes.length < data.lanes.length && <p class="muted">{words.alerts.stayedQuiet(data.lanes.length - lanes.length)}</p>}
    </section>
  );
}

/** The guide's three are always there. */
const guide = ["QueueWaitTimeHigh", "ErrorRateHigh", "CostSpikeDetected"];

function LaneRow({ lane, from, to }: { lane: Lane; from: number; to: number }) {
  const share = (at: number) => Math.min(1, Math.max(0, (at - from) / (to - from))) * 100, place = (at: string) => share(Date.parse(at) / 1000);
  return (
    <li class="lane">
      <a class="lane-name" href={linkTo(lane.rule)}>{lane.rule}</a>
      <div class="lane-track" role="img" aria-label={`${lane.rule}: ${lane.words}`}>
        {[...lane.intervals].sort((a, b) => (a.state === b.state ? 0 : a.state === "pending" ? -1 : 1)).map((i) => (
          <i key={i.state + i.from + i.to} data-state={i.state} title={`${words.alerts.states[i.state]} ${whenText(Date.parse(i.from) / 1000)} – ${whenText(Date.parse(i.to) / 1000)}`}
            style={{ left: `${place(i.from)}%`, width: `${place(i.to) - place(i.from)}%` }} />
        ))}
        {spansOfRule(silences.value ?? [], lane.rule, { from, to }).map((s) => <i key={s.id} data-state="silenced" title={silenceWords.band(s.who, s.why)} style={{ left: `min(${share(s.from)}%, 100% - 3px)`, width: `${share(s.to) - share(s.from)}%` }} />)}
      </div>
      <span class="lane-words">{lane.words}</span>
    </li>
  );
}
