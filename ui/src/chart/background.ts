import { useEffect } from "preact/hooks";
import { useSignalEffect } from "@preact/signals";
import type { AnnotationModel, VariableModel } from "../dashboard/model.ts";
import { values } from "../dashboard/variables.ts";
import { range, tick } from "../state/time.ts";
import { clearBackground, loadBands, loadMarks } from "./annotations.ts";

/** What is behind the charts of a page: bands of the rules, and the marks that the annotations ask for. The figures come first: panels ask once they have been laid out. */
export function useBackground(annotations: AnnotationModel[], models: VariableModel[]) {
  useSignalEffect(() => {
    tick.value;
    const abort = new AbortController(), r = range.value, vars = values(models), ignore = () => {};
    const frame = requestAnimationFrame(() => setTimeout(() => {
      if (abort.signal.aborted) return;
      void loadBands(r, abort.signal).catch(ignore);
      void loadMarks(annotations, r, vars, abort.signal).catch(ignore);
    }));
    return () => { cancelAnimationFrame(frame); abort.abort(); };
  });
  useEffect(() => clearBackground, []); // the next page has another range
}
