package sim

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
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
	// Start is the instant at which a run begins; it sets the local time of day of every metro. The zero time
	// is midnight UTC of a Monday in the year 1, when zones had their solar time: set it where the time of day
	// matters.
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
	if err := s.validateHomes(); err != nil {
		return err
	}
	seen := make(map[string]bool)
	return s.each(func(w workloadHead) error {
		if err := w.validate(); err != nil {
			return err
		}
		if seen[w.name] {
			return fmt.Errorf("sim: two workloads are called %q", w.name)
		}
		seen[w.name] = true
		for _, id := range w.metros {
			if i, ok := s.Network.Index(id); !ok || s.Network.At(i).Kind != topology.Metro {
				return fmt.Errorf("sim: workload %q: %w", w.name, invalid.New("Metros", id, "a metro of the network"))
			}
		}
		return nil
	})
}

// ValidatePlacement names the first reason for which a placement cannot serve a valid scenario: a site that is
// not in its network, a size of 0, a role that a workload needs and no site has.
func (s *Scenario) ValidatePlacement(p placement.Placement) error {
	if err := p.Validate(s.Network); err != nil {
		return err
	}
	needed := func(role placement.Role, what string) error {
		if len(p.Of(role)) == 0 {
			return fmt.Errorf("placement %q: no site has the role %q, which %s needs", p.Name, role, what)
		}
		return nil
	}
	for _, role := range []placement.Role{placement.EdgeCache, placement.MidTierCache} {
		if caches := p.Of(role); len(caches) > 0 {
			if err := needed(placement.Origin, fmt.Sprintf("the cache at %q", caches[0].Site)); err != nil {
				return err
			}
		}
	}
	if slices.ContainsFunc(p.Sites, func(a placement.Assignment) bool { return a.Preload }) {
		for i := range s.Static {
			if w := &s.Static[i]; w.Objects > maxPreloadObjects {
				return fmt.Errorf("placement %q: workload %q has %d objects; caches can be preloaded from %d at most", p.Name, w.Name, w.Objects, maxPreloadObjects)
			}
		}
	}
	return s.each(func(w workloadHead) error {
		role := placement.Compute
		if w.kind == Static {
			role = placement.Origin
		}
		return needed(role, fmt.Sprintf("workload %q", w.name))
	})
}

// A workloadHead is what workloads of all kinds have.
type workloadHead struct {
	kind     Kind
	name     string
	metros   []string
	validate func() error
}

// each visits the workloads in their order: static, dynamic, gaming.
func (s *Scenario) each(visit func(workloadHead) error) error {
	var all []workloadHead
	for i := range s.Static {
		w := &s.Static[i]
		all = append(all, workloadHead{Static, w.Name, w.Metros, w.Validate})
	}
	for i := range s.Dynamic {
		w := &s.Dynamic[i]
		all = append(all, workloadHead{Dynamic, w.Name, w.Metros, w.Validate})
	}
	for i := range s.Gaming {
		w := &s.Gaming[i]
		all = append(all, workloadHead{Gaming, w.Name, w.Metros, w.Validate})
	}
	for _, w := range all {
		if err := visit(w); err != nil {
			return err
		}
	}
	return nil
}
