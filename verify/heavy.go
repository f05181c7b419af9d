package verify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/workload"
)

// heavyTraffic checks the mean wait before one server that is busy nearly all the time, for requests that come more regularly than those of
// many users do. It lies in a band: not above the bound of Kingman (1962), not below it by more than Marshall (1968) allows where the
// longer it is since the last request, the sooner the next is due, as with gamma laws of a shape of 1 and more. In service times, with squared
// variations a of the gaps and s of the work, the bound is (a/rho + rho s)/(2(1-rho)), and the band (a + rho)/(2 rho) wide.
func heavyTraffic(group string) (all []check) {
	for _, c := range []struct {
		shape, variation, load float64
	}{{2, 1.5, .95}, {4, 2, .95}} {
		gaps, work := 1/c.shape, c.variation*c.variation
		most := (gaps/c.load + float64(c.load*work)) / (2 * (1 - c.load))
		half := (gaps + c.load) / (4 * c.load) // of the width
		all = append(all, check{
			group: group, source: "band of Kingman and Marshall", unit: "service times", expected: most - half, tolerance: half,
			name: fmt.Sprintf("API on one server at load %v, gaps of variance 1/%v, gamma work of variance %v: mean wait", c.load, c.shape, work),
			simulate: func(ctx context.Context, t trial) (float64, error) {
				const requests = 200_000
				n, _, err := star(1, 0)
				if err != nil {
					return 0, err
				}
				gap := time.Duration(float64(serviceMean) / c.load)
				tally, err := t.run(ctx, sim.Scenario{
					Network: n, WarmUp: 10_000 * gap, Duration: time.Duration(t.scaled(requests)) * gap,
					Workloads: []workload.Workload{{
						Head: workload.Head{Name: "api"}, Demand: renewals{mean: gap, shape: c.shape},
						Service: workload.Computed{Work: workload.ServiceTime{Mean: t.slowed(serviceMean), Law: workload.GammaTime, Variation: c.variation}},
					}},
				}, placement.Placement{Name: "p"}.With(placement.Assignment{Site: "region", Role: placement.Compute, Servers: 1}))
				return meanCause(tally, sim.Queue, serviceMean), err
			},
		})
	}
	return all
}

// renewals is a demand of which each metro asks after gaps of a gamma law.
type renewals struct {
	mean  time.Duration
	shape float64
}

// Validate refuses gaps of nothing.
func (r renewals) Validate() error {
	if r.mean <= 0 || r.shape <= 0 {
		return errors.New("gaps need a mean and a shape above 0")
	}
	return nil
}

// Open begins the gaps of each metro.
func (r renewals) Open(audiences []workload.Audience, env workload.Env) (func(int) workload.Source, error) {
	return func(i int) workload.Source {
		return &renewing{renewals: r, gaps: env.Stream(audiences[i].Metro, "gaps")}
	}, nil
}

// A renewing metro asks for something.
type renewing struct {
	renewals
	gaps random.Stream
	at   int64
}

// Draw draws gaps.
func (r *renewing) Draw(to int64, b *workload.Batch) int {
	for n := range b.Len() {
		r.at += int64(r.gaps.Gamma(r.shape) / r.shape * float64(r.mean))
		b.At[n] = r.at
		if r.at >= to {
			return n + 1
		}
	}
	return b.Len()
}
