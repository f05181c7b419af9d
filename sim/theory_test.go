package sim

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/workload"
)

// replicate runs a placement ten times and estimates a figure of the first workload from each run.
func replicate(t *testing.T, s Scenario, p placement.Placement, of func(*Result) float64) stats.Estimate {
	t.Helper()
	return replications(t, s, p).mean(of)
}

// replicated are the results of ten replications, of which any number of figures can be taken.
type replicated []*Result

func replications(t *testing.T, s Scenario, p placement.Placement) (all replicated) {
	t.Helper()
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	for rep := range 10 {
		r, err := plans[0].Run(context.Background(), rep)
		require.NoError(t, err)
		all = append(all, r)
	}
	return all
}

// mean returns the mean of a figure, with its interval of 99 %.
func (all replicated) mean(of func(*Result) float64) stats.Estimate {
	var samples []float64
	for _, r := range all {
		samples = append(samples, of(r))
	}
	return stats.MeanOf(samples, 0.99)
}

func requireInside(t *testing.T, e stats.Estimate, truth, narrow float64) {
	t.Helper()
	require.Less(t, e.HalfWidth(), narrow*truth, "the interval must be narrow enough to say something")
	require.True(t, e.Low <= truth && truth <= e.High, "want %v in [%v, %v]", truth, e.Low, e.High)
}

func TestServersOfASiteWaitAsErlangSays(t *testing.T) {
	// Erlang C: the mean wait of M/M/c with arrivals at 0.8 c a service time is, in service times,
	// P(wait) / (c (1 - 0.8)).
	for _, c := range []struct {
		servers int
		pWait   float64
	}{{1, 0.8}, {4, 0.596432}} {
		w := workload.Workload{
			Head:    workload.Head{Name: "api"},
			Demand:  workload.Poisson{RequestsPerSecond: 0.8 * float64(c.servers) * 100},
			Service: workload.Computed{Work: workload.ServiceTime{Mean: 10 * time.Millisecond, Law: workload.ExponentialTime}},
		}
		s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, WarmUp: 20 * time.Second, Duration: 200 * time.Second, Seed: 3}
		p := placement.RegionOnly("region")
		p.Sites[1].Servers = c.servers
		wait := replicate(t, s, p, func(r *Result) float64 {
			tally := &r.Workloads[0].Metros[0]
			return float64(tally.Causes[Queue]) / float64(tally.Count(Requests)) / float64(10*ms)
		})
		requireInside(t, wait, c.pWait/(float64(c.servers)*0.2), 0.15)
	}
}

func TestOriginBehindPoPsIsOneQueue(t *testing.T) {
	// Ten PoPs whose caches hold next to nothing pass every request on: the origin sees one Poisson
	// stream and is an M/M/1 queue at load 0.8, however its requests came.
	n, ids := star(t, 10, 20)
	w := workload.Workload{
		Head:    workload.Head{Name: "site"},
		Demand:  workload.Poisson{RequestsPerSecond: 400, Objects: math.MaxUint32},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1, MaxBytes: 1}, Origin: workload.ServiceTime{Mean: 2 * time.Millisecond, Law: workload.ExponentialTime}},
	}
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, WarmUp: 10 * time.Second, Duration: 100 * time.Second, Seed: 5}
	p := placement.RegionOnly("region").WithPoPs(1, ids...)
	p.Sites[0].Servers = 1
	wait := replicate(t, s, p, func(r *Result) float64 {
		total, err := r.Workloads[0].Total()
		require.NoError(t, err)
		return float64(total.Causes[Queue]) / float64(total.Count(Requests)) / float64(2*ms)
	})
	requireInside(t, wait, 4, 0.15)
}

func TestEdgeCacheHitsAsCheSays(t *testing.T) {
	// Che's approximation for LRU, Zipf 0.8 over 10,000 objects of one byte, 1,000 bytes: 0.436660
	// (and exact simulation agrees within 0.001 at this size).
	n, _ := star(t, 1, 0)
	w := workload.Workload{
		Head:    workload.Head{Name: "site"},
		Demand:  workload.Poisson{RequestsPerSecond: 1000, Objects: 10_000, ZipfExponent: 0.8},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1, MaxBytes: 1}},
	}
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, WarmUp: 20 * time.Second, Duration: 50 * time.Second, Seed: 2}
	hits := replicate(t, s, placement.RegionOnly("region").WithPoPs(1000, "pop-0"), func(r *Result) float64 {
		tally := &r.Workloads[0].Metros[0]
		return float64(tally.Outcomes[Hit]) / float64(tally.Count(Requests))
	})
	requireInside(t, hits, 0.436660, 0.01)
}

func TestTickWaitIsHalfATickOnAverage(t *testing.T) {
	// Updates that keep no step with the ticks wait U(0, 1/f): 25 ms at 20 Hz, 3.90625 ms at 128 Hz.
	for _, hz := range []float64{20, 128} {
		w := shooter()
		w = workload.Change(w, func(m *workload.Matched) { m.TickHz, m.UpdateHz, m.TickTime = hz, hz*math.Pi/3, 0 })
		s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, Duration: 4 * time.Second, Seed: 2}
		wait := replicate(t, s, placement.RegionOnly("region"), func(r *Result) float64 {
			tally := &r.Workloads[0].Metros[0]
			return float64(tally.Causes[TickWait]) / float64(tally.Answered())
		})
		requireInside(t, wait, 1e9/hz/2, 0.01)
	}
}

func TestPlayersAreAsManyAsLittleSays(t *testing.T) {
	// 600 concurrent players in a stationary system: in 10 s at 20 Hz they send 120,000 updates.
	w := shooter()
	w = w.WithPlayers(600)
	w = workload.Change(w, func(m *workload.Matched) { m.TickHz, m.MatchPlayers, m.MinPlayers = 20, 1, 1 })
	w.Day = workload.Flat()
	s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, WarmUp: 20 * time.Minute, Duration: 10 * time.Second, Seed: 4}
	updates := replicate(t, s, placement.RegionOnly("region"), func(r *Result) float64 {
		return float64(r.Workloads[0].Metros[0].Count(Requests))
	})
	requireInside(t, updates, 600*20*10, 0.06)
}

func TestSampledUpdatesFindTheSameDistribution(t *testing.T) {
	// Every tenth update of every player: the mean and the tail of all of them, paired by replication.
	w := shooter()
	w = w.WithPlayers(100)
	w = workload.Change(w, func(m *workload.Matched) { m.UpdateHz = 50 })
	s := Scenario{Network: accessWorld(t), Workloads: []workload.Workload{w}, Duration: 30 * time.Second, Seed: 2}
	all, err := Compile(context.Background(), s, placement.RegionOnly("region"))
	require.NoError(t, err)
	w = workload.Change(w, func(m *workload.Matched) { m.SampledUpdates = 0.1 })
	s.Workloads = []workload.Workload{w}
	sampled, err := Compile(context.Background(), s, placement.RegionOnly("region"))
	require.NoError(t, err)
	var a, b []*stats.Sketch
	for rep := range 10 {
		x, err := all[0].Run(context.Background(), rep)
		require.NoError(t, err)
		y, err := sampled[0].Run(context.Background(), rep)
		require.NoError(t, err)
		a = append(a, x.Workloads[0].Metros[0].Metric(Response))
		b = append(b, y.Workloads[0].Metros[0].Metric(Response))
		require.InEpsilon(t, x.Workloads[0].Metros[0].Count(Requests), 10*y.Workloads[0].Metros[0].Count(Requests), 0.01)
	}
	for _, d := range []stats.Estimate{stats.MeanDifferenceMs(a, b, 0.99), stats.QuantileDifferenceMs(a, b, 0.95, 0.99)} {
		require.True(t, d.Low <= 0 && 0 <= d.High, "%v", d)
		require.Less(t, d.HalfWidth(), 1.0, "ms")
	}
}
