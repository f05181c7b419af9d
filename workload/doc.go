// Package workload says who asks for what, and when. It knows nothing of where a request is served.
//
// A [Workload] is a demand and a service under a name. A [Demand] is who asks for what, and when:
//
//   - [Poisson]: independent requests, which follow each metro's local time of day; objects are drawn from a Zipf law.
//   - [Sessions]: players who arrive as a Poisson process and stay for a heavy-tailed time.
//   - [Trace]: requests that were recorded, as package trace reads them.
//   - or a type of your own, in any package: see the example of Demand.
//
// A [Service] is how a request is served:
//
//   - [Cacheable]: objects that caches may keep, with recorded sizes or a lognormal law of them, from an origin.
//   - [Computed]: the calls of an API. They take a service time, and may make further calls to the data's home.
//   - [Matched]: real-time games. Players are grouped into matches; every update of every player waits for the next
//     tick.
//
// Start from a preset ([WebStatic], [CompetitiveFPS], ...) and change what is yours, with [Change] or a method such as
// [Workload.WithRequestsPerSecond]. Every default that rests on no source is marked "Assumed" where it is declared, and
// the workload's Assumed list names it, so that reports can say so.
//
// # Randomness
//
// A demand draws only random numbers addressed by (seed, replication, workload and metro, purpose, index); an [Env] has
// them for demands from outside. Two placements therefore see the same users asking for the same objects at the
// same instants, whatever the placements do with them.
package workload
