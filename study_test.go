package edgewise_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload"
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
	site = workload.Change(site, func(p *workload.Poisson) { p.RequestsPerSecond, p.Objects = 200, 5000 })
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
	base, pops, zone := c.Placements[0], c.Placements[1], c.Placements[2]
	require.Nil(t, base.Workloads[0].Requests.Difference, "the baseline differs from nothing")

	// The site: PoPs help, a Local Zone leaves it alone, to the bit.
	require.Negative(t, pops.Workloads[0].Latency[sim.TTFB].Mean.Difference.High)
	require.Zero(t, zone.Workloads[0].Latency[sim.TTFB].Mean.Difference.Value)
	require.Nil(t, base.Workloads[0].Cache)
	require.Greater(t, pops.Workloads[0].Cache.RequestHitRatio.Low, 0.1)
	// The origin is loaded without caches too: by every request.
	bare, relieved := base.Workloads[0].Origin, pops.Workloads[0].Origin
	require.Equal(t, base.Workloads[0].Requests.Value, bare.Requests.Value)
	require.Nil(t, bare.Requests.Difference)
	require.Positive(t, bare.Bytes.Value)
	require.InDelta(t, relieved.Requests.Value-bare.Requests.Value, relieved.Requests.Difference.Value, 1e-6)
	require.Negative(t, relieved.Requests.Difference.High)
	require.Negative(t, relieved.Bytes.Difference.Value)
	require.Positive(t, relieved.Requests.VarianceReduction)
	require.Zero(t, zone.Workloads[0].Origin.Bytes.Difference.Value)
	for _, p := range c.Placements {
		for _, w := range p.Workloads {
			require.Equal(t, w.Kind == "cacheable", w.Origin != nil, "%s, %s", p.Name, w.Name)
		}
	}
	// The game: the other way round.
	require.Zero(t, pops.Workloads[2].Latency[sim.Response].Mean.Difference.Value)
	require.Negative(t, zone.Workloads[2].Latency[sim.RTT].Mean.Difference.High)

	// What pairing saved, and how far the distributions moved.
	require.Nil(t, base.Workloads[0].Latency[0].Wasserstein)
	moved := pops.Workloads[0].Latency[sim.TTFB]
	require.Greater(t, moved.Wasserstein.Value, 0.99*math.Abs(moved.Mean.Difference.Value), "at least the difference of the means")
	require.Positive(t, moved.Mean.VarianceReduction)
	require.Zero(t, zone.Workloads[0].Latency[sim.TTFB].Wasserstein.Value)
	require.Zero(t, zone.Workloads[0].Latency[sim.TTFB].Mean.VarianceReduction, "equal to the bit: no factor")

	for _, p := range c.Placements {
		for _, w := range p.Workloads {
			sum := 0.0
			for _, part := range w.Breakdown {
				sum += part.Mean.Value
			}
			require.InEpsilon(t, w.Latency[0].Mean.Value, sum, 1e-9, "%s, %s: causes sum to the latency", p.Name, w.Name)
			shares, requests := 0.0, 0.0
			for _, o := range w.Outcomes {
				shares += o.Share.Value
			}
			require.InDelta(t, 1, shares, 1e-12)
			for _, m := range w.Metros {
				requests += m.Requests.Value
			}
			require.InDelta(t, w.Requests.Value, requests, 1e-6)
			require.GreaterOrEqual(t, w.Metros[0].Requests.Value, w.Metros[1].Requests.Value)
		}
	}
}

func TestProgressCountsEveryRun(t *testing.T) {
	s := smallStudy(t)
	var seen []edgewise.Progress
	s.Progress = func(p edgewise.Progress) { seen = append(seen, p) }
	_, err := s.Run(context.Background())
	require.NoError(t, err)
	require.Len(t, seen, 9)
	require.Equal(t, edgewise.Progress{Done: 9, Total: 9}, seen[8])
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
		"CacheBytes is 0":                    func(s *edgewise.Study) { s.Placements[1].Sites[2].CacheBytes = 0 },
		"caches can be preloaded from": func(s *edgewise.Study) {
			s.Workloads[0] = workload.Change(s.Workloads[0], func(p *workload.Poisson) { p.Objects = 1 << 27 })
			s.Placements[1] = s.Placements[1].Preloaded()
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
	require.Nil(t, c.Placements[0].Workloads[0].Cache)
	flat, tiered := c.Placements[1].Workloads[0].Cache, c.Placements[2].Workloads[0].Cache
	require.Nil(t, flat.MidTier)
	require.Equal(t, flat.RequestHitRatio.Value, flat.OriginOffload.Value, "one tier")
	edge, mid := tiered.RequestHitRatio.Value, tiered.MidTier.RequestHitRatio.Value
	require.InDelta(t, edge+(1-edge)*mid, tiered.OriginOffload.Value, 1e-12)
	edge, mid = tiered.ByteHitRatio.Value, tiered.MidTier.ByteHitRatio.Value
	require.InDelta(t, edge+(1-edge)*mid, tiered.ByteOriginOffload.Value, 1e-12)
	require.True(t, tiered.MidTier.RequestHitRatio.HasInterval())
	require.True(t, tiered.OriginOffload.Difference.HasInterval(), "against a baseline without caches")
}
