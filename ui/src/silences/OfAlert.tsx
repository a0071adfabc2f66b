import { useState } from "preact/hooks";
import type { Alert, Rule } from "../alerts/model.ts";
import { whenText } from "../chart/axis.ts";
import { may } from "../state/server.ts";
import { silences as words } from "../words/silences.ts";
import { More } from "./icons.tsx";
import { matchersOf, seconds, type Silence } from "./model.ts";
import { SilenceDialog } from "./SilenceDialog.tsx";
import { elsewhere } from "./store.ts";

/** Opens the form with the labels of an alert, or of every alert of a rule. */
export function SilenceButton({ rule, alert }: { rule: Rule; alert: Alert | undefined }) {
  const [open, setOpen] = useState(false);
  if (elsewhere.value) return null;
  const allowed = may("admin"), matchers = matchersOf({ ...alert?.labels, alertname: rule.name });
  return (
    <>
      <button type="button" class="button" data-key="s" disabled={!allowed} title={allowed ? undefined : words.list.needsAdmin} onClick={() => setOpen(true)}><More name="silenced" />{words.silence}</button>
      {open && <SilenceDialog begin={{ matchers }} onClose={() => setOpen(false)} />}
    </>
  );
}

/** That an alert tells nobody: until when, who wants it, and why. */
export function Silenced({ silence: s }: { silence: Silence }) {
  return <p class="silenced-note"><span class="chip"><More name="silenced" size={13} />{words.until(whenText(seconds(s.endsAt)))}</span><span>{words.why(s.createdBy || "–", s.comment)}</span> <a class="accent-link" href="/alerts/silences">{words.openList}</a></p>;
}
