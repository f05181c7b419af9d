package sim

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// courseScenario is two PoPs before a region, of which one and then the region fail, with a regional cache in between.
func courseScenario(t testing.TB) (Scenario, placement.Placement) {
	n, pops := star(t, 2, 20)
	w := workload.Workload{
		Head:    workload.Head{Name: "site"},
		Demand:  workload.Poisson{RequestsPerSecond: 300, Objects: 500, ZipfExponent: 0.8},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 10, MaxBytes: 1000}},
	}
	s := Scenario{
		Network: n, Workloads: []workload.Workload{w}, WarmUp: 7 * time.Second, Duration: 65 * time.Second, Seed: 1,
		Failures: []Failure{
			{Site: "pop-0", At: 20 * time.Second, For: 20 * time.Second, Detection: 5 * time.Second, Timeout: time.Second},
			{Site: "region", At: 50 * time.Second, For: 5 * time.Second, Timeout: time.Second},
		},
		Timeline: &Steps{Step: 10 * time.Second, ByMetro: true, BySite: true},
	}
	return s, placement.RegionOnly("region").WithPoPs(2000, pops...)
}

func TestStepsOfACourseSumToTheTotals(t *testing.T) {
	s, p := courseScenario(t)
	r, err := Run(context.Background(), Job{Scenario: s, Placement: p})
	require.NoError(t, err) // the audit has held the sums against the totals
	w := &r.Workloads[0]
	require.Len(t, w.Course.Steps(), 7, "the last step is of five seconds")
	total, err := w.Total()
	require.NoError(t, err)
	require.Positive(t, total.Failures[SiteDown])
	require.Positive(t, total.Failures[NextTierDown])
	sum := w.Course.sum()
	require.Equal(t, total.Count(Requests), sum.Requests())
	require.Equal(t, w.Tiers[0].Count(TierHits), sum.Tiers[0].Hits)
	require.Positive(t, sum.Tiers[0].Requests)
	for m := range w.Metros {
		at := w.Course.Metros[m].sum()
		require.Equal(t, w.Metros[m].Outcomes, at.Outcomes, "metro %d", m)
		require.Equal(t, w.Metros[m].Count(Bytes), at.Bytes)
	}
	for n := range w.Sites {
		at := w.Sites[n].Course.sum()
		require.Equal(t, w.Sites[n].Tally.Outcomes, at.Outcomes, "site %s", r.Sites[n])
		require.Equal(t, w.Sites[n].Tally.Count(OriginRequests), at.OriginRequests, "site %s", r.Sites[n])
		require.Equal(t, w.Sites[n].Tally.Count(OriginBytes), at.OriginBytes)
	}

	// pop-0 is down from 13 s to 33 s of the recorded time, and its users are away from 18 s on.
	down := w.Course.Steps()
	for i := range down {
		require.Equal(t, i == 1, down[i].Failures[SiteDown] > 0, "step %d", i)
		require.Equal(t, i == 4, down[i].Failures[NextTierDown] > 0, "step %d", i)
	}
	// The cache is empty when its users return, at 40 s.
	require.Greater(t, down[3].OriginRequests, down[2].OriginRequests)
	require.Less(t, down[4].Unanswered(), down[4].Requests())

	// Without the course everything else is the same; with fewer courses it is the same course.
	plain := s
	plain.Timeline = nil
	without, err := Run(context.Background(), Job{Scenario: plain, Placement: p})
	require.NoError(t, err)
	require.Equal(t, r.Fingerprint, without.Fingerprint)
	require.Equal(t, w.Metros, without.Workloads[0].Metros)
	plain.Timeline = &Steps{Step: 10 * time.Second}
	whole, err := Run(context.Background(), Job{Scenario: plain, Placement: p})
	require.NoError(t, err)
	requireSameCourse(t, w.Course, whole.Workloads[0].Course)
	require.Nil(t, whole.Workloads[0].Course.Metros)
	require.Nil(t, whole.Workloads[0].Sites[0].Course)

	// On several cores, through its encoding and merged it is the same.
	data, err := r.MarshalBinary()
	require.NoError(t, err)
	var read Result
	require.NoError(t, read.UnmarshalBinary(data))
	requireSameCourse(t, w.Course, read.Workloads[0].Course)
	requireSameCourse(t, w.Course.Metros[1], read.Workloads[0].Course.Metros[1])
	requireSameCourse(t, w.Sites[1].Course, read.Workloads[0].Sites[1].Course)
	require.NoError(t, read.Merge(r))
	require.Equal(t, 2*sum.Requests(), read.sumOfCourses())
	require.ErrorContains(t, read.Merge(without), "course")
}

// Of a workload that is judged by its last byte the steps have that latency, as its tables have; the audit of the run holds the sum against it.
func TestCoursesAreOfTheByteThatCounts(t *testing.T) {
	s, p := courseScenario(t)
	first, err := Run(context.Background(), Job{Scenario: s, Placement: p})
	require.NoError(t, err)
	s.Workloads[0].Judged = workload.LastByte
	service := s.Workloads[0].Service.(workload.Cacheable)
	service.Sizes = workload.Sizes{MinBytes: 1e6, MaxBytes: 1e6}
	s.Workloads[0].Service = service
	last, err := Run(context.Background(), Job{Scenario: s, Placement: p})
	require.NoError(t, err)
	a, b := first.Workloads[0].Course.sum(), last.Workloads[0].Course.sum()
	total, err := last.Workloads[0].Total()
	require.NoError(t, err)
	_, ttlb := total.Metric(TTLB).SumNs()
	require.Equal(t, ttlb, b.SumNs)
	require.Greater(t, float64(b.SumNs)/float64(b.Latency.Count()), 1.5*float64(a.SumNs)/float64(a.Latency.Count()))
	require.ErrorContains(t, first.Workloads[0].Course.Merge(last.Workloads[0].Course), "courses of latencies to the byte ttfb and ttlb")
}

func (r *Result) sumOfCourses() uint64 {
	s := r.Workloads[0].Course.sum()
	return s.Requests()
}

// requireSameCourse compares courses but for their metros.
func requireSameCourse(t *testing.T, a, b *Course) {
	t.Helper()
	encoding := func(c Course) []byte {
		c.Metros, c.Undisturbed = nil, nil
		return encodeCourse(&c)
	}
	require.Equal(t, encoding(*a), encoding(*b))
}

// The audit of a run holds the sums of its steps against the totals, tier by tier: with objects that age and without.
func TestCoursesOfTiersSumToTheTotals(t *testing.T) {
	d := workload.Poisson{RequestsPerSecond: 300, Objects: 2000, ZipfExponent: .8}
	for _, control := range []freshness.Control{{MaxAge: freshness.For(5 * time.Second)}, {}} {
		s, p := agesThroughTiers(t, d, control)
		s.WarmUp, s.Duration, s.Timeline = 10*time.Second, 20*time.Second, &Steps{Step: 3 * time.Second, BySite: true}
		p.Tiers[0].Caches[0].CapacityBytes, p.Tiers[1].Caches[0].CapacityBytes = 200_000, 600_000
		if control == (freshness.Control{}) {
			service := s.Workloads[0].Service.(workload.Cacheable)
			service.Controls = nil
			s.Workloads[0].Service = service
			p.Tiers[0].Freshness, p.Tiers[1].Freshness = nil, nil
		}
		w := &runOne(t, s, p).Workloads[0]
		sum := w.Course.sum()
		require.Len(t, sum.Tiers, 2)
		for i, tier := range sum.Tiers {
			require.Positive(t, tier.Hits)
			require.Less(t, tier.Hits, tier.Requests)
			require.Equal(t, w.Tiers[i].Count(TierRequests), tier.Requests)
		}
		require.Positive(t, sum.OriginRequests)
	}
}

// Players of a full zone: 60 seats are taken all the time, the others wait, as [TestWhoWaitsForAFullSiteIsCounted] has it.
func TestCoursesOfGamesHavePlayersAndWhoWaits(t *testing.T) {
	s := arcade(t, 300)
	s.Timeline = &Steps{Step: 7 * time.Second, ByMetro: true, BySite: true}
	zone := placement.Placement{Name: "zone", Sites: []placement.Assignment{{Site: "zone", Role: placement.Compute, Servers: 2}}}
	r := runOne(t, s, zone)
	w := &r.Workloads[0]
	require.Len(t, w.Course.Steps(), 86)
	for i, at := range w.Course.Steps()[:85] {
		playing := float64(at.PlayerUs-at.WaitingUs) / 7e6
		require.InDelta(t, 60, playing, 0.1, "step %d", i)
	}
	requireSameCourse(t, w.Course, w.Sites[0].Course)
	sum := w.Course.sum()
	require.Positive(t, sum.Outcomes[Played])
	require.Equal(t, w.Sites[0].Count(BusyUs), sum.BusyUs)
	w.Course.change(func(steps []CourseStep) {
		for i := range steps {
			steps[i].BusyUs, steps[i].ServerUs = 0, 0 // servers are no metro's
		}
	})
	requireSameCourse(t, w.Course, w.Course.Metros[0])
}

func TestStepsHaveALengthThatIsDue(t *testing.T) {
	for recorded, want := range map[time.Duration]time.Duration{
		time.Second:          10 * time.Millisecond,
		time.Nanosecond:      time.Nanosecond,
		2 * time.Minute:      time.Second,
		121 * time.Second:    2 * time.Second,
		time.Hour:            30 * time.Second,
		24 * time.Hour:       15 * time.Minute,
		120 * 24 * time.Hour: 30 * time.Hour,
		200 * 24 * time.Hour: 48 * time.Hour,
	} {
		require.Equal(t, want, StepFor(recorded), recorded)
	}
	s, p := courseScenario(t)
	for _, c := range []struct {
		length time.Duration
		want   string
	}{
		{-1, "Timeline.Step is -1ns; want more than 0s, and 1m5s at most, the recorded time"},
		{66 * time.Second, "Timeline.Step is 1m6s; want more than 0s, and 1m5s at most, the recorded time"},
		{time.Microsecond, "Timeline.Step is 1µs; want 650µs or more: 100000 steps at most"},
	} {
		s.Timeline = &Steps{Step: c.length}
		_, err := Run(context.Background(), Job{Scenario: s, Placement: p})
		var of *invalid.Field
		require.ErrorAs(t, err, &of)
		require.ErrorContains(t, err, c.want)
	}
}

func TestRulersFindTheStepOfAnInstant(t *testing.T) {
	for _, length := range []time.Duration{1, 3, 7, 1000, 999_999_937, time.Hour} {
		p := &Plan{scenario: Scenario{WarmUp: 5, Duration: 100 * length, Timeline: &Steps{Step: length}}}
		r := p.newRuler()
		for i := range 100 {
			first := 5 + int64(i)*int64(length)
			require.Equal(t, i, r.index(first), length)
			require.Equal(t, i, r.index(first+int64(length)-1), length)
		}
		require.Equal(t, 0, r.index(0))
		require.Equal(t, 99, r.index(1<<61))
	}
}

func FuzzCourseDecoding(f *testing.F) {
	s, p := courseScenario(f)
	s.Duration = 65 * time.Second
	r, err := Run(context.Background(), Job{Scenario: s, Placement: p})
	require.NoError(f, err)
	f.Add(encodeCourse(r.Workloads[0].Course))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		var c Course
		if c.UnmarshalBinary(data) != nil {
			return
		}
		again, err := c.MarshalBinary()
		require.NoError(t, err)
		var d Course
		require.NoError(t, d.UnmarshalBinary(again))
		requireSameCourse(t, &c, &d)
	})
}
