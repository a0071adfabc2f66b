// Package gateway passes calls on to the OpenAI API and to APIs like it, and
// measures them on the way: nothing of a call changes but where it goes.
//
// What the caller sends and what the upstream answers is copied byte for byte,
// each piece as it comes. Beside the copy a tap reads what the answer says of
// model, usage and errors; it keeps a bounded part of it, never the texts of
// prompts and completions. When an answer has ended its record goes into a
// bounded queue, from where it is recorded: if that fails, or the tap does, the
// call has long been answered, and a metric counts what is missing.
package gateway
