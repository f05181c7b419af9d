package calibrate

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/topology"
)

// An Explanation says what a round trip of a [Model] rests on.
type Explanation struct {
	RTT time.Duration
	// Low and High hold 80 % of the round trips that were measured where the model says as much of places as well known. High
	// is 0 if the model does not say.
	Low, High time.Duration
	// Measured says that the two places were measured with each other, Nearby that places next to both were, which counts for
	// more than half here.
	Measured, Nearby bool
	// Hubs are the IDs of those that a way leads over: the shortest one where both ends buy transit at one hub, else that between the
	// hubs where most is bought, which are the nearest where nothing is said and on a backbone.
	Hubs []string
	// Neighbours are the measured places that have most in common with each end, at most three, the most telling first.
	Neighbours [2][]Neighbour
}

// A Neighbour is a measured place that speaks for another.
type Neighbour struct {
	Anchor
	// Km is how far away it is, Weight how much it has in common with the place beside what all places have, of 1.
	Km, Weight float64
}

// mostNeighbours is how many are named.
const mostNeighbours = 3

// Explain says what the round trip between two places rests on that [Model.Locate] has prepared, as their RTT has it for a path
// over links of a kind, and lastMile is added to it, 0 where both are servers. It is false if one is of another model or the links are [topology.Access], which no model corrects.
func (m *Model) Explain(kind topology.LinkKind, from, to topology.Location, path, lastMile time.Duration) (Explanation, bool) {
	a, okA := from.(*location)
	b, okB := to.(*location)
	if !okA || !okB || a.model != m || b.model != m || kind == topology.Access {
		return Explanation{}, false
	}
	e := Explanation{RTT: a.RTT(kind, b, path) + lastMile}
	c := classOf(kind, a, b)
	e.Hubs = m.hubs(c, a, b)
	surface, ofA, ofB := &m.Internet, &a.internet, &b.internet
	if c == backboneClass {
		surface, ofA, ofB = &m.Backbone, &a.backbone, &b.backbone
	}
	e.Neighbours = [2][]Neighbour{surface.neighbours(a.at, ofA), surface.neighbours(b.at, ofB)}
	e.Measured = c != userClass && surface.measured(ofA, ofB)
	e.Nearby = !e.Measured && c != userClass && surface.hasPair(ofA, ofB) && ofA.met*ofB.met > 0.5
	remote := m.remoteKm(c, a, b)
	if !e.Measured && remote[0] < sameSpotKm && remote[1] < sameSpotKm {
		remote[0] = sameSpotKm // both were measured, but not with each other
	}
	if spans := m.Spans.of(c); len(spans) > 0 {
		low, high := interval(spans, remote, e.RTT.Seconds()*1000)
		e.Low, e.High = time.Duration(low*float64(time.Millisecond)), time.Duration(high*float64(time.Millisecond))
	}
	return e, true
}

// hubs returns the IDs of the hubs that a way leads over between two locations.
func (m *Model) hubs(c class, a, b *location) []string {
	t, from, to := &m.Trunks, []*onramp{&a.plain, &a.trunks}, []*onramp{&b.plain, &b.trunks}
	if m.cut != nil {
		t, from, to = m.cut, []*onramp{&a.plainCut, &a.trunksCut}, []*onramp{&b.plainCut, &b.trunksCut}
	}
	if c == backboneClass {
		return t.way(from[0], to[0])
	}
	return t.way(from[1], to[1])
}

// way returns the IDs of the hubs on the way between two places: the shortest one where both buy transit at one hub, else that between
// those where most is bought.
func (t *Trunks) way(a, b *onramp) []string {
	inCommon := false
	for i := range a.choices {
		for k := range b.choices {
			inCommon = inCommon || a.bought && b.bought && a.choices[i].legs[0].hub == b.choices[k].legs[0].hub
		}
	}
	first, last := a.choices[0].legs[0].hub, b.choices[0].legs[0].hub
	best := math.Inf(-1)
	for i := range a.choices {
		for k := range b.choices {
			from, to := &a.choices[i], &b.choices[k]
			better := from.weight * to.weight
			if inCommon {
				better = -t.logMs(from, to)
			}
			if better > best {
				best, first, last = better, from.legs[0].hub, to.legs[0].hub
			}
		}
	}
	whole := t.between(first, last)
	var on []int
	for h := range t.Hubs {
		// Lengths are kept to a tenth of a kilometre.
		if math.Abs(t.between(first, h)+t.between(h, last)-whole) < 0.5 {
			on = append(on, h)
		}
	}
	slices.SortFunc(on, func(g, h int) int { return cmp.Compare(t.between(first, g), t.between(first, h)) })
	names := make([]string, len(on))
	for k, h := range on {
		names[k] = t.Hubs[h].ID
	}
	return names
}

// neighbours returns the anchors that have most in common with a place.
func (s *Surface) neighbours(at Anchor, f *foothold) []Neighbour {
	all := make([]Neighbour, len(s.Anchors))
	for i, a := range s.Anchors {
		all[i] = Neighbour{a, topology.DistanceKm(at.place(), a.place()), (f.shared[i] - s.Pair.Constant) / (s.Pair.between(at, at, 0, 1) + s.Pair.Own - s.Pair.Constant)}
	}
	slices.SortStableFunc(all, func(a, b Neighbour) int { return cmp.Or(-cmp.Compare(a.Weight, b.Weight), cmp.Compare(a.Km, b.Km)) })
	return all[:min(mostNeighbours, len(all))]
}

// measured reports whether two places are anchors that were measured with each other.
func (s *Surface) measured(a, b *foothold) bool {
	return a.remoteKm < sameSpotKm && b.remoteKm < sameSpotKm && s.hasPair(a, b)
}

// hasPair reports whether the anchors nearest to two places were measured with each other.
func (s *Surface) hasPair(a, b *foothold) bool {
	if a.nearest == b.nearest || len(s.Measured) == 0 {
		return false
	}
	return s.Measured[max(a.nearest, b.nearest)][min(a.nearest, b.nearest)] == '1'
}
