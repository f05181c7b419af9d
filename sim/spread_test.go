package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestUsersWhoLiveFartherAwayWaitLonger(t *testing.T) {
	request := workload.Workload{
		Head:    workload.Head{Name: "site"},
		Demand:  workload.Poisson{RequestsPerSecond: 200, Objects: 1},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1, MaxBytes: 1}},
	}
	run := func(spread topology.Spread) *Tally {
		nodes := onOneTechnology(t, topology.Fiber, 20).AllNodes()
		nodes[0].Spread = spread
		n, err := topology.New(nodes, append(both("metro", "town", topology.Access, 0.001), both("town", "region", topology.Internet, 19.999)...))
		require.NoError(t, err)
		s := Scenario{Network: n, Workloads: []workload.Workload{request}, Duration: 1000 * time.Second, Seed: 1}
		return &runOne(t, s, placement.RegionOnly("region")).Workloads[0].Metros[0]
	}
	there := run(topology.Spread{})
	around := run(topology.Around(200))
	requests := int64(there.Count(Requests))
	require.Equal(t, requests, int64(around.Count(Requests)))
	require.Equal(t, there.Causes[Propagation], around.Causes[Propagation])
	// 200 km on the mean, at 15.1 microseconds a km, for one round trip a request.
	require.InEpsilon(t, 200*2*1.54/(0.68*299.792458), float64((around.Causes[Access]-there.Causes[Access])/requests)/1e6, 0.01)
}

func TestHowFarAUserLivesSaysNothingOfTheLine(t *testing.T) {
	miles, err := measuredLastMiles()
	require.NoError(t, err)
	var spread topology.Spread
	for part := range spread {
		spread[part] = float32(part) * 100
	}
	mix := topology.AccessMix{topology.DSL: 1}
	near, around := newAccessLaw(miles, mix, topology.Spread{}), newAccessLaw(miles, mix, spread)
	const n = 200_000
	one, other := random.New(1, 2, 3, 4), random.New(1, 2, 3, 4)
	var count [topology.SpreadParts]int
	var lineOf [topology.SpreadParts]float64
	for range n {
		line := near.base(topology.DSL, &one)
		way := around.base(topology.DSL, &other) - line
		part := 0
		for around.away[part] != way {
			part++
		}
		count[part]++
		lineOf[part] += float64(line)
	}
	mean := 0.0
	for _, sum := range lineOf {
		mean += sum / n
	}
	for part := range count {
		require.InEpsilon(t, n/topology.SpreadParts, count[part], 0.05)
		require.InEpsilon(t, mean, lineOf[part]/float64(count[part]), 0.03)
	}
}
