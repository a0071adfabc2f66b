import { Failed, Skeleton } from "../dashboard/states.tsx";
import { PageHead } from "../frame/PageHead.tsx";
import { About } from "../settings/About.tsx";
import { Appearance } from "../settings/Appearance.tsx";
import { Configuration } from "../settings/Configuration.tsx";
import { Limits } from "../settings/Limits.tsx";
import { Links } from "../settings/Links.tsx";
import { StorageCard } from "../settings/StorageCard.tsx";
import type { Settings as Answer } from "../settings/model.ts";
import { usePoll } from "../state/poll.ts";
import { t } from "../words/en.ts";

/** What this Luneo is set to and how full it is; what this browser is set to. */
export default function Settings() {
  const { data, error, reload } = usePoll<Answer>("/api/settings");
  return (
    <div class="settings">
      <PageHead title={t.pages.settings} />
      {!data && error && <section class="card tall"><Failed error={error} /></section>}
      <div class="settings-columns">
        <div>
          {data ? <About settings={data} /> : <Waiting failed={!!error} />}
          <Appearance />
          {data && <StorageCard settings={data} />}
          <Links />
        </div>
        <div>
          {data ? <Limits limits={data.limits} /> : <Waiting failed={!!error} />}
          {data && <Configuration settings={data} onReloaded={reload} />}
        </div>
      </div>
    </div>
  );
}

const Waiting = ({ failed }: { failed: boolean }) => (failed ? null : <section class="card tall"><Skeleton type="table" /></section>);
