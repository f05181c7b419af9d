package topology

import (
	"math"
	"time"
)

// A PathFinder finds the delay between any two places over a [Fabric], without building a network: what
// two stub nodes in a [Network] would get over links of one kind. It remembers what it found, so it is
// for one goroutine at a time.
type PathFinder struct {
	fabric *Fabric
	model  PathModel
	arcs   [][]pathArc
	fromNs [][]int64 // by town: the delay to every other town, nil until asked for
	queue  distanceHeap
}

// A pathArc is one direction of a cable.
type pathArc struct {
	oneWayNs int64
	town     int32
}

// A PathEnd is a place that a [PathFinder] has joined to the towns nearest to it.
type PathEnd struct {
	place Place
	at    direction
	towns []int
	ns    []int64 // the delay to each of towns
}

// NewPathFinder returns a finder of paths over links that take as long as the model says.
func (f *Fabric) NewPathFinder(model PathModel) (*PathFinder, error) {
	if err := model.Validate(); err != nil {
		return nil, err
	}
	p := &PathFinder{
		fabric: f, model: model,
		arcs:   make([][]pathArc, len(f.towns)),
		fromNs: make([][]int64, len(f.towns)),
		queue:  newDistanceHeap(len(f.towns)),
	}
	for _, pair := range f.pairs {
		a, b := pair[0], pair[1]
		ns := int64(model.OneWay(DistanceKm(f.towns[a].place(), f.towns[b].place())))
		p.arcs[a] = append(p.arcs[a], pathArc{ns, int32(b)})
		p.arcs[b] = append(p.arcs[b], pathArc{ns, int32(a)})
	}
	return p, nil
}

// Locate joins a place to the towns nearest to it.
func (p *PathFinder) Locate(place Place) (PathEnd, error) {
	if err := place.Validate(); err != nil {
		return PathEnd{}, err
	}
	e := PathEnd{place: place, at: directionOf(place)}
	e.towns = p.fabric.index.Nearest(place, townsPerPlace)
	for _, t := range e.towns {
		e.ns = append(e.ns, int64(p.model.OneWay(DistanceKm(place, p.fabric.towns[t].place()))))
	}
	return e, nil
}

// OneWay returns the delay of the fastest path between two places: over towns, or direct where both are
// within 60 km. It is [MaxOneWay] if the fabric has no towns to lead a path over.
func (p *PathFinder) OneWay(a, b PathEnd) time.Duration {
	ns, _, _ := p.fastest(a, b)
	return time.Duration(ns)
}

// Towns returns the IDs of the towns that the fastest path between two places leads over, from a to b: none where it is direct, or where
// there is none.
func (p *PathFinder) Towns(a, b PathEnd) []string {
	_, first, last := p.fastest(a, b)
	if first < 0 {
		return nil
	}
	left := p.from(last)
	var ids []string
	for at := first; at >= 0; {
		ids = append(ids, p.fabric.towns[at].ID)
		next := -1
		for _, arc := range p.arcs[at] {
			if arc.oneWayNs+left[arc.town] == left[at] && left[arc.town] < left[at] {
				next = int(arc.town)
				break
			}
		}
		at = next
	}
	return ids
}

// fastest returns the delay of the fastest path between two places, and the first and the last of the towns that it leads over, -1 where it is
// direct or there is none.
func (p *PathFinder) fastest(a, b PathEnd) (ns int64, first, last int) {
	ns, first, last = int64(MaxOneWay), -1, -1
	if a.at.chord2(b.at) <= chord2OfKm(sameTownKm) {
		ns = int64(p.model.OneWay(DistanceKm(a.place, b.place)))
	}
	for k, t := range b.towns {
		from := p.from(t)
		for l, s := range a.towns {
			if d := from[s]; d != unreached && a.ns[l]+d+b.ns[k] < ns {
				ns, first, last = a.ns[l]+d+b.ns[k], s, t
			}
		}
	}
	return ns, first, last
}

// from returns the delay from a town to every other.
func (p *PathFinder) from(town int) []int64 {
	if p.fromNs[town] != nil {
		return p.fromNs[town]
	}
	ns := make([]int64, len(p.arcs))
	for i := range ns {
		ns[i] = math.MaxInt64
	}
	ns[town] = 0
	p.queue.push(int32(town), 0)
	for p.queue.len() > 0 {
		u, du := p.queue.pop()
		for _, a := range p.arcs[u] {
			if d := du + a.oneWayNs; d < ns[a.town] {
				ns[a.town] = d
				p.queue.push(a.town, d)
			}
		}
	}
	p.fromNs[town] = ns
	return ns
}
