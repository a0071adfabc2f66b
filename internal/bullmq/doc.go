// Package bullmq watches the queues of BullMQ (versions 4 to 6) in Redis or
// Valkey, with no code in the workers. It only reads.
//
// For each server three goroutines work side by side: one discovers queues by
// their "meta" key, one looks at each queue (its depth by state, why it
// waits), one follows the queues' event streams. What the follower sees is
// handed to the recorder together with the position it has reached, so that a
// restart neither loses nor doubles an observation as far as the stream still
// holds it. The rest is kept in memory and shown by Waits, Queues and Servers,
// which never wait for Redis.
//
// A job's wait runs from when it could have run to when it became active: from
// its event "waiting", or from the end of its delay, to its event "active".
// The ids of events are Redis' own clock in milliseconds, so that the clocks of
// workers and of Luneo play no part; only the end of a delay is told by the
// clock of whoever added the job, and is held between its events.
//
// The facts about BullMQ were read in the Lua scripts of its npm package
// (4.18.3, 5.81.5 and 6.7.0).
package bullmq
