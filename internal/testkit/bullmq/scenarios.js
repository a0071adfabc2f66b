'use strict';
const { sleep, bullmq } = require('./party.js');
const { mixed } = require('./mixed.js');

const times = (n, make) => Array.from({ length: n }, (_, i) => make(i));

async function plain(p) {
  p.worker({ concurrency: 4 });
  for (let i = 0; i < 150; i++) {
    await p.add({ ms: p.int(0, 40) });
    if (i % 3 === 0) await sleep(p.int(0, 40));
  }
  await p.finished();
}

async function lifo(p) {
  for (let i = 0; i < 60; i++) {
    await p.add({ ms: 30 }, { lifo: p.random() < 0.5 });
    await sleep(p.int(0, 25));
  }
  p.worker();
  for (let i = 0; i < 20; i++) {
    await p.add({ ms: 30 }, { lifo: i % 2 === 0 });
    await sleep(40);
  }
  await p.finished();
}

async function delayed(p) {
  const jobs = [];
  for (let i = 0; i < 60; i++) jobs.push(await p.add({ ms: 5 }, { delay: p.int(100, 3000) }));
  const late = await p.add({ ms: 5 }, { delay: 60000 });
  const early = await p.add({ ms: 5 }, { delay: 200 });
  await p.promote(jobs[10]);
  await p.promote(jobs[11]);
  if (late.changeDelay) {
    // Its timestamp changes with it: it is now that counts.
    const lo = Date.now();
    await late.changeDelay(2500);
    p.truth.delayed(p.main, late.id, lo + 2500, Date.now() + 2500);
  }
  await p.until(() => Date.now() > early.timestamp + 1200); // some are due, and nobody moves them on
  p.worker({ concurrency: 2 });
  await p.finished();
  const far = [];
  for (let i = 0; i < 10; i++) far.push(await p.add({ ms: 5 }, { delay: 60000 }));
  const lo = Date.now();
  await p.queue().promoteJobs();
  far.forEach(job => p.truth.moved(p.main, job.id, lo, Date.now()));
  await p.finished();
}

// overdue has delays that end before a worker is there to move jobs on.
async function overdue(p) {
  for (let i = 0; i < 20; i++) await p.add({ ms: 5 }, { delay: p.int(50, 300), priority: i % 2 });
  await sleep(1500);
  p.worker({ concurrency: 2 });
  await p.finished();
}

async function prioritized(p) {
  for (let i = 0; i < 80; i++) {
    await p.add({ ms: 20 }, { priority: p.int(0, 5) });
    await sleep(p.int(0, 20));
  }
  p.worker();
  for (let i = 0; i < 40; i++) {
    const job = await p.add({ ms: 20 }, { priority: p.int(1, 5) });
    if (i % 4 === 0) await job.changePriority({ priority: 1 }).catch(() => {});
    await sleep(p.int(0, 40));
  }
  await p.finished();
}

// repeated has jobs that BullMQ adds by itself: what is known of one is what
// it carries with it, when it starts.
async function repeated(p) {
  const scheduled = typeof p.queue().upsertJobScheduler === 'function';
  const seen = new Set();
  const first = Date.now();
  p.starting = (name, job) => {
    if (seen.has(job.id)) return;
    seen.add(job.id);
    const delay = job.opts.delay || 0;
    const due = job.timestamp + delay;
    p.truth.added(name);
    if (delay) p.truth.due(name, job.id, due);
    else p.truth.ready(name, job.id, due, Date.now());
  };
  p.worker({ concurrency: 2 });
  if (scheduled) await p.queue().upsertJobScheduler('each', { every: 250 }, { name: 'job', data: { ms: 10 } });
  else await p.queue().add('job', { ms: 10 }, { repeat: { every: 250 } });
  await p.until(() => seen.size >= 12 || Date.now() > first + 20000);
  await Promise.all(p.workers.map(w => w.close()));
  const next = await p.queue().getDelayed();
  p.truth.added(p.main, next.length);
  next.forEach(job => p.truth.due(p.main, job.id, job.timestamp + job.opts.delay));
  const lo = Date.now();
  if (scheduled) await p.queue().removeJobScheduler('each');
  else await p.queue().removeRepeatable('job', { every: 250 });
  next.forEach(job => p.truth.removed(p.main, job.id, lo, Date.now()));
}

async function limited(p) {
  p.worker({ concurrency: 5, limiter: { max: 6, duration: 400 } });
  for (let i = 0; i < 40; i++) await p.add({ ms: p.int(0, 20) });
  await p.finished();
}

async function limitedByWorker(p) {
  p.worker({ concurrency: 2, limiter: { max: 1000, duration: 1000 } });
  for (let i = 0; i < 30; i++) await p.add({ ms: 5, limit: i % 10 === 5 ? 500 : 0 });
  await p.finished();
}

async function paused(p) {
  p.worker({ concurrency: 2 });
  for (let i = 0; i < 40; i++) await p.add({ ms: 40 });
  await p.pause();
  for (let i = 0; i < 20; i++) await p.add({ ms: 10 }, { priority: i % 2 });
  await sleep(1500);
  await p.resume();
  await p.finished();
}

async function retried(p) {
  p.worker({ concurrency: 5 });
  const kinds = [undefined, { type: 'fixed', delay: 300 }, { type: 'exponential', delay: 150 }];
  for (let i = 0; i < 60; i++) {
    await p.add({ ms: 5, fail: i % 4, unrecoverable: i % 20 === 19 }, { attempts: 3, backoff: kinds[i % 3] });
    await sleep(10);
  }
  await p.finished();
  for (const job of (await p.queue().getFailed()).slice(0, 5)) {
    const lo = Date.now();
    await job.retry('failed');
    p.truth.left++;
    p.truth.ready(p.main, job.id, lo, Date.now());
  }
  await p.finished();
  const rest = await p.queue().getFailed();
  const lo = Date.now();
  await p.queue().retryJobs({ state: 'failed' });
  p.truth.left += rest.length;
  rest.forEach(job => p.truth.ready(p.main, job.id, lo, Date.now()));
  await p.finished();
}

// deduplicated has jobs that take the place of others, and some that are none.
async function deduplicated(p) {
  p.worker({ concurrency: 2 });
  for (let round = 0; round < 3; round++) {
    let before;
    for (let i = 0; i < 8; i++) {
      const lo = Date.now();
      const job = await p.add({ ms: 5 }, { delay: 300, deduplication: { id: 'last', ttl: 300, extend: true, replace: true } });
      if (before && job) p.truth.removed(p.main, before.id, lo, Date.now());
      before = job || before;
      await sleep(20);
    }
    for (let i = 0; i < 5; i++) await p.add({ ms: 50 }, { deduplication: { id: 'first' + round, ttl: 60000 } });
    await sleep(400);
  }
  await p.finished();
}

// stepped has jobs that give themselves back: to go on later, at once, or when
// a child has completed.
async function stepped(p) {
  const steps = new Map();
  p.doing = async (name, job, token) => {
    if (job.data.child) return;
    const step = steps.get(job.id) || 0;
    steps.set(job.id, step + 1);
    const lo = Date.now();
    switch (step) {
      case 0:
        await job.moveToDelayed(lo + 150, token);
        p.truth.count('returned', name);
        p.truth.due(name, job.id, lo + 150);
        throw new bullmq.DelayedError();
      case 1:
        await job.moveToWait(token);
        p.truth.count('returned', name);
        p.truth.ready(name, job.id, lo, Date.now());
        throw new bullmq.WaitingError();
      case 2:
        await p.child({ ms: 400, child: true }, job, name);
        if (await job.moveToWaitingChildren(token)) throw new bullmq.WaitingChildrenError();
    }
  };
  p.worker({ concurrency: 5 });
  for (let i = 0; i < 12; i++) await p.add({ ms: 3 });
  await p.finished();
}

async function stalled(p) {
  const opts = { lockDuration: 600, stalledInterval: 500, maxStalledCount: 5 };
  for (let i = 0; i < 12; i++) await p.add({ ms: 20 });
  await p.victims(4, opts);
  p.worker({ ...opts, concurrency: 2 });
  for (let i = 0; i < 10; i++) {
    await p.add({ ms: 20 });
    await sleep(50);
  }
  await p.finished();
}

async function flow(p) {
  const [upper, lower] = p.spec.queues;
  p.worker({ concurrency: 2 }, upper);
  p.worker({ concurrency: 3 }, lower);
  let k = 0;
  const node = (queueName, children, more) => ({ name: 'job', queueName, data: { ms: p.int(1, 40) }, opts: { jobId: 'flow-' + ++k, ...more }, children });
  for (let i = 0; i < 15; i++) {
    await p.flow(node(upper, [...times(4, () => node(lower)), node(upper, times(2, () => node(lower)))], i % 3 ? {} : { priority: 2 }));
    await sleep(p.int(0, 80));
  }
  await p.finished();
}

async function bulk(p) {
  p.worker({ concurrency: 50 });
  for (let i = 0; i < 4; i++) await p.addBulk(times(500, () => ({ data: {} })));
  await p.finished();
}

// fast is a backlog that goes quickly: at any moment some jobs have ended of
// which the watcher has not read the start.
async function fast(p) {
  await p.addBulk(times(400, () => ({ data: { ms: 4 } })));
  p.worker({ concurrency: 5 });
  for (let i = 0; i < 90; i++) {
    await p.addBulk(times(40, () => ({ data: { ms: p.int(4, 12) } })));
    await sleep(80);
  }
  await p.finished();
}

async function removed(p) {
  const jobs = [];
  for (let i = 0; i < 40; i++) {
    jobs.push(await p.add({ ms: 20 }, i % 4 === 0 ? { delay: 400 } : { priority: i % 3 }));
    await sleep(10);
  }
  for (let i = 0; i < 40; i += 3) await p.remove(jobs[i]);
  await sleep(1500); // so that the oldest that is left is seen
  p.worker({ concurrency: 2 });
  await p.finished();
}

async function drained(p) {
  const gone = [];
  for (let i = 0; i < 30; i++) gone.push(await p.add({ ms: 20 }, { priority: i % 3 }));
  await sleep(1500);
  let lo = Date.now();
  await p.queue().drain();
  gone.forEach(job => p.truth.removed(p.main, job.id, lo, Date.now()));
  await sleep(1500);
  const cleaned = [];
  for (let i = 0; i < 10; i++) cleaned.push(await p.add({ ms: 20 }));
  await sleep(300);
  lo = Date.now();
  await p.queue().clean(0, 100, 'wait');
  cleaned.forEach(job => p.truth.removed(p.main, job.id, lo, Date.now()));
  for (let i = 0; i < 20; i++) await p.add({ ms: 20 });
  await sleep(1200);
  p.worker({ concurrency: 2 });
  await p.finished();
}

// obliterated deletes a queue, with its events, and uses it again.
async function obliterated(p) {
  for (let round = 0; round < 3; round++) {
    const worker = p.worker({ concurrency: 2 });
    const jobs = [];
    for (let i = 0; i < 20; i++) jobs.push(await p.add({ ms: 10 }));
    await p.finished();
    await worker.close();
    for (let i = 0; i < 5; i++) jobs.push(await p.add({ ms: 10 }));
    await sleep(2500); // until its events were read
    if (round === 2) break;
    const lo = Date.now();
    await p.queue().obliterate({ force: true });
    jobs.forEach(job => p.truth.removed(p.main, job.id, lo, Date.now()));
    await p.queue().setGlobalConcurrency?.(10); // the meta hash is there again
    await sleep(200);
  }
  p.worker({ concurrency: 2 });
  await p.finished();
}

async function concurrency(p) {
  await p.queue().setGlobalConcurrency?.(2);
  p.worker({ concurrency: 10 });
  for (let i = 0; i < 60; i++) {
    await p.add({ ms: 30 });
    if (i % 10 === 0) await sleep(100);
  }
  await p.finished();
}

// failing has jobs that fail for few reasons, in many words.
async function failing(p) {
  const reasons = [
    i => `Request to shop ${1000 + i} timed out after ${3000 + 7 * i} ms`,
    i => `connect ECONNREFUSED 10.0.0.${i}:6379`,
    i => `Model "gpt-4o" refused job 3f2b8c1a-0000-4000-8000-${String(100000000000 + i)}`,
  ];
  p.worker({ concurrency: 5 });
  for (let i = 0; i < 60; i++) await p.add({ ms: 5, fail: 9, message: reasons[i % 3](i) });
  await p.finished();
}

// soak adds n jobs of all kinds and works them, whatever becomes of Redis. What
// is lost on the way with a connection makes its truth uncertain: the queue's
// own events tell how often jobs started.
async function soak(p) {
  p.worker({ concurrency: 10, stalledInterval: 1000, lockDuration: 2000, maxStalledCount: 100 });
  const kinds = [{}, { lifo: true }, { delay: 50 }, { priority: 3 }, {}];
  for (let i = 0; i < p.spec.n; i++) {
    await p.add({ ms: i % 7, fail: i % 10 ? 0 : 2 }, { attempts: 3, ...kinds[i % 5] });
    if (i % 10 === 0) await sleep(5);
  }
  for (let left = 1; left > 0;) {
    await sleep(100);
    const counts = await p.queue().getJobCounts('wait', 'prioritized', 'delayed', 'active');
    left = Object.values(counts).reduce((sum, n) => sum + n, 0);
  }
}

// held has jobs that wait for a reason, until it is told to stop.
async function held(p) {
  const { how } = p.spec;
  const limiter = how === 'rate_limited' ? { max: 1, duration: 20000 } : undefined;
  if (how === 'concurrency') await p.queue().setGlobalConcurrency(1);
  if (how === 'paused') await p.pause();
  if (how !== 'no_worker') p.worker({ concurrency: how === 'concurrency' ? 5 : 1, limiter });
  const long = how === 'rate_limited' ? 1 : 500;
  for (let i = 0; i < 100; i++) await p.add({ ms: long });
  while (!p.stopped) await sleep(20);
  await p.queue().obliterate({ force: true });
}

module.exports = {
  plain, lifo, delayed, overdue, prioritized, repeated, limited, limitedByWorker, paused, retried, deduplicated, stepped, stalled, flow,
  bulk, fast, removed, drained, obliterated, concurrency, failing, soak, held, mixed,
};
