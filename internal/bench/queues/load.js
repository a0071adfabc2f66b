// Adds jobs to many queues at a steady rate and works them with the real BullMQ,
// then prints what was done: node load.js PORT QUEUES RATE SECONDS
'use strict'
const {Queue, Worker} = require('bullmq')
const [port, count, rate, seconds] = process.argv.slice(2).map(Number)
const connection = {host: '127.0.0.1', port, maxRetriesPerRequest: null}
const sleep = ms => new Promise(done => setTimeout(done, ms))

async function main() {
  let done = 0
  const keep = {removeOnComplete: true}
  const queues = Array.from({length: count}, (_, i) => new Queue(`load-${i}`, {connection}))
  const workers = queues.map(q => new Worker(q.name, async () => { done++ }, {connection, concurrency: 20}))
  await Promise.all(workers.map(w => w.waitUntilReady()))
  await sleep(3000) // so that Luneo has found them
  console.log('begin')
  const began = Date.now()
  let added = 0
  for (let turn = 0; Date.now() - began < seconds * 1000; turn++) {
    const due = Math.floor((Date.now() - began) / 1000 * rate) - added
    const each = Math.min(200, Math.floor(due / 5))
    if (each < 1 || added - done > rate) { await sleep(2); continue }
    const picked = Array.from({length: 5}, (_, i) => queues[(turn * 5 + i) % count])
    await Promise.all(picked.map(q => q.addBulk(Array.from({length: each}, (_, i) => ({name: 'job', data: {i}, opts: keep})))))
    added += each * 5
  }
  while (done < added) await sleep(10)
  console.log(JSON.stringify({done, seconds: (Date.now() - began) / 1000}))
  process.exit(0)
}

main().catch(err => { console.error(err); process.exit(1) })
