// Package journal keeps records of bytes on disk and gives them back after a
// crash.
//
// It promises:
//   - When Append returns nil, its records survive a kill and a power loss,
//     as far as the device keeps what it said it had synced.
//   - Recover hands out every record since the newest readable snapshot, once
//     and in order. Damage costs the records it hit and no others; it is
//     reported with its place, and the file is left as it is.
//   - A record whose Append failed is void: once another Append has succeeded
//     it is never handed out. (If the process dies before that, it may be:
//     whoever got the error does not know, as with any lost answer.)
//   - Snapshots cap the disk used. Two generations are kept with the segments
//     since the older; a segment is deleted only after it was read whole.
//
// It does not know what is in a record, and it does not retry.
//
// On disk a directory holds segments (NNNNNNNN-FIRSTSEQ.seg) and snapshots
// (SEQ.snap). A segment is written ahead with zeros, so that a commit is one
// write and one fdatasync that changes no metadata. Records are numbered from
// 1. The first number in a segment's name overrides the tail of the segments
// before it: that is how failed writes are voided without being erased.
package journal
