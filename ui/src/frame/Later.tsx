import { h, type ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

/** A part of the UI that is loaded when it is first shown. */
export function later<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): ComponentType<P> {
  let ready: ComponentType<P> | null = null;
  return function Later(props: P) {
    const [, arrived] = useState(0);
    useEffect(() => { if (!ready) load().then((m) => { ready = m.default; arrived(1); }, () => {}); }, []);
    return ready ? h(ready, props) : null;
  };
}
