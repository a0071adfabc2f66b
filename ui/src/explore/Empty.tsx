import { useEffect, useState } from "preact/hooks";
import { Failed, State } from "../dashboard/states.tsx";
import { setRange } from "../state/time.ts";
import { explore as words } from "../words/explore.ts";
import { bare, metricsIn } from "./expression.ts";
import { unknownMetrics } from "./metrics.ts";
import { showAs } from "./model.ts";
import type { Results } from "./results.ts";

/** Why there is nothing: every query failed, a metric does not exist, or nothing matches. */
export function Empty({ results }: { results: Results }) {
  const failed = results.list.filter((r) => r.error);
  const unknown = useUnknown(results);
  if (failed.length === results.list.length) {
    const error = failed[0]!.error!;
    if (/must be Scalar or instant Vector/i.test(error.message)) return <OnlyTable />;
    return error.kind === "bad_data" ? <State icon="code" title={words.wrongTitle} help={words.wrongHelp} /> : <Failed error={error} />;
  }
  if (unknown === null) return null;
  if (unknown.length > 0) return <State icon="search" title={words.emptyTitle} help={words.unknownMetric(unknown.join(", "))} />;
  return <State icon="clock" title={words.emptyTitle} help={words.emptyGeneral}><button type="button" class="button" onClick={() => setRange("now-24h", "now")}>{words.longer}</button></State>;
}

/** A graph has no place for what is here. */
export const OnlyTable = () => <State icon="table" title={words.noLineTitle} help={words.noLine}><button type="button" class="button" onClick={() => showAs("table")}>{words.asTable}</button></State>;

/** The metrics that have no series; null while that is asked. */
function useUnknown(results: Results): string[] | null {
  const [unknown, setUnknown] = useState<string[] | null>(null);
  const names = results.list.flatMap((r) => metricsIn(bare(r.expr)));
  useEffect(() => {
    const abort = new AbortController();
    unknownMetrics(names, results.range, abort.signal).then(setUnknown, () => { if (!abort.signal.aborted) setUnknown([]); });
    return () => abort.abort();
  }, [names.join(" ")]);
  return unknown;
}
