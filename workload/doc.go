// Package workload says who asks for what, and when. It knows nothing of where a request is served.
//
// There are three kinds of stream:
//
//   - [Static]: cacheable objects. Requests arrive as a Poisson process that follows each metro's
//     local time of day; objects are drawn from a Zipf law, sizes from a lognormal law.
//   - [Dynamic]: requests that must be computed, the calls of an API. They arrive like static ones,
//     take a service time, and may make further calls to the home of their data.
//   - [Gaming]: real-time matches. Players arrive as a Poisson process, stay for a heavy-tailed
//     time and are grouped into matches; every update of every player waits for the next tick.
//
// Start from a preset ([WebStatic], [CompetitiveFPS], ...) and change what is yours. Every default
// that rests on no source is marked "Assumed" where it is declared, and the workload's Assumed list
// names it, so
// that reports can say so.
//
// # Randomness
//
// A stream draws only from random numbers addressed by (seed, replication, workload and metro,
// purpose, index). Two placements therefore see the same users asking for the same objects at the
// same instants, whatever the placements do with them.
package workload
