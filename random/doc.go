// Package random draws random numbers that are addressed instead of taken in turn.
//
// A simulation that compares alternatives must show every alternative the same world: the same users
// at the same moments, asking for the same objects. With one shared generator that is impossible, for
// one extra draw anywhere shifts every draw after it. Here every draw has an address instead, and its
// value depends on the address alone:
//
//   - seed: the study; another seed is another world
//   - replication: the repetition within the study
//   - entity: who draws; [Entity] turns a name such as "metro/los-angeles" into a number
//   - purpose: what for (arrivals, popularity, jitter), a small constant of the caller
//   - index: which one of that kind, where single values are needed out of turn
//
// [New] gives the [Stream] of an address: numbers to be drawn one after another. [NewKey] gives a
// [Key], whose At(index) is one value by index, for example the size of an object from its number.
// Nothing depends on the order in which streams are made or used, nor on how many cores work.
//
// Streams draw uniform, exponential, normal and lognormal numbers. Three tables draw the rest, each in a
// few nanoseconds: [Zipf] for popularity, [Alias] for a choice by weights, [Quantiles] for any continuous
// law given by its quantile function. A table is read only and may be shared by goroutines; a Stream
// belongs to one goroutine at a time.
//
// [Stream.ExpAll] and [Zipf.DrawAll] fill a slice, which costs a quarter to a third less: 2.4 to 3.1 ns an
// exponential number instead of 3.6 to 4.2, as the compiler lays the code out, and 6.8 ns a rank by popularity
// instead of 8.9 (go test -bench Draw ./random on the machine of docs/performance.md).
//
// The generators are published ones: xoshiro256++ for streams, splitmix64 for addresses. All
// arithmetic is written so that it gives the same bits on every processor (no fused multiply-add, no
// logarithm from an assembly routine). None of this is fit for cryptography.
package random

// Generator names the generators for a report.
const Generator = "xoshiro256++, addressed by splitmix64"
