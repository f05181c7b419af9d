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

// A directory of 4 bytes an object is faster than hashing, even where most of it lies outside the
// processor's own memory: by a fifth of a run at 4 million objects, an eighth at 10 million. It must be made
// first, though, and is not for short runs over large catalogues.
const (
	maxDirectory      = 1 << 24
	objectsPerRequest = 16 // at most
)

// newDesk returns a desk for a scenario.
func (s *Scenario) newDesk() (*desk, error) {
	objects, perSecond := 0, 0.0
	for i := range s.Static {
		objects += s.Static[i].Objects
		perSecond += s.Static[i].RequestsPerSecond
	}
	requests := perSecond * (s.WarmUp + s.Duration).Seconds()
	if objects == 0 || objects > maxDirectory || float64(objects) > objectsPerRequest*requests {
		return &desk{}, nil
	}
	d, err := cache.NewDirectory(objects)
	return &desk{directory: d}, err
}
