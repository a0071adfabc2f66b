import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { fullTime, whenText } from "../chart/axis.ts";
import { Icon } from "../frame/Icon.tsx";
import { say } from "../frame/toast.tsx";
import { may } from "../state/server.ts";
import { ago, t } from "../words/en.ts";
import { silences as words } from "../words/silences.ts";
import { Confirm } from "./Confirm.tsx";
import { More } from "./icons.tsx";
import { covers, isPause, linkToNew, matcherText, seconds, type Firing, type Silence } from "./model.ts";
import { extend } from "./store.ts";

interface Props { active: Silence[]; pending: Silence[]; expired: Silence[]; firing: Firing[] | null }

const mostEnded = 20;

/** Those that silence now, those that will, and those that did. */
export function List({ active, pending, expired, firing }: Props) {
  const soonest = (a: Silence, b: Silence) => seconds(a.endsAt) - seconds(b.endsAt), ended = [...expired].sort((a, b) => soonest(b, a));
  return (
    <>
      <Group title={words.list.active} list={[...active].sort(soonest)} firing={firing} always />
      <Group title={words.list.pending} list={[...pending].sort((a, b) => seconds(a.startsAt) - seconds(b.startsAt))} firing={firing} />
      <Group title={words.list.expired} list={ended.slice(0, mostEnded)} firing={firing} />
      {ended.length > mostEnded && <p class="partial">{words.list.more(ended.length - mostEnded)}</p>}
    </>
  );
}

function Group({ title, list, firing, always = false }: { title: string; list: Silence[]; firing: Firing[] | null; always?: boolean }) {
  if (list.length === 0 && !always) return null;
  return (
    <section class="card silence-group">
      <h2>{title} <span class="count">{list.length}</span></h2>
      {list.length === 0 && <p class="muted">{words.list.noActive}</p>}
      <ul>{list.map((s) => <Row key={s.id} silence={s} firing={firing} />)}</ul>
    </section>
  );
}

function Row({ silence: s, firing }: { silence: Silence; firing: Firing[] | null }) {
  const hit = firing?.filter((f) => f.status.silencedBy.includes(s.id) || covers(s, f.labels)).length;
  return (
    <li class="silence" data-state={s.status.state}>
      <span class="silence-icon"><More name={isPause(s) ? "pause" : "silenced"} size={18} /></span>
      <div class="silence-what">
        <p class="silence-why">{s.comment}</p>
        <p class="silence-matchers">{isPause(s) ? <span>{words.pause.all}</span> : s.matchers.map((m) => <code key={matcherText(m)}>{matcherText(m)}</code>)}</p>
        <p class="silence-who">{who(s)}{s.status.state !== "expired" && hit !== undefined && ` · ${words.list.covers(hit)}`}</p>
      </div>
      <p class="silence-when" title={fullTime(seconds(s.endsAt))}>{lasting(s)}</p>
      {may("admin") && <div class="silence-actions"><Actions silence={s} hit={hit ?? 0} /></div>}
    </li>
  );
}

function who(s: Silence): string {
  const name = s.createdBy || "–", begin = whenText(seconds(s.startsAt));
  return s.status.state === "pending" ? name : (s.status.state === "active" ? words.list.since : words.list.from)(name, begin);
}

function lasting(s: Silence): string {
  if (s.status.state === "expired") return words.list.ended(whenText(seconds(s.endsAt)));
  if (s.status.state === "pending") return words.list.starts(whenText(seconds(s.startsAt)), whenText(seconds(s.endsAt)));
  return words.list.ends(whenText(seconds(s.endsAt)), ago(seconds(s.endsAt) - Date.now() / 1000));
}

function Actions({ silence: s, hit }: { silence: Silence; hit: number }) {
  const [asking, ask] = useState(false), name = <span class="sr">{words.list.for(s.comment)}</span>;
  if (s.status.state === "expired") return <a class="button" href={linkToNew(s.matchers) + "&" + new URLSearchParams({ reason: s.comment })}><Icon name="refresh" />{words.list.again}{name}</a>;
  return (
    <>
      <Button run={() => longer(s)}><More name="extend" />{words.list.extend}{name}</Button>
      <Button run={() => ask(true)}><Icon name="close" />{words.list.expire}{name}</Button>
      {asking && <Confirm silence={s} hit={s.status.state === "active" ? hit : 0} onClose={() => ask(false)} />}
    </>
  );
}

const Button = ({ run, children }: { run: () => void; children: ComponentChildren }) => <button type="button" class="button" onClick={run}>{children}</button>;

function longer(s: Silence) {
  extend(s, 1).then(() => say(words.list.extended(whenText(seconds(s.endsAt) + 3600))), (err) => say(err instanceof ApiError ? err.message : t.states.error));
}
