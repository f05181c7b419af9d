package sim

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// requireColdShare asserts the mean way upstream of misses so many times a second, of which each sets up a connection if
// the one before was longer ago than the keep-alive time: exp(-rate x keep-alive) of them.
func requireColdShare(t *testing.T, tally *Tally, rate float64, keepAlive time.Duration, way, handshake float64) {
	t.Helper()
	n := float64(tally.Count(Requests))
	cold := math.Exp(-rate * keepAlive.Seconds())
	mean := float64(tally.Causes[Upstream]) / n / float64(ms)
	require.InDelta(t, way+cold*handshake, mean, 5*handshake*math.Sqrt(cold*(1-cold)/n)+handshake/n, "%v a second, %v", rate, keepAlive)
}

func TestConnectionsToTheOriginAreColdByTheirRate(t *testing.T) {
	// 40 ms each way between PoP and origin, objects that nobody asks for twice: 80 ms, and with TCP and TLS 1.3 160 ms
	// more where the connection has been closed. With 5 s that makes 204.6 ms at a miss in 20 s, and 93.1 ms at one in 2 s.
	n, pops := star(t, 1, 40)
	for _, c := range []struct {
		rate     float64
		upstream transport.Upstream
		way      float64
		servers  int
	}{
		{rate: 0.05, way: 160}, {rate: 0.5, way: 160}, {rate: 0.5, way: 160, servers: 1 << 16},
		{rate: 0.05, way: 160, upstream: transport.Upstream{KeepAlive: 2 * time.Minute}},
		{rate: 0.05, way: 80, upstream: transport.Upstream{Handshake: transport.QUIC}},
		{rate: 0.05, way: 0, upstream: transport.Upstream{AlwaysOpen: true}},
	} {
		w := alwaysMissing(c.rate)
		w = workload.Change(w, func(of *workload.Cacheable) { of.Sizes.MinBytes, of.Sizes.MaxBytes = 1000, 1000 })
		s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: time.Duration(10_000 / c.rate * 1e9), Seed: 5}
		p := placement.RegionOnly("region").WithPoPs(1<<20, pops...).WithUpstream(c.upstream)
		p.Sites[0].Servers = c.servers
		requireColdShare(t, &runOne(t, s, p).Workloads[0].Metros[0], c.rate, c.upstream.KeepsAlive(), 80, c.way)
	}
	require.InDelta(t, 204.6, 80+160*math.Exp(-.25), .05)
	require.InDelta(t, 93.1, 80+160*math.Exp(-2.5), .05)
}

// coldSharePooled is the share of questions that set up a connection where each has one of its own for an exponential time, and the one
// used last is used first: one that finds n busy takes the connection that fell idle when their number last went from n+1 to n. Questions see
// the Poisson law of an M/M/infinity queue, and backwards in time it goes as forwards, so that this is as long ago as its first way from n
// to n+1 will take; that time is longer than the keep-alive with a probability that follows step by step from the chain of up to n.
func coldSharePooled(rate, holding, keepAlive float64) (cold float64) {
	const step = 1e-4
	offered := rate * holding
	law := math.Exp(-offered)
	for n := range 30 {
		// at[i] is the probability that i are busy and n+1 have not been.
		at := make([]float64, n+1)
		at[n] = 1
		for range int(keepAlive / step) {
			next := make([]float64, n+1)
			for i, p := range at {
				up, down := p*rate*step, p*float64(i)/holding*step
				next[i] += p - up - down
				if i < n {
					next[i+1] += up
				}
				if i > 0 {
					next[i-1] += down
				}
			}
			at = next
		}
		left := 0.0
		for _, p := range at {
			left += p
		}
		cold += law * left
		law *= offered / float64(n+1)
	}
	return cold
}

func TestPooledConnectionsAreColdByTheLawOfTheirNumber(t *testing.T) {
	inOneGoroutine(t)
	// The way takes 0.02 ms, so that a connection is busy for as long as the origin works, 0.2 s on the mean, and handshakes count by what
	// they add to it.
	n, pops := star(t, 1, 0.01)
	for _, c := range []struct {
		rate      float64
		keepAlive time.Duration
		servers   int
	}{{rate: 10, keepAlive: 500 * time.Millisecond}, {rate: 4, keepAlive: 200 * time.Millisecond}, {rate: 10, keepAlive: 500 * time.Millisecond, servers: 1 << 16}} {
		w := alwaysMissing(c.rate)
		w = workload.Change(w, func(of *workload.Cacheable) {
			of.Sizes, of.Origin = workload.Sizes{MinBytes: 1000, MaxBytes: 1000}, workload.ServiceTime{Mean: 200 * time.Millisecond, Law: workload.GammaTime, Variation: 1}
		})
		s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 4000 * time.Second, Seed: 5}
		of := func(pool int) (share, count float64) {
			p := placement.RegionOnly("region").WithPoPs(1<<20, pops...).WithUpstream(transport.Upstream{KeepAlive: c.keepAlive, Pool: pool})
			p.Sites[0].Servers = c.servers
			tally := &runOne(t, s, p).Workloads[0].Metros[0]
			count = float64(tally.Count(Requests))
			return (float64(tally.Causes[Upstream])/count/20_000 - 1) / 2, count
		}
		share, count := of(1000)
		want := coldSharePooled(c.rate, 0.2, c.keepAlive.Seconds())
		require.InDelta(t, want, share, 5*math.Sqrt(want*(1-want)/count), "%+v", c)
		few, _ := of(1)
		require.Greater(t, few, share, "one is kept")
		one, _ := of(0)
		require.Less(t, one, share, "HTTP/2 has one connection for all")
	}
}

func TestPreloadedCachesBeginWithTheConnectionsOfTheirRate(t *testing.T) {
	// One short run begins cold; those whose caches are in their steady state begin as if misses had come before.
	n, pops := star(t, 400, 40)
	w := alwaysMissing(400 * 0.3)
	w = workload.Change(w, func(p *workload.Poisson) { p.Objects = 1 << 12 })
	w = workload.Change(w, func(of *workload.Cacheable) { of.Sizes.MinBytes, of.Sizes.MaxBytes = 1000, 1000 })
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 3 * time.Second, Seed: 5}
	cold := placement.RegionOnly("region").WithPoPs(1000, pops...)
	of := func(p placement.Placement) *Tally {
		total, err := runOne(t, s, p).Workloads[0].Total()
		require.NoError(t, err)
		return &total
	}
	requireColdShare(t, of(cold.Preloaded()), 0.3, 5*time.Second, 80, 160)
	before := of(cold)
	require.Greater(t, float64(before.Causes[Upstream])/float64(before.Count(Requests)), float64(150*ms))
}

func TestConnectionsToASiteThatWasDownAreNew(t *testing.T) {
	s := Scenario{
		Network: twoRegions(t), Workloads: []workload.Workload{alwaysMissing(20)}, Duration: 100 * time.Second, Seed: 8,
		Failures: []Failure{{Site: "west", At: 50 * time.Second, For: time.Second, Timeout: 100 * time.Millisecond}},
	}
	p := placement.RegionOnly("west").WithPoPs(1<<30, "pop").WithUpstream(transport.Upstream{KeepAlive: time.Hour})
	tally := &byArithmeticAndByMessage(t, s, p).Workloads[0].Metros[0]
	require.Positive(t, tally.Outcomes[Failed])
	// Two are cold: the first of all, and the first when the origin is up again. Others join their handshakes.
	extra := tally.Causes[Upstream] - int64(tally.Outcomes[Miss])*50*ms
	require.GreaterOrEqual(t, extra, 2*100*ms)
	require.Less(t, extra, 2*100*ms+20*100*ms)
}

func TestPoolsToASiteThatWasDownAreEmpty(t *testing.T) {
	// A question every 20 s: each takes the one connection, but for the first, and the first after the failure.
	s := Scenario{
		Network: twoRegions(t), Workloads: []workload.Workload{alwaysMissing(0.05)}, Duration: 4000 * time.Second, Seed: 8,
		Failures: []Failure{{Site: "west", At: 2000 * time.Second, For: 100 * time.Second, Timeout: 100 * time.Millisecond}},
	}
	p := placement.RegionOnly("west").WithPoPs(1<<30, "pop").WithUpstream(transport.Upstream{KeepAlive: time.Hour, Pool: 4})
	tally := &byArithmeticAndByMessage(t, s, p).Workloads[0].Metros[0]
	require.Positive(t, tally.Outcomes[Failed])
	require.Equal(t, 2*100*ms, tally.Causes[Upstream]-int64(tally.Outcomes[Miss])*50*ms)
}

func TestColdConnectionsBeginWithASmallWindow(t *testing.T) {
	// 100,000 bytes are three windows: two round trips of 50 ms more until the last byte has come over a connection that
	// is new or has been quiet, and none over one whose window holds them.
	w := alwaysMissing(0.001)
	s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, Duration: 200_000 * time.Second, Seed: 8}
	p := placement.RegionOnly("region").WithPoPs(1<<30, "pop")
	tally := &runOne(t, s, p.WithUpstream(transport.Upstream{KeepAlive: 100 * time.Hour})).Workloads[0].Metros[0]
	requireLatency(t, tally, TTFB, 6*ms+50*ms+7*ms, 6*ms+150*ms+7*ms)
	requireLatency(t, tally, TTLB, 6*ms+50*ms+7*ms+100*ms, 6*ms+150*ms+7*ms+100*ms)
	tally = &runOne(t, s, p.WithUpstream(open)).Workloads[0].Metros[0]
	requireLatency(t, tally, TTLB, 6*ms+50*ms+7*ms+8*ms, 6*ms+50*ms+7*ms+8*ms)
}

func TestDelayedHitsWaitIsACauseOfItsOwn(t *testing.T) {
	// The fetch takes 50 ms of way and 150 of work; who joins it waits half of that on the mean, and for nothing else.
	w := workload.Change(onOpenConnections(50), func(c *workload.Cacheable) { c.Origin.Mean = 150 * time.Millisecond })
	s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, Duration: 400 * time.Second, Seed: 8}
	for _, servers := range []int{0, 1} { // by arithmetic, by message
		p := placement.RegionOnly("region").WithPoPs(1, "pop").WithUpstream(open) // which holds nothing
		p.Sites[0].Servers = servers
		tally := &runOne(t, s, p).Workloads[0].Metros[0]
		misses, delayed := int64(tally.Outcomes[Miss]), int64(tally.Outcomes[DelayedHit])
		require.InEpsilon(t, 50*.2, float64(delayed)/float64(misses), 0.03)
		require.Equal(t, misses*50*ms, tally.Causes[Upstream])
		require.Equal(t, misses*150*ms, tally.Causes[Service])
		require.InEpsilon(t, 100., float64(tally.Causes[CollapseWait])/float64(delayed)/float64(ms), 0.02)
	}
}
