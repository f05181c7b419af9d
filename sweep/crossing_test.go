package sweep

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

// Two straight lines that cross at 2, with replicates whose interval is known by hand: those of the difference are
// (x-2) + e with e = -1, 0, 1, so that half the interval is t(2 degrees) x 1/sqrt(3) at every x.
func TestACrossingHasTheIntervalOfTheDifference(t *testing.T) {
	c := curve{x: []float64{0, 1, 3, 8}}
	for _, x := range c.x {
		c.y = append(c.y, []float64{x - 2 - 1, x - 2, x - 2 + 1})
	}
	order, places := c.zeros(0.8)
	require.Equal(t, Crosses, order)
	require.Len(t, places, 1)
	half := stats.StudentT(0.8, 2) / math.Sqrt(3)
	p := places[0]
	require.InDelta(t, 2, p.At, 1e-12)
	require.InDelta(t, 2-half, p.Low, 1e-9)
	require.InDelta(t, 2+half, p.High, 1e-9)
	require.True(t, p.IsSure())
	require.True(t, p.Rises)

	// Wider than the points: the interval is open below.
	_, places = c.zeros(0.95)
	require.True(t, places[0].LowOpen)
	require.Zero(t, places[0].Low)
	require.InDelta(t, 2+stats.StudentT(0.95, 2)/math.Sqrt(3), places[0].High, 1e-9)
}

// The first point's interval is -1 +- 1.27 at 80 % (t of 1 degree 3.078, over the square root of 2, times a deviation of 0.583), the second's excludes 0.
func TestADifferenceIsSureWhereItsOwnIntervalSaysSo(t *testing.T) {
	c := curve{x: []float64{2, 5}, y: [][]float64{{-1 - 0.4123, -1 + 0.4123}, {-2.01, -2}}}
	order, _ := c.zeros(0.8)
	require.Equal(t, FirstLess, order, "of both together")
	require.Equal(t, []float64{5}, c.shownAt(0.8))
	require.Equal(t, []float64{2, 5}, c.shownAt(0.6), "-1 +- 0.57, t 1.376")
	require.Empty(t, (&curve{x: []float64{2}, y: [][]float64{{-1}}}).shownAt(0.8), "one replication has no interval")
}

func TestOrdersAreNamedWhereNothingCrosses(t *testing.T) {
	of := func(y ...[]float64) (Order, []Place) {
		c := curve{y: y}
		for i := range y {
			c.x = append(c.x, float64(i))
		}
		return c.zeros(0.95)
	}
	order, places := of([]float64{-1, -1.01}, []float64{-2, -2.01})
	require.Equal(t, FirstLess, order)
	require.Empty(t, places)
	order, _ = of([]float64{1, 1.01}, []float64{2, 2.01})
	require.Equal(t, FirstMore, order)
	order, _ = of([]float64{0, 0}, []float64{0, 0})
	require.Equal(t, Alike, order)
	order, places = of([]float64{-1, 1.2}, []float64{1, -1.2}) // noise that changes its sign
	require.Equal(t, Alike, order)
	require.Empty(t, places)
	// Equal over a stretch: the middle of it.
	order, places = of([]float64{-1, -1.01}, []float64{0, 0}, []float64{0, 0}, []float64{1, 1.01})
	require.Equal(t, Crosses, order)
	require.InDelta(t, 1.5, places[0].At, 1e-12)
	// Twice.
	order, places = of([]float64{-1, -1.01}, []float64{1, 1.01}, []float64{-1, -1.01})
	require.Equal(t, Crosses, order)
	require.Len(t, places, 2)
	require.True(t, places[0].Rises)
	require.False(t, places[1].Rises)
	// One replication: a place without an interval.
	order, places = of([]float64{-1}, []float64{1})
	require.Equal(t, Crosses, order)
	require.False(t, places[0].HasInterval)
	require.InDelta(t, 0.5, places[0].At, 1e-12)
}

// Over many sweeps the interval holds the true place as often as its level says, though points share their users: noise that is
// the same at all points shifts all of a replication, noise of a point's own does not.
func TestIntervalsOfCrossingsHoldTheTruth(t *testing.T) {
	const sweeps, replications, level, truth = 4000, 10, 0.9, 3.7
	random := rand.New(rand.NewPCG(1, 2))
	held := 0
	for range sweeps {
		c := curve{}
		shifts := make([]float64, replications)
		for r := range shifts {
			shifts[r] = random.NormFloat64()
		}
		for x := range 9 {
			y := make([]float64, replications)
			for r := range y {
				y[r] = 1.5*(float64(x)-truth) + shifts[r] + 0.5*random.NormFloat64()
			}
			c.x, c.y = append(c.x, float64(x)), append(c.y, y)
		}
		order, places := c.zeros(level)
		require.Equal(t, Crosses, order)
		for _, p := range places { // noise may make several
			if p.Low <= truth && truth <= p.High {
				held++
				break
			}
		}
	}
	share := float64(held) / sweeps
	require.InDelta(t, level, share, 3*math.Sqrt(level*(1-level)/sweeps)+0.005)
}

func TestARegressionFindsWhatMovesAFigure(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var rows [][]float64
	var y []float64
	for range 200 {
		row := []float64{random.Float64(), 10 + 90*random.Float64(), random.Float64()}
		if n := len(rows); n < 2 { // the ends of the ranges
			row = []float64{float64(n), 10 + 90*float64(n), float64(n)}
		}
		rows = append(rows, row)
		y = append(y, 5+2*row[0]-0.1*row[1]+0.01*random.NormFloat64())
	}
	var of Influence
	require.True(t, of.regress(rows, y, make([][]float64, len(y)), 0.95))
	require.InDelta(t, 2, of.Effects[0].Value, 0.02)
	require.InDelta(t, -9, of.Effects[1].Value, 0.1) // over a range of 90
	require.InDelta(t, 0, of.Effects[2].Value, 0.02)
	require.Greater(t, of.Fit, 0.999)
	require.InDelta(t, -0.97, of.Effects[1].Rank, 0.03)
	// Keys that go together: a regression of ranks may have coefficients beyond 1, a correlation has not.
	var pair [][]float64
	var difference []float64
	for i := range 12 {
		x := float64(i)
		pair = append(pair, []float64{x, x + []float64{0.6, -0.6, 1.2}[i%3]*2})
		difference = append(difference, 2*pair[i][0]-pair[i][1])
	}
	var close Influence
	require.True(t, close.regress(pair, difference, make([][]float64, 12), 0.95))
	for _, e := range close.Effects {
		require.LessOrEqual(t, e.Rank, 1.0)
		require.GreaterOrEqual(t, e.Rank, 0.5)
	}
	require.Less(t, of.Effects[0].Low, 2.0)
	require.Greater(t, of.Effects[0].High, 2.0)

	require.False(t, new(Influence).regress(rows[:4], y[:4], make([][]float64, 4), 0.95), "too few points")
	for i := range rows {
		rows[i][2] = 7
	}
	require.False(t, new(Influence).regress(rows, y, make([][]float64, len(y)), 0.95), "a key with one value")
}

// What the users make of a replication, all points share: a slope of them that a replication has by chance leaves no residual at the points.
func TestInfluencesAreNoSurerThanTheirReplications(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	const sweeps, runs, level = 2000, 5, 0.9
	held := 0
	for range sweeps {
		slopes := make([]float64, runs)
		for r := range slopes {
			slopes[r] = 3 + random.NormFloat64()
		}
		var rows, replicates [][]float64
		var y []float64
		for i := range 9 {
			x := float64(i) / 8
			each, mean := make([]float64, runs), 0.0
			for r, slope := range slopes {
				each[r] = 7 + slope*x
				mean += each[r] / runs
			}
			rows, y, replicates = append(rows, []float64{x}), append(y, mean), append(replicates, each)
		}
		var of Influence
		require.True(t, of.regress(rows, y, replicates, level))
		if of.Effects[0].Low <= 3 && 3 <= of.Effects[0].High {
			held++
		}
	}
	require.InDelta(t, level, float64(held)/sweeps, 3*math.Sqrt(level*(1-level)/sweeps))
}
