package calibrate

import (
	"cmp"
	"fmt"
	"math"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
)

// shortestWays returns the lengths of the shortest ways over cables between any two hubs, to a tenth of a kilometre, with hopKm for every
// cable, and a hub that each leads over, -1 where a cable joins the two (Floyd and Warshall). A length is infinite where there is no way. Ways
// of others do not lead over regional hubs, but those of other regional hubs over the ones that say so. The error names a hub given twice or a cable that is wrong.
func shortestWays(hubs []Hub, cables []Cable, hopKm float64) (km [][]float64, via [][]int, err error) {
	index := make(map[string]int, len(hubs))
	for i, h := range hubs {
		if first, ok := index[h.ID]; ok {
			return nil, nil, invalid.New(fmt.Sprintf("hubs[%d].ID", i), h.ID, "another than that of hubs[%d]", first)
		}
		index[h.ID] = i
	}
	km = grid(len(hubs), func(i, j int) float64 {
		if i == j {
			return 0
		}
		return math.Inf(1)
	})
	for k, c := range cables {
		a, okA := index[c.A]
		b, okB := index[c.B]
		field := fmt.Sprintf("cables[%d]", k)
		if !okA || !okB || a == b {
			return nil, nil, invalid.New(field, c, "the IDs of two different hubs")
		}
		if err := invalid.Range(field+".Km", c.Km, 0, mostCableKm); err != nil {
			return nil, nil, err
		}
		km[a][b] = cmp.Or(c.Km, topology.DistanceKm(hubs[a].place(), hubs[b].place())) + hopKm
		km[b][a] = km[a][b]
	}
	via = make([][]int, len(hubs))
	for i := range via {
		via[i] = make([]int, len(hubs))
		for j := range via[i] {
			via[i][j] = -1
		}
	}
	for over := range hubs {
		for i := range hubs {
			for j := range hubs {
				if hubs[over].Regional && !(hubs[over].Through && (hubs[i].Regional || hubs[j].Regional)) {
					continue // who does not buy there does not pass there
				}
				if d := km[i][over] + km[over][j]; d < km[i][j] {
					km[i][j], via[i][j] = d, over
				}
			}
		}
	}
	for i := range km {
		for j := range km[i] {
			km[i][j] = math.Round(km[i][j]*10) / 10 // a stored model need not hold centimetres
		}
	}
	return km, via, nil
}

// prepare finds which hubs ways lead over, if the cables are known. The error says that lengths are not those of the cables.
func (t *Trunks) prepare() error {
	if len(t.Cables) == 0 {
		return nil
	}
	km, via, err := shortestWays(t.Hubs, t.Cables, t.HopKm)
	if err != nil {
		return err
	}
	for i, row := range t.Km {
		for j, d := range row {
			if !(math.Abs(d-km[i][j]) < 0.5) {
				return invalid.New(fmt.Sprintf("Km[%d][%d]", i, j), d, "%.1f, the shortest way over Cables", km[i][j])
			}
		}
	}
	t.via = via
	return nil
}

// hubsBetween returns the hubs on the shortest way between two, both included: those two alone if no cables are known.
func (t *Trunks) hubsBetween(first, last int) []int {
	if first == last {
		return []int{first}
	}
	// The same way in both directions.
	if t.via == nil || t.via[max(first, last)][min(first, last)] < 0 {
		return []int{first, last}
	}
	over := t.via[max(first, last)][min(first, last)]
	return append(t.hubsBetween(first, over), t.hubsBetween(over, last)[1:]...)
}
