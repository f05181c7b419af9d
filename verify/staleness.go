package verify

import (
	"context"
	"math"
	"time"

	rules "github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/workload"
)

// staleness checks, by whole runs, one object at a PoP that may be served stale for a while, where a fetch takes next to no time.
//
// It is asked for at a rate l, is fresh for T and may be served for W longer, while it is fetched anew; it changes at a rate m. A fetch
// comes with the first request behind T, E later, where E is exponential with the rate l: so T + E is a cycle, of l T + 1 requests on the
// mean. That request gets the object stale where E < W, which has the probability q = 1 - exp(-l W); else it waits.
func staleness() []check {
	const (
		l, t, w, m = 0.1, 100.0, 15.0, 1 / 200.0 // by s, and s
		requests   = l*t + 1
	)
	q := 1 - math.Exp(-l*w)
	beyond := 1/l - w*(1-q)/q // the mean of E where E < W
	var all []check
	for _, row := range []struct {
		what, source, unit string
		expected           float64
		of                 func(*sim.Tally) float64
	}{
		{"share of stale answers", "(1 - exp(-l W))/(l T + 1)", "", q / requests, perCount(sim.StaleAnswers, sim.AgedAnswers, 1)},
		{"staleness of stale answers", "1/l - W exp(-l W)/(1 - exp(-l W))", "s", beyond, perCount(sim.StaleMs, sim.StaleAnswers, 1000)},
		{"age of answers", "(l T²/2 + q (T + staleness))/(l T + 1)", "s", (l*t*t/2 + float64(q*(t+beyond))) / requests, perCount(sim.AgeMs, sim.AgedAnswers, 1000)},
		{"share of fetches that find no change", "exp(-m T) l/(l + m)", "", math.Exp(-m*t) * l / (l + m), perCount(sim.OriginConfirmed, sim.OriginRequests, 1)},
		{"share of requests that wait for a fetch", "exp(-l W)/(l T + 1)", "", (1 - q) / requests, func(of *sim.Tally) float64 {
			return 1 - share(*of, sim.Hit) - share(*of, sim.Stale)
		}},
	} {
		all = append(all, check{
			group: "Freshness", source: row.source, unit: row.unit, expected: row.expected,
			name: "6 requests a minute, fresh for 100 s, 15 s more while fetched anew, a change every 200 s: " + row.what,
			simulate: func(ctx context.Context, of trial) (float64, error) {
				n, pops, err := star(1, 0)
				if err != nil {
					return 0, err
				}
				seconds := func(s float64) rules.Span { return rules.For(time.Duration(s * float64(time.Second))) }
				control := rules.Control{
					MaxAge: seconds(t * (1 + of.broken.fresher)), StaleWhileRevalidate: seconds(w), Validator: true,
					Changes: rules.Changes{Mean: 200 * time.Second},
				}
				tally, err := of.run(ctx, sim.Scenario{
					Network: n, WarmUp: 1000 * time.Second, Duration: of.seconds(1_000_000),
					Workloads: []workload.Workload{{
						Head:    workload.Head{Name: "site"},
						Demand:  workload.Poisson{RequestsPerSecond: l, Objects: 1},
						Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1, MaxBytes: 1}}.Controlled(control),
					}},
				}, placement.RegionOnly("region").WithPoPs(1000, pops...))
				return row.of(&tally), err
			},
		})
	}
	return all
}

// perCount returns one counter of a run by another and by so many.
func perCount(counter, by sim.Counter, units float64) func(*sim.Tally) float64 {
	return func(t *sim.Tally) float64 { return float64(t.Count(counter)) / float64(t.Count(by)) / units }
}
