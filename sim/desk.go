package sim

import "github.com/edgewise-sim/edgewise/sim/cache"

// A desk is what a worker uses for one site after the other.
type desk struct {
	// directory serves the edge cache of a site that runs alone; nil if the catalogues are too large.
	directory *cache.Directory
	// found and weight are those of a [preloader]. weight holds the bytes last asked for at about the
	// same time, by the first bits of that time as a float: they tell how far back to look, so that
	// little must be sorted.
	found  []recent
	weight []int64
}

// maxDirectory is the largest number of objects for which a directory, of 4 bytes each, is faster than
// hashing: beyond, too much of it lies outside the processor's caches.
const maxDirectory = 1 << 22

// newDesk returns a desk for a scenario.
func (s *Scenario) newDesk() (*desk, error) {
	objects := int(s.keyBase(len(s.Static)))
	if objects == 0 || objects > maxDirectory {
		return &desk{}, nil
	}
	d, err := cache.NewDirectory(objects)
	return &desk{directory: d}, err
}
