package calibrate

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
)

// Trunks is a coarse map of the Internet: the few hubs through which traffic between networks goes, and
// the cables between them. A path through every exchange town takes the shortest cable there is; packets
// take the one that their network has bought, which leads to a hub. Neighbours who are both far from a
// hub are therefore far from each other.
//
// How freely a network chooses its hub is not known. So the round trip is the geometric mean of several,
// one for each of Choices: the shortest way from a to b that begins at one of the hubs nearest to a and
// ends at one of those nearest to b.
type Trunks struct {
	Hubs []Hub `json:"hubs"`
	// Km holds row h with the lengths of the shortest ways over cables from hub h to the hubs before
	// it, in km, with HopKm for every cable.
	Km [][]float64 `json:"km"`
	// Cables join hubs. A map read from a file may lack them; then none can be cut.
	Cables []Cable `json:"cables,omitempty"`
	// Detour is the length of the way from a place to a hub over their great circle, and HopKm what
	// it takes besides.
	Detour float64 `json:"detour"`
	HopKm  float64 `json:"hop_km"`
	// Ms is the round trip at no distance, MsPerKm what a kilometre adds.
	Ms      float64 `json:"ms"`
	MsPerKm float64 `json:"ms_per_km"`
	// Choices are numbers of nearest hubs.
	Choices []int `json:"choices"`
	// MeetMs is how far from each other two places may be, over the shortest of the ways where their networks buy transit, that meet by
	// it alone: who is in the same part of the world meets there, whatever is bought farther away. 0 is never.
	MeetMs float64 `json:"meet_ms,omitempty"`
	// Transit says, by country, where its networks buy transit where that is not at the nearest hubs.
	Transit map[string][]Purchase `json:"transit,omitempty"`
	// via holds for two hubs one that the shortest way between them leads over, -1 where a cable joins them; nil if no cables are known.
	via [][]int
}

// A Hub is a town where networks meet.
type Hub struct {
	ID     string  `json:"id"`
	LatDeg float64 `json:"lat_deg"`
	LonDeg float64 `json:"lon_deg"`
	// Regional says that those alone go there of whom [Trunks.Transit] says so: ways of others do not lead over it.
	Regional bool `json:"regional,omitempty"`
	// Through says that those who go to another regional hub may pass, too.
	Through bool `json:"through,omitempty"`
	// InternetKm and BackboneKm are how far from a hub it counts as one of the nearest, for networks of the Internet and for
	// providers' backbones; 0 is at any distance, and for a regional hub at none.
	InternetKm float64 `json:"internet_km,omitempty"`
	BackboneKm float64 `json:"backbone_km,omitempty"`
}

// A Cable joins two hubs.
type Cable struct {
	// A and B are the IDs of the hubs.
	A string `json:"a"`
	B string `json:"b"`
	// Km is how long it is, at most 60,000; 0 stands for the great circle.
	Km float64 `json:"km,omitempty"`
}

// String returns for example "MRS-SIN".
func (c Cable) String() string { return c.A + "-" + c.B }

func (h Hub) place() topology.Place { return topology.Place{LatDeg: h.LatDeg, LonDeg: h.LonDeg} }

// mostCableKm bounds the length of a cable.
const mostCableKm = 60_000

// NewTrunks returns the map of the given hubs and cables with the numbers that [Fit] uses: detour 1.2, 60 km for each cable
// and each way to a hub, 1 ms and 0.0117 ms a km, and 1, 2 and 4 hubs to choose from, all chosen by cross-validation on the
// training cities. The error names a hub given twice, a cable with an unknown hub, of one hub with itself or of a length out of
// range, or a hub that no cable leads to.
func NewTrunks(hubs []Hub, cables []Cable) (*Trunks, error) {
	return newTrunks(Trunks{Detour: 1.2, HopKm: 60, Ms: 1, MsPerKm: 0.0117, Choices: []int{1, 2, 4}}, hubs, cables)
}

// newTrunks returns the map of other hubs and cables with the numbers of a map.
func newTrunks(like Trunks, hubs []Hub, cables []Cable) (*Trunks, error) {
	t := &Trunks{
		Hubs: slices.Clone(hubs), Cables: slices.Clone(cables),
		Detour: like.Detour, HopKm: like.HopKm, Ms: like.Ms, MsPerKm: like.MsPerKm, Choices: like.Choices,
	}
	km, via, err := shortestWays(hubs, cables, t.HopKm)
	if err != nil {
		return nil, err
	}
	t.via = via
	for i := range hubs {
		for j, d := range km[i][:i] {
			if math.IsInf(d, 1) {
				return nil, invalid.New("cables", fmt.Sprintf("without a way from %s to %s", hubs[i].ID, hubs[j].ID), "one between every two hubs")
			}
		}
		t.Km = append(t.Km, km[i][:i])
	}
	return t, t.validate()
}

// validate returns an error if a number is out of range or the parts do not fit together.
func (t *Trunks) validate() error {
	if err := invalid.First(
		positive("Detour", t.Detour),
		positive("HopKm", t.HopKm),
		positive("Ms", t.Ms),
		positive("MsPerKm", t.MsPerKm),
		invalid.Range("MeetMs", t.MeetMs, 0, maxMs),
		invalid.Check(len(t.Hubs) > 0, "Hubs", "empty", "one hub or more"),
		invalid.Check(len(t.Km) == len(t.Hubs), "Km", fmt.Sprintf("of %d rows", len(t.Km)), fmt.Sprintf("as many as Hubs, %d", len(t.Hubs))),
		invalid.Check(len(t.Choices) > 0, "Choices", "empty", "a number of hubs or more"),
	); err != nil {
		return err
	}
	for i, h := range t.Hubs {
		if err := invalid.First(h.place().Validate(), invalid.Range("InternetKm", h.InternetKm, 0, mostAreaKm), invalid.Range("BackboneKm", h.BackboneKm, 0, mostAreaKm)); err != nil {
			return invalid.In(fmt.Sprintf("Hubs[%d]", i), err)
		}
		if len(t.Km[i]) != i {
			return invalid.New(fmt.Sprintf("Km[%d]", i), fmt.Sprintf("of %d lengths", len(t.Km[i])), "%d", i)
		}
		for j, km := range t.Km[i] {
			if !(km >= 0) || math.IsInf(km, 1) {
				return invalid.New(fmt.Sprintf("Km[%d][%d]", i, j), km, "a finite number, 0 or more")
			}
		}
	}
	for i, c := range t.Choices {
		if c < 1 {
			return invalid.New(fmt.Sprintf("Choices[%d]", i), c, "1 or more")
		}
	}
	return t.validateTransit()
}

// An onramp is a place prepared for the trunks.
type onramp struct {
	bought   bool // transit is bought at given hubs
	backbone bool // it is a provider's
	choices  []choice
	// town is the hub in whose town the place is, -1 if in none.
	town int
	// shares holds, by hub, how much of the place's transit is bought there; its squares sum to 1.
	shares []float64
}

// hubTownKm is how close to a hub a place is in its town.
const hubTownKm = 50

// A choice is some hubs that a network at a place may take.
type choice struct {
	weight float64
	legs   []leg     // the ways to its hubs, the nearest first
	km     []float64 // the shortest way to every hub of the world
}

// A leg is the way from a place to a hub.
type leg struct {
	hub int
	km  float64
}

// locate prepares a place for who buys transit where its country does.
func (t *Trunks) locate(p Anchor) onramp {
	all := boughtAt(t.Transit[p.Country], p.place())
	if len(all) == 0 {
		return t.nearest(p.place(), false)
	}
	o := onramp{bought: true}
	for _, b := range all {
		l := t.legTo(p.place(), t.hub(b.Hub))
		if b.Km > 0 {
			l.km = b.Km + t.HopKm
		}
		o.choices = append(o.choices, choice{weight: b.Weight, legs: []leg{l}})
	}
	return t.complete(p.place(), o)
}

// nearest prepares a place for who goes to the nearest hubs: over the Internet, or over a provider's backbone.
func (t *Trunks) nearest(p topology.Place, backbone bool) onramp {
	o := onramp{backbone: backbone}
	legs := t.nearestLegs(p, backbone, func(int) bool { return true })
	for _, count := range t.Choices {
		o.choices = append(o.choices, choice{weight: 1 / float64(len(t.Choices)), legs: legs[:min(count, len(legs))]})
	}
	return t.complete(p, o)
}

// nearestLegs returns the ways to the hubs that anybody, or any provider, may go to and that are there, the nearest first.
func (t *Trunks) nearestLegs(p topology.Place, backbone bool, isThere func(hub int) bool) (legs []leg) {
	for h, hub := range t.Hubs {
		withinKm := hub.InternetKm
		if backbone {
			withinKm = hub.BackboneKm
		}
		if (!hub.Regional && withinKm == 0 || topology.DistanceKm(p, hub.place()) < withinKm) && isThere(h) {
			legs = append(legs, t.legTo(p, h))
		}
	}
	slices.SortFunc(legs, func(a, b leg) int { return cmp.Or(cmp.Compare(a.km, b.km), cmp.Compare(a.hub, b.hub)) })
	return legs
}

// complete adds what follows from the place and its choices.
func (t *Trunks) complete(p topology.Place, o onramp) onramp {
	o.town = -1
	for h, km := 0, float64(hubTownKm); h < len(t.Hubs); h++ {
		if d := topology.DistanceKm(p, t.Hubs[h].place()); d <= km {
			o.town, km = h, d
		}
	}
	o.shares = make([]float64, len(t.Hubs))
	for k := range o.choices {
		c := &o.choices[k]
		c.km = t.toHubs(c.legs)
		for _, l := range c.legs {
			o.shares[l.hub] += c.weight / float64(len(c.legs))
		}
	}
	norm := 0.0
	for _, s := range o.shares {
		norm += float64(s * s)
	}
	for h := range o.shares {
		o.shares[h] /= math.Sqrt(norm)
	}
	return o
}

// toHubs returns the lengths of the shortest ways over some legs to every hub.
func (t *Trunks) toHubs(legs []leg) []float64 {
	km := make([]float64, len(t.Hubs))
	for h := range km {
		km[h] = math.Inf(1)
		for _, l := range legs {
			km[h] = min(km[h], l.km+t.between(h, l.hub))
		}
	}
	return km
}

// legTo returns the way from a place to a hub over their great circle.
func (t *Trunks) legTo(p topology.Place, hub int) leg {
	return leg{hub, float64(t.Detour*topology.DistanceKm(p, t.Hubs[hub].place())) + t.HopKm}
}

// inCommon returns how much of the transit of two places is bought at the same hubs, from 0 to 1.
func inCommon(a, b []float64) float64 {
	sum := 0.0
	for h, s := range a {
		sum += float64(s * b[h])
	}
	return sum
}

// between returns the length of the shortest way between two hubs.
func (t *Trunks) between(g, h int) float64 {
	if g == h {
		return 0
	}
	return t.Km[max(g, h)][min(g, h)]
}

// rttMs returns the round trip between two places in ms.
func (t *Trunks) rttMs(a, b *onramp) float64 {
	var room [16]trunkWay
	return meanMs(t.ways(a, b, room[:0]))
}
