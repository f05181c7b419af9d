package topology_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

func TestDelayIsHandComputable(t *testing.T) {
	m := topology.PathModel{Inflation: 2, FiberSpeed: 0.5, PerHop: time.Millisecond}
	// 2 x 299.792458 km at half the speed of light: 4 ms.
	require.Equal(t, 5*time.Millisecond, m.OneWay(topology.SpeedOfLightKmPerMs))
	require.Equal(t, time.Millisecond, m.OneWay(0))
}

func TestDelayModelsAreChecked(t *testing.T) {
	require.NoError(t, topology.DefaultDelayModel().Validate())
	for want, change := range map[string]func(*topology.DelayModel){
		"Internet.Inflation is 0":    func(m *topology.DelayModel) { m.Internet.Inflation = 0 },
		"Backbone.Inflation is NaN":  func(m *topology.DelayModel) { m.Backbone.Inflation = math.NaN() },
		"Internet.FiberSpeed is 1.1": func(m *topology.DelayModel) { m.Internet.FiberSpeed = 1.1 },
		"Backbone.PerHop is -1ns":    func(m *topology.DelayModel) { m.Backbone.PerHop = -1 },
	} {
		m := topology.DefaultDelayModel()
		change(&m)
		require.ErrorContains(t, m.Validate(), want)
	}
	_, err := topology.DefaultDelayModel().Of(topology.Access)
	require.ErrorContains(t, err, "access")
	path, err := topology.DefaultDelayModel().Of(topology.Backbone)
	require.NoError(t, err)
	require.Equal(t, topology.DefaultDelayModel().Backbone, path)
}

func TestGreatCircles(t *testing.T) {
	newYork, london := topology.Place{LatDeg: 40.7128, LonDeg: -74.0060}, topology.Place{LatDeg: 51.5074, LonDeg: -0.1278}
	cases := map[string]struct {
		a, b topology.Place
		km   float64
	}{
		"nowhere":              {newYork, newYork, 0},
		"a quarter of the way": {topology.Place{}, topology.Place{LonDeg: 90}, math.Pi / 2 * topology.EarthRadiusKm},
		"pole to pole":         {topology.Place{LatDeg: 90}, topology.Place{LatDeg: -90}, math.Pi * topology.EarthRadiusKm},
		"across the date line": {topology.Place{LonDeg: 179}, topology.Place{LonDeg: -179}, 2 * math.Pi / 180 * topology.EarthRadiusKm},
		"New York to London":   {newYork, london, 5570.2},
	}
	for name, c := range cases {
		require.InDelta(t, c.km, topology.DistanceKm(c.a, c.b), 0.1, name)
		require.Equal(t, topology.DistanceKm(c.a, c.b), topology.DistanceKm(c.b, c.a), name)
	}
}
