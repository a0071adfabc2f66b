'use strict';

// Truth writes down, one JSON line each, what producers and workers know
// themselves: since when a job could run, when it started, when it ended. None
// of it comes from the queue's event stream, which is what the watcher reads.
//
// Moments are spans [lo, hi] of Date.now(): what happens inside of Redis
// happens between the call and its answer.
class Truth {
  constructor(run, print) {
    this.run = run;
    this.print = print;
    this.jobs = new Map();
    this.left = 0; // jobs that were added and neither ended nor were removed
    this.ends = 0;
  }

  of(queue, job) {
    const key = queue + '\n' + job;
    if (!this.jobs.has(key)) this.jobs.set(key, { readies: 0, starts: 0 });
    return this.jobs.get(key);
  }

  line(t, queue, fields) {
    this.print({ run: this.run, t, queue, ...fields });
  }

  // added books new jobs.
  added(queue, n = 1) {
    this.left += n;
    this.line('added', queue, { n });
  }

  // ready books since when a job can run: it begins its n-th wait.
  ready(queue, job, lo, hi) {
    const n = ++this.of(queue, job).readies;
    this.line('ready', queue, { job, n, lo, hi });
  }

  // due books when a job's delay ends. Whether it then waits, or somebody has yet
  // to move it on, nobody knows.
  due(queue, job, lo, hi = lo) {
    const n = ++this.of(queue, job).readies;
    this.line('due', queue, { job, n, lo, hi });
  }

  // moved corrects since when a job can run that still waits: the earlier
  // moment counts.
  moved(queue, job, lo, hi) {
    this.line('moved', queue, { job, n: this.of(queue, job).readies, lo, hi });
  }

  // delayed corrects it where the new moment counts, whatever it was before.
  delayed(queue, job, lo, hi) {
    this.line('due', queue, { job, n: this.of(queue, job).readies, lo, hi });
  }

  started(queue, job, lo, hi) {
    const n = ++this.of(queue, job).starts;
    this.line('start', queue, { job, n, lo: Math.min(lo || hi, hi), hi });
    return n;
  }

  ended(queue, job, n, ok, lo, hi) {
    this.left--;
    this.ends++;
    this.line('end', queue, { job, n, ok, lo, hi });
  }

  // removed books that a job is gone. Of one that ran already that says nothing.
  removed(queue, job, lo, hi) {
    const of = this.of(queue, job);
    if (of.starts >= of.readies) return;
    this.line('removed', queue, { job, n: of.readies, lo, hi });
    of.readies--;
    this.left--;
  }

  count(t, queue, n = 1) {
    this.line(t, queue, { n });
  }

  // paused and resumed book when a queue was.
  paused(queue, on, lo, hi) {
    this.line(on ? 'paused' : 'resumed', queue, { lo, hi });
  }
}

module.exports = { Truth };
