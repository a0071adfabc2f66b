import { Icon } from "../frame/Icon.tsx";
import { explore as words } from "../words/explore.ts";
import { placed } from "./place.ts";
import type { Result } from "./results.ts";

type GoTo = (line: number, column: number) => void;

const mostNotes = 4;

/** Errors, warnings and notes in the words of Prometheus, each with a way to where it is meant. */
export function RowNotes({ result, onGoTo }: { result: Result; onGoTo: GoTo }) {
  const { error, answer } = result;
  if (error) return <Note level="bad" text={error.message} onGoTo={onGoTo} />;
  if (!answer) return null;
  const notes = [...answer.warnings.map((text) => ({ level: "warn" as const, text })), ...answer.infos.map((text) => ({ level: "mute" as const, text }))];
  return (
    <>
      {answer.histograms > 0 && <p class="query-note" data-level="warn"><Icon name="warning" />{words.histograms(answer.histograms)}</p>}
      {notes.slice(0, mostNotes).map((n) => <Note key={n.text} {...n} onGoTo={onGoTo} />)}
      {notes.length > mostNotes && <p class="query-note muted">{words.moreNotes(notes.length - mostNotes)}</p>}
    </>
  );
}

function Note({ level, text, onGoTo }: { level: "bad" | "warn" | "mute"; text: string; onGoTo: GoTo }) {
  const { said, at } = placed(text);
  return (
    <p class="query-note" data-level={level} role={level === "bad" ? "alert" : undefined}>
      <Icon name={level === "mute" ? "info" : "warning"} />
      <span>{level === "mute" && words.info} {said} {at && <button type="button" class="text-button" onClick={() => onGoTo(...at)}>{words.goTo(...at)}</button>}</span>
    </p>
  );
}
