import { Failed, Skeleton } from "../dashboard/states.tsx";
import { PageHead } from "../frame/PageHead.tsx";
import { Tabs } from "../silences/Tabs.tsx";
import { elsewhere } from "../silences/store.ts";
import { told as words } from "../words/told.ts";
import { Log } from "./Log.tsx";
import { useTold, type Answer } from "./model.ts";
import { Receivers } from "./Receivers.tsx";
import { Test } from "./Test.tsx";

/** Who is told of alerts, and how each attempt went. */
export function NotificationsPage() {
  const { data, error, elsewhere: other } = useTold();
  return (
    <div class="told">
      <PageHead title={words.title} />
      <Tabs />
      {other && <section class="card tall"><div class="state"><p class="state-title">{words.elsewhere}</p><p class="state-help">{elsewhere.value || words.elsewhereHelp}</p></div></section>}
      {!data && error && <section class="card tall"><Failed error={error} /></section>}
      {!data && !error && !other && <section class="card tall"><Skeleton type="table" /></section>}
      {data && (data.receivers.length === 0 && data.log.length === 0 ? <Nobody /> : <Body told={data} />)}
    </div>
  );
}

function Body({ told }: { told: Answer }) {
  return (
    <div class="told-columns">
      {told.receivers.length === 0 ? <Nobody /> : (
        <section class="card" aria-labelledby="told-who">
          <h2 id="told-who">{words.receivers}</h2>
          <Receivers list={told.receivers} />
          <Test receivers={told.receivers} />
        </section>
      )}
      <Log told={told} />
    </div>
  );
}

const Nobody = () => <section class="card tall"><div class="state"><p class="state-title">{words.nobody}</p><p class="state-help">{words.nobodyHelp}</p><div class="state-actions"><a class="button accent" href="/setup?source=notifications">{words.nobodyLink}</a></div></div></section>;
