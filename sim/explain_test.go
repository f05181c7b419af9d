package sim

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// Whatever a request meets, its steps sum to what it waits for, and it ends as it does when nobody looks.
func TestStepsOfARequestSumToItsTime(t *testing.T) {
	d := workload.Poisson{RequestsPerSecond: 5, Objects: 20, ZipfExponent: .8}
	c := freshness.Control{MaxAge: freshness.For(2 * time.Second), StaleWhileRevalidate: freshness.For(time.Second), Validator: true, Changes: freshness.Changes{Mean: 5 * time.Second}}
	s, aged := agesThroughTiers(t, d, c)
	s.Duration = 12 * time.Second
	s.Failures = []Failure{{Site: "zone", At: 5 * time.Second, For: 2 * time.Second, Timeout: 300 * time.Millisecond}}
	aged = aged.Named("ages")
	queued := aged.Named("queued")
	queued.Sites = slices.Clone(aged.Sites)
	for i := range queued.Sites {
		queued.Sites[i].Servers = 1
	}
	cold := queued.Named("cold connections")
	cold.Upstream.AlwaysOpen = false
	lone := placement.RegionOnly("region").Named("region alone")
	met := make(map[Outcome]bool)
	for _, p := range []placement.Placement{aged, queued, cold, lone} {
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		var all []Sighting
		_, err = plans[0].Watch(context.Background(), 0, func(is *Sighting) { all = append(all, *is) })
		require.NoError(t, err)
		slices.SortFunc(all, func(a, b Sighting) int { return int(a.At - b.At) })
		for i, want := range all {
			e, err := plans[0].Explain(context.Background(), 0, 0, 0, ByNumber, i+1)
			require.NoError(t, err)
			require.Equal(t, want, e.Sighting)
			require.Equal(t, i+1, e.Number)
			met[e.Outcome] = true
			requireRest(t, e)
			if len(e.Steps) == 0 {
				require.Contains(t, []Outcome{Hit, Bypass}, e.Outcome)
				continue
			}
			sum := int64(0)
			for _, step := range e.Steps {
				require.GreaterOrEqual(t, step.Ns, int64(0))
				sum += step.Ns
			}
			require.Equal(t, e.WaitNs, sum, "%s, request %d: %v", p.Name, i+1, e.Steps)
		}
	}
	for _, o := range []Outcome{Hit, Stale, Revalidated, Miss, Bypass} {
		require.True(t, met[o], o.String())
	}
	plans, err := Compile(context.Background(), s, aged)
	require.NoError(t, err)
	_, err = plans[0].Explain(context.Background(), 0, 0, 0, ByNumber, 1000)
	require.ErrorContains(t, err, "request is 1000; want 1 to ")
}

// atOnce is a demand of three requests each second, for objects of which some are asked for the first time.
type atOnce struct{}

func (atOnce) Validate() error { return nil }
func (atOnce) Catalogue() int  { return 40 }

func (atOnce) Open([]workload.Audience, workload.Env) (func(int) workload.Source, error) {
	return func(int) workload.Source { return new(threeASecond) }, nil
}

type threeASecond struct{ asked int64 }

func (s *threeASecond) Draw(to int64, b *workload.Batch) int {
	for n := range b.Len() {
		b.At[n] = (1 + s.asked/3) * int64(time.Second)
		if b.Object != nil {
			b.Object[n] = uint32(s.asked%3*s.asked/3) % 40
		}
		s.asked++
		if b.At[n] >= to {
			return n + 1
		}
	}
	return b.Len()
}

// Requests of one metro and one instant are told apart: each has the steps of its own, in the order of the demand, whoever serves it and however often it asks.
func TestRequestsOfOneInstantAreExplainedEachByItself(t *testing.T) {
	n, pops := star(t, 2, 20)
	web := workload.Workload{Head: workload.Head{Name: "web"}, Demand: atOnce{}, Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1000, MaxBytes: 1000}}}
	fails := Failure{Site: pops[0], At: 9 * time.Second, For: 3 * time.Second, Timeout: 300 * time.Millisecond, Check: &HealthCheck{Interval: time.Second, Threshold: 1}}
	cached := Scenario{Network: n, WarmUp: 2 * time.Second, Seed: 3, Workloads: []workload.Workload{web}, Failures: []Failure{fails}}
	pop := placement.RegionOnly("region").WithPoPs(6000, pops...)
	spread := pop.Named("spread")
	spread.Routing = placement.Weighted{{Site: pops[0], Weight: 1}, {Site: pops[1], Weight: 2}}
	servers := pop.Named("servers")
	servers.Tiers = slices.Clone(servers.Tiers)
	servers.Tiers[0].Caches = slices.Clone(servers.Tiers[0].Caches)
	for i := range servers.Tiers[0].Caches {
		servers.Tiers[0].Caches[i].Servers = placement.Servers{Count: 2, Spread: placement.Independent}
	}
	pool := placement.Pool{Servers: 1, Queue: placement.AtMost(1)}
	computed, again := spillWorld(t, pool, pool, workload.ServiceTime{Mean: 200 * time.Millisecond, Law: workload.ExponentialTime}, 1)
	computed.Workloads[0].Demand = atOnce{}
	computed = patient(computed, workload.Patience{Timeout: 300 * time.Millisecond, Retries: 2, Backoff: 20 * time.Millisecond, Jitter: .5, At: workload.NextSite})
	for _, c := range []struct {
		of Scenario
		p  placement.Placement
	}{{cached, pop}, {cached, spread}, {cached, servers}, {computed, again.Named("asked again")}} {
		c.of.Duration = 20*time.Second + time.Millisecond
		plans, err := Compile(t.Context(), c.of, c.p)
		require.NoError(t, err)
		of := make([][]Sighting, len(plans[0].metros))
		_, err = plans[0].Watch(t.Context(), 0, func(is *Sighting) { of[is.Metro] = append(of[is.Metro], *is) })
		require.NoError(t, err)
		differ, tried := 0, 0
		for metro, all := range of {
			slices.SortFunc(all, func(a, b Sighting) int { return cmp.Compare(a.request.number, b.request.number) })
			for i, want := range all {
				e, err := plans[0].Explain(t.Context(), 0, 0, metro, ByNumber, i+1)
				require.NoError(t, err)
				require.Equal(t, want, e.Sighting, "%s, request %d", c.p.Name, i+1)
				requireRest(t, e)
				require.Equal(t, [3]int{i + 1, i/3*3 + 1, i/3*3 + 3}, [3]int{e.Number, e.FirstAtOnce, e.LastAtOnce})
				if e.Outcome.IsFailure() {
					continue
				}
				sum := int64(0)
				steps := slices.Concat(e.Tried, e.Steps)
				for _, step := range steps {
					sum += step.Ns
				}
				require.True(t, sum == e.WaitNs || len(steps) == 0, "%s, request %d: %v", c.p.Name, i+1, steps)
				if i%3 > 0 && all[i].TTFB != all[i-1].TTFB {
					require.Equal(t, all[i].At, all[i-1].At)
					differ++
				}
				tried += len(e.Tried)
			}
		}
		require.Greater(t, differ, 9, "%s: requests of one instant have other fates", c.p.Name)
		require.Equal(t, c.p.Name == "asked again", tried > 9)
	}
}

// requireRest asserts that what the other bytes of a request waited for sums to the time from the first byte to the last.
func requireRest(t testing.TB, e *Explanation) {
	t.Helper()
	sum := int64(0)
	for _, step := range e.Rest {
		require.True(t, step.Ns > 0 || step.Ns == 0 && strings.HasPrefix(step.Text, "window on the way "), "%v", e.Rest)
		sum += step.Ns
	}
	if !e.Outcome.IsFailure() {
		require.Equal(t, e.TTLB-e.TTFB, sum, "%v", e.Rest)
	}
}

// Caches of several servers with a memory over a disk take another way through the run, and are followed all the same.
func TestRequestsToTheServersOfCachesAreExplained(t *testing.T) {
	n, pops := star(t, 1, 20)
	web := workload.Workload{
		Head:    workload.Head{Name: "web"},
		Demand:  workload.Poisson{RequestsPerSecond: 20, Objects: 30, ZipfExponent: .6},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1000, MaxBytes: 1000}},
	}
	s := Scenario{Network: n, Workloads: []workload.Workload{web}, Duration: 10 * time.Second, Seed: 3}
	p := placement.RegionOnly("region").WithPoPs(12_000, pops...)
	p.Tiers[0].Caches[0].Servers = placement.Servers{Count: 3, Spread: placement.Sharded, MemoryBytes: 3000, DiskRead: 4 * time.Millisecond}
	p.Tiers = append(p.Tiers, placement.Tier{Name: "shield", Caches: []placement.Cache{{Site: "region", CapacityBytes: 20_000, Servers: placement.Servers{Count: 2, Spread: placement.Sharded}}}})
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	var all []Sighting
	_, err = plans[0].Watch(context.Background(), 0, func(is *Sighting) { all = append(all, *is) })
	require.NoError(t, err)
	met := make(map[string]int)
	for i := range min(len(all), 120) {
		e, err := plans[0].Explain(context.Background(), 0, 0, 0, ByNumber, i+1)
		require.NoError(t, err)
		sum := int64(0)
		for _, step := range e.Steps {
			sum += step.Ns
		}
		require.Equal(t, e.WaitNs, sum, "request %d: %v", i+1, e.Steps)
		require.NotEmpty(t, e.Steps, "request %d, %v", i+1, e.Outcome)
		first := e.Steps[0]
		require.Regexp(t, `^.*, server [123] of 3: (has it in its memory|reads it from the disk|does not have it.*)$`, first.Text)
		switch {
		case e.Outcome != Hit:
			require.Contains(t, first.Text, "does not have it")
			met["miss"]++
			for _, step := range e.Steps[1:] {
				if strings.HasPrefix(step.Text, "shield") {
					require.Regexp(t, `^shield, server [12] of 2: (has it|does not have it)`, step.Text)
					met[strings.SplitAfter(step.Text, ": ")[1]]++
				}
			}
		case first.Ns == 4*ms:
			require.Contains(t, first.Text, "reads it from the disk")
			met["disk"]++
		default:
			require.Zero(t, first.Ns)
			met["memory"]++
		}
	}
	require.Len(t, met, 5, "%v", met)
}

// Where an upper tier has what the first lacks, the steps say so; a tier beside the origin has no way to go, and an origin that users meet works.
func TestStepsNameWhoHasWhatIsAskedFor(t *testing.T) {
	n, p := tieredWorld(t)
	w := workload.Change(onOpenConnections(2), func(of *workload.Poisson) { of.Objects = 1 })
	w = workload.Change(w, func(c *workload.Cacheable) {
		c.Sizes, c.Origin = workload.Sizes{MinBytes: 1000, MaxBytes: 1000}, workload.ServiceTime{Mean: 7 * time.Millisecond}
	})
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 20 * time.Second, Seed: 3}
	p = p.WithCaches(placement.OriginShield, placement.Cache{Site: "origin", CapacityBytes: 1 << 20})
	p.Tiers[1].Choice = placement.CacheByOrigin
	steps := func(p placement.Placement, metro int, which Which) (lines []string) {
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		e, err := plans[0].Explain(context.Background(), 0, 0, metro, which, 1)
		require.NoError(t, err)
		for _, step := range e.Steps {
			lines = append(lines, step.Site+": "+step.Text)
		}
		return lines
	}
	first, held := 0, 0
	for metro := range 4 {
		switch text := strings.Join(steps(p, metro, FirstMiss), "\n"); {
		case strings.Contains(text, "rec-1: mid-tier-cache: has it"):
			held++
		case strings.Contains(text, "origin: origin-shield: does not have it: nobody has asked for it there before\norigin: asks for it at the same site\norigin: origin: works on it\norigin: comes back at the same site, with it"):
			first++
		default:
			t.Errorf("metro %d: %s", metro, text)
		}
	}
	require.Equal(t, [2]int{1, 3}, [2]int{first, held})
	require.Equal(t, []string{"origin: origin: works on it"}, steps(placement.RegionOnly("origin"), 0, ByNumber))
}
