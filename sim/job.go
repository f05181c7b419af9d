package sim

import (
	"context"
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// A Scenario is what all runs of a study have in common.
type Scenario struct {
	// Network holds the metros and the sites.
	Network *topology.Network
	// Static, Dynamic and Gaming are the workloads; their names must differ.
	Static  []workload.Static
	Dynamic []workload.Dynamic
	Gaming  []workload.Gaming
	// Start is the instant at which a run begins; it sets the local time of day of every metro.
	Start time.Time
	// WarmUp is simulated first and not recorded; Duration is simulated then and recorded.
	WarmUp, Duration time.Duration
	// Seed is the root of all random numbers.
	Seed uint64
	// Failures are sites that are down for a while.
	Failures []Failure
}

// A Job is one run: the unit of work.
type Job struct {
	Scenario
	Placement placement.Placement
	// Replication tells runs with the same seed apart, from 0.
	Replication int
}

// Run simulates one job. To run many placements or replications of a scenario, [Compile] it once.
func Run(ctx context.Context, job Job) (*Result, error) {
	plans, err := Compile(job.Scenario, job.Placement)
	if err != nil {
		return nil, err
	}
	return plans[0].Run(ctx, job.Replication)
}

// maxRun bounds the simulated time of a run: a year.
const maxRun = 366 * 24 * time.Hour

// Validate names the first field that is out of range.
func (s *Scenario) Validate() error {
	switch {
	case s.Network == nil:
		return fmt.Errorf("sim: no network")
	case s.Duration <= 0:
		return fmt.Errorf("sim: duration is %v; want more than 0", s.Duration)
	case s.WarmUp < 0:
		return fmt.Errorf("sim: warm-up is %v; want 0 or more", s.WarmUp)
	case s.Duration > maxRun || s.WarmUp > maxRun:
		return fmt.Errorf("sim: duration %v, warm-up %v; want %v at most", s.Duration, s.WarmUp, maxRun)
	case len(s.Static)+len(s.Dynamic)+len(s.Gaming) == 0:
		return fmt.Errorf("sim: no workload")
	case len(s.Static) > maxStatics:
		return fmt.Errorf("sim: %d static workloads; want %d at most", len(s.Static), maxStatics)
	case len(s.Dynamic) > maxDynamics:
		return fmt.Errorf("sim: %d dynamic workloads; want %d at most", len(s.Dynamic), maxDynamics)
	}
	if err := s.validateFailures(); err != nil {
		return err
	}
	objects := 0
	for i := range s.Static {
		objects += max(s.Static[i].Objects, 0)
	}
	if objects > lost {
		return fmt.Errorf("sim: the static workloads have %d objects in all; want %d at most", objects, uint32(lost))
	}
	seen := make(map[string]bool)
	return s.each(func(name string, validate func() error) error {
		if err := validate(); err != nil {
			return err
		}
		if seen[name] {
			return fmt.Errorf("sim: two workloads are called %q", name)
		}
		seen[name] = true
		return nil
	})
}

// each visits the workloads in their order: static, dynamic, gaming.
func (s *Scenario) each(visit func(name string, validate func() error) error) error {
	for i := range s.Static {
		if err := visit(s.Static[i].Name, s.Static[i].Validate); err != nil {
			return err
		}
	}
	for i := range s.Dynamic {
		if err := visit(s.Dynamic[i].Name, s.Dynamic[i].Validate); err != nil {
			return err
		}
	}
	for i := range s.Gaming {
		if err := visit(s.Gaming[i].Name, s.Gaming[i].Validate); err != nil {
			return err
		}
	}
	return nil
}
