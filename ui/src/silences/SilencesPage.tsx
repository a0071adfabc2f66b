import { Failed, Skeleton } from "../dashboard/states.tsx";
import { PageHead } from "../frame/PageHead.tsx";
import { may } from "../state/server.ts";
import { location, navigate } from "../state/url.ts";
import { silences as words } from "../words/silences.ts";
import { Elsewhere } from "./Elsewhere.tsx";
import { More } from "./icons.tsx";
import { List } from "./List.tsx";
import { linkToPause, parseMatcher, type Silence } from "./model.ts";
import { SilenceDialog, type Beginning } from "./SilenceDialog.tsx";
import { elsewhere, silences, silencesError, useFiring } from "./store.ts";
import { Tabs } from "./Tabs.tsx";

/** Who is not told of what, until when, and why. */
export function SilencesPage() {
  const begin = location.value.path === "/alerts/silences/new" ? asked(location.value.params) : null;
  return (
    <div class="silences-page">
      <PageHead title={words.title} actions={elsewhere.value ? undefined : <Actions />} />
      <Tabs />
      {elsewhere.value ? <Elsewhere /> : <Body />}
      {begin && !elsewhere.value && <SilenceDialog key={location.value.params.toString()} begin={begin} onClose={() => navigate("/alerts/silences")} />}
    </div>
  );
}

function Actions() {
  if (!may("admin")) return <span class="muted">{words.list.needsAdmin}</span>;
  return (
    <>
      <a class="button" href={linkToPause}><More name="pause" /><span class="only-wide">{words.pause.button}</span><span class="only-narrow">{words.pause.short}</span></a>
      <a class="button accent" data-key="s" href="/alerts/silences/new"><More name="silenced" />{words.create}</a>
    </>
  );
}

function Body() {
  const firing = useFiring(), list = silences.value;
  if (!list && silencesError.value) return <section class="card tall"><Failed error={silencesError.value} /></section>;
  if (!list) return <section class="card tall"><Skeleton type="table" /></section>;
  if (list.length === 0) return <Empty />;
  const of = (state: Silence["status"]["state"]) => list.filter((s) => s.status.state === state);
  return <List active={of("active")} pending={of("pending")} expired={of("expired")} firing={firing} />;
}

const Empty = () => <section class="card tall"><div class="state"><p class="state-title">{words.list.none}</p><p class="state-help">{words.list.noneHelp}</p></div></section>;

/** What a link asks for: matchers, how long, why. */
function asked(params: URLSearchParams): Beginning {
  const texts = params.getAll("matcher"), read = texts.map(parseMatcher);
  return { matchers: read.filter((m) => m !== null), misread: texts.filter((_, i) => read[i] === null), duration: params.get("duration"), reason: params.get("reason") ?? params.get("comment") ?? "" };
}
