package sim

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
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
	s.Workloads[0] = workload.Change(s.Workloads[0], func(of *workload.Cacheable) { of.Sizes.MinBytes, of.Sizes.MaxBytes = 100, 100 }) // which wait for no others
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

// atOnceOver is 20 objects of 200,000 bytes that a PoP asks for, .1 ms apart from 1 s on, over a way of 50 ms there and back.
func atOnceOver(t *testing.T, pool int) (Scenario, placement.Placement) {
	at := make([]float64, 20)
	for i := range at {
		at[i] = 1 + float64(i)*1e-4
	}
	d := askedAt(at...)
	for i := range d.object {
		d.object[i] = uint32(i)
	}
	w := workload.Change(alwaysMissing(1), func(of *workload.Cacheable) {
		of.Sizes, of.Origin = workload.Sizes{MinBytes: 200_000, MaxBytes: 200_000}, workload.ServiceTime{}
	})
	w.Demand = d
	w.Client = onOpenConnections(1).Client
	s := Scenario{Network: twoRegions(t), Workloads: []workload.Workload{w}, Duration: 10 * time.Second, Seed: 8}
	return s, placement.RegionOnly("west").WithPoPs(1<<30, "pop").WithUpstream(transport.Upstream{Pool: pool})
}

func TestFetchesAtOnceShareOneConnection(t *testing.T) {
	// 4,000,000 bytes are 9 rounds from 14,600, so that the last byte comes 8 round trips after the first of the first answer over a new connection; over
	// HTTP/1.1 each has 4 rounds of its own, the last 1.9 ms after the first.
	ends := func(pool int) (last int64) {
		s, p := atOnceOver(t, pool)
		all := missTimes(t, s, p)
		require.Len(t, all, 20)
		for at, times := range all {
			last = max(last, at+times[1])
		}
		return last
	}
	// The user is 6 ms away, and TCP and TLS take 100 ms. The last answer comes all at once, and takes 16 ms to the user, who has 100 Mbit/s.
	require.Equal(t, (1000+6+100+50+8*50+16)*ms, ends(0))
	require.Equal(t, (1000+6+100+50+3*50)*ms+1900*int64(time.Microsecond), ends(32))
}

func TestTheWaitForAnswersOnOneConnectionIsExplained(t *testing.T) {
	s, p := atOnceOver(t, 0)
	plans, err := Compile(t.Context(), s, p)
	require.NoError(t, err)
	e, err := plans[0].Explain(t.Context(), 0, 0, 0, ByNumber, 20)
	require.NoError(t, err)
	// It asks 1.9 ms after the first, whose handshake it joins. 19 before it are 3,800,000 bytes: 9 rounds from 14,600 hold 7,460,600 and 8 hold 3,723,000.
	require.Equal(t, []Step{
		{Site: "pop", Text: "edge-cache: does not have it: nobody has asked for it there before"},
		{Ns: 98_100_000, Site: "pop", Text: "a new connection to west"},
		{Ns: 25 * ms, Site: "west", Text: "on the way from pop, which asks for it"},
		{Ns: 25 * ms, Site: "pop", Text: "on the way back from west, with it"},
		{Ns: 8 * 50 * ms, Site: "pop", Text: "behind answers before it on the connection from west"},
	}, e.Steps)
	require.Equal(t, e.WaitNs, e.Causes[Upstream])
	require.Equal(t, 548_100_000, int(e.WaitNs))
	requireRest(t, e)
}

// Whether an object has changed is asked by message where a cache is asked, which nobody knows before: what does not come is ahead of nothing.
func TestWhatIsConfirmedIsAheadOfNothing(t *testing.T) {
	at, objects := []float64{}, []uint32{}
	for _, begin := range []float64{1, 21} {
		for i := range 20 {
			at, objects = append(at, begin+float64(i)*1e-4), append(objects, uint32(i))
		}
	}
	d := askedAt(at...)
	d.object = objects
	s, p := atOnceOver(t, 0)
	s.Duration = 40 * time.Second
	s.Workloads[0].Demand = d
	s.Workloads[0] = workload.Change(s.Workloads[0], func(of *workload.Cacheable) {
		*of = of.Controlled(freshness.Control{MaxAge: freshness.For(10 * time.Second), Validator: true})
	})
	p = p.WithMidTier(1<<30, "mid")
	for i := range p.Tiers {
		p.Tiers[i].Freshness = &freshness.Rules{Profile: "rfc"}
	}
	plans, err := Compile(t.Context(), s, p)
	require.NoError(t, err)
	confirmed := 0
	_, err = plans[0].Watch(t.Context(), 0, func(is *Sighting) {
		if is.At < int64(20*time.Second) {
			require.Equal(t, Miss, is.Outcome)
			return
		}
		confirmed++
		require.Equal(t, Revalidated, is.Outcome)
		// New connections from the PoP to the other cache, 8 ms there and back, and on to the origin, 44 ms. All wait for those of the first.
		late := is.At - int64(21*time.Second)
		require.Equal(t, int64(3*8+3*44)*ms-late, is.Causes[Upstream], "%v", is.Causes)
	})
	require.NoError(t, err)
	require.Equal(t, 20, confirmed)
}

func TestWhatWaitsForALinkHasWaitedForItsConnection(t *testing.T) {
	// 80 Mbit/s are 10 bytes a microsecond. Slow start sends 919,800 bytes in 6 rounds of 50.146 ms, until a packet is acknowledged, and the rest of 4,000,000 at
	// the rate: 608.896 ms. That they take 400 ms of a link that others may share, one after the other, is no wait besides.
	ends := func(how topology.Sharing) (last, waited int64) {
		s, p := atOnceOver(t, 0)
		links := s.Network.Links()
		for i := range links {
			if l := &links[i]; l.From == "west" && l.To == "pop" {
				l.CapacityBitsPerSecond, l.Sharing = 80e6, how
			}
		}
		n, err := topology.New(s.Network.AllNodes(), links)
		require.NoError(t, err)
		s.Network = n
		plans, err := Compile(t.Context(), s, p)
		require.NoError(t, err)
		_, err = plans[0].Watch(t.Context(), 0, func(is *Sighting) {
			last, waited = max(last, is.At+is.TTLB), max(waited, is.Causes[LinkQueue])
		})
		require.NoError(t, err)
		return last, waited
	}
	alone, none := ends(topology.Unshared)
	shared, waited := ends(topology.FirstCome)
	require.Zero(t, none)
	require.Positive(t, waited)
	require.Equal(t, (1000+6+100+50)*ms+608_896_000, alone)
	require.Equal(t, alone, shared)
}

func TestWorkOnAnAnswerIsNoWaitForOthers(t *testing.T) {
	// An origin with servers works on all for a second. Those 20 of 200,000 bytes are one row from then on, whether it is asked by message or not.
	for _, servers := range []int{0, 100} {
		s, p := atOnceOver(t, 0)
		s.Workloads[0] = workload.Change(s.Workloads[0], func(of *workload.Cacheable) { of.Origin = workload.ServiceTime{Mean: time.Second} })
		p.Sites[0].Servers = servers
		last := int64(0)
		for at, times := range missTimes(t, s, p) {
			last = max(last, at+times[1])
		}
		require.Equal(t, (1000+6+100+50+1000+8*50+16)*ms, last)
	}
}
