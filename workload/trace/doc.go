// Package trace reads and writes recorded request traces and access logs: what real users asked for, in order.
//
// A trace is a stream of [Request] values. [Open] finds out by itself how a file is compressed (gzip,
// zstd, xz or not) and in which format it is:
//
//   - oracle, libCacheSim's binary oracleGeneral: records of 24 bytes, little-endian, with uint32 time
//     in seconds, uint64 id, uint32 size and int64 next, the number from 1 of the next request for the
//     same id, or -1;
//   - tis, text with time, id and size on each line, between spaces or tabs;
//   - csv, text between commas, semicolons or tabs with a header; time, id, size and operation are found by the names of
//     the columns;
//   - ids, text with one id on each line; every object has one byte;
//   - combined, w3c, json and squid, access logs of servers, proxies and CDNs, of which [Rules] say what counts;
//   - twitter, ibm and msr, public traces without header.
//
// The page docs/logs.md shows each of them. Requests come in the order of the trace, also where its times go back.
//
// An id in text that is a whole number below 2^64, written plainly, is the key; any other is hashed to
// 64 bits (FNV-1a). Sizes are bytes.
//
// Reading takes constant memory. [Load] makes of a trace what cache replay wants, in memory or to be read again,
// [ReadRecording] what a simulation wants, with times and places, and [Convert] another file. A damaged or cut trace is
// always an error, with line or byte: [Reader.Read] returns [io.EOF] only at the end of a whole one.
package trace
