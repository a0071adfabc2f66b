'use strict';
// A worker that takes jobs, says so, and never ends them: it is killed.
const { Worker } = require('bullmq');

const { name, n, opts } = JSON.parse(process.argv[2]);
new Worker(name, job => {
  process.send({ job: job.id, lo: job.processedOn, hi: Date.now() });
  return new Promise(() => {});
}, { ...opts, concurrency: n });
setInterval(() => {}, 1000);
process.on('disconnect', () => process.exit());
