package edgewise_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"math"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload"
	"github.com/edgewise-sim/edgewise/workload/trace"
)

// smallStudy has a game, a site and an API for two metros, on region, PoPs and a Local Zone.
func smallStudy(t testing.TB) *edgewise.Study {
	t.Helper()
	net, err := catalog.AWS(catalog.Selection{
		Metros: []string{"los-angeles-us", "denver-us"}, LocalZones: []string{"us-west-2-lax-1"},
		PoPs: []string{"pop-lax", "pop-den"},
	})
	require.NoError(t, err)
	game, site, api := workload.CompetitiveFPS(), workload.WebStatic(), workload.APIDynamic()
	game = game.WithPlayers(60)
	site.Demand = workload.Poisson{RequestsPerSecond: 200, Objects: 5000, ZipfExponent: 0.85}
	site.Service = workload.Cacheable{
		Sizes: workload.Sizes{LnMean: math.Log(16_000), LnSD: 1.8}, Origin: workload.ServiceTime{Mean: 5 * time.Millisecond},
	}
	api = api.WithRequestsPerSecond(100)
	region := placement.RegionOnly("us-west-2")
	region.Sites[0].Servers = 100 // one origin for all PoPs: they advance in windows
	return &edgewise.Study{
		Title: "small",
		Scenario: sim.Scenario{
			Network: net, Workloads: []workload.Workload{site, api, game},
			Start: time.Date(2026, time.March, 3, 4, 0, 0, 0, time.UTC), WarmUp: 10 * time.Second, Duration: 20 * time.Second, Seed: 1,
		},
		Placements: []placement.Placement{
			region,
			region.WithPoPs(32<<20, "pop-lax", "pop-den"),
			region.WithLocalZones("us-west-2-lax-1"),
		},
		Replications: 3, SkipWarmUpCheck: true,
	}
}

func asJSON(t testing.TB, c *edgewise.Comparison) string {
	t.Helper()
	b, err := json.MarshalIndent(c, "", " ")
	require.NoError(t, err)
	return string(b)
}

// found returns a figure with or without a value.
func found(t testing.TB, of edgewise.Figures, metric, statistic string) edgewise.Figure {
	t.Helper()
	f, ok := of.Find(metric, statistic)
	require.True(t, ok, "%s, %s", metric, statistic)
	return f
}

// figures returns those of a workload under a placement.
func figures(c *edgewise.Comparison, placement, workload int) edgewise.Figures {
	return c.Placements[placement].Workloads[workload].Figures
}

// requireNone asserts that there is no figure of a metric.
func requireNone(t testing.TB, of edgewise.Figures, metric string) {
	t.Helper()
	for _, f := range of {
		require.NotEqual(t, metric, f.Metric, f.Statistic)
	}
}

// sumOf adds up the values of all figures of a metric.
func sumOf(of edgewise.Figures, metric string) (sum float64) {
	for _, f := range of {
		if f.Metric == metric {
			sum += f.Value
		}
	}
	return sum
}

func TestSameBitsOnAnyNumberOfCores(t *testing.T) {
	var first string
	for _, cores := range []int{1, 2, 7} {
		before := runtime.GOMAXPROCS(cores)
		c, err := smallStudy(t).Run(context.Background())
		runtime.GOMAXPROCS(before)
		require.NoError(t, err)
		if got := asJSON(t, c); first == "" {
			first = got
		} else {
			require.Equal(t, first, got, "GOMAXPROCS %d", cores)
		}
	}
	s := smallStudy(t)
	s.Workers = 5
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, first, asJSON(t, c), "5 workers")
	s.Seed = 2
	c, err = s.Run(context.Background())
	require.NoError(t, err)
	require.NotEqual(t, first, asJSON(t, c), "another seed")
}

func TestComparisonIsPairedAndComplete(t *testing.T) {
	c, err := smallStudy(t).Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, 3, c.Replications)
	require.NotEmpty(t, c.Assumed)
	require.Len(t, c.Placements, 3)
	base, pops, zone := figures(c, 0, 0), figures(c, 1, 0), figures(c, 2, 0)
	require.Nil(t, found(t, base, "requests", "count").Difference, "the baseline differs from nothing")

	// The site: PoPs help, a Local Zone leaves it alone, to the bit.
	require.Negative(t, found(t, pops, "ttfb", "mean").Difference.High)
	require.Zero(t, found(t, zone, "ttfb", "mean").Difference.Value)
	requireNone(t, base, "cache")
	require.Greater(t, found(t, pops, "cache", "request hit ratio").Low, 0.1)
	// The origin is loaded without caches too: by every request.
	bare, relieved := found(t, base, "origin", "requests"), found(t, pops, "origin", "requests")
	require.Equal(t, found(t, base, "requests", "count").Value, bare.Value)
	require.Nil(t, bare.Difference)
	require.Positive(t, found(t, base, "origin", "bytes").Value)
	require.InDelta(t, relieved.Value-bare.Value, relieved.Difference.Value, 1e-6)
	require.Negative(t, relieved.Difference.High)
	require.Negative(t, found(t, pops, "origin", "bytes").Difference.Value)
	require.Positive(t, relieved.VarianceReduction)
	require.Zero(t, found(t, zone, "origin", "bytes").Difference.Value)
	// The game: the other way round.
	require.Zero(t, found(t, figures(c, 1, 2), "response", "mean").Difference.Value)
	require.Negative(t, found(t, figures(c, 2, 2), "rtt", "mean").Difference.High)

	// What pairing saved, and how far the distributions moved.
	const distance = "Wasserstein distance from the baseline"
	_, ok := base.Find("ttfb", distance)
	require.False(t, ok)
	mean := found(t, pops, "ttfb", "mean")
	require.Greater(t, found(t, pops, "ttfb", distance).Value, 0.99*math.Abs(mean.Difference.Value), "at least the difference of the means")
	require.Positive(t, mean.VarianceReduction)
	require.Zero(t, found(t, zone, "ttfb", distance).Value)
	require.Zero(t, found(t, zone, "ttfb", "mean").VarianceReduction, "equal to the bit: no factor")
	require.Positive(t, found(t, pops, "breakdown", "propagation").VarianceReduction)
	require.Zero(t, found(t, pops, "cache", "request hit ratio").VarianceReduction, "the baseline has no cache")

	for _, p := range c.Placements {
		for _, w := range p.Workloads {
			_, ok := w.Figures.Find("origin", "requests")
			require.Equal(t, w.Kind == "cacheable", ok, "%s, %s", p.Name, w.Name)
			mean, err := w.Headline().Mean()
			require.NoError(t, err)
			require.InEpsilon(t, mean.Value, sumOf(w.Figures, "breakdown"), 1e-9, "%s, %s: causes sum to the latency", p.Name, w.Name)
			require.InDelta(t, 1, sumOf(w.Figures, "outcome"), 1e-12)
			var requests []float64
			for _, m := range w.Metros {
				requests = append(requests, found(t, m.Figures, "requests", "count").Value)
			}
			require.InDelta(t, found(t, w.Figures, "requests", "count").Value, requests[0]+requests[1], 1e-6)
			require.GreaterOrEqual(t, requests[0], requests[1])
		}
	}
}

func TestProgressCountsEveryRun(t *testing.T) {
	s := smallStudy(t)
	var seen []edgewise.Progress
	s.Progress = func(p edgewise.Progress) { seen = append(seen, p) }
	_, err := s.Run(context.Background())
	require.NoError(t, err)
	last := seen[len(seen)-1]
	require.Equal(t, edgewise.Progress{Done: 9, Total: 9, Share: 1}, last)
	require.True(t, slices.IsSortedFunc(seen, func(a, b edgewise.Progress) int {
		return cmp.Or(cmp.Compare(a.Done, b.Done), cmp.Compare(a.Share, b.Share))
	}))
	seen = slices.CompactFunc(seen, func(a, b edgewise.Progress) bool { return a.Done == b.Done })
	require.GreaterOrEqual(t, len(seen), 9)
}

// An underrated demand asks for ten times as much as it says.
type underrated struct{ workload.Poisson }

func (u underrated) PerSecond() float64 { return u.Poisson.PerSecond() / 10 }

func TestProgressIsNeverAheadOfTheRuns(t *testing.T) {
	s := slowStudy(t, 20, 0, 0)
	s.Workloads = s.Workloads[1:]
	s.Workloads[0].Demand = underrated{workload.Poisson{RequestsPerSecond: 20}}
	s.Replications, s.Workers, s.SkipWarmUpCheck = 10, 1, true
	wasAhead := false
	s.Progress = func(p edgewise.Progress) {
		if p.Done < p.Total {
			require.LessOrEqual(t, p.Share, float64(p.Done+1)/float64(p.Total))
			wasAhead = wasAhead || p.Share == float64(p.Done+1)/float64(p.Total)
		}
	}
	_, err := s.Run(context.Background())
	require.NoError(t, err)
	require.True(t, wasAhead, "more is simulated than the demand says")
}

func TestCancelledStudyKeepsWhatIsComplete(t *testing.T) {
	whole := smallStudy(t)
	whole.Replications, whole.Workers = 2, 1
	want, err := whole.Run(context.Background())
	require.NoError(t, err)

	s := smallStudy(t)
	s.Replications, s.Workers = 50, 1
	ctx, cancel := context.WithCancel(context.Background())
	s.Progress = func(p edgewise.Progress) {
		if p.Done == 7 { // two replications of three placements, and one run more
			cancel()
		}
	}
	got, err := s.Run(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.NotNil(t, got)
	require.Equal(t, 2, got.Replications)
	require.Equal(t, 50, got.Planned)
	got.Planned = want.Planned
	require.Equal(t, asJSON(t, want), asJSON(t, got))

	reason := errors.New("the user has seen enough")
	withCause, stop := context.WithCancelCause(context.Background())
	s.Progress = func(p edgewise.Progress) {
		if p.Done == 7 {
			stop(reason)
		}
	}
	got, err = s.Run(withCause)
	require.ErrorIs(t, err, reason)
	require.NotNil(t, got, "whatever the cause of the cancellation")
	require.Equal(t, 2, got.Replications)

	ctx, cancel = context.WithCancel(context.Background())
	cancel()
	got, err = s.Run(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Nil(t, got)
}

// sized is a demand whose objects can be told by popularity, but not by size.
type sized struct{ workload.Poisson }

func (sized) RecordsSizes() bool { return true }

func TestBadStudiesAreRefused(t *testing.T) {
	for want, change := range map[string]func(*edgewise.Study){
		"no placement; want at least one":    func(s *edgewise.Study) { s.Placements = nil },
		"two placements are called":          func(s *edgewise.Study) { s.Placements[1].Name = s.Placements[0].Name },
		"-1 replications":                    func(s *edgewise.Study) { s.Replications = -1 },
		"confidence level is 95":             func(s *edgewise.Study) { s.Level = 95 },
		"workers":                            func(s *edgewise.Study) { s.Workers = -1 },
		"duration is 0s":                     func(s *edgewise.Study) { s.Duration = 0 },
		"warm-up is -1":                      func(s *edgewise.Study) { s.WarmUp = -1 },
		"no network":                         func(s *edgewise.Study) { s.Network = nil },
		`workload "api-dynamic": Metros is `: func(s *edgewise.Study) { s.Workloads[1].Metros = []string{"pop-lax"} },
		"CapacityBytes is 0":                 func(s *edgewise.Study) { s.Placements[1].Tiers[0].Caches[0].CapacityBytes = 0 },
		"caches can be preloaded from": func(s *edgewise.Study) {
			s.Workloads[0] = workload.Change(s.Workloads[0], func(p *workload.Poisson) { p.Objects = 1 << 27 })
			s.Placements[1] = s.Placements[1].Preloaded()
		},
		"which says only with each request how large": func(s *edgewise.Study) {
			s.Workloads[0].Demand = sized{s.Workloads[0].Demand.(workload.Poisson)}
			s.Workloads[0].Service = workload.Cacheable{}
			s.Placements[1] = s.Placements[1].Preloaded()
		},
		"Recording is empty; want one with requests": func(s *edgewise.Study) {
			s.Workloads[1].Demand = workload.Trace{Recording: new(trace.Recording)}
		},
		"no workload":                       func(s *edgewise.Study) { s.Workloads = nil },
		`two workloads are called "web-sta`: func(s *edgewise.Study) { s.Workloads[1].Name = "web-static" },
		"ZipfExponent is -1": func(s *edgewise.Study) {
			s.Workloads[0] = workload.Change(s.Workloads[0], func(p *workload.Poisson) { p.ZipfExponent = -1 })
		},
		`site "pop-sea"`:                    func(s *edgewise.Study) { s.Placements[1] = s.Placements[1].WithPoPs(1, "pop-sea") },
		"no site has the role \"compute\"":  func(s *edgewise.Study) { s.Placements[0].Sites = s.Placements[0].Sites[:1] },
		`the role "origin", which the cach`: func(s *edgewise.Study) { s.Placements[1].Sites = s.Placements[1].Sites[1:] },
	} {
		s := smallStudy(t)
		change(s)
		require.ErrorContains(t, s.Validate(), want)
		_, err := s.Run(context.Background())
		require.ErrorContains(t, err, want)
	}
}

func TestTiersShareWhatTheOriginIsSpared(t *testing.T) {
	s := smallStudy(t)
	net, err := catalog.AWS(catalog.Selection{
		Metros: []string{"los-angeles-us", "denver-us"}, PoPs: []string{"pop-lax", "pop-den"},
		Regions: []string{"us-west-2"}, RegionalEdgeCaches: []string{"rec-us-west-2"},
	})
	require.NoError(t, err)
	s.Network = net
	s.Placements = []placement.Placement{s.Placements[0], s.Placements[1], s.Placements[1].WithMidTier(1<<30, "rec-us-west-2")}
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	requireNone(t, figures(c, 0, 0), "cache")
	flat, tiered := figures(c, 1, 0), figures(c, 2, 0)
	requireNone(t, flat, "mid-tier cache")
	require.Equal(t, found(t, flat, "cache", "request hit ratio").Value, found(t, flat, "origin offload", "by requests").Value, "one tier")
	for ratio, offload := range map[string]string{"request hit ratio": "by requests", "byte hit ratio": "by bytes"} {
		edge, mid := found(t, tiered, "cache", ratio).Value, found(t, tiered, "mid-tier cache", ratio)
		require.InDelta(t, edge+(1-edge)*mid.Value, found(t, tiered, "origin offload", offload).Value, 1e-12)
		require.True(t, mid.HasInterval())
	}
	require.True(t, found(t, tiered, "origin offload", "by requests").Difference.HasInterval(), "against a baseline without caches")
}
