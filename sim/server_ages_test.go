package sim

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/cache/theory"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// askedFor is the same as askedAt for objects by their number, each at its instant.
func askedFor(object []uint32, seconds ...float64) timed {
	d := askedAt(seconds...)
	d.object = object
	return d
}

// onServers returns the first objects of a catalogue that consistent hashing gives each of n servers.
func onServers(n int, each int) [][]uint32 {
	all, s := make([][]uint32, n), newServingCaches(placement.Servers{Count: n, Spread: placement.Sharded}, 0)
	for o := range uint32(20) {
		if at := s.serverOf(uint64(o), 0); len(all[at]) < each {
			all[at] = append(all[at], o)
		}
	}
	return all
}

// Two shards have room for one object each: what comes to one pushes nothing out of the other, and ages go with the objects. As one pool
// of two objects the third would push out the first at 1.5 s.
func TestObjectsAgeAtTheirShards(t *testing.T) {
	of := onServers(2, 2)
	a, b, c := of[0][0], of[0][1], of[1][0]
	s, p := ageing(t, askedFor([]uint32{a, c, b, a, c, a, c, a, c}, 0, 1, 1.5, 2, 3, 4, 6, 6.5, 7), freshness.Control{
		MaxAge: freshness.For(4 * time.Second), Validator: true,
	}, "cloudfront")
	p.Tiers[0].Caches[0].CapacityBytes = 3000 // half of it is too little for two
	p.Tiers[0].Caches[0].Servers = placement.Servers{Count: 2, Spread: placement.Sharded}
	// a comes again at 2.103 s and is fresh until 6.103 s, c from 1.103 s until 5.103 s, and again until 10.103 s.
	require.Equal(t, `0s MISS 106ms, propagation 6ms, service 50ms, upstream 50ms
1s MISS 106ms, propagation 6ms, service 50ms, upstream 50ms
1.5s MISS 106ms, propagation 6ms, service 50ms, upstream 50ms
2s MISS 106ms, propagation 6ms, service 50ms, upstream 50ms
3s HIT 6ms, propagation 6ms
4s HIT 6ms, propagation 6ms
6s REVALIDATED 106ms, propagation 6ms, service 50ms, upstream 50ms
6.5s REVALIDATED 106ms, propagation 6ms, service 50ms, upstream 50ms
7s HIT 6ms, propagation 6ms
`, journeys(t, s, p))
}

// A disk takes 4 ms, and a memory holds one of two objects: freshness is one thing for both, and the time of the disk counts where a copy is
// found there, be it fresh, stale, an error or one that is to be confirmed.
func TestWhatIsReadFromTheDiskAges(t *testing.T) {
	servers := placement.Servers{MemoryBytes: 1500, DiskRead: 4 * time.Millisecond}
	s, p := ageing(t, askedFor([]uint32{0, 1, 0, 0, 1, 0, 1, 1, 0, 0}, 0, 1, 2, 2.5, 3, 9, 10, 10.5, 14, 14.5), freshness.Control{
		MaxAge: freshness.For(5 * time.Second), StaleWhileRevalidate: freshness.For(time.Second), StaleIfError: freshness.For(time.Minute), Validator: true,
	}, "rfc")
	p.Tiers[0].Caches[0].Servers = servers
	// 0 is on the disk at 9 s, and 1 at 10 s. At 14.003 s 0 is as old as its confirmation at 9.003 s: 5 s, to be served stale for 1 s.
	require.Equal(t, `0s MISS 106ms, propagation 6ms, service 50ms, upstream 50ms
1s MISS 106ms, propagation 6ms, service 50ms, upstream 50ms
2s HIT 10ms, propagation 6ms, service 4ms
2.5s HIT 6ms, propagation 6ms
3s HIT 10ms, propagation 6ms, service 4ms
9s REVALIDATED 110ms, propagation 6ms, service 54ms, upstream 50ms
10s REVALIDATED 110ms, propagation 6ms, service 54ms, upstream 50ms
10.5s HIT 6ms, propagation 6ms
14s STALE 10ms, propagation 6ms, service 4ms
14.5s HIT 6ms, propagation 6ms
`, journeys(t, s, p))

	// Where the origin is down the stale copy is read after the timeout.
	s.Failures = []Failure{{Site: "region", At: 8 * time.Second, For: 20 * time.Second, Timeout: time.Second}}
	require.Equal(t, `9s STALE 1.01s, propagation 6ms, service 4ms, timeout 1s`, strings.Split(journeys(t, s, p), "\n")[5])
	s.Failures = nil

	// A purge takes it from both layers at once: nothing is left to be read or confirmed.
	s.Purges = []Purge{{At: 2200 * time.Millisecond}}
	lines := strings.Split(journeys(t, s, p), "\n")
	for _, i := range []int{3, 4} {
		require.Contains(t, lines[i], "MISS 106ms, propagation 6ms, service 50ms, upstream 50ms")
	}

	s, p = ageing(t, askedFor([]uint32{0, 1, 0}, 0, 1, 2), freshness.Control{Status: 404}, "cloudfront")
	p.Tiers[0].Caches[0].Servers = placement.Servers{MemoryBytes: 600, DiskRead: 4 * time.Millisecond} // one error of 512 bytes
	require.Equal(t, `2s NEGATIVE_HIT 10ms, propagation 6ms, service 4ms`, strings.Split(journeys(t, s, p), "\n")[2])
}

// An upper tier reads from its disk before it answers: the object, or that it has not changed.
func TestUpperTiersReadFromTheDiskBeforeTheyAnswer(t *testing.T) {
	s, p := agesThroughTiers(t, askedFor([]uint32{0, 1, 0, 0}, 0, 1, 5, 14), freshness.Control{MaxAge: freshness.For(10 * time.Second), Validator: true})
	p.Tiers[0].Caches[0].CapacityBytes = 1500
	p.Tiers[1].Caches[0].Servers = placement.Servers{DiskRead: 7 * time.Millisecond}
	// At 5.075 s the zone's copy, of 0.1 s, is 4 whole seconds old when it has been read; at 14.075 s it is stale, and confirmed for both.
	require.Equal(t, `0s MISS 150ms, propagation 6ms, service 50ms, upstream 94ms
1s MISS 150ms, propagation 6ms, service 50ms, upstream 94ms
5s MISS 85ms, propagation 6ms, service 7ms, upstream 72ms
14s REVALIDATED 157ms, propagation 6ms, service 57ms, upstream 94ms
`, journeys(t, s, p))
}

// Each of four independent servers is a cache with a lifetime that a fourth of the requests meet; they join fetches of their own server alone.
func TestIndependentServersAgeEachByItself(t *testing.T) {
	const n, perSecond = 4, 10.
	want, err := theory.TTLWithFetch(perSecond/n, time.Second, 100*time.Millisecond)
	require.NoError(t, err)
	s, p := ageing(t, workload.Poisson{RequestsPerSecond: perSecond, Objects: 1}, freshness.Control{MaxAge: freshness.For(time.Second)}, "cloudfront")
	p.Tiers[0].Caches[0].Servers = placement.Servers{Count: n, Spread: placement.Independent}
	s.Duration = 4000 * time.Second
	runs := replications(t, s, p)
	for o, truth := range map[Outcome]float64{Hit: want.Hit, DelayedHit: want.Delayed, Miss: want.Miss} {
		requireInside(t, runs.mean(func(r *Result) float64 { return shareOf(r, o) }), truth, .03)
	}
	// The same without a time to fetch: a hit ratio of (rT/n) / (1 + rT/n).
	s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) { c.Origin = workload.ServiceTime{} })
	s.Workloads[0].Demand = workload.Poisson{RequestsPerSecond: .1, Objects: 1}
	s.Workloads[0].Service = s.Workloads[0].Service.(workload.Cacheable).Controlled(freshness.Control{MaxAge: freshness.For(time.Minute)})
	s.Duration = 100_000 * time.Second
	x := .1 * 60 / n
	requireInside(t, replicate(t, s, p, func(r *Result) float64 { return shareOf(r, Hit) }), x/(1+x), .02)
}

// agesOfMany is a catalogue with lifetimes, stale answers, changes, errors and variants, and a purge of half of it.
func agesOfMany(t *testing.T) (Scenario, placement.Placement) {
	t.Helper()
	c := freshness.Control{
		MaxAge: freshness.For(5 * time.Second), StaleWhileRevalidate: freshness.For(2 * time.Second), Validator: true, Changes: freshness.Changes{Mean: 20 * time.Second},
	}
	s, p := agesThroughTiers(t, workload.Poisson{RequestsPerSecond: 200, Objects: 500, ZipfExponent: .8}, c)
	service := s.Workloads[0].Service.(workload.Cacheable)
	service.Controls = []workload.Controlled{
		{Objects: .8, Control: c}, {Objects: .1, Control: freshness.Control{NoStore: true}}, {Objects: .05, Control: freshness.Control{Status: 404}},
		{Objects: .05, Control: freshness.Control{Status: 503, MaxAge: freshness.For(time.Second)}},
	}
	service.VariantShares = []float64{.7, .3}
	s.Workloads[0].Service = service
	s.Purges = []Purge{{At: 20 * time.Second, Share: .5}}
	s.Duration = 50 * time.Second
	return s, p
}

// unserved returns a result without what only caches of several servers count.
func unserved(r *Result) *Result {
	r.Placement = ""
	for w := range r.Workloads {
		clear := func(tiers []TierTally) {
			for n := range tiers {
				for _, c := range []TierCounter{TierServed, TierServedBytes, TierMostServed, TierMostServedBytes} {
					tiers[n].Counters[c] = 0
				}
			}
		}
		clear(r.Workloads[w].Tiers)
		for n := range r.Workloads[w].Sites {
			clear(r.Workloads[w].Sites[n].Tiers)
		}
	}
	return r
}

// Where nothing is evicted it is all the same to ages whether objects have their servers or there is one pool, in every count and latency; and so
// it is with a memory that holds all.
func TestShardsAndMemoriesAgeAsOnePoolWhereNothingLeaves(t *testing.T) {
	s, p := agesOfMany(t)
	of := func(edge, middle placement.Servers) *Result {
		p := p.WithEachCache(func(_ string, c *placement.Cache) {
			if c.Servers = edge; c.Site == "zone" {
				c.Servers = middle
			}
		})
		return runOf(t, s, p)
	}
	pooled := unserved(of(placement.Servers{}, placement.Servers{}))
	sharded := of(placement.Servers{Count: 7, Spread: placement.Sharded}, placement.Servers{Count: 3, Spread: placement.Sharded})
	for n := range sharded.Workloads[0].Tiers {
		tier := &sharded.Workloads[0].Tiers[n]
		require.Equal(t, tier.Count(TierRequests), tier.Count(TierServed))
		require.Greater(t, tier.Count(TierMostServed), tier.Count(TierServed))
	}
	require.Equal(t, pooled, unserved(sharded))
	large := placement.Servers{MemoryBytes: 1<<30 - 1, DiskRead: time.Second}
	require.Equal(t, pooled, unserved(of(large, large)))
	large.Count, large.Spread = 2, placement.Sharded
	require.Equal(t, pooled, unserved(of(large, large)))

	// A memory that holds nothing leaves the same outcomes, each copy that is found read from the disk.
	const read = int64(3 * time.Millisecond)
	none := unserved(of(placement.Servers{MemoryBytes: 1, DiskRead: time.Duration(read)}, placement.Servers{}))
	was, is := &pooled.Workloads[0].Metros[0], &none.Workloads[0].Metros[0]
	found := is.Outcomes[Hit] + is.Outcomes[Stale] + is.Outcomes[NegativeHit] + is.Outcomes[Revalidated]
	require.InEpsilon(t, was.Outcomes[Hit], is.Outcomes[Hit], .002, "what waits for the disk joins no other fetches")
	more := (is.Causes[Service] - was.Causes[Service]) / read
	require.GreaterOrEqual(t, more, int64(found))
	require.Less(t, more, int64(found+is.Outcomes[Miss]), "of those that miss only who had a copy that was too old")

	each := placement.Servers{Count: 3, Spread: placement.Independent}
	apart := of(each, each)
	require.Less(t, apart.Workloads[0].Metros[0].Outcomes[Hit], was.Outcomes[Hit])
	require.Greater(t, apart.Workloads[0].Count(OriginRequests), pooled.Workloads[0].Count(OriginRequests))
}

// Lifetimes that never end within the run change nothing, whatever the servers: the ways through the run with ages and without are two.
func TestEndlessLifetimesChangeNothingOnServers(t *testing.T) {
	for _, servers := range []placement.Servers{
		{Count: 3, Spread: placement.Sharded, MemoryBytes: 20_000, DiskRead: 2 * time.Millisecond},
		{Count: 3, Spread: placement.Independent, MemoryBytes: 20_000, DiskRead: 2 * time.Millisecond},
		{Count: 4, Spread: placement.Independent},
	} {
		s, p := agesThroughTiers(t, workload.Poisson{RequestsPerSecond: 300, Objects: 2000, ZipfExponent: .8}, freshness.Control{MaxAge: freshness.For(1000 * time.Hour)})
		s.Duration = 60 * time.Second
		p.Tiers[0].Caches[0].CapacityBytes, p.Tiers[1].Caches[0].CapacityBytes = 200_000, 600_000
		p.Tiers[0].Caches[0].Servers, p.Tiers[1].Caches[0].Servers = servers, servers
		aged := runOf(t, s, p)
		service := s.Workloads[0].Service.(workload.Cacheable)
		service.Controls = nil
		s.Workloads[0].Service = service
		p.Tiers[0].Freshness, p.Tiers[1].Freshness = nil, nil
		plain := runOf(t, s, p)
		require.Equal(t, withoutAges(plain), withoutAges(aged))
	}
}

// All variants of an object are at its server, and each is kept apart there.
func TestVariantsAreAtTheServerOfTheirObject(t *testing.T) {
	s, p := agesOfMany(t)
	p.Tiers[0].Caches[0].Servers = placement.Servers{Count: 5, Spread: placement.Sharded}
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	r := &run{plan: plans[0], ctx: context.Background(), result: plans[0].newResult(0)}
	require.NoError(t, r.build())
	a := r.sites[1].edge.aging
	for object := range uint32(500) {
		first, second := a.keyAt(0, uint64(object), 1), a.keyAt(0, uint64(object+500), 2)
		require.Equal(t, first>>32, second>>32)
		require.NotEqual(t, first, second)
	}
}

func TestServersThatAgeDoNotDependOnHowSitesAreAdvanced(t *testing.T) {
	for _, spread := range []placement.Spread{placement.Sharded, placement.Independent} {
		s, p := agesOfMany(t)
		s.OriginErrors = []OriginErrors{{Site: "region", At: 30 * time.Second, For: 5 * time.Second}}
		s.Failures = []Failure{{Site: "zone", At: 40 * time.Second, For: 3 * time.Second, Timeout: 500 * time.Millisecond}}
		p = p.WithEachCache(func(_ string, c *placement.Cache) {
			c.CapacityBytes = 300_000
			c.Servers = placement.Servers{Count: 3, Spread: spread, MemoryBytes: 60_000, DiskRead: time.Millisecond}
		})
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		requireSameHoweverAdvanced(t, plans[0])
		total, err := runOf(t, s, p).Workloads[0].Total()
		require.NoError(t, err)
		for _, o := range []Outcome{Hit, DelayedHit, Stale, NegativeHit, Revalidated, Miss, Failed} {
			require.Positive(t, total.Outcomes[o], o.String())
		}
	}
}

// What is explained of a request says at which server it was looked for, in which layer that had it, and how old it was; the steps sum to the wait.
func TestRequestsToServersThatAgeAreExplained(t *testing.T) {
	s, p := agesOfMany(t)
	p = p.WithEachCache(func(_ string, c *placement.Cache) {
		c.Servers = placement.Servers{Count: 2, Spread: placement.Independent, MemoryBytes: 30_000, DiskRead: 4 * time.Millisecond}
	})
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	var all []Sighting
	_, err = plans[0].Watch(context.Background(), 0, func(is *Sighting) { all = append(all, *is) })
	require.NoError(t, err)
	met, of := make(map[string]int), make(map[Outcome]int)
	for i := 2500; i < len(all); i++ {
		if of[all[i].Outcome]++; of[all[i].Outcome] > 10 {
			continue
		}
		e, err := plans[0].Explain(context.Background(), 0, 0, 0, ByNumber, i+1)
		require.NoError(t, err)
		sum := int64(0)
		for _, step := range e.Steps {
			sum += step.Ns
		}
		require.Equal(t, e.WaitNs, sum, "request %d: %v", i+1, e.Steps)
		require.NotEmpty(t, e.Steps)
		first := e.Steps[0]
		require.Regexp(t, `^edge-cache, server [12] of 2: (had it until it was purged|does not have it(: .*|; another request has begun to fetch it, and it waits for that)?|holds (it|an error) (on its disk|in its memory), .* old, .*)$`, first.Text)
		for _, layer := range []string{"on its disk", "in its memory"} {
			if !strings.Contains(first.Text, layer) {
				continue
			}
			met[layer+" "+e.Outcome.String()]++
			reads := 0
			for _, step := range e.Steps[1:] {
				if step.Site == "pop" && (step.Text == "reads it from the disk" || step.Text == "had to read what it held from the disk") {
					reads++
					require.Equal(t, 4*ms, step.Ns)
				}
			}
			switch {
			case e.Outcome == DelayedHit:
			case layer == "on its disk":
				require.Equal(t, 1, reads, "request %d: %v", i+1, e.Steps)
			case !strings.Contains(first.Text, "fetched anew"):
				require.Zero(t, reads, "request %d: %v", i+1, e.Steps)
			}
		}
	}
	for _, of := range []string{"on its disk HIT", "on its disk STALE", "on its disk REVALIDATED", "in its memory HIT", "in its memory STALE"} {
		require.Positive(t, met[of], "%s: %v", of, met)
	}
}
