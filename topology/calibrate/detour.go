package calibrate

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// A rest is what is left of trunks where something is cut. It has the same hubs, by the same numbers; none leads to one that is gone.
type rest struct {
	Trunks
	gone removal
	// broken says of any two hubs that something on the way between them is gone.
	broken [][]bool
}

// newRest takes something from trunks whose cables are known. The error names the hubs that no way is left to.
func newRest(t *Trunks, gone removal) (*rest, error) {
	var cables []Cable
	for _, c := range t.Cables {
		if !gone[c.A] && !gone[c.B] && !gone[c.String()] {
			cables = append(cables, c)
		}
	}
	km, via, err := shortestWays(t.Hubs, cables, t.HopKm)
	if err != nil {
		return nil, err
	}
	if apart := apartFrom(t.Hubs, km, gone); len(apart) > 0 {
		is := "is"
		if len(apart) > 1 {
			is = "are"
		}
		hubs := strings.Join(apart, ", ")
		return nil, fmt.Errorf("%s %s left without a cable to the others; cut %s, too, to send who goes there to the hubs that are left", hubs, is, hubs)
	}
	r := &rest{Trunks: *t, gone: gone}
	r.Cables, r.via, r.Km = cables, via, nil
	for i := range t.Hubs {
		r.Km = append(r.Km, km[i][:i])
		r.broken = append(r.broken, make([]bool, len(t.Hubs)))
		for j := range t.Hubs {
			r.broken[i][j] = r.isBroken(t.hubsBetween(i, j))
		}
	}
	if !slices.ContainsFunc(t.Hubs, func(h Hub) bool { return !h.Regional && !gone[h.ID] }) {
		return nil, fmt.Errorf("no hub is left that all may go to")
	}
	return r, nil
}

// apartFrom returns the hubs that are left but have no way to the largest part of those that hang together.
func apartFrom(hubs []Hub, km [][]float64, gone removal) (apart []string) {
	largest, most := 0, -1
	for i := range hubs {
		joined := 0
		for j := range hubs {
			if !gone[hubs[j].ID] && !math.IsInf(km[i][j], 1) {
				joined++
			}
		}
		if !gone[hubs[i].ID] && joined > most {
			largest, most = i, joined
		}
	}
	for i := range hubs {
		if !gone[hubs[i].ID] && math.IsInf(km[largest][i], 1) {
			apart = append(apart, hubs[i].ID)
		}
	}
	return apart
}

// isBroken reports whether a hub, or a cable between two that follow each other, is gone.
func (r *rest) isBroken(hubs []int) bool {
	for k, h := range hubs {
		if r.gone[r.Hubs[h].ID] || k > 0 && r.gone[r.Hubs[hubs[k-1]].ID+"-"+r.Hubs[h].ID] {
			return true
		}
	}
	return false
}

// A detour is a part of what a choice turns into where its hubs are gone.
type detour struct {
	share float64 // those of one choice sum to 1
	to    choice
}

// detours returns what becomes of each choice of a place: it keeps the hubs that are left to it. Where none is, who buys transit buys at the
// country's other hubs by their weights, and else goes to the nearest that are left.
func (r *rest) detours(at Anchor, o *onramp) [][]detour {
	all := make([][]detour, len(o.choices))
	isThere := func(hub int) bool {
		return !r.gone[r.Hubs[hub].ID] && !(o.bought && r.gone[at.Country+"-"+r.Hubs[hub].ID])
	}
	var others []detour // of the choices that keep a hub
	kept := 0.0
	for i, c := range o.choices {
		legs := slices.DeleteFunc(slices.Clone(c.legs), func(l leg) bool { return !isThere(l.hub) })
		if len(legs) > 0 {
			all[i] = []detour{r.detour(1, legs)}
			others = append(others, r.detour(c.weight, legs))
			kept += c.weight
		}
	}
	for k := range others {
		others[k].share /= kept
	}
	for i, c := range o.choices {
		if all[i] != nil {
			continue
		}
		nearest := r.nearestLegs(at.place(), o.backbone, isThere)
		if len(nearest) == 0 { // all that is left is where it bought
			nearest = r.nearestLegs(at.place(), o.backbone, func(hub int) bool { return !r.gone[r.Hubs[hub].ID] })
		}
		switch {
		case !o.bought:
			all[i] = []detour{r.detour(1, nearest[:min(len(c.legs), len(nearest))])}
		case len(others) > 0:
			all[i] = others
		default:
			for _, count := range r.Choices {
				all[i] = append(all[i], r.detour(1/float64(len(r.Choices)), nearest[:min(count, len(nearest))]))
			}
		}
	}
	return all
}

func (r *rest) detour(share float64, legs []leg) detour {
	return detour{share, choice{legs: legs, km: r.toHubs(legs)}}
}

// A turn is a place prepared for ways over hubs: as they were and, where something is cut, as they are.
type turn struct {
	at      Anchor
	was     *onramp
	detours [][]detour // by choice, nil where nothing is cut
}

// A nowWay is a way over hubs as it is now.
type nowWay struct {
	trunkWay
	hubs []int
	km   float64
}

// around returns the ways between two places after the cut, given one before: itself if nothing on it is gone, else what there is in its
// place. None takes less than the one before: who did not take a way before had no use for it.
func (r *rest) around(t *Trunks, w trunkWay, a, b *turn) []nowWay {
	from, to := &a.was.choices[w.from], &b.was.choices[w.to]
	hubs, km := t.lead(from, to)
	first, last := hubs[0], hubs[len(hubs)-1]
	if !r.broken[first][last] && !a.hasLost(r, first) && !b.hasLost(r, last) {
		return []nowWay{{w, hubs, km}}
	}
	var now []nowWay
	if w.isShortest { // by the shortest way, as before
		shortest := nowWay{trunkWay: trunkWay{logMs: math.Inf(1)}}
		for _, d := range slices.Concat(a.detours...) {
			for _, e := range slices.Concat(b.detours...) {
				if log := r.logMs(&d.to, &e.to); log < shortest.logMs {
					shortest.hubs, shortest.km = r.lead(&d.to, &e.to)
					shortest.logMs = log
				}
			}
		}
		shortest.weight = w.weight
		now = append(now, shortest)
	} else {
		for _, d := range a.detours[w.from] {
			for _, e := range b.detours[w.to] {
				hubs, km := r.lead(&d.to, &e.to)
				now = append(now, nowWay{trunkWay{weight: w.weight * d.share * e.share, logMs: r.logMs(&d.to, &e.to)}, hubs, km})
			}
		}
	}
	for k := range now {
		now[k].logMs = max(now[k].logMs, w.logMs)
	}
	return now
}

// hasLost reports whether the way of the place's country to a hub where it buys transit is gone.
func (p *turn) hasLost(r *rest, hub int) bool {
	return p.was.bought && r.gone[p.at.Country+"-"+r.Hubs[hub].ID]
}
