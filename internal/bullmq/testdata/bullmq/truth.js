// Runs scenarios with a real BullMQ and writes down what really happened: since
// when each job could run, when it started, and how it ended. One queue a
// scenario; the truth goes to stdout as one line of JSON.
//
//   node truth.js VERSION HOST:PORT PREFIX SCENARIO...
'use strict'
const {spawn} = require('node:child_process')

const [version, address, prefix, ...wanted] = process.argv.slice(2)
const bullmq = require(`bullmq${version}`)
const {Queue, Worker, FlowProducer, DelayedError} = bullmq
const [host, port] = address.split(':')
const connection = {host, port: Number(port), maxRetriesPerRequest: null}
const opts = {connection, prefix}
const sleep = ms => new Promise(done => setTimeout(done, ms))

// One queue and what happens in it.
class Scene {
  constructor(name) {
    this.name = name
    this.queue = new Queue(name, opts)
    this.truth = {starts: [], added: 0, completed: 0, failed: 0, retried: 0, stalled: 0}
    this.since = new Map() // job id -> when it could run
    this.workers = []
    this.open = 0
  }

  async add(data = {}, o = {}) {
    const job = await this.queue.add('job', data, o)
    this.know(job)
    return job
  }

  know(job) {
    this.truth.added++
    this.open++
    this.since.set(job.id, job.timestamp + (job.opts.delay ?? 0))
  }

  // work starts a worker. run gets the job and how often it was tried before.
  work(run = async () => sleep(5), o = {}) {
    const tries = new Map()
    const worker = new Worker(this.name, async job => {
      const at = job.processedOn
      this.truth.starts.push({job: job.id, since: this.since.get(job.id) ?? job.timestamp + (job.opts.delay ?? 0), at})
      const before = tries.get(job.id) ?? 0
      tries.set(job.id, before + 1)
      try {
        return await run(job, before, worker)
      } catch (err) {
        const again = err.again ?? (before + 1 < (job.opts.attempts ?? 1) ? backoff(job, before) : undefined)
        if (again !== undefined) {
          this.truth.retried++
          this.since.set(job.id, Date.now() + again)
        }
        throw err
      }
    }, {...opts, concurrency: 5, ...o})
    worker.on('completed', () => { this.truth.completed++; this.open-- })
    worker.on('failed', job => { if (job.finishedOn) { this.truth.failed++; this.open-- } })
    worker.on('stalled', id => { this.truth.stalled++; this.since.set(id, Date.now()) })
    worker.on('error', () => {})
    this.workers.push(worker)
    return worker
  }

  async done() {
    for (const until = Date.now() + 60_000; this.open > 0 && Date.now() < until;) await sleep(20)
  }

  async close() {
    await Promise.all(this.workers.map(w => w.close()))
    await this.queue.close()
  }
}

function backoff(job, before) {
  const b = job.opts.backoff
  if (!b) return 0
  return b.type === 'exponential' ? b.delay * 2 ** before : b.delay
}

const times = async (n, f) => { for (let i = 0; i < n; i++) await f(i) }
const failTwice = async (job, before) => { await sleep(3); if (before < 2) throw new Error(`attempt ${before}`) }

const scenarios = {
  async plain(s) {
    s.work()
    await times(100, i => s.add({i}))
  },
  async lifo(s) {
    await times(40, i => s.add({i}))
    await times(40, i => s.add({i}, {lifo: true}))
    await sleep(300)
    s.work()
  },
  async delayed(s) {
    await times(20, i => s.add({i}, {delay: 200 + 60 * i}))
    const early = await s.add({}, {delay: 60_000})
    s.work()
    await sleep(700)
    s.since.set(early.id, Date.now())
    await early.promote()
  },
  async overdue(s) { // no worker comes before the delays have ended
    await times(10, i => s.add({i}, {delay: 100}))
    await sleep(1500)
    s.work()
  },
  async prioritized(s) {
    await times(60, i => s.add({i}, {priority: 1 + i % 5}))
    await times(10, i => s.add({i}))
    await sleep(200)
    s.work()
  },
  async repeated(s) {
    s.open = 4
    const before = s.know
    const count = worker => worker.on('completed', () => {})
    count(s.work(async () => sleep(5), {concurrency: 1}))
    if (s.queue.upsertJobScheduler) await s.queue.upsertJobScheduler('beat', {every: 300, limit: 4})
    else await s.queue.add('job', {}, {repeat: {every: 300, limit: 4}})
    s.know = before
    s.truth.added = 4
  },
  async limited(s) {
    await times(20, i => s.add({i}))
    s.work(async () => sleep(2), {limiter: {max: 5, duration: 300}})
  },
  async 'limited by hand'(s) {
    await times(5, i => s.add({i}))
    s.work(async (job, before, worker) => {
      if (before === 0 && job.data.i === 2) {
        await worker.rateLimit(400)
        const err = Worker.RateLimitError()
        err.again = 0
        throw err
      }
      await sleep(2)
    }, {concurrency: 1, limiter: {max: 100, duration: 50}})
  },
  async paused(s) {
    s.work()
    await times(10, i => s.add({i}))
    await s.queue.pause()
    await times(10, i => s.add({i}))
    await sleep(1000)
    await s.queue.resume()
  },
  async 'retried at once'(s) {
    await times(10, i => s.add({i}, {attempts: 3}))
    s.work(failTwice)
  },
  async 'retried later'(s) {
    await times(10, i => s.add({i}, {attempts: 3, backoff: {type: 'fixed', delay: 250}}))
    await times(10, i => s.add({i}, {attempts: 3, backoff: {type: 'exponential', delay: 100}}))
    s.work(failTwice)
  },
  async stalled(s) {
    await s.add({})
    const child = spawn(process.execPath, [__filename, version, address, prefix, '--die', s.name], {stdio: ['ignore', 'pipe', 'inherit']})
    await new Promise(done => child.stdout.once('data', line => {
      const {job, at} = JSON.parse(line)
      s.truth.starts.push({job, since: s.since.get(job), at})
      done()
    }))
    child.kill('SIGKILL')
    s.work(async () => sleep(5), {stalledInterval: 400, lockDuration: 800})
  },
  async bulk(s) {
    const jobs = await s.queue.addBulk(Array.from({length: 1000}, (_, i) => ({name: 'job', data: {i}})))
    jobs.forEach(j => s.know(j))
    s.work(async () => {}, {concurrency: 20})
  },
  async removed(s) {
    const jobs = []
    await times(20, async i => jobs.push(await s.add({i})))
    for (const j of jobs.slice(5, 15)) { await j.remove(); s.open-- }
    await sleep(300)
    s.work()
  },
  async drained(s) {
    await times(20, i => s.add({i}))
    await times(5, i => s.add({i}, {delay: 60_000}))
    await s.queue.drain(true)
    s.open -= 25
    await sleep(1500)
    await times(5, i => s.add({i}))
    s.work()
  },
  async obliterated(s) {
    const worker = s.work()
    await times(10, i => s.add({i}))
    await s.done()
    await sleep(5000) // so that the queue is found and all of it read
    await worker.close()
    await s.queue.pause()
    await s.queue.obliterate({force: true})
    await sleep(500)
    await s.queue.resume()
    await times(10, i => s.add({i}))
    s.work()
  },
  async 'held by concurrency'(s) {
    if (s.queue.setGlobalConcurrency) await s.queue.setGlobalConcurrency(2)
    s.work(async () => sleep(50))
    await times(20, i => s.add({i}))
  },
  async failed(s) {
    await times(20, i => s.add({i}))
    s.work(async job => { throw new Error(`Request ${job.id} to 10.0.0.${job.id} failed with status code 429`) })
  },
  async flow(s) {
    const child = new Scene(s.name + ' children')
    const flow = new FlowProducer(opts)
    const tree = await flow.add({name: 'job', queueName: s.name, data: {}, opts: {}, children: Array.from({length: 5}, (_, i) => ({name: 'job', queueName: child.name, data: {i}}))})
    s.know(tree.job)
    tree.children.forEach(c => child.know(c.job))
    child.work(async () => sleep(100), {concurrency: 2}).on('completed', () => s.since.set(tree.job.id, Date.now()))
    s.work()
    await child.done()
    await s.done()
    await flow.close()
    await child.close()
    s.also = {[child.name]: child.truth}
  },
}

// die takes a job, says so, and waits to be killed.
async function die(name) {
  new Worker(name, async job => {
    process.stdout.write(JSON.stringify({job: job.id, at: job.processedOn}) + '\n')
    await sleep(60_000)
  }, {...opts, lockDuration: 800, stalledInterval: 400}).on('error', () => {})
  await sleep(60_000)
}

// soak adds jobs of all kinds and works them, come what may, and says how many
// ended. Its queue keeps all events.
async function soak(name, count, pause) {
  const queue = new Queue(name, {...opts, streams: {events: {maxLen: 10_000_000}}})
  queue.on('error', () => {})
  let ended = 0
  const worker = new Worker(name, async job => {
    await sleep(job.data.i % 7)
    if (job.data.i % 10 === 0 && job.attemptsMade < 2 && job.attemptsStarted !== 3) throw new Error('again')
  }, {...opts, concurrency: 10, stalledInterval: 1000, lockDuration: 2000, maxStalledCount: 100})
  worker.on('error', () => {})
  worker.on('completed', () => ended++)
  worker.on('failed', job => { if (job?.finishedOn) ended++ })
  const kinds = [{}, {lifo: true}, {delay: 50}, {priority: 3}, {}]
  for (let i = 0; i < count; i++) {
    for (let added = false; !added;) {
      added = await Promise.race([queue.add('job', {i}, {attempts: 3, ...kinds[i % 5]}).then(() => true, () => false), sleep(3000)])
      if (!added) await sleep(100)
    }
    if (pause > 0 && i % 10 === 0) await sleep(pause)
  }
  for (const until = Date.now() + 60_000; Date.now() < until;) {
    const left = await Promise.race([queue.getJobCounts('wait', 'prioritized', 'delayed', 'active').catch(() => null), sleep(2000)])
    if (left && Object.values(left).every(n => n === 0)) break
    await sleep(100)
  }
  process.stdout.write(JSON.stringify({ended}) + '\n', () => process.exit(0))
}

async function run(name) {
  const s = new Scene(name)
  await scenarios[name](s)
  await s.done()
  await sleep(100)
  await s.close()
  return {[name]: s.truth, ...s.also}
}

async function main() {
  if (wanted[0] === '--die') return die(wanted[1])
  if (wanted[0] === '--soak') return soak(wanted[1], Number(wanted[2]), Number(wanted[3]))
  if (wanted[0] === '--list') return process.stdout.write(JSON.stringify(Object.keys(scenarios)) + '\n')
  const names = wanted.length > 0 ? wanted : Object.keys(scenarios)
  const truths = await Promise.all(names.map(run))
  process.stdout.write(JSON.stringify(Object.assign({}, ...truths)) + '\n', () => process.exit(0))
}

main().catch(err => { console.error(err); process.exit(1) })
