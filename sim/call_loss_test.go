package sim

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// calling asks a zone for what calls for data at a region, some times, with 1 ms of work for each.
func calling(t testing.TB, loss float64, calls int, parallel bool, demand workload.Demand) (Scenario, placement.Placement) {
	t.Helper()
	w := apiOf()
	w.Demand = demand
	w = workload.Change(w, func(c *workload.Computed) {
		c.ResponseBytes = 0
		c.Data = workload.DataCalls{Home: "region", Calls: calls, Parallel: parallel, Probability: 1, Service: workload.ServiceTime{Mean: time.Millisecond}}
	})
	return losing(t, w, "zone", "region", loss, 0, 300*time.Second), placement.RegionOnly("region").WithLocalZones("zone")
}

// callTimes returns the time to the first byte of each request, in ns, in order.
func callTimes(t testing.TB, s Scenario, p placement.Placement) (all, at []int64) {
	t.Helper()
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	_, err = plans[0].Watch(context.Background(), 0, func(is *Sighting) { all, at = append(all, is.TTFB), append(at, is.At) })
	require.NoError(t, err)
	return all, at
}

func TestCallsOverLinksThatLoseAllButTheSixthTimeToTheNanosecond(t *testing.T) {
	// As in TestFetchesOverLinksThatLoseAllButTheSixthTimeToTheNanosecond: each call is 12.6 s later.
	for _, c := range []struct {
		calls    int
		parallel bool
		later    int64
	}{{1, false, 12_600 * ms}, {3, false, 3 * 12_600 * ms}, {3, true, 12_600 * ms}} {
		for _, servers := range []int{0, 1} { // arithmetic, and by message
			var usual int64
			for _, loss := range []float64{0, 1 - 1e-12} {
				s, p := calling(t, loss, c.calls, c.parallel, timed{at: []time.Duration{0}})
				if loss == 0 {
					s.LinkImpairments = nil
				}
				for i := range p.Sites {
					if p.Sites[i].Site == "region" && p.Sites[i].Role == placement.Compute {
						p.Sites[i].Servers = servers
					}
				}
				got, _ := callTimes(t, s, p)
				require.Len(t, got, 1)
				if loss == 0 {
					usual = got[0]
					continue
				}
				require.Equal(t, usual+c.later, got[0], "%+v, %d servers", c, servers)
			}
		}
	}
}

func TestPlacementsShareWhatCallsLose(t *testing.T) {
	// The same requests are later by 200 ms and more, whatever servers there are at the two sites, and whether they are asked by message.
	s, p := calling(t, .05, 2, false, workload.Poisson{RequestsPerSecond: 20})
	late := func(servers int, d placement.Discipline) map[int64]bool {
		p := p
		p.Sites = append([]placement.Assignment(nil), p.Sites...)
		for i := range p.Sites {
			if servers > 0 && p.Sites[i].Role == placement.Compute {
				p.Sites[i].Pools = []placement.Pool{{Servers: servers, Discipline: d}}
			}
		}
		all := make(map[int64]bool)
		got, at := callTimes(t, s, p)
		for i := range got {
			if got[i] > 200*ms {
				all[at[i]] = true
			}
		}
		return all
	}
	usual := late(0, placement.FirstCome)
	require.Equal(t, usual, late(2, placement.FirstCome))
	require.Equal(t, usual, late(2, placement.SharedProcessor))
	// Of two exchanges one loses a packet one way or the other.
	lost := 1 - .95*.95
	either := 1 - (1-lost)*(1-lost)
	asked := float64(s.Duration.Seconds() * 20)
	require.InDelta(t, float64(either*asked), float64(len(usual)), float64(4*math.Sqrt(asked*either*(1-either))))
}
