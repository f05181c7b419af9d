package sim

import "github.com/edgewise-sim/edgewise/cache"

// A scratch is what a worker uses for one site after the other.
type scratch struct {
	// objects is how many keys the directory has; 0 if there is to be none.
	objects   int
	directory *cache.Directory // made for the first site that has an edge cache
	// found and weight are those of a [preloader]. weight holds the bytes last asked for at about the
	// same time, by the first bits of that time as a float: they tell how far back to look, so that
	// little must be sorted.
	found  []recent
	once   []recent // those of the found that were asked for once
	weight []int64
	agos   []float64     // when the slices of an object were asked for last
	past   []pastRequest // for it
	rates  []float64     // how often for each of its slices
	// These are what sites that run alone leave behind: they hold nothing, but have grown to their size.
	block   block
	fills   fillQueue
	flights flightTable
}

// A directory of 4 bytes an object is faster than hashing, even where most of it lies outside the
// processor's own memory: by a fifth of a run at 4 million objects, an eighth at 10 million. It must be made
// first, though, and is not for short runs over large catalogues.
const (
	maxDirectory      = 1 << 24
	objectsPerRequest = 16 // at most
)

// newScratch returns a scratch for a scenario.
func (s *Scenario) newScratch() *scratch {
	objects, perSecond, endless := 0, 0.0, false
	for i := range s.Workloads {
		if n := s.objects(i); n > 0 {
			again := regular(&s.Workloads[i]) * variantsOf(&s.Workloads[i])
			if !endless {
				objects += again
			}
			perSecond += perSecondOf(&s.Workloads[i])
			endless = endless || again < n // keys from here on are found by hashing
		}
	}
	requests := perSecond * (s.WarmUp + s.Duration).Seconds()
	if objects > maxDirectory || float64(objects) > objectsPerRequest*requests {
		return &scratch{}
	}
	return &scratch{objects: objects}
}

// directoryFor returns the directory for a site's edge cache, nil if it is to have none.
func (d *scratch) directoryFor(s *site) (*cache.Directory, error) {
	if s.edge == nil || d.objects == 0 {
		return nil, nil
	}
	if d.directory == nil {
		var err error
		if d.directory, err = cache.NewDirectory(d.objects); err != nil {
			return nil, err
		}
	}
	return d.directory, nil
}

// lend gives a site, before it opens, the memory that the one before it at the scratch has left.
func (d *scratch) lend(s *site) {
	s.block.arrivals, s.block.scratch, s.block.counts, s.block.batch = d.block.arrivals[:0], d.block.scratch, d.block.counts, d.block.batch
	s.fills.ring = d.fills.ring
	if s.edge != nil && d.flights.heads != nil {
		s.edge.flights = d.flights
		s.edge.flights.clear()
	}
}

// takeBack keeps the memory of a site that is about to close.
func (d *scratch) takeBack(s *site) {
	d.block, d.fills = s.block, s.fills
	d.block.sources = nil
	if s.edge != nil {
		d.flights = s.edge.flights
	}
}
