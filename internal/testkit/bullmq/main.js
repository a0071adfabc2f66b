'use strict';
// The real BullMQ at work, for tests: reads orders, one JSON line each, from
// standard input and writes the truth of what happened to standard output.
//
//   {"do":"prepare","run":"1","scenario":"plain","prefix":"bull","queues":["q"],"seed":1}
//   {"do":"go","run":"1"}      starts it
//   {"do":"stop","run":"1"}    ends one that goes on until it is told
//
// Answers carry the run: "prepared", the truth's lines, then "done".
const readline = require('node:readline');
const { Redis } = require('ioredis');
const { Party } = require('./party.js');
const { Truth } = require('./truth.js');
const scenarios = require('./scenarios.js');

const at = new URL(process.argv[2]);
const redis = new Redis({ host: at.hostname, port: Number(at.port), maxRetriesPerRequest: null, retryStrategy: () => 200 });
redis.on('error', () => {}); // it goes away in some tests
const parties = new Map();
let lines = [];

function print(line) {
  if (lines.push(JSON.stringify(line)) === 1) setImmediate(flush);
}

function flush() {
  process.stdout.write(lines.join('\n') + '\n');
  lines = [];
}

async function prepare(spec) {
  const party = new Party(spec, redis, new Truth(spec.run, print));
  parties.set(spec.run, party);
  await party.prepare();
  print({ run: spec.run, t: 'prepared' });
}

async function go({ run }) {
  const party = parties.get(run);
  await scenarios[party.spec.scenario](party);
  await party.close();
  print({ run, t: 'done' });
}

async function stop({ run }) {
  parties.get(run).stopped = true;
}

const orders = { prepare, go, stop };
process.on('unhandledRejection', err => {
  // A Redis that is killed takes commands along that nobody waits for.
  if (!/Connection is closed|ECONN|EPIPE|LOADING/.test(String(err))) console.error(err);
});
readline.createInterface({ input: process.stdin }).on('line', text => {
  const order = JSON.parse(text);
  orders[order.do](order).catch(err => print({ run: order.run, t: 'broken', error: String(err && err.stack || err) }));
}).on('close', () => process.exit());
