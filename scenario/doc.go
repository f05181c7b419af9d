// Package scenario reads scenario files: one YAML file that says where the users are, what they ask for
// and which placements to compare, as a [edgewise.Study] ready to run.
//
// Reading is strict. An unknown key, a wrong unit, a value out of range, a site that does not exist: each
// is an error that names file, line and field, the value found and what is allowed. Errors are reported together,
// in the order of lines and the first ten of them: those of form first, such as unknown keys and missing units; when
// there are none, those of values and names; and then what is wrong between these.
//
// The format is described in docs/scenario.md, and by example in the folder examples.
package scenario
