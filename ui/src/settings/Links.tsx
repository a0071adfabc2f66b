import { useEffect, useState } from "preact/hooks";
import { get } from "../api/client.ts";
import { Icon } from "../frame/Icon.tsx";
import { status } from "../state/server.ts";
import { settings as words } from "../words/settings.ts";

interface Listed { uid: string; title: string }

/** What else this Luneo answers. */
export function Links() {
  return (
    <section class="card" aria-labelledby="links">
      <h2 id="links">{words.links}</h2>
      <ul class="link-list">
        {words.linkList.map(([href, name, what]) => <li key={href}><a href={href} target="_blank" rel="noopener">{name}<Icon name="external" size={13} /></a> <span class="muted">{what}</span></li>)}
      </ul>
      <h3 class="list-head">{words.dashboards}</h3>
      <Dashboards />
      <Runbooks />
    </section>
  );
}

/** The JSON files, as Grafana imports them. */
function Dashboards() {
  const [list, setList] = useState<Listed[] | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    get<Listed[]>("/api/dashboards", abort.signal).then(setList, () => { if (!abort.signal.aborted) setList([]); });
    return () => abort.abort();
  }, []);
  if (!list) return null;
  if (list.length === 0) return <p class="muted">{words.noDashboards}</p>;
  return <ul class="link-list">{list.map((d) => <li key={d.uid}><a href={`/api/dashboards/${encodeURIComponent(d.uid)}`} download={`${d.uid}.json`}><Icon name="download" size={13} />{words.download(d.title)}</a></li>)}</ul>;
}

function Runbooks() {
  const rules = Object.keys(status.value?.rules ?? {});
  if (rules.length === 0) return null;
  return (
    <>
      <h3 class="list-head">{words.runbooks}</h3>
      <ul class="runbooks">{rules.map((r) => <li key={r}><a href={`/runbooks/${encodeURIComponent(r)}`} target="_blank" rel="noopener">{r}</a></li>)}</ul>
    </>
  );
}
