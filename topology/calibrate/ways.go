package calibrate

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/topology"
)

// mixOf returns the mix of a class between two places, as estimate has it. Of a user's round trip the backbone has a share.
func (m *Model) mixOf(c class, backboneShare float64, a, b *location, pathMs float64) mix {
	if a.isAfter(b) {
		a, b = b, a
	}
	ofInternet, ofBackbone := m.guesses(c, a, b, topology.DistanceKm(a.at.place(), b.at.place()), pathMs)
	internet, backbone := m.InternetBlend.mix(ofInternet), m.BackboneBlend.mix(ofBackbone)
	over := backbone[byInternet]
	backbone[byInternet] = 0
	backbone = backbone.plus(internet.times(over))
	switch c {
	case internetClass:
		return internet
	case backboneClass:
		return backbone
	}
	return internet.times(1 - backboneShare).plus(backbone.times(backboneShare))
}

// A part is what a round trip has of one map of hubs.
type part struct {
	kind       topology.WayKind
	share      float64
	wasMs, ms  float64  // before the cut and now
	ways       []nowWay // as they are now
	isDomestic bool     // none of them is taken: networks of the country meet before
}

// parts returns what a round trip has of the hubs: of the nearest, and of those where transit is bought, if that is known of an end. Ways lead
// from the southern end to the northern, so that of ways as short as each other it is the same both ways round.
func (m *Model) parts(x mix, a, b *location, pathMs float64) []part {
	var parts []part
	if a.isAfter(b) {
		a, b = b, a
	}
	if !a.trunks.bought && !b.trunks.bought {
		x[byTrunks], x[byTransit] = x[byTrunks]+x[byTransit], 0
	}
	if x[byTrunks] > 0 {
		parts = append(parts, m.part(topology.WayHubs, x[byTrunks], turn{a.at, &a.plain, a.plainCut}, turn{b.at, &b.plain, b.plainCut}, pathMs))
	}
	if x[byProvider] > 0 {
		parts = append(parts, m.part(topology.WayHubs, x[byProvider], turn{a.at, &a.provider, a.providerCut}, turn{b.at, &b.provider, b.providerCut}, pathMs))
	}
	if x[byTransit] > 0 {
		parts = append(parts, m.part(topology.WayTransit, x[byTransit], turn{a.at, &a.trunks, a.trunksCut}, turn{b.at, &b.trunks, b.trunksCut}, pathMs))
	}
	return parts
}

func (m *Model) part(kind topology.WayKind, share float64, a, b turn, pathMs float64) part {
	p := part{kind: kind, share: share}
	was := m.Trunks.ways(a.was, b.was, nil)
	p.wasMs = meanMs(was)
	for _, w := range was {
		if m.cut != nil {
			p.ways = append(p.ways, m.cut.around(&m.Trunks, w, &a, &b)...)
			continue
		}
		hubs, km := m.Trunks.lead(&a.was.choices[w.from], &b.was.choices[w.to])
		p.ways = append(p.ways, nowWay{w, hubs, km})
	}
	p.ms = meanMs(trunkWays(p.ways))
	if a.at.compatriot(b.at) {
		mostMs := m.Domestic.MaxOverPath * pathMs
		p.isDomestic = p.ms > mostMs
		p.wasMs, p.ms = min(p.wasMs, mostMs), min(p.ms, mostMs)
	}
	return p
}

func trunkWays(ways []nowWay) []trunkWay {
	all := make([]trunkWay, len(ways))
	for k, w := range ways {
		all[k] = w.trunkWay
	}
	return all
}

// longer returns by which factor a round trip is longer than before for what is cut, 1 or more: by as much as its ways over the hubs are.
func (m *Model) longer(c class, backboneShare float64, a, b *location, pathMs float64) float64 {
	if m.cut == nil {
		return 1
	}
	pathMs = math.Max(pathMs, minPathMs)
	return detourOf(m.parts(m.mixOf(c, backboneShare, a, b, pathMs), a, b, pathMs))
}

// detourOf returns by which factor the ways over the hubs are longer than before.
func detourOf(parts []part) float64 {
	log, share := 0.0, 0.0
	for _, p := range parts {
		log += float64(p.share * (portable.Log(p.ms) - portable.Log(p.wasMs)))
		share += p.share
	}
	if share == 0 {
		return 1
	}
	return math.Max(1, portable.Exp(log/share))
}

// Ways returns the ways that the round trip to a location of the same model is made of, as it is now: the geometric mean of them by their
// shares, times detour and what was measured says besides, is what RTT returns. The guesses by the line and by the towns know nothing of hubs:
// they stay as they are whatever is cut, and detour is what makes the round trip as much longer as its ways over the hubs are.
func (l *location) Ways(kind topology.LinkKind, to topology.Location, path time.Duration) (ways []topology.Way, detour float64) {
	o, ok := to.(*location)
	if !ok || o.model != l.model || kind == topology.Access {
		return nil, 0
	}
	m, c, pathMs := l.model, classOf(kind, l, o), math.Max(path.Seconds()*1000, minPathMs)
	_, backboneShare := m.estimate(c, l, o, pathMs)
	x := m.mixOf(c, backboneShare, l, o, pathMs)
	parts := m.parts(x, l, o, pathMs)
	km := topology.DistanceKm(l.at.place(), o.at.place())
	add := func(by topology.WayKind, over []string, share, km, ms float64) {
		for k := range ways {
			if w := &ways[k]; w.By == by && slices.Equal(w.Over, over) && math.Abs(w.Km-km) < 0.05 && w.RTT == ofMs(ms) {
				w.Share += share
				return
			}
		}
		if share > 0 {
			ways = append(ways, topology.Way{By: by, Over: over, Share: share, Km: km, RTT: ofMs(ms)})
		}
	}
	for _, p := range parts {
		if p.isDomestic {
			add(topology.WayDomestic, nil, p.share, 0, p.ms)
			continue
		}
		total := 0.0
		for _, w := range p.ways {
			total += w.weight
		}
		for _, w := range p.ways {
			over := make([]string, len(w.hubs))
			for k, h := range w.hubs {
				over[k] = m.Trunks.Hubs[h].ID
			}
			if l.isAfter(o) {
				slices.Reverse(over)
			}
			add(p.kind, over, p.share*w.weight/total, w.km, portable.Exp(w.logMs))
		}
	}
	add(topology.WayTowns, nil, x[byPath], 0, pathMs)
	add(topology.WayLine, nil, x[byLine], km, m.LineMs+float64(m.LineMsPerKm*km))
	slices.SortStableFunc(ways, func(a, b topology.Way) int { return cmp.Compare(b.Share, a.Share) })
	return ways, portable.Exp((x[byPath] + x[byLine]) * portable.Log(detourOf(parts)))
}

func ofMs(ms float64) time.Duration { return time.Duration(math.Round(ms * float64(time.Millisecond))) }
