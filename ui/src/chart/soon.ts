// Drawing that may wait a moment: one chart a task, so that twenty of them
// don't hold the page for as long as all take together.

const line = new Map<object, () => void>();

function one() {
  const [next] = line;
  if (!next) return;
  line.delete(next[0]);
  if (line.size) setTimeout(one);
  next[1]();
}

/** Runs a job in a task of its own. Of several for the same `key` only the latest runs. */
export function soon(key: object, job: () => void) {
  if (line.size === 0) setTimeout(one);
  line.set(key, job);
}

/** Forgets what was to be done for `key`. */
export const never = (key: object) => line.delete(key);
