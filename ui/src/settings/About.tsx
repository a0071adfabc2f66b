import { fullTime } from "../chart/axis.ts";
import { now } from "../state/time.ts";
import { session, type Session } from "../state/server.ts";
import { format } from "../units/format.ts";
import { settings as words } from "../words/settings.ts";
import type { Settings } from "./model.ts";
import { Fact, Facts } from "./Rows.tsx";

/** Which Luneo this is, and who is looking at it. */
export function About({ settings }: { settings: Settings }) {
  const s = session.value;
  return (
    <section class="card" aria-labelledby="about">
      <h2 id="about">{words.about}</h2>
      <Facts>
        <Fact name={words.version}><code>{settings.version}</code></Fact>
        {s && <Running session={s} />}
        <Fact name={words.go}>{settings.goVersion.replace(/^go/, "")}</Fact>
        <Fact name={words.ui}>{settings.ui.built ? words.uiBuilt(settings.ui.version) : words.uiMissing}</Fact>
        {s && <Who session={s} />}
      </Facts>
    </section>
  );
}

function Running({ session: s }: { session: Session }) {
  const started = Date.parse(s.startedAt) / 1000;
  return (
    <>
      <Fact name={words.instance}>{s.instance || words.none}</Fact>
      {s.publicUrl && <Fact name={words.address}><span class="breakable">{s.publicUrl}</span></Fact>}
      <Fact name={words.started}>{format(Math.max(0, Math.round(now.value - started)), "s")} <span class="muted">{words.startedAt(fullTime(started))}</span></Fact>
      <Fact name={words.prometheus}>{words.modes[s.mode]}</Fact>
      <Fact name={words.timezone}>{s.timezone}</Fact>
    </>
  );
}

function Who({ session: s }: { session: Session }) {
  const { name, scopes } = s.caller;
  return (
    <>
      <Fact name={words.you}>{name === "anonymous" ? words.anonymous : <b>{name}</b>}</Fact>
      <Fact name={words.may}>{scopes.length === 0 ? words.nothing : <ul class="scopes">{scopes.map((scope) => <li key={scope}><code>{scope}</code> {words.scopes[scope] ?? ""}</li>)}</ul>}</Fact>
    </>
  );
}
