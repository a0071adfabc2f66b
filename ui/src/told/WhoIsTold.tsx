import { useState } from "preact/hooks";
import { Failed, Skeleton } from "../dashboard/states.tsx";
import { Icon } from "../frame/Icon.tsx";
import { copy } from "../frame/toast.tsx";
import { elsewhere } from "../silences/store.ts";
import { t } from "../words/en.ts";
import { told as words } from "../words/told.ts";
import type { Told } from "./model.ts";
import { Receivers } from "./Receivers.tsx";
import { Test } from "./Test.tsx";

/** Setup's part about who is told: how it goes, or how to begin. */
export function WhoIsTold({ told, back }: { told: Told; back: string }) {
  return (
    <article class="card rule-detail who-told">
      <a class="back" href="/setup"><Icon name="back" />{back}</a>
      <h2 class="source-title">{words.receivers}</h2>
      <p class="source-lead">{words.setupLead}</p>
      <Body told={told} />
    </article>
  );
}

function Body({ told: { data, error, elsewhere: other } }: { told: Told }) {
  if (other) return <p>{elsewhere.value || words.elsewhereHelp}</p>;
  if (!data) return error ? <Failed error={error} /> : <Skeleton type="table" />;
  if (data.receivers.length === 0) return <Begin />;
  return (
    <>
      <Receivers list={data.receivers} />
      <Test receivers={data.receivers} />
      <p class="told-test"><a class="accent-link" href="/alerts/notifications">{words.log_link}</a></p>
    </>
  );
}

const services: [string, string][] = [
  ["Slack", "notifications:\n  slack: {webhook_url_file: /run/secrets/slack-webhook}"],
  ["PagerDuty", "notifications:\n  pagerduty: {routing_key_file: /run/secrets/pagerduty-key}"],
];

function Begin() {
  return (
    <>
      {services.map(([name, yaml]) => <Snippet key={name} name={name} yaml={yaml} />)}
      <p class="told-test">{words.reload} <a class="accent-link" href="/settings">{words.reloadLink}</a></p>
      <p class="muted">{words.reference}</p>
    </>
  );
}

function Snippet({ name, yaml }: { name: string; yaml: string }) {
  const [id] = useState(() => `yaml-${name}`);
  return (
    <section class="snippet" aria-labelledby={id}>
      <header><h3 id={id}>{name}</h3><span class="snippet-file">luneo.yml</span><button type="button" class="button" onClick={() => void copy(yaml, t.copied.code, t.copied.failed)}><Icon name="copy" />{words.copy}<span class="sr"> {name}</span></button></header>
      <pre class="code" tabIndex={0}><code>{yaml}</code></pre>
    </section>
  );
}
