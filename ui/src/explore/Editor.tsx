import { useEffect, useRef } from "preact/hooks";
import type { CompleteStrategy } from "@prometheus-io/codemirror-promql";
import { QueryEditor } from "./editor.ts";

interface Props {
  text: string; label: string; completion: CompleteStrategy; focused: boolean;
  onChange: (text: string) => void; onRun: () => void; onMetric: (name: string) => void;
  /** Set to the editor while it is there. */
  handle: { current: QueryEditor | null };
}

/** One PromQL expression that can be edited. */
export function Editor(props: Props) {
  const host = useRef<HTMLDivElement>(null), latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const { text, label, completion, focused, handle } = props;
    const editor = (handle.current = new QueryEditor({
      host: host.current!, text, label, completion,
      onChange: (now) => latest.current.onChange(now), onRun: () => latest.current.onRun(), onMetric: (name) => latest.current.onMetric(name),
    }));
    if (focused) editor.focus();
    return () => { handle.current = null; editor.destroy(); };
  }, []);
  useEffect(() => { props.handle.current?.set(props.text); }, [props.text]);
  return <div class="query-editor" ref={host} onKeyDown={keepTyping} />;
}

/** To the page the host is no text field, so single-key shortcuts must not hear what is typed inside. */
function keepTyping(event: KeyboardEvent) {
  if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
}
