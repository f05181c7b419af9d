package topology

import (
	"cmp"
	"math"
	"slices"
)

// A PlaceIndex answers which of many places are nearest to a given one.
type PlaceIndex struct {
	at []direction
	// north holds the places from south to north: two places are at least as far apart as their
	// parallels, so a search may stop at the parallel that lies beyond what it has found.
	north []int32
}

// NewPlaceIndex returns the index of the given places.
func NewPlaceIndex(places []Place) *PlaceIndex {
	x := &PlaceIndex{at: make([]direction, len(places)), north: make([]int32, len(places))}
	for i, p := range places {
		x.at[i] = directionOf(p)
		x.north[i] = int32(i)
	}
	slices.SortFunc(x.north, func(a, b int32) int {
		return cmp.Or(cmp.Compare(x.at[a][2], x.at[b][2]), cmp.Compare(a, b))
	})
	return x
}

// Nearest returns the positions of the count places nearest to p (all, if there are fewer), nearest
// first, the first given among equals.
func (x *PlaceIndex) Nearest(p Place, count int) []int {
	found := x.nearest(directionOf(p), count)
	positions := make([]int, len(found))
	for k, f := range found {
		positions[k] = int(f.place)
	}
	return positions
}

// A neighbour is a place that a search has found.
type neighbour struct {
	chord2 float64
	place  int32
}

func (x *PlaceIndex) nearest(d direction, count int) []neighbour {
	count = min(count, len(x.at))
	if count <= 0 {
		return nil
	}
	best := make([]neighbour, 0, count)
	limit := math.Inf(1)
	take := func(i int32) {
		n := neighbour{d.chord2(x.at[i]), i}
		if len(best) == count {
			if last := best[count-1]; n.chord2 > last.chord2 || n.chord2 == last.chord2 && n.place > last.place {
				return
			}
		} else {
			best = append(best, n)
		}
		at := len(best) - 1
		for at > 0 && (n.chord2 < best[at-1].chord2 || n.chord2 == best[at-1].chord2 && n.place < best[at-1].place) {
			best[at] = best[at-1]
			at--
		}
		best[at] = n
		if len(best) == count {
			limit = best[count-1].chord2
		}
	}
	up, _ := slices.BinarySearchFunc(x.north, d[2], func(i int32, z float64) int { return cmp.Compare(x.at[i][2], z) })
	down := up - 1
	for up < len(x.north) || down >= 0 {
		// A place exactly at the limit may still come first among equals, hence > and not >=.
		if up < len(x.north) {
			if dz := x.at[x.north[up]][2] - d[2]; float64(dz*dz) > limit {
				up = len(x.north)
			} else {
				take(x.north[up])
				up++
			}
		}
		if down >= 0 {
			if dz := d[2] - x.at[x.north[down]][2]; float64(dz*dz) > limit {
				down = -1
			} else {
				take(x.north[down])
				down--
			}
		}
	}
	return best
}
