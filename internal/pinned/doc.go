// Package pinned holds today's numbers of small scenarios and of the examples, so that a change which is to move
// none of them proves it: to the bit, for every placement, replication, workload and metro.
//
// The folder testdata has a scenario a file, and beside each what it gave: the tallies and fingerprint of every run,
// the rows of comparison.csv and, for some, the hashes of the pictures. A change that is meant to move numbers writes
// them anew:
//
//	go test ./internal/pinned -update
//
// Numbers are held on every machine, whatever its instruction set. Pictures are held where every operation rounds, as it
// does on amd64 up to GOAMD64=v2: elsewhere the libraries that draw them give coordinates with other last bits.
//
// Files ending in .gz are text, a record a line: gzip -dc shows it.
package pinned
