import { Failed, Skeleton } from "../dashboard/states.tsx";
import { PageHead } from "../frame/PageHead.tsx";
import { Figures } from "../spend/Figures.tsx";
import { ByModel } from "../spend/ByModel.tsx";
import { Days } from "../spend/Days.tsx";
import { Baseline } from "../spend/Baseline.tsx";
import { Budgets } from "../spend/Budgets.tsx";
import { Headroom } from "../spend/Headroom.tsx";
import { ByTag, ByUpstream } from "../spend/Shares.tsx";
import { Expected } from "../spend/Expected.tsx";
import type { SpendAnswer } from "../spend/model.ts";
import { usePoll } from "../state/poll.ts";
import { t } from "../words/en.ts";
import { words } from "../words/pages.ts";

/** What the AI costs: now, this month, by whom, and against what is usual. */
export default function Spend() {
  const { data, error } = usePoll<SpendAnswer>("/api/spend");
  return (
    <div class="spend">
      <PageHead title={t.pages.spend} time />
      {!data && error && <section class="card tall"><Failed error={error} /></section>}
      {!data && !error && <section class="card tall"><Skeleton type="timeseries" /></section>}
      {data && data.rows.length === 0 && data.monthCents === 0 && <Nothing />}
      {data && (data.rows.length > 0 || data.monthCents > 0) && (
        <>
          <Figures spend={data} />
          <Baseline windows={data.windows} />
          <div class="spend-columns"><ByModel spend={data} /><Days spend={data} /></div>
          <div class="spend-columns"><ByUpstream spend={data} /><Budgets budgets={data.budgets} /></div>
          <div class="spend-columns"><ByTag tags={data.tags} /><Headroom /></div>
          <Expected />
        </>
      )}
    </div>
  );
}

const Nothing = () => (
  <section class="card tall"><div class="state">
    <p class="state-title">{t.states.neverTitle("AI spend")}</p><p class="state-help">{words.spend.nothing}</p>
    <div class="state-actions"><a class="button accent" href="/setup?source=openai">{t.states.connect("OpenAI calls")}</a></div>
  </div></section>
);
