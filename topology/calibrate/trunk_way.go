package calibrate

import (
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/portable"
)

// A trunkWay is one of the ways over hubs that the round trip between two places is made of: the geometric mean of all by weight.
type trunkWay struct {
	weight   float64
	from, to int // which choices of the two ends
	logMs    float64
	// isShortest says that there is no other: the two meet by the shortest way.
	isShortest bool
}

// ways appends the ways over hubs between two places. Places that both go to the nearest hubs choose alike; else each choice of one meets
// each of the other. Who buys at a hub where the other buys as well, or is at home, or is no farther than [Trunks.MeetMs], meets the other by
// the shortest way alone.
func (t *Trunks) ways(a, b *onramp, all []trunkWay) []trunkWay {
	if !a.bought && !b.bought {
		for k := range a.choices {
			all = append(all, trunkWay{weight: 1, from: k, to: k, logMs: t.logMs(&a.choices[k], &b.choices[k])})
		}
		return all
	}
	shortest := trunkWay{logMs: math.Inf(1)}
	for i := range a.choices {
		for k := range b.choices {
			w := trunkWay{weight: a.choices[i].weight * b.choices[k].weight, from: i, to: k, logMs: t.logMs(&a.choices[i], &b.choices[k])}
			if w.logMs < shortest.logMs {
				shortest = trunkWay{weight: 1, from: i, to: k, logMs: w.logMs, isShortest: true}
			}
			all = append(all, w)
		}
	}
	if a.meets(b) || t.MeetMs > 0 && shortest.logMs <= portable.Log(t.MeetMs) {
		return append(all[:0], shortest)
	}
	return all
}

// meets reports whether there is a hub where transit is bought at both places, or at one of them while the other is in the hub's town.
func (o *onramp) meets(other *onramp) bool {
	if o.bought && other.bought {
		for i := range o.choices {
			if other.buysAt(o.choices[i].legs[0].hub) {
				return true
			}
		}
	}
	return o.buysAt(other.town) || other.buysAt(o.town)
}

// buysAt reports whether transit is bought at a hub.
func (o *onramp) buysAt(hub int) bool {
	return o.bought && slices.ContainsFunc(o.choices, func(c choice) bool { return c.legs[0].hub == hub })
}

// meanMs returns the mean of ways in ms.
func meanMs(ways []trunkWay) float64 {
	sum, total := 0.0, 0.0
	for _, w := range ways {
		sum += float64(w.weight * w.logMs)
		total += w.weight
	}
	if math.Abs(total-1) > 1e-9 {
		sum /= total
	}
	return portable.Exp(sum)
}

// logMs returns the logarithm of the round trip over the shortest way from a hub of one choice to one of the other.
func (t *Trunks) logMs(from, to *choice) float64 {
	km := math.Inf(1)
	for _, l := range to.legs {
		km = min(km, from.km[l.hub]+l.km)
	}
	return portable.Log(t.Ms + float64(t.MsPerKm*km))
}

// lead returns the hubs that the shortest way between two choices leads over, and its length without what each cable costs besides.
func (t *Trunks) lead(from, to *choice) (hubs []int, km float64) {
	best, first, last := math.Inf(1), from.legs[0].hub, to.legs[0].hub
	for _, l := range to.legs {
		for _, f := range from.legs {
			if d := f.km + t.between(f.hub, l.hub) + l.km; d < best {
				best, first, last = d, f.hub, l.hub
			}
		}
	}
	hubs = t.hubsBetween(first, last)
	return hubs, best - float64(t.HopKm*float64(len(hubs)+1)) // a leg at each end and a cable between any two hubs
}
