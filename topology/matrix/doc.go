// Package matrix writes round trips between places in the forms that other tools read: tables, the kernel's traffic
// control, network simulators, Go. People who test a distributed system lay it over the world with them.
//
// [Formats] lists the forms; every one has all pairs of a [Matrix]. What has no round trips takes half of one for each
// direction.
//
// What was tried with the tool itself: the ns-3 header is compiled and run by a test (libns3-dev 3.37; EDGEWISE_TEST_NS3), the Go map
// parsed by a test and compiled once. The tc script goes to tc itself in a network namespace (iproute2 6.1); a kernel without sch_netem (6.18 as tried)
// takes all but the lines of netem, of which tc reads the words.
// Shadow and OMNeT++ are not in Debian: tests read their files by the grammar alone.
package matrix
