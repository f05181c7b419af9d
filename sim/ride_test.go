package sim

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// riding is an API that is asked at given instants, or by a demand, by way of a PoP: 6 ms for the user, 50 ms for the PoP, 4 ms of work.
func riding(t testing.TB, d workload.Demand, bytes int64, u transport.Upstream) (Scenario, placement.Placement) {
	t.Helper()
	w := workload.Workload{
		Head: workload.Head{Name: "api"}, Demand: d,
		Service: workload.Computed{ResponseBytes: bytes, Work: workload.ServiceTime{Mean: 4 * time.Millisecond}},
	}
	p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(u).ViaPoP()
	return Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, Duration: 60 * time.Second, Seed: 3}, p
}

// The first request waits for TCP and TLS 1.3, 100 ms; one that comes meanwhile waits for the rest of it; those within the keep-alive time
// after the answer before for nothing: until 16.157 s after that of 11 s.
func TestRequestsRideOnConnectionsThatThePoPKeeps(t *testing.T) {
	s, p := riding(t, askedAt(0, 0.04, 1, 5.9, 11, 16.1), 1000, transport.Upstream{})
	const cold, warm = "BYPASS 160ms, propagation 6ms, service 4ms, upstream 150ms\n", "BYPASS 60ms, propagation 6ms, service 4ms, upstream 50ms\n"
	// In order of their ends, which is that of their arrival: 0.04 s waits for 60 ms.
	require.Equal(t, "0s "+cold+"40ms BYPASS 120ms, propagation 6ms, service 4ms, upstream 110ms\n1s "+warm+"5.9s "+warm+"11s "+cold+"16.1s "+warm, journeys(t, s, p))
	p = p.WithUpstream(transport.Upstream{Handshake: transport.QUIC, KeepAlive: time.Hour})
	require.Equal(t, "0s BYPASS 110ms, propagation 6ms, service 4ms, upstream 100ms\n", strings.SplitAfter(journeys(t, s, p), "\n")[0])
	// HTTP/1.1: the second opens another. Of both one is kept, for 5 s after the answer: from 11.157 to 16.157 s.
	p = p.WithUpstream(transport.Upstream{Pool: 1})
	require.Equal(t, "0s "+cold+"40ms "+cold+"1s "+warm+"5.9s "+warm+"11s "+cold+"16.1s "+warm, journeys(t, s, p))
	p = p.WithUpstream(open)
	require.NotContains(t, journeys(t, s, p), "upstream 150ms")
}

func TestRidesAreColdByTheirRate(t *testing.T) {
	for _, c := range []struct {
		rate      float64
		keepAlive time.Duration
		servers   int
		ps        bool
	}{{rate: 0.05, keepAlive: 5 * time.Second}, {rate: 0.5, keepAlive: 5 * time.Second}, {rate: 0.5, keepAlive: 5 * time.Second, servers: 1 << 16}, {rate: 0.05, keepAlive: 2 * time.Minute}, {rate: 0.5, keepAlive: 5 * time.Second, servers: 1 << 16, ps: true}} {
		s, p := riding(t, workload.Poisson{RequestsPerSecond: c.rate}, 1000, transport.Upstream{KeepAlive: c.keepAlive})
		s.Duration = time.Duration(10_000 / c.rate * 1e9)
		for i := range p.Sites {
			if p.Sites[i].Role == placement.Compute && c.servers > 0 {
				if p.Sites[i].Servers = c.servers; c.ps {
					p.Sites[i].Servers, p.Sites[i].Pools = 0, []placement.Pool{{Servers: c.servers, Discipline: placement.SharedProcessor}}
				}
			}
		}
		requireColdShare(t, &runOne(t, s, p).Workloads[0].Metros[0], c.rate, c.keepAlive, 50, 100)
	}
}

func TestPooledRidesAreColdByTheLawOfTheirNumber(t *testing.T) {
	n, pops := star(t, 1, 0.01)
	const rate, keepAlive = 10, 500 * time.Millisecond
	w := workload.Workload{
		Head: workload.Head{Name: "api"}, Demand: workload.Poisson{RequestsPerSecond: rate},
		Service: workload.Computed{ResponseBytes: 1000, Work: workload.ServiceTime{Mean: 200 * time.Millisecond, Law: workload.GammaTime, Variation: 1}},
	}
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 4000 * time.Second, Seed: 5}
	p := placement.RegionOnly("region").WithPoPs(1<<20, pops...).WithUpstream(transport.Upstream{KeepAlive: keepAlive, Pool: 1000}).ViaPoP()
	tally := &runOne(t, s, p).Workloads[0].Metros[0]
	count := float64(tally.Count(Requests))
	share := (float64(tally.Causes[Upstream])/count/20_000 - 1) / 2
	want := coldSharePooled(rate, 0.2, keepAlive.Seconds())
	require.InDelta(t, want, share, 5*math.Sqrt(want*(1-want)/count))
}

// Windows between PoP and region are those of connections, too: 100,000 bytes take two round trips more over one that is new or was quiet.
func TestAnswersRideInTheWindowOfTheirConnection(t *testing.T) {
	s, p := riding(t, askedAt(0, 1, 1.2), 100_000, transport.Upstream{})
	tally := &runOne(t, s, p).Workloads[0].Metros[0]
	require.Equal(t, 60*ms, tally.Metric(TTFB).MinNs())
	require.Equal(t, 60*ms+2*6*ms, tally.Metric(TTLB).MinNs(), "at 1.2 s the window is of 58,400 bytes and the last 56,200, for the connection was busy until 1.157 s; two round trips more to the user")
	require.Equal(t, 160*ms+100*ms, tally.Metric(TTLB).MaxNs())
}

func TestRidesAreNewWhenAnEndWasDown(t *testing.T) {
	for _, site := range []string{"pop", "region"} {
		for _, pool := range []int{0, 4} {
			s, p := riding(t, workload.Poisson{RequestsPerSecond: 2}, 1000, transport.Upstream{KeepAlive: time.Hour, Pool: pool})
			s.Duration = 200 * time.Second
			s.Failures = []Failure{{Site: site, At: 100 * time.Second, For: time.Second, Timeout: 100 * time.Millisecond}}
			tally := &runOne(t, s, p).Workloads[0].Metros[0]
			require.Positive(t, tally.Outcomes[Failed], site)
			extra := tally.Causes[Upstream] - int64(tally.Outcomes[Bypass])*50*ms
			require.GreaterOrEqual(t, extra, 200*ms, "%s, pool %d", site, pool)
			require.Less(t, extra, 800*ms, "%s, pool %d", site, pool)
		}
	}
}

func TestRidesDoNotDependOnHowSitesAreAdvanced(t *testing.T) {
	for _, pool := range []int{0, 2} {
		s, p := riding(t, workload.Poisson{RequestsPerSecond: 40}, 40_000, transport.Upstream{KeepAlive: 50 * time.Millisecond, Pool: pool})
		s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Computed) { c.Data = workload.DataCalls{Probability: .5, Calls: 2, Home: "region"} })
		p = p.WithLocalZones("zone")
		p.Sites[1].Servers = 1
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		one, err := plans[0].RunOn(context.Background(), 0, 1, nil)
		require.NoError(t, err)
		three, err := plans[0].RunOn(context.Background(), 0, 3, nil)
		require.NoError(t, err)
		require.Equal(t, one, three)
	}
}

func TestTheWayOfARideIsExplained(t *testing.T) {
	s, p := riding(t, askedAt(0, 1), 1000, transport.Upstream{})
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	e, err := plans[0].Explain(context.Background(), 0, 0, 0, Slowest, 0)
	require.NoError(t, err)
	require.Equal(t, []Step{{Ns: 100 * ms, Site: "pop", Text: "a new connection to region"}, {Ns: 4 * ms, Site: "region", Text: "works on it"}}, e.Steps)
	require.Equal(t, 104*ms, e.WaitNs)
}
