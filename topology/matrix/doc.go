// Package matrix writes round trips between places in the forms that other tools read: tables, the kernel's traffic
// control, network simulators, Go. People who test a distributed system lay it over the world with them.
//
// [Formats] lists the forms; every one has all pairs of a [Matrix]. What has no round trips takes half of one for each
// direction.
package matrix
