package sim

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

const kib = 1 << 10

// agedSlices returns requests for objects of 80 KiB that age, half of them for the first 16 KiB alone, at a PoP that keeps slices of 32 KiB.
func agedSlices(t *testing.T, d workload.Demand, c freshness.Control, profile string) (Scenario, placement.Placement) {
	t.Helper()
	s, p := ageing(t, d, c, profile)
	s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) {
		c.Sizes = workload.Sizes{MinBytes: 80 * kib, MaxBytes: 80 * kib}
		c.Ranges = workload.Ranges{Share: .5, Lengths: lengths(16 * kib), From: workload.AtStart}
	})
	p.SliceBytes = 32 * kib
	return s, p
}

// partsAsked returns how a plan's requests ended, each with how many bytes it asked for and when its first and its last byte were there.
func partsAsked(t *testing.T, s Scenario, p placement.Placement) string {
	t.Helper()
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	var b strings.Builder
	n := 0
	_, err = plans[0].Watch(context.Background(), 0, func(is *Sighting) {
		n++
		e, err := plans[0].Explain(context.Background(), 0, 0, 0, ByNumber, n)
		require.NoError(t, err)
		sum := int64(0)
		for _, step := range e.Steps {
			sum += step.Ns
		}
		require.Equal(t, e.WaitNs, sum, "%v", e.Steps)
		what := "all"
		if strings.Contains(fmt.Sprint(e.Steps), "asks for bytes") {
			what = "the beginning"
		}
		fmt.Fprintf(&b, "%v %s %v", time.Duration(is.At), what, is.Outcome)
		if is.Outcome == Failed {
			fmt.Fprintf(&b, " (%v)", is.Reason)
		}
		fmt.Fprintf(&b, " %v %v", time.Duration(is.TTFB), time.Duration(is.TTLB))
		for c, ns := range is.Causes {
			if ns != 0 {
				fmt.Fprintf(&b, ", %v %v", Cause(c), time.Duration(ns))
			}
		}
		b.WriteString("\n")
	})
	require.NoError(t, err)
	return b.String()
}

// PoP and region are 50 ms from each other, the origin works 50 ms, users are 6 ms from the PoP. An object has three slices, of which some ask for the first
// alone: what comes of each slice follows from its own age, and those behind the first are asked for one after another.
func TestEachSliceHasItsAge(t *testing.T) {
	at := []float64{0, 1, 2, 3, 4.5, 5, 6, 7, 8, 9, 9.05, 9.1, 9.2, 14}
	minute := freshness.Control{MaxAge: freshness.For(4 * time.Second), Validator: true}
	s, p := agedSlices(t, askedFor(make([]uint32, len(at)), at...), minute, "rfc")
	// The first slice is good from 0.003 s to 4.003 s, the others from 1.003 s and 1.103 s on; the first is confirmed at 4.503 s and 9.003 s, the
	// others at 6.003 s and 6.103 s, and all of them behind 14.003 s.
	require.Equal(t, `0s the beginning MISS 106ms 112ms, propagation 6ms, service 50ms, upstream 50ms
1s all MISS 6ms 206ms, propagation 6ms
2s the beginning HIT 6ms 12ms, propagation 6ms
3s the beginning HIT 6ms 12ms, propagation 6ms
4.5s the beginning REVALIDATED 106ms 112ms, propagation 6ms, service 50ms, upstream 50ms
5s the beginning HIT 6ms 12ms, propagation 6ms
6s all REVALIDATED 6ms 206ms, propagation 6ms
7s all HIT 6ms 18ms, propagation 6ms
8s all HIT 6ms 18ms, propagation 6ms
9s all REVALIDATED 106ms 118ms, propagation 6ms, service 50ms, upstream 50ms
9.05s all DELAYED_HIT 56ms 68ms, propagation 6ms, collapse wait 50ms
9.1s all HIT 6ms 18ms, propagation 6ms
9.2s the beginning HIT 6ms 12ms, propagation 6ms
14s all REVALIDATED 106ms 306ms, propagation 6ms, service 50ms, upstream 50ms
`, partsAsked(t, s, p))
	w := &runOf(t, s, p).Workloads[0]
	require.EqualValues(t, 10, w.Count(OriginRequests))
	require.EqualValues(t, 7, w.Count(OriginConfirmed))
	require.EqualValues(t, 80*kib, w.Count(OriginBytes))
	require.EqualValues(t, 80*kib, w.Tiers[0].Count(TierFetchedBytes))
	// 16 KiB are asked for at the beginning, and 32, 32 and 16 KiB of the slices.
	of := w.Metros[0].OutcomeBytes
	require.EqualValues(t, (16+48)*kib, of[Miss])
	require.EqualValues(t, (16+48+32+80)*kib, of[Revalidated])
	require.EqualValues(t, 32*kib, of[DelayedHit])
	require.EqualValues(t, (32+16+16+16+32+80+80+48+48+80+16)*kib, of[Hit])
	require.EqualValues(t, of[Miss]+of[Revalidated]+of[DelayedHit]+of[Hit], w.Metros[0].Count(Bytes))

	// Without a validator the same are fetched, and stale ones are served at once while that goes on.
	minute.Validator, minute.StaleWhileRevalidate = false, freshness.For(2*time.Second)
	s, p = agedSlices(t, askedFor(make([]uint32, len(at)), at...), minute, "rfc")
	lines := strings.Split(partsAsked(t, s, p), "\n")
	require.Equal(t, "4.5s the beginning STALE 6ms 12ms, propagation 6ms", lines[4])
	require.Equal(t, "6s all STALE 6ms 18ms, propagation 6ms", lines[6])
	require.Equal(t, "14s all MISS 6ms 206ms, propagation 6ms", lines[13])
	w = &runOf(t, s, p).Workloads[0]
	require.EqualValues(t, 10, w.Count(OriginRequests))
	require.EqualValues(t, 5, w.Tiers[0].Count(TierBackground))

	// A purge takes all slices; an error of the client's ends a request with the first.
	s.Purges = []Purge{{At: 6500 * time.Millisecond}}
	require.Equal(t, "7s all MISS 106ms 306ms, propagation 6ms, service 50ms, upstream 50ms", strings.Split(partsAsked(t, s, p), "\n")[7])
	s, p = agedSlices(t, askedFor(make([]uint32, 2), 0, 1), freshness.Control{Status: 404, MaxAge: freshness.For(time.Minute)}, "rfc")
	require.Equal(t, "0s the beginning MISS 106ms 106ms, propagation 6ms, service 50ms, upstream 50ms\n1s all NEGATIVE_HIT 6ms 6ms, propagation 6ms\n", partsAsked(t, s, p))
	require.EqualValues(t, 2*errorBytes, runOf(t, s, p).Workloads[0].Metros[0].Count(Bytes))
}

// The object changes at 6.94 s. What is of two versions is broken off, as nginx does it: the first slice of the new one, that has come first, with the second of
// the old one. Where no answer says by a validator which it is of, nobody can tell.
func TestSlicesOfTwoVersionsBreakOffAnAnswer(t *testing.T) {
	at := []float64{0, 1, 2, 3, 4.5, 5, 6, 7, 8, 9, 9.05, 9.1, 9.2, 14}
	control := freshness.Control{MaxAge: freshness.For(4 * time.Second), Validator: true, Changes: freshness.Changes{Mean: 5 * time.Second, Regular: true}}
	ends := func(profile string) []string {
		s, p := agedSlices(t, askedFor(make([]uint32, len(at)), at...), control, profile)
		return strings.Split(partsAsked(t, s, p), "\n")
	}
	lines := ends("rfc")
	require.Equal(t, []string{
		"9s all ERROR (object changed) 106ms 106ms", "9.05s all ERROR (object changed) 56ms 56ms", "9.1s all ERROR (object changed) 6ms 6ms",
		"9.2s the beginning HIT 6ms 12ms, propagation 6ms", "14s all MISS 106ms 306ms, propagation 6ms, service 50ms, upstream 50ms",
	}, lines[9:14])
	control.Validator = false
	require.Equal(t, "9.1s all HIT 6ms 18ms, propagation 6ms", ends("rfc")[11])
}

// The object changes at 5.82 s. At 6 s its first slice is still held, of 4.5 s, and the second has to be fetched: nginx does not keep that, as it breaks off the
// answer, and so fetches it for everybody who asks until the first is too old; a cache whose slices are requests of their own has it once.
func TestNginxKeepsNoSliceThatBreaksOffAnAnswer(t *testing.T) {
	// In whole seconds, as nginx counts, the first slice is confirmed at 5 s, not at 4.7 s, and good until 10 s.
	last := map[string]float64{"rfc": 9.1, "nginx-sie": 10.2}
	for profile, want := range map[string][]string{
		"rfc": {
			"6s all ERROR (object changed) 106ms 106ms", "6.5s all ERROR (object changed) 6ms 6ms", "7s all ERROR (object changed) 6ms 6ms",
			"7.5s all ERROR (object changed) 6ms 6ms", "9.1s all MISS 106ms 206ms, propagation 6ms, service 50ms, upstream 50ms",
		},
		"nginx-sie": {
			"6s all ERROR (object changed) 106ms 106ms", "6.5s all ERROR (object changed) 106ms 106ms", "7s all ERROR (object changed) 106ms 106ms",
			"7.5s all ERROR (object changed) 106ms 106ms", "10.2s all MISS 106ms 306ms, propagation 6ms, service 50ms, upstream 50ms",
		},
	} {
		at := []float64{0, .5, 1, 2, 4.7, 5, 6, 6.5, 7, 7.5, last[profile]}
		s, p := agedSlices(t, askedFor(make([]uint32, len(at)), at...), freshness.Control{
			MaxAge: freshness.For(4 * time.Second), Validator: true, Changes: freshness.Changes{Mean: 15 * time.Second, Regular: true},
		}, profile)
		require.Equal(t, want, strings.Split(partsAsked(t, s, p), "\n")[6:11], profile)
		require.EqualValues(t, map[string]uint64{"rfc": 7, "nginx-sie": 11}[profile], runOf(t, s, p).Workloads[0].Count(OriginRequests))
	}
}

// Lifetimes that never end within the run change nothing: the ways through the run with ages and without are two.
func TestEndlessLifetimesChangeNothingOfSlices(t *testing.T) {
	for _, servers := range []placement.Servers{{}, {Count: 3, Spread: placement.Sharded, MemoryBytes: 4 << 20, DiskRead: 2 * time.Millisecond}, {Count: 3, Spread: placement.Independent}} {
		s, p := agesThroughTiers(t, workload.Poisson{RequestsPerSecond: 100, Objects: 500, ZipfExponent: .8}, freshness.Control{MaxAge: freshness.For(1000 * time.Hour)})
		s.Duration, p.SliceBytes = 60*time.Second, 32*kib
		s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) {
			c.Sizes, c.Ranges = workload.Sizes{LnMean: math.Log(100_000), LnSD: 1}, workload.Ranges{Share: .7, Lengths: lengths(40_000)}
		})
		p.Tiers[0].Caches[0].CapacityBytes, p.Tiers[1].Caches[0].CapacityBytes = 10<<20, 30<<20
		p.Tiers[0].Caches[0].Servers, p.Tiers[1].Caches[0].Servers = servers, servers
		aged := runOf(t, s, p)
		s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) { c.Controls = nil })
		p.Tiers[0].Freshness, p.Tiers[1].Freshness = nil, nil
		plain := runOf(t, s, p)
		require.Positive(t, plain.Workloads[0].Tiers[1].Count(TierHits))
		require.Equal(t, withoutAges(plain), withoutAges(aged))
	}
}

// A slice is an object of its own to a cache: asked for by a Poisson process with the rate of the parts that touch it, r, and good for T, it is fetched
// r/(1 + rT) times a second. A part of 1.5 slices that begins anywhere from 0 to 8.5 touches slice k where k - 1.5 < x < k + 1.
func TestSlicesThatAgeAreFetchedAsObjectsOfTheirRates(t *testing.T) {
	const perSecond = 2.
	s := parts(t, workload.Ranges{Share: 1, Lengths: lengths(1.5 * mega)}, 1, perSecond)
	s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) {
		*c = c.Controlled(freshness.Control{MaxAge: freshness.For(5 * time.Second)})
	})
	s.Duration = 20_000 * time.Second
	touched, fetched := 0., 0.
	for k := range 10 {
		rate := perSecond * (min(float64(k)+1, 8.5) - max(float64(k)-1.5, 0)) / 8.5
		touched, fetched = touched+rate, fetched+rate/(1+5*rate)
	}
	e := replicate(t, s, withSlices(&s, 1<<40, mega), func(r *Result) float64 {
		return float64(r.Workloads[0].Count(OriginRequests)) / s.Duration.Seconds()
	})
	requireInside(t, e, fetched, .01)
	require.Less(t, fetched, touched)
}

// manyAgedSlices is a world with all that bears on slices which age: tiers, servers with disks, variants, errors, changes, a purge and failures.
func manyAgedSlices(t *testing.T) (Scenario, placement.Placement) {
	t.Helper()
	s, p := agesOfMany(t)
	s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) {
		c.Sizes, c.Ranges = workload.Sizes{LnMean: math.Log(60_000), LnSD: .8}, workload.Ranges{Share: .6, Lengths: lengths(30_000)}
	})
	p.SliceBytes = 20_000
	return s, p
}

func TestSlicesThatAgeDoNotDependOnHowSitesAreAdvanced(t *testing.T) {
	for _, servers := range []placement.Servers{
		{}, {Count: 3, Spread: placement.Sharded, MemoryBytes: 1 << 20, DiskRead: time.Millisecond}, {Count: 3, Spread: placement.Independent, MemoryBytes: 1 << 20, DiskRead: time.Millisecond},
	} {
		s, p := manyAgedSlices(t)
		s.OriginErrors = []OriginErrors{{Site: "region", At: 30 * time.Second, For: 5 * time.Second}}
		s.Failures = []Failure{{Site: "zone", At: 40 * time.Second, For: 3 * time.Second, Timeout: 500 * time.Millisecond}}
		p = p.WithEachCache(func(_ string, c *placement.Cache) { c.CapacityBytes, c.Servers = 20<<20, servers })
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		requireSameHoweverAdvanced(t, plans[0])
		total, err := runOf(t, s, p).Workloads[0].Total()
		require.NoError(t, err)
		for _, o := range []Outcome{Hit, DelayedHit, Stale, NegativeHit, Revalidated, Miss, Failed} {
			require.Positive(t, total.Outcomes[o], o.String())
		}
		require.Positive(t, total.Failures[ObjectChanged])
	}
}

func TestProfilesThatDoNotKnowSlicesAreNamed(t *testing.T) {
	s, p := agedSlices(t, askedAt(0), freshness.Control{MaxAge: freshness.For(time.Minute)}, "nginx-tuned")
	require.ErrorContains(t, s.ValidatePlacement(p), `Tiers[0].Freshness.Profile is nginx-tuned; want another where caches keep slices`)
	require.ErrorContains(t, s.ValidatePlacement(p), `allowed are rfc, cloudfront, varnish, varnish-tuned, nginx, nginx-sie`)
	p.Tiers[0].Freshness = nil
	p.Tiers[0].FreshnessOf = []placement.WorkloadFreshness{{Workloads: []string{"site"}, Rules: freshness.Rules{Profile: "nginx-stale"}}}
	require.ErrorContains(t, s.ValidatePlacement(p), `Tiers[0].FreshnessOf[0].Rules.Profile is nginx-stale`)
}

// slicesThroughTiers is a world of slices that age, which a PoP fetches from a zone.
func slicesThroughTiers(t *testing.T) (Scenario, placement.Placement) {
	t.Helper()
	s, p := agesThroughTiers(t, workload.Poisson{RequestsPerSecond: 50, Objects: 300, ZipfExponent: .8}, freshness.Control{MaxAge: freshness.For(20 * time.Second)})
	s.Duration, p.SliceBytes = 60*time.Second, 32*kib
	s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) {
		c.Sizes, c.Ranges = workload.Sizes{LnMean: math.Log(100_000), LnSD: 1}, workload.Ranges{Share: .7, Lengths: lengths(40_000)}
	})
	p.Tiers[0].Caches[0].CapacityBytes, p.Tiers[1].Caches[0].CapacityBytes = 4<<20, 30<<20
	return s, p
}

// A question to another tier says of which slice it is and which request it is for: a way that loses next to nothing has every slice found where it was.
func TestSlicesThatAgeAreThemselvesOverWaysThatLosePackets(t *testing.T) {
	counts := func(s Scenario, p placement.Placement) (all []uint64) {
		w := &runOf(t, s, p).Workloads[0]
		for i := range w.Tiers {
			all = append(all, w.Tiers[i].Count(TierRequests), w.Tiers[i].Count(TierHits), w.Tiers[i].Count(TierFetches), w.Tiers[i].Count(TierFetchedBytes))
		}
		return append(all, w.Count(OriginRequests))
	}
	s, p := slicesThroughTiers(t)
	want := counts(s, p)
	s.LinkImpairments = []LinkImpairment{{Between: [2]string{"pop", "region"}, For: s.Duration, LossRatio: 1e-12}}
	require.Equal(t, want, counts(s, p))
}

// Every request loses packets of its own.
func TestSlicesThatAgeLosePacketsEachForItself(t *testing.T) {
	s, p := slicesThroughTiers(t)
	s.LinkImpairments = []LinkImpairment{{Between: [2]string{"pop", "region"}, For: s.Duration, LossRatio: .4}}
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	waits := make(map[int64]int)
	_, err = plans[0].Watch(context.Background(), 0, func(is *Sighting) {
		if is.Outcome == Miss {
			waits[is.Causes[Upstream]/int64(time.Second)]++
		}
	})
	require.NoError(t, err)
	require.Greater(t, len(waits), 3, "%v", waits)
}
