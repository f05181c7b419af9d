// Package edgewise answers one question: which requests should an edge PoP serve, which a metro Local
// Zone, which the region?
//
// It simulates the users of real metros asking real cloud sites for what you serve, for alternative
// placements, and compares what they feel: latency distributions, cache hit ratios, the share of requests
// inside a deadline, the load on the origin. Every figure carries a confidence interval, and every
// difference is paired: all placements meet the very same users, arrivals, objects and jitter.
//
// # Five nouns
//
//   - A Network ([topology.Network]) is a weighted graph of metros, PoPs, Local Zones, regions and the
//     exchanges between them. [github.com/edgewise-sim/edgewise/topology/catalog.AWS] and its siblings build one from the real world; or make your
//     own.
//   - A [workload.Workload] is a demand (who asks for what, and when) and a service (how a request is served:
//     cacheable, computed or matched) under a name.
//   - A [placement.Placement] is one alternative: which sites cache, in any number of tiers, which compute and
//     which hold the origin, how big they are, and how users find them.
//   - A [Study] runs every placement on every core, replication by replication.
//   - A [Comparison] is what comes out. Its figures are looked up by name; package report draws and exports it.
//
// The example below is a complete program. The command edgewise does the same from a YAML file; package
// scenario reads such files.
//
// # How long to run
//
// Ten replications unless you say otherwise; [Study.Until] runs until a figure is precise or the best
// placement is known. Caches and queues begin empty: a study whose runs have not warmed up is refused with a
// [*WarmUpError] that says what is missing. Preloaded caches
// ([placement.Placement.Preloaded]) begin as after an endless warm-up.
//
// # In parts
//
// A [Cell] is one placement and one replication. [Study.Cells] lists them, [Study.RunCell] runs one on any machine, and
// [Study.Compare] makes the comparison of their results, in any order.
//
// # Parts of your own
//
// Demands ([workload.Demand]), routing rules ([placement.Routing]), cache policies and admissions, delays
// ([topology.Correction]), figures ([Measure]) and files of the report ([Output]) can be your own, in a module of
// your own. A [github.com/edgewise-sim/edgewise/scenario.Reader] gives them names in scenario files. The folder
// examples/own-parts has one of each.
//
// # Where it runs
//
// On 64-bit platforms, such as amd64 and arm64: objects, bytes and nanoseconds are counted in int. Elsewhere it
// does not compile, and says why.
//
// # What to trust
//
// A run is a pure function of the study and its seed: the same bits on any number of cores. Across kinds of
// processors that is meant, too: on an emulated arm64 every count of the three examples was the same as on
// amd64, while the means and intervals computed from them differed by 4 parts in 10^11 at most. Caches and
// queues are checked against closed forms in the tests; every run checks its own books (requests in =
// outcomes, bytes sent = bytes received, causes sum to latencies). Delays are modelled from great-circle
// distance and measured inflation, not measured for your users. Parameters that rest on
// an assumption are listed in [Comparison].Assumed.
package edgewise
