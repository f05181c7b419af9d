package calibrate

import (
	"cmp"
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
	// Ways are those that the round trip is made of, the last mile aside: the geometric mean of them by their shares, times Correction and
	// Detour.
	// The names of towns are the caller's to add.
	Ways []topology.Way
	// Correction is by which factor measurements of other ways make the round trip longer than its ways say. What is cut does not change it.
	Correction float64
	// Detour is by which factor what is cut makes the round trip longer than its ways say: those by the line and by the towns know nothing of
	// it, and count as much longer as those over the hubs are. 1 where nothing on the way is cut.
	Detour float64
	// Neighbours are the measured places that have most in common with each end, at most three, the most telling first. Each stands for
	// those within 60 km of it.
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
	between := a.RTT(kind, b, path)
	e := Explanation{RTT: between + lastMile}
	e.Ways, e.Detour = a.Ways(kind, b, path)
	c := classOf(kind, a, b)
	e.Correction = between.Seconds() / (topology.MeanRTT(e.Ways).Seconds() * e.Detour)
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

// neighbours returns the anchors that have most in common with a place.
func (s *Surface) neighbours(at Anchor, f *foothold) []Neighbour {
	all := make([]Neighbour, len(s.Anchors))
	for i, a := range s.Anchors {
		all[i] = Neighbour{a, topology.DistanceKm(at.place(), a.place()), (f.shared[i] - s.Pair.Constant) / (s.Pair.between(at, at, 0, 1) + s.Pair.Own - s.Pair.Constant)}
	}
	slices.SortStableFunc(all, func(a, b Neighbour) int { return cmp.Or(-cmp.Compare(a.Weight, b.Weight), cmp.Compare(a.Km, b.Km)) })
	var named []Neighbour
	for _, n := range all {
		isTwin := func(o Neighbour) bool { return topology.DistanceKm(n.place(), o.place()) <= twinKm }
		if len(named) < mostNeighbours && !slices.ContainsFunc(named, isTwin) {
			named = append(named, n)
		}
	}
	return named
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
