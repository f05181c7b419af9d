package calibrate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
)

func TestTwinsSayWhatAHomeHasInCommonWithItsPlace(t *testing.T) {
	berlin, near, far := calibrate.Anchor{LatDeg: 52.5, LonDeg: 13.4}, calibrate.Anchor{LatDeg: 52.6, LonDeg: 13.5}, calibrate.Anchor{LatDeg: 48.1, LonDeg: 11.6}
	frankfurt, london := calibrate.Anchor{LatDeg: 50.1, LonDeg: 8.7}, calibrate.Anchor{LatDeg: 51.5, LonDeg: -0.1}
	home := func(user string, from, to calibrate.Anchor, by topology.Technology, ms float64) calibrate.Sample {
		return calibrate.Sample{User: user, From: from, To: to, Technology: by, MeasuredMs: ms, ModelMs: 33}
	}
	byModel, byTwins := calibrate.HomeTwins([]calibrate.Sample{
		home("a", berlin, frankfurt, topology.LTE, 50),
		home("b", near, frankfurt, topology.LTE, 40),
		home("c", near, frankfurt, topology.LTE, 30),
		home("d", near, frankfurt, topology.Fiber, 10), // another technology
		home("e", far, frankfurt, topology.LTE, 35),    // another place
		home("f", near, london, topology.LTE, 45),      // to another place
	})
	var said []float64
	for i, s := range byTwins {
		require.Equal(t, 33.0, byModel[i].ModelMs)
		require.Equal(t, s.User, byModel[i].User)
		said = append(said, s.ModelMs)
	}
	require.Equal(t, []float64{35, 40, 45}, said, "the median of the other two")
}

func TestTwinsOfServersAreOnEitherSide(t *testing.T) {
	berlin, near := calibrate.Anchor{LatDeg: 52.5, LonDeg: 13.4}, calibrate.Anchor{LatDeg: 52.6, LonDeg: 13.5}
	tokyo, rome := calibrate.Anchor{LatDeg: 35.7, LonDeg: 139.7}, calibrate.Anchor{LatDeg: 41.9, LonDeg: 12.5}
	_, byTwins := calibrate.CityTwins([]calibrate.Sample{
		{From: berlin, To: tokyo, MeasuredMs: 250}, {From: tokyo, To: near, MeasuredMs: 230}, {From: berlin, To: rome, MeasuredMs: 30}, {From: berlin, To: near, MeasuredMs: 1},
	})
	require.Len(t, byTwins, 2)
	require.Equal(t, 230.0, byTwins[0].ModelMs)
	require.Equal(t, 250.0, byTwins[1].ModelMs)
}

func TestErrorsThatAGroupSharesAreTakenAway(t *testing.T) {
	samples := []calibrate.Sample{
		{User: "a", Site: "x", From: calibrate.Anchor{Country: "DE"}, MeasuredMs: 60, ModelMs: 30},
		{User: "b", Site: "x", From: calibrate.Anchor{Country: "DE"}, MeasuredMs: 90, ModelMs: 30},
		{User: "c", Site: "x", From: calibrate.Anchor{Country: "DE"}, MeasuredMs: 30, ModelMs: 30},
		{User: "d", Site: "x", From: calibrate.Anchor{Country: "FR"}, MeasuredMs: 99, ModelMs: 30},
	}
	byCountry := func(s calibrate.Sample) string { return s.From.Country }
	var said []float64
	for _, s := range calibrate.Corrected(append(samples, samples...), byCountry) {
		said = append(said, s.ModelMs)
	}
	require.Equal(t, []float64{60, 45, 75, 30, 60, 45, 75, 30}, said, "by the median of the others, never by its own; who is alone stays")
	require.Equal(t, 30.0, samples[0].ModelMs, "the samples themselves stay")
}
