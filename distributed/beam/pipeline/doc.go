// Package pipeline runs the cells of a study, a sweep or a search on Apache Beam, and writes the report of what they gave: the same, to
// the bit, as edgewise run, sweep and search do.
//
// A [Job] is a scenario with the place of its report. A pipeline has the cells of one round:
//
//	spans of cells → cells → reshuffle → run → combine by replication → one place → conclude
//
// Spans are split by the runner (cells.go), cells are run with what the process has compiled already (run.go, worker.go),
// results are combined as encoded bytes (combine.go), and in the end one function names the cells that failed or writes the report
// (conclude.go). With a store the results stay there, and the driver writes the report.
//
// Beam's Go SDK sends to workers what is exported, and nothing else, of functions that are registered: so all functions are
// methods of registered structs, and all that they need is in exported fields. What a process builds for itself is made in Setup.
package pipeline
