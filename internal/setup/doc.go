// Package setup knows which parts of the platform have sent events: what the
// page "connect your platform" shows while somebody connects one.
//
// A Watcher is told of events as they are recorded or refused. It looks at one
// event in 200 ms of each type and remembers a few, so that it costs the others
// a load and a comparison; what it holds is bounded, and it keeps nothing on
// disk. How many events there were, and since when, it asks the meter, whose
// state survives a restart; when the last one came before a restart, the history.
// Until that has answered, the time of the last event is not known. Whether
// people are told of alerts is a source too: the last one to connect.
//
// Listeners get what arrives as server-sent events: at most five a second each,
// the newest, and at most MaxListeners at a time. They are sent away when the
// context of Run ends, so that a stop does not wait for them.
package setup
