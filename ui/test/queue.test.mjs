import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { queue } = await load({ queue: "api/queue.ts" });

/** A server whose answers the test gives. */
function server() {
  const asked = [];
  let running = 0, most = 0;
  const ask = (key) => (signal) => new Promise((resolve, reject) => {
    most = Math.max(most, ++running);
    const end = (run) => (value) => { running--; run(value); };
    const entry = { key, aborted: false, answer: end(resolve), fail: end(reject) };
    signal.addEventListener("abort", () => { entry.aborted = true; entry.fail(signal.reason); });
    asked.push(entry);
  });
  return { asked, ask, get most() { return most; } };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const never = new AbortController().signal;

test("six run at once, the others in the order in which they were asked", async () => {
  const q = new queue.RequestQueue(), s = server();
  const all = Array.from({ length: 20 }, (_, i) => q.run(`k${i}`, never, s.ask(i)));
  for (let i = 0; i < 20; i++) {
    await settled();
    assert.equal(s.asked.length, Math.min(20, i + 6));
    s.asked[i].answer(i);
  }
  assert.deepEqual(await Promise.all(all), Array.from({ length: 20 }, (_, i) => i));
  assert.equal(s.most, 6);
  assert.deepEqual(s.asked.map((a) => a.key), Array.from({ length: 20 }, (_, i) => i));
});

test("equal questions are asked once while one runs, and again afterwards", async () => {
  const q = new queue.RequestQueue(), s = server();
  const both = [q.run("k", never, s.ask("k")), q.run("k", never, s.ask("k"))];
  await settled();
  assert.equal(s.asked.length, 1);
  s.asked[0].answer("x");
  assert.deepEqual(await Promise.all(both), ["x", "x"]);
  q.run("k", never, s.ask("k"));
  await settled();
  assert.equal(s.asked.length, 2);
});

test("a question is aborted when the last who waits has gone", async () => {
  const q = new queue.RequestQueue(), s = server(), one = new AbortController(), other = new AbortController();
  const first = q.run("k", one.signal, s.ask("k")), second = q.run("k", other.signal, s.ask("k"));
  await settled();
  one.abort();
  await assert.rejects(first, { name: "AbortError" });
  assert.equal(s.asked[0].aborted, false);
  other.abort();
  await assert.rejects(second, { name: "AbortError" });
  assert.equal(s.asked[0].aborted, true);
});

test("who leaves the line is never asked, and keeps nobody from it", async () => {
  const q = new queue.RequestQueue(), s = server(), gone = new AbortController();
  for (let i = 0; i < 6; i++) q.run(`k${i}`, never, s.ask(i));
  const left = q.run("left", gone.signal, s.ask("left")), last = q.run("last", never, s.ask("last"));
  gone.abort();
  await assert.rejects(left, { name: "AbortError" });
  await settled();
  s.asked[0].answer();
  await settled();
  assert.deepEqual(s.asked.map((a) => a.key), [0, 1, 2, 3, 4, 5, "last"]);
  s.asked[6].answer("here");
  assert.equal(await last, "here");
});

test("aborting what runs makes room", async () => {
  const q = new queue.RequestQueue(), s = server(), aborts = [];
  for (let i = 0; i < 6; i++) {
    aborts.push(new AbortController());
    q.run(`k${i}`, aborts[i].signal, s.ask(i)).catch(() => {});
  }
  const next = Array.from({ length: 6 }, (_, i) => q.run(`n${i}`, never, s.ask(`n${i}`)));
  await settled();
  for (const a of aborts) a.abort();
  await settled();
  assert.equal(s.asked.length, 12);
  for (const a of s.asked.slice(6)) a.answer(a.key);
  await Promise.all(next);
  assert.equal(s.most, 6);
});

test("one who comes too late for an aborted question gets an answer of their own", async () => {
  const q = new queue.RequestQueue(), s = server(), gone = new AbortController();
  const first = q.run("k", gone.signal, s.ask("k"));
  await settled();
  gone.abort();
  const second = q.run("k", never, s.ask("k"));
  await assert.rejects(first);
  await settled();
  s.asked[1].answer("fresh");
  assert.equal(await second, "fresh");
});

test("a failure reaches all who wait, and the queue goes on", async () => {
  const q = new queue.RequestQueue(), s = server();
  const both = [q.run("k", never, s.ask("k")), q.run("k", never, s.ask("k"))];
  await settled();
  s.asked[0].fail(new Error("no"));
  for (const p of both) await assert.rejects(p, /no/);
  const next = q.run("k", never, s.ask("k"));
  await settled();
  s.asked[1].answer(1);
  assert.equal(await next, 1);
});
