'use strict';
const { sleep } = require('./party.js');

// mixed does everything at once in one queue, as its seed has it.
async function mixed(p) {
  const until = Date.now() + 1000 * (p.spec.seconds || 8);
  const began = Date.now();
  const recent = []; // jobs that may still wait
  let k = 0;
  let paused = 0;
  const keep = job => {
    recent.push(job);
    if (recent.length > 40) recent.shift();
  };
  const some = () => recent.splice(p.int(0, recent.length - 1), 1)[0];
  const leaf = () => ({ name: 'job', queueName: p.main, data: { ms: p.int(1, 40) }, opts: { jobId: 'flow-' + ++k } });
  const kinds = [
    [60, async () => keep(await p.add({ ms: p.int(0, 60) }))],
    [15, async () => keep(await p.add({ ms: p.int(0, 60) }, { lifo: true }))],
    [25, async () => keep(await p.add({ ms: p.int(0, 60) }, { delay: p.int(50, 2500) }))],
    [25, async () => keep(await p.add({ ms: p.int(0, 60) }, { priority: p.int(1, 4) }))],
    [10, async () => p.add({ ms: p.int(0, 30), fail: p.int(1, 3) }, { attempts: 3, backoff: p.int(0, 1) ? { type: 'fixed', delay: p.int(100, 900) } : undefined })],
    [2, async () => p.addBulk(Array.from({ length: 20 }, () => ({ data: { ms: p.int(0, 40) } })))],
    [4, async () => p.flow({ ...leaf(), children: [leaf(), leaf(), leaf()] })],
    [10, async () => recent.length && p.remove(some())],
    [5, async () => {
      const job = recent.find(j => j.opts.delay);
      if (job) {
        recent.splice(recent.indexOf(job), 1);
        await p.promote(job);
      }
    }],
    [1, async () => {
      if (paused++ > 2) return;
      await p.pause();
      await sleep(400);
      await p.resume();
    }],
  ];
  const sum = kinds.reduce((n, [weight]) => n + weight, 0);
  let working = false;
  while (Date.now() < until && !p.stopped) {
    if (!working && Date.now() > began + 2500) {
      p.worker({ concurrency: 2 });
      p.worker({ concurrency: 1 });
      working = true;
    }
    let at = p.random() * sum;
    await kinds.find(([weight]) => (at -= weight) < 0)[1]();
    await sleep(p.int(0, 30));
  }
  await p.finished();
}

module.exports = { mixed };
