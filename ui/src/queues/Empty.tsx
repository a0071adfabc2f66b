import { Icon } from "../frame/Icon.tsx";
import { copy } from "../frame/toast.tsx";
import { t } from "../words/en.ts";
import { words as pages } from "../words/pages.ts";
import { queues as words } from "../words/queues.ts";
import { absent, type Server } from "./model.ts";
import { Servers } from "./Servers.tsx";

const config = "redis: redis://127.0.0.1:6379", env = "REDIS_URL=redis://127.0.0.1:6379 luneo serve";

/** What to do when no queue is known: the two ways, with what to paste. */
export function Empty({ servers }: { servers: Server[] }) {
  const tried = servers.find(absent), named = servers.filter((s) => !absent(s));
  return (
    <section class="card queue-empty">
      <span class="state-icon"><Icon name="layers" size={18} /></span>
      <h2>{words.empty.title}</h2>
      <p class="muted">{words.empty.help}</p>
      {named.length > 0 && <Servers servers={named} alone />}
      <div class="detail-columns">
        <section>
          <h3>{words.empty.redis}</h3>
          <p>{words.empty.redisHelp}</p>
          <Paste what={words.empty.config} code={config} />
          <Paste what={words.empty.env} code={env} />
          {tried && <p class="muted">{words.empty.triedDefault(tried.address)}</p>}
        </section>
        <section>
          <h3>{words.empty.push}</h3>
          <p>{words.empty.pushHelp}</p>
          <a class="button accent" href="/setup?source=queues">{words.empty.setup}</a>
        </section>
      </div>
    </section>
  );
}

function Paste({ what, code }: { what: string; code: string }) {
  return (
    <div class="paste">
      <p class="list-head">{what}</p>
      <div><pre class="code" tabIndex={0}><code>{code}</code></pre><button type="button" class="button" aria-label={`${pages.setup.copy}: ${what}`} onClick={() => void copy(code, t.copied.code, t.copied.failed)}><Icon name="copy" />{pages.setup.copy}</button></div>
    </div>
  );
}
