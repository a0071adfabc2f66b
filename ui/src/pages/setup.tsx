import "../silences/style.ts";
import { Failed, Skeleton } from "../dashboard/states.tsx";
import { Icon } from "../frame/Icon.tsx";
import { PageHead } from "../frame/PageHead.tsx";
import { SourceDetail } from "../setup/SourceDetail.tsx";
import { SourceList } from "../setup/SourceList.tsx";
import { useSetup } from "../setup/stream.ts";
import { location } from "../state/url.ts";
import { useTold } from "../told/model.ts";
import { WhoIsTold } from "../told/WhoIsTold.tsx";
import { t } from "../words/en.ts";
import { words } from "../words/pages.ts";

/** Connects the platform: what to paste for each source, and whether its events arrive. */
export default function Setup() {
  const { setup, error, recent, interrupted } = useSetup();
  const told = useTold();
  const asked = location.value.params.get("source");
  const chosen = setup?.sources.find((s) => s.id === asked) ?? setup?.sources.find((s) => s.state === "waiting") ?? setup?.sources[0];
  return (
    <div class="setup" data-chosen={asked ? true : undefined}>
      <PageHead title={t.pages.setup} lead={words.setup.lead} actions={<a class="button" href="/api/openapi.json" target="_blank" rel="noopener"><Icon name="book" />{words.setup.reference}</a>} />
      {!setup && error && <section class="card tall"><Failed error={error} /></section>}
      {!setup && !error && <section class="card tall"><Skeleton type="table" /></section>}
      {setup && chosen && (
        <div class="split">
          <SourceList setup={setup} chosen={chosen} told={told} />
          {chosen.id === "notifications" ? <WhoIsTold told={told} back={words.setup.sources} /> : <SourceDetail key={chosen.id} source={chosen} url={setup.publicUrl} recent={recent} interrupted={interrupted} />}
        </div>
      )}
    </div>
  );
}
