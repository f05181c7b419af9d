// Package sweep runs a study at many points: the same question for other values of some of its parameters, with the same
// users at all of them. It says how figures follow the parameters, where two placements change order, and where a figure
// reaches a value, each with its interval.
//
// A point is a study of its own ([Point]), and its results are those of that study, to the bit. What two points have in common is
// run once: a placement that a parameter does not touch has the same cells at all points ([edgewise.Study.PlacementFingerprint]). The cells
// of all points are kept in one [edgewise.Store], so that a sweep that was ended goes on, and several machines share the
// work. Package scenario reads sweeps from files.
package sweep
