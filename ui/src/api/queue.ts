// A page asks many questions at once: equal ones are asked once, and at most
// six run at a time, in the order in which they were asked.

const atMost = 6;

interface Entry<T> {
  promise: Promise<T>;
  abort: AbortController;
  waiting: number;
}

export class RequestQueue {
  private running = 0;
  private readonly line: (() => void)[] = [];
  private readonly inFlight = new Map<string, Entry<unknown>>();

  /** Runs `ask` under `key`, or joins the one that runs already. It is aborted when the last who waits has gone. */
  run<T>(key: string, signal: AbortSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const entry = (this.inFlight.get(key) as Entry<T> | undefined) ?? this.start(key, ask);
    entry.waiting++;
    return new Promise((resolve, reject) => {
      const leave = () => {
        if (--entry.waiting === 0) entry.abort.abort();
        reject(new DOMException("no longer wanted", "AbortError"));
      };
      if (signal.aborted) return leave();
      signal.addEventListener("abort", leave, { once: true });
      const settle = () => signal.removeEventListener("abort", leave);
      entry.promise.then((v) => { settle(); resolve(v); }, (e) => { settle(); reject(e); });
    });
  }

  private start<T>(key: string, ask: (signal: AbortSignal) => Promise<T>): Entry<T> {
    const abort = new AbortController();
    const forget = () => { if (this.inFlight.get(key) === entry) this.inFlight.delete(key); };
    abort.signal.addEventListener("abort", forget, { once: true });
    const promise = this.turn(abort.signal).then(() => ask(abort.signal).finally(() => this.next())).finally(forget);
    const entry: Entry<T> = { promise, abort, waiting: 0 };
    promise.catch(() => {}); // those who wait hear of it
    this.inFlight.set(key, entry as Entry<unknown>);
    return entry;
  }

  private turn(signal: AbortSignal): Promise<void> {
    if (this.running < atMost) {
      this.running++;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const go = () => { this.running++; resolve(); };
      this.line.push(go);
      signal.addEventListener("abort", () => {
        const at = this.line.indexOf(go);
        if (at >= 0) this.line.splice(at, 1);
        reject(signal.reason);
      }, { once: true });
    });
  }

  private next() {
    this.running--;
    this.line.shift()?.();
  }
}
