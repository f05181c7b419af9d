package search

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRobustnessCountsWhatASearchOfEachVariationFinds makes every variation by itself, over all sets, and counts by hand.
func TestRobustnessCountsWhatASearchOfEachVariationFinds(t *testing.T) {
	for name, objectives := range map[string][]Objective{
		"one objective":  {{Figure: Figure{By: "player_rtt mean"}}},
		"two objectives": {{Figure: Figure{By: "player_rtt mean"}}, {Figure: Figure{By: "player_rtt within 50ms"}}},
	} {
		t.Run(name, func(t *testing.T) {
			p := american(t, 8)
			p.Least, p.Most, p.Variations, p.Objectives = 2, 2, 12, objectives
			e := explored(t, p)
			r, err := e.vary(t.Context())
			require.NoError(t, err)
			require.Equal(t, len(objectives) == 2, r.OfFront)
			require.False(t, r.AsRouted)

			// The best of all pairs, or those that no other is as good as in both.
			best := func(f factors) (sets [][]int, first float64) {
				sp, err := e.space.moved(f)
				require.NoError(t, err)
				var all [][]int
				for a := range p.Candidates {
					for b := a + 1; b < len(p.Candidates); b++ {
						all = append(all, []int{a, b})
					}
				}
				scores, err := sp.scoreAll(t.Context(), all)
				require.NoError(t, err)
				slices.SortFunc(scores, func(a, b scored) int { return sp.before(&a, &b) })
				least := math.Inf(1) // of the last objective
				for i := range scores {
					last := len(objectives) - 1
					if c := sp.cost(last, scores[i].values[last]); c < least {
						least = c
						sets = append(sets, scores[i].set)
					}
				}
				return sets[:map[bool]int{true: len(sets), false: 1}[r.OfFront]], scores[0].values[0]
			}
			now, value := best(factors{})
			same, times := 0, make(map[string]int)
			for i := range p.Variations {
				sets, _ := best(e.draw(i))
				if sameSets(sets, now) {
					same++
				}
				for c := range p.Candidates {
					if areIn(c, sets) {
						times[p.Candidates[c].Site]++
					}
				}
			}
			require.InDelta(t, float64(same)/12, r.Same, 1e-12)
			got := make(map[string]int)
			for _, s := range r.Sites {
				if s.Share > 0 {
					got[s.Site] = int(math.Round(12 * s.Share))
				}
			}
			require.Equal(t, times, got)

			// Delays a fifth longer make the mean longer, a fifth shorter shorter, and by no more than that.
			i := slices.IndexFunc(r.Tornado, func(m Moved) bool { return m.Input == "all delays between places" })
			require.GreaterOrEqual(t, i, 0)
			require.Less(t, r.Tornado[i].Low, value)
			require.Greater(t, r.Tornado[i].High, value)
			require.Greater(t, r.Tornado[i].Low, 0.8*value)
			require.Less(t, r.Tornado[i].High, 1.2*value)
		})
	}
}
