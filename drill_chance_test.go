package edgewise

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/sim"
)

// Where nothing becomes worse, chance makes a drill of one that has no interval wrong in one replication of a hundred, however short the steps are, and however few there
// are before the event. It is a little less: see Bonferroni's inequality, and deviations that are known from all replications together.
func TestChanceAloneIsRarelyAnEvent(t *testing.T) {
	row := drillRow{where: func(sim.Kind) bool { return true }}
	stream := random.NewKey(1, 2, 3, 4).StreamAt(0)
	for _, of := range []struct {
		before, after, replications, figures int
		within                               float64
	}{{3, 20, 1, 1, 0}, {3, 100, 10, 1, 0}, {30, 400, 2, 1, 0}, {30, 400, 2, 2, 0.001}} {
		d := drill{before: [2]int{0, of.before}, after: [2]int{of.before, of.before + of.after}}
		off, all := 0, 4000/of.replications*of.replications
		for range 4000 / of.replications {
			runs := make([][]float64, of.replications)
			for k := range runs {
				for range of.before + of.after {
					runs[k] = append(runs[k], 100+stream.Normal())
				}
			}
			chance, ok := d.chance(runs, of.figures)
			require.True(t, ok)
			for k := range runs {
				c, ok := row.courseOf(runs[k], &d, of.within, chance, math.NaN())
				require.True(t, ok)
				if c.recovered > 0 {
					off++
				}
			}
		}
		expected := byChance * float64(all) / float64(of.figures)
		require.Less(t, float64(off), expected+4*math.Sqrt(expected), "%+v", of)
		require.Greater(t, float64(off), expected/4, "%+v: it would miss what happens", of)
	}
}

// What lies beyond is seen: a step that is ten standard deviations off.
func TestWhatIsNoChanceIsSeen(t *testing.T) {
	row := drillRow{where: func(sim.Kind) bool { return true }}
	stream := random.NewKey(5, 6, 7, 8).StreamAt(0)
	d := drill{before: [2]int{0, 20}, after: [2]int{20, 80}}
	runs := make([][]float64, 5)
	for k := range runs {
		for range 80 {
			runs[k] = append(runs[k], 100+stream.Normal())
		}
		runs[k][40] += 10
	}
	chance, ok := d.chance(runs, 1)
	require.True(t, ok)
	for k := range runs {
		c, ok := row.courseOf(runs[k], &d, 0.01, chance, math.NaN())
		require.True(t, ok)
		require.Equal(t, 21, c.recovered)
	}
	runs[0][3], runs[0][4] = math.NaN(), math.NaN()
	_, ok = d.chance(runs, 1)
	require.True(t, ok)
	d.before[1] = 5
	_, ok = d.chance(runs, 1)
	require.True(t, ok, "three are left")
	d.before[0] = 1
	_, ok = d.chance(runs, 1)
	require.False(t, ok)
}
