// Package store keeps what the cells of a study gave, so that a study that was ended, by whatever, goes on where it was:
// a [Dir] is an [edgewise.Store] in a directory.
//
// A cell is a file of its own, which is there whole or not at all, and carries its hash and what it is of. So a directory
// may be filled by any number of processes, copied, and merged with another of the same study. The file study.json says
// for which study, and by which program, the cells are; a build of the same program for another platform goes on with them.
// Another kind of store is another type with the two methods of
// [edgewise.Store].
package store
