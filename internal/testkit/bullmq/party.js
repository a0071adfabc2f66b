'use strict';
const { fork } = require('node:child_process');
const path = require('node:path');
const bullmq = require('bullmq');

const sleep = ms => new Promise(done => setTimeout(done, ms));

// random is a generator of numbers in [0, 1) (mulberry32).
function random(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// Party is who takes part in one scenario: queues, producers, workers. What it
// does goes into the truth.
//
// A job's data says what becomes of it: ms is how long it runs, fail how often
// it fails, message why, unrecoverable that it isn't tried again, limit for how
// long its first start limits the queue's rate.
class Party {
  constructor(spec, redis, truth) {
    this.spec = spec;
    this.redis = redis;
    this.connection = redis.options; // each queue and worker makes its own
    this.truth = truth;
    this.random = random(spec.seed || 1);
    this.queues = new Map();
    this.workers = [];
    this.open = []; // what else is to be closed
    this.failures = new Map();
    this.limited = new Set();
    this.parents = new Map();
    this.attempts = new WeakMap(); // job object → of its running attempt: n, lo
    this.main = spec.queues[0];
  }

  int(lo, hi) {
    return lo + Math.floor(this.random() * (hi - lo + 1));
  }

  options(more) {
    return { connection: this.connection, prefix: this.spec.prefix, ...more };
  }

  quietly(one) {
    one.on('error', () => {}); // Redis goes away in some tests
    return one;
  }

  queue(name = this.main) {
    if (!this.queues.has(name)) {
      this.queues.set(name, this.quietly(new bullmq.Queue(name, this.options({
        defaultJobOptions: this.spec.remove ? { removeOnComplete: true } : {},
        streams: { events: { maxLen: 10000000 } }, // nothing is trimmed
      }))));
    }
    return this.queues.get(name);
  }

  async prepare() {
    for (const name of this.spec.queues) {
      await this.queue(name).waitUntilReady();
      // BullMQ writes the meta hash by itself and in the background.
      while (!(await this.redis.exists(`${this.spec.prefix}:${name}:meta`))) await sleep(10);
    }
  }

  async add(data = {}, opts = {}, name = this.main) {
    const lo = Date.now();
    const job = await this.queue(name).add('job', data, opts);
    if (opts.deduplication && this.truth.of(name, job.id).readies) return null; // it is another's
    this.truth.added(name);
    this.ready(name, job, opts, lo, Date.now());
    return job;
  }

  ready(name, job, opts, lo, hi) {
    if (opts.delay) this.truth.due(name, job.id, job.timestamp + opts.delay);
    else this.truth.ready(name, job.id, lo, hi);
  }

  async addBulk(list, name = this.main) {
    const lo = Date.now();
    const jobs = await this.queue(name).addBulk(list.map(one => ({ name: 'job', ...one })));
    const hi = Date.now();
    this.truth.added(name, jobs.length);
    jobs.forEach((job, i) => this.ready(name, job, list[i].opts || {}, lo, hi));
    return jobs;
  }

  // flow adds a tree of jobs; each needs an opts.jobId of its own.
  async flow(tree) {
    if (!this.producer) {
      this.producer = this.quietly(new bullmq.FlowProducer(this.options()));
      this.open.push(this.producer);
    }
    const leaves = [];
    const visit = (node, parent) => {
      if (this.spec.remove) node.opts.removeOnComplete = true;
      const me = { queue: node.queueName, job: node.opts.jobId, left: (node.children || []).length, lo: 0, hi: 0 };
      if (parent) this.parents.set(me.queue + '\n' + me.job, parent);
      if (me.left === 0) leaves.push(me);
      this.truth.added(me.queue);
      for (const child of node.children || []) visit(child, me);
    };
    visit(tree, null);
    const lo = Date.now();
    await this.producer.add(tree);
    const hi = Date.now();
    for (const leaf of leaves) this.truth.ready(leaf.queue, leaf.job, lo, hi);
  }

  // child adds a job to one that runs.
  async child(data, job, name = this.main) {
    const id = 'child-of-' + job.id;
    const parent = { queue: name, job: job.id, left: 1, lo: 0, hi: 0 };
    this.parents.set(name + '\n' + id, parent);
    await this.add(data, { jobId: id, parent: { id: job.id, queue: job.queueQualifiedName } }, name);
  }

  // childEnded makes a parent ready when its last child has completed.
  childEnded(queue, job, lo, hi) {
    const parent = this.parents.get(queue + '\n' + job);
    if (!parent) return;
    parent.left--;
    parent.lo = Math.max(parent.lo, lo);
    parent.hi = Math.max(parent.hi, hi);
    if (parent.left === 0) this.truth.ready(parent.queue, parent.job, parent.lo, parent.hi);
  }

  worker(opts = {}, name = this.main) {
    const worker = new bullmq.Worker(name, (job, token) => this.process(worker, name, job, token), this.options(opts));
    this.workers.push(this.quietly(worker));
    worker.on('completed', job => this.completed(name, job, Date.now()));
    worker.on('failed', (job, err) => job && this.failed(name, job, err, Date.now()));
    this.watchStalls(worker, name);
    this.watchLimits(worker, name);
    return worker;
  }

  async process(worker, name, job, token) {
    const n = this.truth.started(name, job.id, job.processedOn, Date.now());
    const attempt = { n, lo: 0, retry: false, made: 0 };
    this.attempts.set(job, attempt);
    if (this.starting) this.starting(name, job);
    const { ms, fail, message, unrecoverable, limit } = job.data;
    const key = name + '\n' + job.id;
    try {
      if (ms) await sleep(ms);
      if (this.doing) await this.doing(name, job, token);
      if (limit && !this.limited.has(key)) {
        this.limited.add(key);
        await worker.rateLimit(limit);
        throw bullmq.Worker.RateLimitError();
      }
      const made = (this.failures.get(key) || 0) + 1;
      if (fail && made <= fail) {
        this.failures.set(key, made);
        attempt.made = made;
        attempt.retry = made < (job.opts.attempts || 1) && !unrecoverable;
        throw unrecoverable ? new bullmq.UnrecoverableError(message || 'no') : new Error(message || 'failed ' + made);
      }
      return null;
    } finally {
      attempt.lo = Date.now();
    }
  }

  completed(name, job, hi) {
    const attempt = this.attempts.get(job);
    if (!attempt) return;
    this.truth.ended(name, job.id, attempt.n, true, attempt.lo, hi);
    this.childEnded(name, job.id, attempt.lo, hi);
  }

  failed(name, job, err, hi) {
    const attempt = this.attempts.get(job);
    if (!attempt) return;
    if (!attempt.retry) {
      this.truth.ended(name, job.id, attempt.n, false, attempt.lo, hi);
      return;
    }
    const delay = delayOf(job.opts.backoff, attempt.made);
    this.truth.count('retried', name);
    if (delay) this.truth.due(name, job.id, attempt.lo + delay, hi + delay);
    else this.truth.ready(name, job.id, attempt.lo, hi);
  }

  // watchStalls books the jobs that a worker finds to be lost.
  watchStalls(worker, name) {
    let asked = 0;
    const move = worker.moveStalledJobsToWait.bind(worker);
    worker.moveStalledJobsToWait = () => {
      asked = Date.now();
      return move();
    };
    worker.on('stalled', job => {
      this.truth.count('stalled', name);
      this.truth.ready(name, job, asked, Date.now());
    });
  }

  // watchLimits books the jobs that go back because of worker.rateLimit.
  watchLimits(worker, name) {
    const move = worker.moveLimitedBackToWait.bind(worker);
    worker.moveLimitedBackToWait = async (job, token) => {
      const lo = Date.now();
      const left = await move(job, token);
      this.truth.count('returned', name);
      this.truth.ready(name, job.id, lo, Date.now());
      return left;
    };
  }

  // victims starts a process with a worker that takes n jobs, does nothing with
  // them and is killed.
  async victims(n, opts, name = this.main) {
    const child = fork(path.join(__dirname, 'victim.js'), [JSON.stringify({ name, n, opts: this.options(opts) })], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const gone = new Promise(done => child.on('exit', done));
    let seen = 0;
    await new Promise((done, fail) => {
      child.on('message', m => {
        this.truth.started(name, m.job, m.lo, m.hi);
        if (++seen === n) done();
      });
      child.on('exit', () => fail(new Error('the victim ended by itself')));
    });
    child.kill('SIGKILL');
    await gone;
  }

  async remove(job, name = this.main) {
    const lo = Date.now();
    try {
      await job.remove();
    } catch {
      return; // it runs by now
    }
    this.truth.removed(name, job.id, lo, Date.now());
  }

  async promote(job, name = this.main) {
    const lo = Date.now();
    try {
      await job.promote();
    } catch {
      return; // its delay has ended by now
    }
    this.truth.moved(name, job.id, lo, Date.now());
  }

  async pause(name = this.main) {
    const lo = Date.now();
    await this.queue(name).pause();
    this.truth.paused(name, true, lo, Date.now());
  }

  async resume(name = this.main) {
    const lo = Date.now();
    await this.queue(name).resume();
    this.truth.paused(name, false, lo, Date.now());
  }

  // finished waits until each job has ended or was removed.
  async finished() {
    while (this.truth.left > 0) await sleep(20);
  }

  async until(holds) {
    while (!holds()) await sleep(20);
  }

  async close() {
    await Promise.all(this.workers.map(w => w.close()));
    await Promise.all([...this.queues.values(), ...this.open].map(q => q.close()));
  }
}

function delayOf(backoff, made) {
  if (!backoff) return 0;
  return backoff.type === 'exponential' ? Math.round(Math.pow(2, made - 1) * backoff.delay) : backoff.delay;
}

module.exports = { Party, sleep, bullmq };
