package sim

import (
	"context"
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// manyObjects is 100,000 requests a second for a million objects.
func manyObjects() workload.Workload {
	return workload.Workload{
		Head:    workload.Head{Name: "w3"},
		Demand:  workload.Poisson{RequestsPerSecond: 100_000, Objects: 1_000_000, ZipfExponent: 0.9},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1, MaxBytes: 1}},
	}
}

// BenchmarkStaticRun is a CDN of 100 PoPs, 1,000 requests a second each, Zipf 0.9 over a million
// objects of one byte, caches of 1 %, misses 50 ms away: everything included, from arrival to latency
// record.
func BenchmarkStaticRun(b *testing.B) {
	n, pops := star(b, 100, 25)
	w := manyObjects()
	w.Deadlines = []time.Duration{20 * time.Millisecond, 50 * time.Millisecond}
	for _, seconds := range []int{10, 100} {
		b.Run(time.Duration(seconds*int(time.Second)).String(), func(b *testing.B) {
			s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: time.Duration(seconds) * time.Second, Seed: 1}
			plans, err := Compile(context.Background(), s, placement.RegionOnly("region").WithPoPs(10_000, pops...))
			require.NoError(b, err)
			benchmarkRun(b, plans[0], "request")
		})
	}
}

// BenchmarkWindowedRun is the same with an origin of finite servers, which all PoPs share: every miss is
// two messages.
func BenchmarkWindowedRun(b *testing.B) {
	n, pops := star(b, 100, 25)
	w := manyObjects()
	p := placement.RegionOnly("region").WithPoPs(10_000, pops...)
	p.Sites[0].Servers = 1000
	for _, seconds := range []int{10, 100} {
		b.Run(time.Duration(seconds*int(time.Second)).String(), func(b *testing.B) {
			s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: time.Duration(seconds) * time.Second, Seed: 1}
			plans, err := Compile(context.Background(), s, p)
			require.NoError(b, err)
			benchmarkRun(b, plans[0], "request")
		})
	}
}

// BenchmarkTimeline is BenchmarkStaticRun for 100 s, ten million requests, with a timeline by each of 100 metros and without, in turns: it gives what the
// timeline costs, in per cent of the processor's time, with 100 and with 1,000 requests a step of a metro.
func BenchmarkTimeline(b *testing.B) {
	n, pops := star(b, 100, 25)
	w := manyObjects()
	w.Deadlines = []time.Duration{20 * time.Millisecond, 50 * time.Millisecond}
	for _, count := range []int{1000, 100} {
		b.Run(fmt.Sprintf("%d steps", count), func(b *testing.B) {
			var plans [2]*Plan
			for i, steps := range []*Steps{nil, {Step: 100 * time.Second / time.Duration(count), ByMetro: true}} {
				s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 100 * time.Second, Seed: 1, Timeline: steps}
				all, err := Compile(context.Background(), s, placement.RegionOnly("region").WithPoPs(10_000, pops...))
				require.NoError(b, err)
				plans[i] = all[0]
			}
			var took [2]time.Duration
			for rep := 0; b.Loop(); rep++ {
				for i := range plans {
					i = (i + rep) % 2
					before := processorTime(b)
					_, err := plans[i].Run(context.Background(), rep)
					require.NoError(b, err)
					took[i] += processorTime(b) - before
				}
			}
			b.ReportMetric(100*(float64(took[1])/float64(took[0])-1), "%-of-time")
		})
	}
}

// BenchmarkWindowedPolicies is BenchmarkWindowedRun under other policies and admissions than LRU, and with a mid tier.
func BenchmarkWindowedPolicies(b *testing.B) {
	n, pops := star(b, 100, 25)
	w := manyObjects()
	for _, c := range []placement.Cache{
		{Policy: "fifo"}, {Policy: "clock"}, {Policy: "sieve"}, {Policy: "s3fifo"}, {Policy: "slru"}, {Policy: "w-tinylfu"},
		{Policy: "lru", Admission: "second-hit"}, {Policy: "lru"},
	} {
		name := c.Policy
		p := placement.RegionOnly("region").WithPoPs(10_000, pops...)
		p.Sites[0].Servers = 1000
		if c.Admission != "" {
			name += "+" + c.Admission
		} else if c.Policy == "lru" {
			name = "mid-tier"
			p = p.WithMidTier(100_000, "region")
		}
		p = p.WithEachCache(func(_ string, of *placement.Cache) { of.Policy, of.Admission = c.Policy, c.Admission })
		b.Run(name, func(b *testing.B) {
			s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 30 * time.Second, Seed: 1}
			plans, err := Compile(context.Background(), s, p)
			require.NoError(b, err)
			benchmarkRun(b, plans[0], "request")
		})
	}
}

// BenchmarkAgingRun is BenchmarkStaticRun with objects that age, and with an origin of finite servers BenchmarkWindowedRun: about a
// fourth of the hits are stale.
func BenchmarkAgingRun(b *testing.B) {
	n, pops := star(b, 100, 25)
	w := workload.Workload{
		Head:   workload.Head{Name: "w3"},
		Demand: workload.Poisson{RequestsPerSecond: 100_000, Objects: 1_000_000, ZipfExponent: 0.9},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1, MaxBytes: 1}}.Controlled(freshness.Control{
			MaxAge: freshness.For(2 * time.Second), StaleWhileRevalidate: freshness.For(time.Minute), Validator: true, Changes: freshness.Changes{Mean: time.Minute},
		}),
	}
	for _, windows := range []bool{false, true} {
		p := placement.RegionOnly("region").WithPoPs(10_000, pops...)
		name := "arithmetic"
		if windows {
			p.Sites[0].Servers = 1000
			name = "windows"
		}
		b.Run(name, func(b *testing.B) {
			s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 10 * time.Second, Seed: 1}
			plans, err := Compile(context.Background(), s, p)
			require.NoError(b, err)
			b.ReportAllocs()
			benchmarkRun(b, plans[0], "request")
		})
	}
}

// BenchmarkStages adds one stage of the journey after the other to BenchmarkStaticRun, and runs them in turns: it
// gives ns of the processor's time a request, the least of all turns, as others may be at work on the machine, and how many of a thousand requests
// miss at the edge and come to the origin. docs/performance.md has the table.
func BenchmarkStages(b *testing.B) {
	n, pops := star(b, 100, 25)
	w := manyObjects()
	p := placement.RegionOnly("region").WithPoPs(10_000, pops...)
	type stage struct {
		name  string
		plan  *Plan
		least float64 // ns
	}
	var stages []stage
	for _, s := range []struct {
		name string
		add  func()
	}{
		{"arithmetic", func() {}},
		{"windows", func() { p.Sites = slices.Clone(p.Sites); p.Sites[0].Servers = 1000 }},
		{"2nd-tier", func() {
			parents := placement.Tier{Name: "parents"}
			for _, pop := range pops[:10] {
				parents.Caches = append(parents.Caches, placement.Cache{Site: pop, CapacityBytes: 50_000})
			}
			p.Tiers = append(slices.Clone(p.Tiers), parents)
		}},
		{"3rd-tier", func() {
			p.Tiers = append(slices.Clone(p.Tiers), placement.Tier{Name: "shield", Caches: []placement.Cache{{Site: "region", CapacityBytes: 100_000}}})
		}},
		{"freshness", func() {
			w.Service = w.Service.(workload.Cacheable).Controlled(freshness.Control{
				MaxAge: freshness.For(10 * time.Minute), StaleWhileRevalidate: freshness.For(time.Minute), Validator: true, Changes: freshness.Changes{Mean: time.Hour},
			})
		}},
		{"connections", func() {
			w.Visits = workload.Visits{Requests: 10, Gap: 2 * time.Second, Returning: 0.5, EarlyData: true, Versions: workload.Versions{0.1, 0.6, 0.3}}
			w.Client = transport.Linux(transport.TCPTLS13)
		}},
	} {
		s.add()
		plans, err := Compile(context.Background(), Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 20 * time.Second, Seed: 1}, p)
		require.NoError(b, err)
		stages = append(stages, stage{name: s.name, plan: plans[0]})
	}
	for rep := 0; b.Loop(); rep++ {
		for i := range stages {
			s := &stages[(i+rep)%len(stages)]
			before := processorTime(b)
			r, err := s.plan.RunOn(context.Background(), 0, 1, nil)
			require.NoError(b, err)
			took := processorTime(b) - before
			total, err := r.Workloads[0].Total()
			require.NoError(b, err)
			if ns := float64(took.Nanoseconds()) / float64(total.Count(Requests)); rep == 0 || ns < s.least {
				s.least = ns
			}
			if rep == 0 {
				perThousand := 1000 / float64(total.Count(Requests))
				b.ReportMetric(perThousand*float64(total.Outcomes[Miss]), s.name+"-misses")
				b.ReportMetric(perThousand*float64(r.Workloads[0].Counters[OriginRequests]), s.name+"-origin")
			}
		}
	}
	for i := range stages {
		b.ReportMetric(stages[i].least, stages[i].name+"-ns")
	}
}

// BenchmarkWebRun is a web site for the 100 largest metros, from a region and the PoPs of its country: the
// last mile, connections, sizes and the timeline of the day included.
func BenchmarkWebRun(b *testing.B) {
	n, err := catalog.AWS(catalog.Selection{TopMetros: 100, Regions: []string{"us-east-1"}, PoPs: []string{"country:US"}})
	require.NoError(b, err)
	site := workload.WebStatic()
	site = site.WithRequestsPerSecond(50_000)
	s := Scenario{Network: n, Workloads: []workload.Workload{site}, Duration: time.Minute, Seed: 1}
	var pops []string
	for _, i := range n.OfKind(topology.PoP) {
		pops = append(pops, n.At(i).ID)
	}
	plans, err := Compile(context.Background(), s, placement.RegionOnly("us-east-1").WithPoPs(1<<30, pops...))
	require.NoError(b, err)
	benchmarkRun(b, plans[0], "request")
}

// BenchmarkGamingRun is a minute of a competitive shooter with 1,000 players.
func BenchmarkGamingRun(b *testing.B) {
	s := Scenario{Network: fourNodes(b), Workloads: []workload.Workload{shooter()}, Duration: time.Minute, Seed: 1}
	plans, err := Compile(context.Background(), s, placement.RegionOnly("region"))
	require.NoError(b, err)
	benchmarkRun(b, plans[0], "update")
}

func benchmarkRun(b *testing.B, p *Plan, unit string) {
	var requests uint64
	for b.Loop() {
		r, err := p.Run(context.Background(), 0)
		require.NoError(b, err)
		total, err := r.Workloads[0].Total()
		require.NoError(b, err)
		requests += total.Count(Requests)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(requests), "ns/"+unit)
	b.ReportMetric(float64(requests)/b.Elapsed().Seconds()/1e6, "M"+unit+"s/s")
}

// BenchmarkMarket is a market alone: a shooter in 60 metros with nine sites and a ladder, of whose matches none is played; with parties
// and bands of skill, and without.
func BenchmarkMarket(b *testing.B) {
	for _, c := range []struct {
		name   string
		change func(*workload.Market)
	}{{"plain", func(m *workload.Market) { m.Skill, m.Parties = workload.Skill{}, nil }}, {"skill", func(*workload.Market) {}}} {
		b.Run(c.name, func(b *testing.B) {
			s, p := bigMarket(b, 20_000, 12*time.Hour)
			s.Workloads[0] = workload.Change(s.Workloads[0], func(m *workload.Matched) { c.change(&m.Market) })
			plans, err := Compile(context.Background(), s, p)
			require.NoError(b, err)
			var sessions uint64
			before := processorTime(b)
			b.ResetTimer()
			for range b.N {
				r := &run{plan: plans[0], ctx: context.Background(), result: plans[0].newResult(0)}
				require.NoError(b, r.build())
				r.games[0].sample = 1 << 40
				require.NoError(b, r.runMarkets(1))
				require.NoError(b, r.audit())
				sessions += r.result.Workloads[0].Count(Sessions)
			}
			spent := processorTime(b) - before
			b.ReportMetric(float64(sessions)/spent.Seconds(), "sessions/CPU-s") // others may be at work on the machine
		})
	}
}

// BenchmarkGamingAtHome is the same over lines with jitter.
func BenchmarkGamingAtHome(b *testing.B) {
	s := Scenario{Network: accessWorld(b), Workloads: []workload.Workload{shooter()}, Duration: time.Minute, Seed: 1}
	plans, err := Compile(context.Background(), s, placement.RegionOnly("region"))
	require.NoError(b, err)
	benchmarkRun(b, plans[0], "update")
}

// processorTime returns how long this program has been at work, on all cores.
func processorTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkBoundedServers is an API at 100 Local Zones, 1,000 requests a second each, of 5 ms: of servers of which there are always enough, and of
// eight with a queue that is bounded, first come first served, shared by all that are there, and with spill to the next zone, in turns. It gives
// millions of requests a second of the processor's time.
func BenchmarkBoundedServers(b *testing.B) {
	n := zonesAround(b, 100)
	w := workload.Workload{
		Head: workload.Head{Name: "api"}, Demand: workload.Poisson{RequestsPerSecond: 100_000},
		Service: workload.Computed{Work: workload.ServiceTime{Mean: 5 * time.Millisecond, Law: workload.ExponentialTime}},
	}
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 20 * time.Second, Seed: 1}
	bounded := placement.Pool{Servers: 8, Queue: placement.AtMost(20)}
	shared, spilling := bounded, bounded
	shared.Discipline, spilling.Spill = placement.SharedProcessor, placement.Spill{Rule: placement.SpillToNearest}
	kinds := []struct {
		name  string
		pools []placement.Pool
	}{{"unbounded", nil}, {"fifo", []placement.Pool{bounded}}, {"ps", []placement.Pool{shared}}, {"spill", []placement.Pool{spilling}}}
	plans, took, requests := make([]*Plan, len(kinds)), make([]time.Duration, len(kinds)), make([]uint64, len(kinds))
	for k := range kinds {
		p := placement.Placement{Name: kinds[k].name}
		for _, i := range n.OfKind(topology.LocalZone) {
			p = p.With(placement.Assignment{Site: n.At(i).ID, Role: placement.Compute, Pools: kinds[k].pools})
		}
		all, err := Compile(context.Background(), s, p)
		require.NoError(b, err)
		plans[k] = all[0]
	}
	for rep := 0; b.Loop(); rep++ {
		for k := range plans {
			k = (k + rep) % len(plans)
			before := processorTime(b)
			r, err := plans[k].Run(context.Background(), rep)
			require.NoError(b, err)
			took[k] += processorTime(b) - before
			total, err := r.Workloads[0].Total()
			require.NoError(b, err)
			requests[k] += total.Count(Requests)
		}
	}
	for k := range kinds {
		b.ReportMetric(float64(requests[k])/took[k].Seconds()/1e6, kinds[k].name+"-Mrequests/s")
	}
}

// zonesAround returns metros with a Local Zone each, 2 ms away, around an exchange and a region.
func zonesAround(t testing.TB, zones int) *topology.Network {
	t.Helper()
	nodes := []topology.Node{{ID: "region", Kind: topology.Region}, {ID: "exchange", Kind: topology.Exchange}}
	links := both("region", "exchange", topology.Internet, 10)
	for i := range zones {
		zone, metro := fmt.Sprintf("zone-%d", i), fmt.Sprintf("metro-%d", i)
		nodes = append(nodes, topology.Node{ID: zone, Kind: topology.LocalZone, Parent: "region"}, topology.Node{ID: metro, Kind: topology.Metro, Users: 1})
		links = append(links, both(metro, zone, topology.Internet, 2)...)
		links = append(links, both(metro, "exchange", topology.Internet, 10)...)
		links = append(links, both(zone, "exchange", topology.Internet, 10)...)
		links = append(links, both(zone, "region", topology.Backbone, 10)...)
	}
	n, err := topology.New(nodes, links)
	require.NoError(t, err)
	return n
}
