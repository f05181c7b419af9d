package topology_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

func technologies() []topology.Technology {
	var all []topology.Technology
	for t := range topology.Technology(topology.NumTechnologies) {
		all = append(all, t)
	}
	return all
}

// What RIPE Atlas probes measured (February 2023): the quantiles over probes of the RTT to the first
// public hop, in proportion to what the median line takes over whole ways where that is another time. The
// curve is base plus median jitter; it may lie above the quantiles of the luckiest users, who cannot be below
// the median jitter that all share.
func TestLastMileAgreesWithMeasuredQuantiles(t *testing.T) {
	measured := map[topology.Technology][4]float64{ // p50, p75, p90, p95 in ms
		topology.Fiber:    {2.76, 5.24, 15.33, 22.58},
		topology.DSL:      {17.62, 22.54, 27.27, 31.58},
		topology.WiFi:     {6.10, 13.18, 20.57, 28.93},
		topology.LTE:      {21.70, 33.55, 69.30, 104.39},
		topology.FiveG:    {17.37, 29.41, 41.70, 66.46},
		topology.Starlink: {35.65, 37.83, 44.79, 63.60},
	}
	overWholeWays := map[topology.Technology]float64{topology.Fiber: 4.87, topology.DSL: 12.29, topology.Starlink: 29.65}
	for technology, want := range measured {
		require.InEpsilon(t, want[0], technology.FirstHopRTT().Seconds()*1000, 0.001, "%v", technology)
		if ms, ok := overWholeWays[technology]; ok {
			for k := len(want) - 1; k >= 0; k-- {
				want[k] *= ms / want[0]
			}
		}
		for k, p := range []float64{0.5, 0.75, 0.9, 0.95} {
			got := technology.BaseRTT(p) + technology.JitterRTT(0.5)
			require.InEpsilon(t, want[k], got.Seconds()*1000, 0.001, "%v p%v", technology, p)
		}
		require.InEpsilon(t, want[0], technology.MedianRTT().Seconds()*1000, 0.001, "%v", technology)
	}
}

// The same probes' jitter: quantile within a series less its 5th percentile, p50, p90 and p99 in ms.
func TestJitterAgreesWithMeasuredQuantiles(t *testing.T) {
	measured := map[topology.Technology][3]float64{
		topology.Fiber:    {1.10, 2.44, 4.97},
		topology.DSL:      {0.80, 1.83, 5.51},
		topology.WiFi:     {1.89, 4.69, 14.78},
		topology.LTE:      {8.04, 18.48, 37.30},
		topology.FiveG:    {9.61, 26.62, 75.41},
		topology.Starlink: {13.59, 30.92, 71.04},
	}
	for technology, want := range measured {
		for k, p := range []float64{0.5, 0.9, 0.99} {
			require.InEpsilon(t, want[k], technology.JitterRTT(p).Seconds()*1000, 0.001, "%v p%v", technology, p)
		}
	}
}

func TestQuantileFunctionsGrowAndStayFinite(t *testing.T) {
	for _, technology := range technologies() {
		for name, quantile := range map[string]func(float64) time.Duration{"base": technology.BaseRTT, "jitter": technology.JitterRTT} {
			last := time.Duration(0)
			for k := range 4097 {
				q := quantile(float64(k) / 4096)
				require.GreaterOrEqual(t, q, last, "%v %s at %d/4096", technology, name, k)
				last = q
			}
			require.Equal(t, time.Duration(0), quantile(0))
			require.Equal(t, time.Duration(0), quantile(-1))
			require.Equal(t, time.Duration(0), quantile(math.NaN()))
			require.Equal(t, quantile(1), quantile(1-math.Pow(2, -40)), "flat at the end")
			require.Equal(t, quantile(1), quantile(math.Inf(1)))
			require.Less(t, quantile(1), 2*time.Second, "%v %s", technology, name)
		}
	}
}

func TestJitterTailIsHeavierThanGaussian(t *testing.T) {
	for _, technology := range technologies() {
		q := func(p float64) float64 { return technology.JitterRTT(p).Seconds() }
		// For a normal distribution the ratio is 1.33 / 0.67 = 1.9 at p91 and 4.6 at p99.9.
		require.Greater(t, (q(0.999)-q(0.5))/(q(0.75)-q(0.5)), 7.0, "%v", technology)
	}
}

func TestTechnologiesHaveNamesThatParse(t *testing.T) {
	for _, technology := range technologies() {
		got, err := topology.ParseTechnology(technology.String())
		require.NoError(t, err)
		require.Equal(t, technology, got)
	}
	_, err := topology.ParseTechnology("isdn")
	require.ErrorContains(t, err, "fiber, cable, dsl, wifi, lte, 5g, starlink")
	require.Zero(t, topology.Technology(99).BaseRTT(0.5))
}

func TestMixMedianLiesBetweenItsTechnologies(t *testing.T) {
	for _, technology := range technologies() {
		var mix topology.AccessMix
		mix[technology] = 1
		require.InEpsilon(t, technology.MedianRTT().Seconds(), mix.MedianRTT().Seconds(), 0.02, "%v alone", technology)
	}
	fifty := topology.AccessMix{topology.Fiber: 0.5, topology.LTE: 0.5}
	require.Greater(t, fifty.MedianRTT(), topology.Fiber.MedianRTT())
	require.Less(t, fifty.MedianRTT(), topology.LTE.MedianRTT())
	require.Equal(t, topology.DefaultAccessMix().MedianRTT(), topology.AccessMix{}.MedianRTT())
}

func TestMixesAreChecked(t *testing.T) {
	require.NoError(t, topology.DefaultAccessMix().Validate())
	require.NoError(t, topology.AccessMix{}.Validate())
	require.ErrorContains(t, topology.AccessMix{topology.LTE: -1, topology.Fiber: 2}.Validate(), "fiber is 2")
	require.ErrorContains(t, topology.AccessMix{topology.LTE: math.NaN()}.Validate(), "lte is NaN")
	require.ErrorContains(t, topology.AccessMix{topology.LTE: 0.9}.Validate(), "sum to 0.9")
}
