package calibrate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology/calibrate"
)

// Two metros, one of three times the users of the other, and three sites. Measured, a is best for the large metro and c for the
// small one; the model takes b for as good as it is not.
func field() []calibrate.Sample {
	sample := func(user, site string, weight, measured, model float64) calibrate.Sample {
		return calibrate.Sample{User: user, Site: site, Weight: weight, MeasuredMs: measured, ModelMs: model}
	}
	return []calibrate.Sample{
		sample("large", "a", 3, 20, 30), sample("large", "b", 3, 55, 25), sample("large", "c", 3, 90, 90),
		sample("small", "a", 1, 80, 80), sample("small", "b", 1, 120, 45), sample("small", "c", 1, 60, 70),
		sample("alone", "c", 9, 1, 1), // has not all sites
	}
}

func TestRegretIsWhatAChoiceByTheModelLoses(t *testing.T) {
	f := calibrate.FieldOf(field())
	require.Equal(t, []float64{3, 1}, f.Weights)
	require.ElementsMatch(t, []string{"a", "b", "c"}, f.Sites)
	r := f.Regrets(5)
	require.Len(t, r, 3, "there are no more sites")

	// One site: measured means a (3*20+80)/4 = 35, b 71.25, c 82.5; modelled a 42.5, b 30, c 85.
	require.Equal(t, []string{"b"}, r[0].Chosen)
	require.Equal(t, []string{"a"}, r[0].Best)
	require.InDelta(t, 35, r[0].BestMs, 1e-9)
	require.InDelta(t, 36.25, r[0].LostMs(), 1e-9)
	require.InDelta(t, 75, r[0].Lost50, 1e-9, "by the model b has both metros within 50 ms, measured none, and a has the large one")
	require.Zero(t, r[0].Lost100, "by the model all have everybody within 100 ms; the first of them is c, which has")
	require.InDelta(t, 0.5, r[0].Rank, 1e-9, "ranks 1 2 3 against 2 1 3")

	// Two sites: by the model a and b; measured a and c, (3*20+60)/4 = 30.
	require.ElementsMatch(t, []string{"a", "c"}, r[1].Best)
	require.InDelta(t, 30, r[1].BestMs, 1e-9)
	require.Equal(t, 3, r[1].Sets)

	// All sites: nothing to choose, nothing to lose.
	require.Zero(t, r[2].LostMs())
	require.Zero(t, r[2].Lost50)
	require.Equal(t, 1, r[2].Sets)
	require.Equal(t, []calibrate.SetRTT{{MeasuredMs: 30, ModelMs: 30}}, f.Sets(3))
}

func TestSamplesOfOnePairCountByTheirMean(t *testing.T) {
	again := field()
	for i := range again {
		again[i].ModelMs += 10
	}
	f := calibrate.FieldOf(append(field(), again...))
	require.InDelta(t, 30+5, f.Sets(3)[0].ModelMs, 1e-9)
	require.Nil(t, calibrate.FieldOf(field()[6:]), "one user with one site")
}
