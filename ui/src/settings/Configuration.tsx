import { useState } from "preact/hooks";
import { ApiError, post } from "../api/client.ts";
import { fullTime, whenText } from "../chart/axis.ts";
import { Icon } from "../frame/Icon.tsx";
import { copy } from "../frame/toast.tsx";
import { may } from "../state/server.ts";
import { t } from "../words/en.ts";
import { settings as words } from "../words/settings.ts";
import type { Settings } from "./model.ts";

/** The configuration in use, and the button that reads it again. */
export function Configuration({ settings, onReloaded }: { settings: Settings; onReloaded: () => void }) {
  return (
    <section class="card config" aria-labelledby="config">
      <header class="card-head">
        <h2 id="config">{words.config}</h2>
        <button type="button" class="button" onClick={() => void copy(settings.config, t.copied.code, t.copied.failed)}><Icon name="copy" />{words.copy}</button>
      </header>
      <p class="muted">{words.configLead}</p>
      <pre class="code config-text" tabIndex={0} role="region" aria-label={words.configText}><code>{settings.config}</code></pre>
      <Files files={settings.files} />
      <LastReload reload={settings.reload} />
      <Reload onReloaded={onReloaded} />
    </section>
  );
}

function Files({ files }: { files: Settings["files"] }) {
  if (files.length === 0) return <p class="muted">{words.noFiles}</p>;
  return <p class="breakable">{words.files} {files.map((f, i) => <span key={f.key + f.path}>{i > 0 && ", "}<code>{f.path}</code>{f.key !== "config" && <span class="muted"> ({f.key})</span>}</span>)}</p>;
}

function LastReload({ reload }: { reload: Settings["reload"] }) {
  if (!reload) return null;
  const at = Date.parse(reload.at) / 1000;
  if (reload.ok) return <p class="muted" title={fullTime(at)}>{words.lastOk(whenText(at))}</p>;
  return <div class="reload-failed"><p class="wrong">{words.lastFailed(whenText(at))}</p><pre class="code" tabIndex={0}>{reload.error}</pre></div>;
}

type Said = { ok: boolean; text: string };

/** Asks for a reload and says what became of it, in the words of the answer. */
function Reload({ onReloaded }: { onReloaded: () => void }) {
  const [busy, setBusy] = useState(false), [said, setSaid] = useState<Said | null>(null);
  const allowed = may("admin");
  const run = async () => {
    setBusy(true);
    setSaid(await reload());
    setBusy(false);
    onReloaded();
  };
  return (
    <div class="reload">
      <button type="button" class="button" disabled={busy || !allowed} aria-describedby={allowed ? undefined : "reload-needs"} onClick={() => void run()}><Icon name="refresh" />{busy ? words.reloading : words.reload}</button>
      {!allowed && <p id="reload-needs" class="muted">{words.reloadNeeds}</p>}
      <p role="status" class={said && !said.ok ? "wrong" : ""}>{said?.text}</p>
    </div>
  );
}

async function reload(): Promise<Said> {
  try {
    const keys = (await post<{ needs_restart?: string[] } | undefined>("/-/reload", {}))?.needs_restart ?? [];
    return { ok: true, text: keys.length ? words.needsRestart(keys.join(", ")) : words.reloaded };
  } catch (err) {
    return { ok: false, text: err instanceof ApiError ? err.message : t.states.error };
  }
}
