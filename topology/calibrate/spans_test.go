package calibrate_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
)

// Samples whose errors are lognormal: of a tenth where places near by were measured, of three tenths elsewhere.
func noisySamples(n int) (samples []calibrate.Sample) {
	random := rand.New(rand.NewPCG(1, 2))
	for range n {
		s := calibrate.Sample{From: calibrate.Anchor{LatDeg: 50 * random.Float64(), LonDeg: 100 * random.Float64()}, ModelMs: 10 + 200*random.Float64()}
		s.RemoteKm, s.MeasuredMs = [2]float64{50, 0}, s.ModelMs*math.Exp(0.1*random.NormFloat64())
		if random.IntN(2) == 0 {
			s.RemoteKm, s.MeasuredMs = [2]float64{2000, 0}, s.ModelMs*math.Exp(0.3*random.NormFloat64())
		}
		samples = append(samples, s)
	}
	return samples
}

func TestIntervalsHoldFourFifthsOfWhatTheyWereNotMadeFrom(t *testing.T) {
	v := &calibrate.Validation{Cities: noisySamples(20_000), Regions: noisySamples(1000)}
	covered := v.Coverages()
	require.Len(t, covered, 2, "there are no users")
	for _, c := range covered {
		require.InDelta(t, 0.8, c.Share, 0.02, c.Set)
	}
	require.Equal(t, 20_000, covered[0].Count)

	// A quantile of 90 % of a normal distribution is 1.2816 deviations away.
	spans := calibrate.SpansOf(readTestTables(t), v)
	for _, km := range []struct{ from, sigma float64 }{{0, 0.1}, {1000, 0.3}} {
		of := -1
		for i, s := range spans.Internet {
			if s.Unknown == 1 && s.FromKm == km.from && s.FromMs == 100 && s.Count < 6000 {
				of = i
			}
		}
		require.GreaterOrEqual(t, of, 0)
		require.InEpsilon(t, 1.2816*km.sigma, spans.Internet[of].High, 0.12)
		require.InEpsilon(t, -1.2816*km.sigma, spans.Internet[of].Low, 0.12)
	}
}

func TestARoundTripSaysWhatItRestsOn(t *testing.T) {
	tables := readTestTables(t)
	m, err := calibrate.Fit(testFabric(t), tables)
	require.NoError(t, err)
	v := &calibrate.Validation{Cities: noisySamples(5000), Regions: noisySamples(1000)}
	m.Spans = calibrate.SpansOf(tables, v)
	require.NoError(t, m.Validate())
	cities := testCities()
	at := func(c testCity) topology.Location {
		return m.Locate(topology.Node{Kind: topology.PoP, LatDeg: c.lat, LonDeg: c.lon, Country: c.country})
	}
	path := 30 * time.Millisecond
	e, ok := m.Explain(topology.Internet, at(cities[0]), at(cities[5]), path, 0)
	require.True(t, ok)
	require.True(t, e.Measured)
	require.Equal(t, at(cities[0]).RTT(topology.Internet, at(cities[5]), path), e.RTT)
	require.Less(t, e.Low, e.RTT)
	require.Greater(t, e.High, e.RTT)
	for end, c := range []testCity{cities[0], cities[5]} {
		require.Len(t, e.Neighbours[end], 3)
		require.Zero(t, e.Neighbours[end][0].Km)
		require.Equal(t, c.country, e.Neighbours[end][1].Country, "the nearest other city is at home")
		require.Greater(t, e.Neighbours[end][0].Weight, e.Neighbours[end][1].Weight)
	}

	// Somewhere else nothing was measured, and so with cities that were left out of a table.
	elsewhere := testCity{country: "WW", lat: 30, lon: 60}
	far, ok := m.Explain(topology.Internet, at(cities[0]), at(elsewhere), path, 5*time.Millisecond)
	require.True(t, ok)
	require.False(t, far.Measured)
	require.Equal(t, at(cities[0]).RTT(topology.Internet, at(elsewhere), path)+5*time.Millisecond, far.RTT)
	require.Greater(t, float64(far.High)/float64(far.RTT), 1.2, "remote places are less certain")
	require.NotEmpty(t, far.Ways)
	tables.CityRTT = tables.CityRTT[1:] // without the first pair, of cities 0 and 1
	gap, err := calibrate.Fit(testFabric(t), tables)
	require.NoError(t, err)
	locate := func(c testCity) topology.Location {
		return gap.Locate(topology.Node{Kind: topology.PoP, LatDeg: c.lat, LonDeg: c.lon, Country: c.country})
	}
	e, ok = gap.Explain(topology.Internet, locate(cities[0]), locate(cities[1]), path, 0)
	require.True(t, ok)
	require.False(t, e.Measured)
	require.Zero(t, e.High, "without a cross-validation there are no intervals")

	_, ok = m.Explain(topology.Internet, locate(cities[0]), at(cities[1]), path, 0)
	require.False(t, ok, "places of two models")
	_, ok = m.Explain(topology.Access, at(cities[0]), at(cities[1]), path, 0)
	require.False(t, ok)
}
