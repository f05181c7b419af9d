// Package batch has what a scenario file asks to be run, whichever it is: the placements of a study, the alternatives that a
// search simulates, or the points of a sweep. All of them are [Work]: cells in rounds, which many machines share, and a report
// that the results of these make, the same to the bit as one run on one machine writes. The commands shard and merge and
// the pipelines of Apache Beam are made of it.
package batch
