package edgewise_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// regular asks ten times a second, for twenty objects in turn.
type regular struct{}

func (regular) Validate() error    { return nil }
func (regular) Catalogue() int     { return 20 }
func (regular) PerSecond() float64 { return 10 }

func (regular) Open([]workload.Audience, workload.Env) (func(int) workload.Source, error) {
	return func(int) workload.Source { return new(regularSource) }, nil
}

type regularSource struct{ n int64 }

func (s *regularSource) Draw(to int64, b *workload.Batch) int {
	for n := range b.Len() {
		b.At[n], b.Object[n] = int64(50*time.Millisecond)+s.n*int64(100*time.Millisecond), uint32(s.n%20)
		if s.n++; b.At[n] >= to {
			return n + 1
		}
	}
	return b.Len()
}

// A drill computed by hand. PoP a is 3 ms from the users, b 5 ms, and the origin 25 ms from both. All is hits of 6 ms, until a is down from 110 s to 160 s; users go to b
// from 120 s on. All that is asked in the step from 110 s fails. In the next b lacks twenty objects of a hundred requests: 80 x 10 ms and 20 x 60 ms are 20 ms on the mean, 10/3 times
// the usual. Then hits take 10 ms, more than 5 % above the usual, until a is up, which lacks the twenty objects until 162 s: a minute after the
// beginning, in whole steps, all is as it was.
func drillStudy(t *testing.T) *edgewise.Study {
	nodes := []topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "a", Kind: topology.PoP}, {ID: "b", Kind: topology.PoP}, {ID: "region", Kind: topology.Region},
	}
	var links []topology.Link
	for _, l := range []topology.Link{
		{From: "metro", To: "a", Kind: topology.Internet, OneWay: 3 * time.Millisecond}, {From: "metro", To: "b", Kind: topology.Internet, OneWay: 5 * time.Millisecond},
		{From: "metro", To: "region", Kind: topology.Internet, OneWay: 40 * time.Millisecond},
		{From: "a", To: "region", Kind: topology.Backbone, OneWay: 25 * time.Millisecond}, {From: "b", To: "region", Kind: topology.Backbone, OneWay: 25 * time.Millisecond},
	} {
		links = append(links, l.Both()...)
	}
	n, err := topology.New(nodes, links)
	require.NoError(t, err)
	w := workload.Workload{
		Head: workload.Head{Name: "site"}, Demand: regular{}, Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 10, MaxBytes: 10}},
	}
	both := placement.RegionOnly("region").WithPoPs(1<<20, "a", "b")
	both.Name, both.Routing = "both", placement.NearestRTT{}
	one := placement.RegionOnly("region").WithPoPs(1<<20, "b")
	one.Name = "b alone"
	both.Upstream.AlwaysOpen, one.Upstream.AlwaysOpen = true, true
	return &edgewise.Study{
		Title: "drill", Replications: 2, SkipWarmUpCheck: true, Placements: []placement.Placement{both, one},
		Scenario: sim.Scenario{
			Network: n, Workloads: []workload.Workload{w}, WarmUp: 10 * time.Second, Duration: 200 * time.Second, Seed: 1,
			Failures: []sim.Failure{{Site: "a", At: 110 * time.Second, For: 50 * time.Second, Detection: 10 * time.Second, Timeout: time.Second}},
			Timeline: &sim.Steps{Step: 10 * time.Second, BySite: true},
		},
	}
}

func TestFiguresOfADrillAreThoseOfHand(t *testing.T) {
	c, err := drillStudy(t).Run(context.Background())
	require.NoError(t, err)
	value := func(placement int, statistic string) edgewise.Figure {
		f, err := c.Placements[placement].Workloads[0].Figures.Figure("drill: a down", statistic)
		require.NoError(t, err, statistic)
		return f
	}
	for statistic, want := range map[string]float64{
		"failed before": 0, "failed at worst": 1, "failed recovered after": 10,
		"mean latency at worst": 20.0 / 6, "mean latency recovered after": 60,
		"hits before": 1, "hits at worst": 0.8, "hits recovered after": 60,
		"origin requests recovered after": 60, "recovered": 1, "recovered after": 60, "users moved to b": 1,
	} {
		f := value(0, statistic)
		require.InDelta(t, want, f.Value, 1e-12, statistic)
		width := 0.0
		if f.Unit == "s" {
			width = 10 // both agree on the step, of which nobody knows more
			require.InDelta(t, f.Value, f.High, 1e-12, statistic)
		}
		require.InDelta(t, width, f.High-f.Low, 1e-12, "both replications are alike: %s", statistic)
		require.Nil(t, f.Difference)
	}
	_, ok := c.Placements[0].Workloads[0].Figures.Find("drill: a down", "origin requests at worst")
	require.False(t, ok, "there were none before")
	for statistic, want := range map[string]float64{"failed at worst": 0, "mean latency at worst": 1, "hits at worst": 1, "recovered after": 0} {
		f := value(1, statistic)
		require.InDelta(t, want, f.Value, 1e-12, statistic)
		require.InDelta(t, want-value(0, statistic).Value, f.Difference.Value, 1e-12, statistic)
	}
	_, ok = c.Placements[1].Workloads[0].Figures.Find("drill: a down", "users moved to b")
	require.False(t, ok, "they were there before")

	// Hits of 80 % are within 70 points of all, but for the step in which nobody is answered; the mean of 16 ms in the last step is more than 70 % above 6 ms.
	s := drillStudy(t)
	s.RecoveredWithin = 0.7
	c, err = s.Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, 10.0, value(0, "hits recovered after").Value)
	require.Equal(t, 60.0, value(0, "mean latency recovered after").Value)
	s.RecoveredWithin = 1.1
	require.ErrorContains(t, s.Validate(), "recovered within 1.1; want 0 (0.05) to 1")
}

// What has not recovered before the run ends has no time, and says so; before something else happens, too.
func TestADrillThatDoesNotEndHasNoTimeOfRecovery(t *testing.T) {
	s := drillStudy(t)
	s.Duration = 140 * time.Second // until 150 s, while a is down
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	figures := c.Placements[0].Workloads[0].Figures
	f, ok := figures.Find("drill: a down", "recovered after")
	require.True(t, ok)
	require.False(t, f.HasValue())
	require.Equal(t, "it has not been as usual again, for three steps at least, before the run ends or something else happens", f.Unsupported)
	f, ok = figures.Find("drill: a down", "recovered")
	require.True(t, ok)
	require.Zero(t, f.Value)
	f, ok = figures.Find("drill: a down", "failed recovered after")
	require.True(t, ok)
	require.Equal(t, 10.0, f.Value)

	// So does the end of the workload: that nobody asks any more is no recovery, and no drill of its own.
	s = drillStudy(t)
	s.Workloads[0].Ends = 150 * time.Second
	c, err = s.Run(context.Background())
	require.NoError(t, err)
	figures = c.Placements[0].Workloads[0].Figures
	f, ok = figures.Find("drill: a down", "recovered after")
	require.True(t, ok)
	require.False(t, f.HasValue())
	for _, f := range figures {
		require.NotEqual(t, "drill: ", f.Metric)
	}

	// A second failure of the same site ends the steps of the first, and begins too early after it to have a drill of its own.
	s = drillStudy(t)
	s.Failures = append(s.Failures, sim.Failure{Site: "a", For: 5 * time.Second})
	for at, want := range map[time.Duration]float64{200 * time.Second: 60, 190 * time.Second: 0} { // two steps that are as usual are too few
		s.Failures[1].At = at
		c, err = s.Run(context.Background())
		require.NoError(t, err)
		figures = c.Placements[0].Workloads[0].Figures
		f, ok = figures.Find("drill: a down at 1m50s", "recovered after")
		require.True(t, ok)
		require.Equal(t, want, f.Value, at)
		require.Equal(t, want > 0, f.HasValue(), at)
		_, ok = figures.Find("drill: a down at "+at.String()[:4], "recovered after")
		require.False(t, ok)
	}

	s.Timeline = nil
	c, err = s.Run(context.Background())
	require.NoError(t, err)
	_, ok = c.Placements[0].Workloads[0].Figures.Find("drill: a down at 1m50s", "recovered after")
	require.False(t, ok)
}

// Each of several events of a name has its instant; those of one instant are one, and there is no usual while something of the warm-up goes on.
func TestDrillsOfANameAreToldApartByTheirInstant(t *testing.T) {
	drills := func(s *edgewise.Study) (names []string) {
		c, err := s.Run(context.Background())
		require.NoError(t, err)
		for _, f := range c.Placements[0].Workloads[0].Figures {
			if name, ok := strings.CutPrefix(f.Metric, "drill: "); ok && f.Statistic == "recovered" {
				names = append(names, name)
			}
		}
		return names
	}
	s := drillStudy(t)
	s.Failures = nil
	for _, at := range []time.Duration{50 * time.Second, 100 * time.Second, 150 * time.Second} {
		s.Slowdowns = append(s.Slowdowns, sim.Slowdown{Site: "region", At: at, For: 10 * time.Second, Factor: 2})
	}
	require.Equal(t, []string{"region slow at 50 s", "region slow at 1m40s", "region slow at 2m30s"}, drills(s))

	s.Slowdowns = s.Slowdowns[:1]
	s.Workloads[0].Demand = workload.Poisson{RequestsPerSecond: 10, Objects: 20, ZipfExponent: 1}
	s.Workloads[0].Flashes = []workload.Flash{
		{At: 100 * time.Second, For: 10 * time.Second, Factor: 2, Objects: []uint32{0}}, {At: 100 * time.Second, For: 20 * time.Second, Factor: 3, Objects: []uint32{1}},
	}
	s.Purges = []sim.Purge{{At: 150 * time.Second}}
	require.Equal(t, []string{"region slow", "flash crowd of site", "purge"}, drills(s))

	// a is down from 5 s to 40 s, so that the steps from 40 s on say what is usual before 80 s, and nothing does before 60 s.
	s = drillStudy(t)
	s.Failures[0].At, s.Failures[0].For = 5*time.Second, 35*time.Second
	s.Slowdowns = []sim.Slowdown{{Site: "region", At: 80 * time.Second, For: 10 * time.Second, Factor: 2}}
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	before, ok := c.Placements[0].Workloads[0].Figures.Find("drill: region slow", "failed before")
	require.True(t, ok)
	require.Zero(t, before.Value)
	s.Slowdowns[0].At = 60 * time.Second
	require.Empty(t, drills(s))
}

// A purge is an event, so that hits have a time in which they recover: they are the twenty objects that b lacks, asked once in two seconds.
func TestAPurgeIsADrill(t *testing.T) {
	s := drillStudy(t)
	s.Failures, s.Purges, s.SkipWarmUpCheck = nil, []sim.Purge{{At: 110 * time.Second}}, false
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, []edgewise.Change{{Kind: edgewise.Purge, At: 110 * time.Second}}, c.Changes)
	for _, f := range c.WarmUps {
		require.Equal(t, 110*time.Second, f.Before, "the warm-up is judged by what comes before")
	}
	require.NotEmpty(t, c.WarmUps)
	for statistic, want := range map[string]float64{"hits before": 1, "hits at worst": 0.8, "hits recovered after": 10, "mean latency recovered after": 10} {
		f, ok := c.Placements[0].Workloads[0].Figures.Find("drill: purge", statistic)
		require.True(t, ok, statistic)
		require.InDelta(t, want, f.Value, 1e-12, statistic)
	}
}

// What happens at one instant is one drill, under one name: a PoP and the servers of a region that fail together, a crowd with them.
func TestWhatHappensAtOnceIsOneDrill(t *testing.T) {
	s := drillStudy(t)
	s.Failures[0].With = []string{"b"}
	s.Failures = append(s.Failures, sim.Failure{Site: "region", At: s.Failures[0].At, For: 20 * time.Second})
	s.Slowdowns = []sim.Slowdown{{Site: "region", At: s.Failures[0].At, For: 70 * time.Second, Factor: 2}}
	s.Workloads[0].Service = workload.Cacheable{Sizes: workload.Sizes{MinBytes: 10, MaxBytes: 10}, Origin: workload.ServiceTime{Mean: time.Millisecond}}
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	names := make(map[string]bool)
	for _, f := range c.Placements[0].Workloads[0].Figures {
		if strings.HasPrefix(f.Metric, "drill: ") {
			names[f.Metric] = true
		}
	}
	require.Equal(t, map[string]bool{"drill: a and 2 more down, region slow": true}, names)
}

// Two placements each open another PoP at the same instant: a drill of each, under the placement that has it alone. A site that both open is one drill.
func TestOpeningsOfTwoPlacementsAtOnceAreTwoDrills(t *testing.T) {
	s := drillStudy(t)
	s.Failures = nil
	with := func(name string, openings ...string) placement.Placement {
		p := placement.RegionOnly("region").WithPoPs(1<<20, "a", "b")
		p.Name, p.Routing, p.Upstream.AlwaysOpen = name, placement.NearestRTT{}, true
		for _, site := range openings {
			p.Openings = append(p.Openings, placement.Opening{Site: site, At: 110 * time.Second})
		}
		return p
	}
	drills := func(c *edgewise.Comparison, placement int) (names []string) {
		for _, f := range c.Placements[placement].Workloads[0].Figures {
			if name, ok := strings.CutPrefix(f.Metric, "drill: "); ok && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		return names
	}
	s.Placements = []placement.Placement{with("first", "a"), with("second", "b"), with("neither")}
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, []string{"a opens"}, drills(c, 0))
	require.Equal(t, []string{"b opens"}, drills(c, 1))
	require.Equal(t, []string{"a opens", "b opens"}, drills(c, 2), "nothing happens there at either")
	s.Placements = []placement.Placement{with("first", "a"), with("second", "a")}
	c, err = s.Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, []string{"a opens"}, drills(c, 0))
	require.Equal(t, []string{"a opens"}, drills(c, 1))
}

// Before a launch nothing is usual: it is no drill of its own workload, but of others.
func TestALaunchIsADrillOfOthers(t *testing.T) {
	s := drillStudy(t)
	s.Failures = nil
	late := s.Workloads[0]
	late.Name, late.Begins = "late", 110*time.Second
	s.Workloads = append(s.Workloads, late)
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	_, ok := c.Placements[0].Workloads[0].Figures.Find("drill: launch of late", "recovered after")
	require.True(t, ok)
	for _, f := range c.Placements[0].Workloads[1].Figures {
		require.NotEqual(t, "drill: launch of late", f.Metric)
	}
}

// Who stays away until checks have found the site up is not back when it is: a drill after it does not take those steps for usual.
func TestADrillBeginsAnewWhenUsersAreBack(t *testing.T) {
	s := drillStudy(t)
	f := &s.Failures[0]
	f.At, f.For, f.Detection = 50*time.Second, 20*time.Second, 0
	f.Check = &sim.HealthCheck{Interval: 10 * time.Second, Threshold: 2}
	down := s.Downtimes(f)
	require.Len(t, down, 1)
	require.Greater(t, down[0].Back, 80*time.Second)
	require.LessOrEqual(t, down[0].Back, 90*time.Second)
	s.Failures = append(s.Failures, sim.Failure{Site: "region", At: 130 * time.Second, For: 10 * time.Second})
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	before, ok := c.Placements[0].Workloads[0].Figures.Find("drill: region down", "hits before")
	require.True(t, ok)
	require.Equal(t, 1.0, before.Value, "the step in which users come back, to a cache that is empty, is not usual")
}

// A site opens at 110 s, a, whose cache lacks the twenty objects until 112 s: 80 x 6 ms and 20 x 56 ms are 16 ms on the mean of that step, where b gave hits of 10 ms until
// then, and a gives hits of 6 ms for ever after. Only a run in which it has always been there says that it has recovered, after the first step.
func TestTheDrillOfASiteThatOpensIsThatOfHand(t *testing.T) {
	for _, paired := range []bool{false, true} {
		s := drillStudy(t)
		s.Failures, s.Timeline.Paired = nil, paired
		s.Placements[0].Openings = []placement.Opening{{Site: "a", At: 110 * time.Second}}
		c, err := s.Run(context.Background())
		require.NoError(t, err)
		require.Equal(t, []edgewise.Change{{Kind: edgewise.SiteOpens, Site: "a", Placements: []string{"both"}, At: 110 * time.Second}}, c.Changes)
		want := map[string]float64{"failed at worst": 0, "mean latency at worst": 1.6, "hits before": 1, "hits at worst": 0.8, "users moved to a": 1}
		if paired {
			want["mean latency at worst"] = 16.0 / 6
			want["hits recovered after"], want["mean latency recovered after"], want["recovered after"], want["recovered"] = 10, 10, 10, 1
		}
		figures := c.Placements[0].Workloads[0].Figures
		for statistic, is := range want {
			f, ok := figures.Find("drill: a opens", statistic)
			require.True(t, ok, statistic)
			require.InDelta(t, is, f.Value, 1e-12, statistic)
		}
		f, ok := figures.Find("drill: a opens", "recovered after")
		require.True(t, ok)
		require.Equal(t, paired, f.HasValue())
		if !paired {
			require.Contains(t, f.Unsupported, "want timeline: {paired: true}")
		}
		f, ok = c.Placements[1].Workloads[0].Figures.Find("drill: a opens", "recovered after")
		require.True(t, ok)
		require.True(t, f.HasValue())
		require.Zero(t, f.Value, "nothing happens there")
	}
	// What closes never is as before.
	s := drillStudy(t)
	s.Failures, s.Timeline.Paired = nil, true
	s.Placements[0].Openings = []placement.Opening{{Site: "a", Closes: 110 * time.Second}}
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	figures := c.Placements[0].Workloads[0].Figures
	f, ok := figures.Find("drill: a closes", "mean latency at worst")
	require.True(t, ok)
	require.InDelta(t, 20.0/6, f.Value, 1e-12)
	_, ok = figures.Find("drill: a closes", "recovered")
	require.False(t, ok)
}
