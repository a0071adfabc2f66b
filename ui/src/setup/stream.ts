import { useEffect, useState } from "preact/hooks";
import { ApiError, get } from "../api/client.ts";
import { loadStatus } from "../state/server.ts";
import { refresh } from "../state/time.ts";
import { connected, senders, type Received, type SetupAnswer, type Source } from "./model.ts";

const mostRecent = 12;

interface State { setup: SetupAnswer | null; recent: Received[]; error: ApiError | null; interrupted: boolean }

/** The state of every source, kept up to date by server-sent events. */
export function useSetup(): State {
  const [state, setState] = useState<State>({ setup: null, recent: [], error: null, interrupted: false });
  useEffect(() => {
    const abort = new AbortController();
    get<SetupAnswer>("/api/setup", abort.signal).then(
      (setup) => setState((s) => ({ ...s, setup, recent: setup.recent.slice(0, mostRecent), error: null })),
      (error) => { if (error instanceof ApiError) setState((s) => ({ ...s, error })); });
    const stream = new EventSource("/api/setup/stream");
    stream.addEventListener("source", (e) => setState((s) => withSource(s, JSON.parse((e as MessageEvent<string>).data) as Source)));
    stream.addEventListener("received", (e) => setState((s) => ({ ...s, recent: [JSON.parse((e as MessageEvent<string>).data) as Received, ...s.recent].slice(0, mostRecent) })));
    stream.onopen = () => setState((s) => ({ ...s, interrupted: false }));
    stream.onerror = () => setState((s) => ({ ...s, interrupted: true }));
    return () => { abort.abort(); stream.close(); };
  }, []);
  return state;
}

/** A source that has just been connected changes the status and the badge too. */
function withSource(s: State, source: Source): State {
  if (!s.setup) return s;
  const before = s.setup.sources.find((o) => o.id === source.id);
  if (before && !connected(before) && connected(source)) { void loadStatus(); refresh(); }
  const sources = s.setup.sources.map((o) => (o.id === source.id ? source : o));
  return { ...s, setup: { ...s.setup, sources, connected: senders(sources).filter(connected).length } };
}
