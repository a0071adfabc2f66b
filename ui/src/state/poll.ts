import { useEffect, useRef, useState } from "preact/hooks";
import { useSignalEffect } from "@preact/signals";
import { ApiError, get } from "../api/client.ts";
import { tick } from "./time.ts";

export interface Polled<T> { data: T | null; error: ApiError | null; reload: () => void }

/** An answer of the server, asked again with every refresh. The last one stays until the next is there; null asks nothing. */
export function usePoll<T>(path: string | null): Polled<T> {
  const [answer, setAnswer] = useState<{ path: string | null; data: T | null; error: ApiError | null }>({ path: null, data: null, error: null });
  const running = useRef<AbortController | null>(null), wanted = useRef(path);
  wanted.current = path;
  const load = () => {
    running.current?.abort();
    const now = wanted.current;
    if (!now) return;
    const abort = (running.current = new AbortController());
    get<T>(now, abort.signal).then(
      (data) => setAnswer({ path: now, data, error: null }),
      (err) => { if (err instanceof ApiError) setAnswer((before) => ({ path: now, data: before.path === now ? before.data : null, error: err })); });
  };
  useSignalEffect(() => { if (tick.value > 0) load(); });
  useEffect(load, [path]);
  useEffect(() => () => running.current?.abort(), []);
  return { data: answer.data, error: answer.error, reload: load };
}
