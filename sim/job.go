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
	if len(p.Tiers) > 0 {
		if err := needed(placement.Origin, fmt.Sprintf("the cache at %q", p.Tiers[0].Caches[0].Site)); err != nil {
			return err
		}
	}
	if err := simulable(p); err != nil {
		return fmt.Errorf("placement %q: %w", p.Name, err)
	}
	if preloads(p) {
		for i := range s.Static {
			if w := &s.Static[i]; w.Objects > maxPreloadObjects {
				return fmt.Errorf("placement %q: workload %q has %d objects; caches can be preloaded from %d at most", p.Name, w.Name, w.Objects, maxPreloadObjects)
			}
		}
	}
	if err := s.each(func(w workloadHead) error {
		return needed(ownRole(w.kind), fmt.Sprintf("workload %q", w.name))
	}); err != nil {
		return err
	}
	if err := s.validateByWorkload(p); err != nil {
		return fmt.Errorf("placement %q: %w", p.Name, err)
	}
	return nil
}

// ownRole returns the role without which no placement can serve a kind of workload.
func ownRole(kind Kind) placement.Role {
	if kind == Static {
		return placement.Origin
	}
	return placement.Compute
}

// validateByWorkload names the first thing that a valid placement says of workloads and that cannot be, or has no
// effect.
func (s *Scenario) validateByWorkload(p placement.Placement) error {
	kinds := make(map[string]Kind)
	if err := s.each(func(w workloadHead) error {
		kinds[w.name] = w.kind
		role := ownRole(w.kind)
		if !slices.ContainsFunc(p.Of(role), func(a placement.Assignment) bool { return !a.Backup && a.Serves(w.name) }) {
			return fmt.Errorf("no site has the role %q for workload %q", role, w.name)
		}
		return nil
	}); err != nil {
		return err
	}
	for i, a := range p.Sites {
		for k, name := range a.Workloads {
			if kind, ok := kinds[name]; !ok || ownRole(kind) != a.Role {
				return invalid.New(fmt.Sprintf("Sites[%d].Workloads[%d]", i, k), name, "a workload that needs the role %q", a.Role)
			}
		}
	}
	for i, r := range p.Routes {
		for k, name := range r.Workloads {
			kind, ok := kinds[name]
			if !ok {
				return invalid.New(fmt.Sprintf("Routes[%d].Workloads[%d]", i, k), name, "a workload of the scenario")
			}
			if kind == Static && r.ViaPoP {
				return invalid.New(fmt.Sprintf("Routes[%d].ViaPoP", i), true, "false: the users of workload %q enter at the caches themselves", name)
			}
			if err := checkNamed(p, r.Routing, name, needs(p, kind)); err != nil {
				return invalid.In(fmt.Sprintf("Routes[%d].Routing", i), err)
			}
			if kind == Gaming && r.ViaPoP {
				for _, f := range s.Failures {
					if slices.ContainsFunc(p.Tiers[0].Caches, func(c placement.Cache) bool { return c.Site == f.Site }) {
						return invalid.New(fmt.Sprintf("Routes[%d].ViaPoP", i), true, "false: a game cannot go via a site that fails (%s), so far", f.Site)
					}
				}
			}
		}
	}
	return nil
}

// checkNamed names the first site of a rule that cannot serve a workload in its role.
func checkNamed(p placement.Placement, rule placement.Routing, workload string, role placement.Role) error {
	namer, ok := rule.(placement.SiteNamer)
	if !ok {
		return nil
	}
	for i, id := range namer.NamedSites() {
		serves := slices.ContainsFunc(p.Of(role), func(a placement.Assignment) bool { return a.Site == id && a.Serves(workload) }) ||
			slices.ContainsFunc(p.Caches(string(role)), func(c placement.Cache) bool { return c.Site == id })
		if !serves {
			return invalid.New(fmt.Sprintf("[%d].Site", i), id, "a site with the role %q for workload %q", role, workload)
		}
	}
	return nil
}

// simulable names the first thing that placements may say and runs cannot do yet.
func simulable(p placement.Placement) error {
	if len(p.Tiers) > maxTiers {
		return invalid.New(fmt.Sprintf("Tiers[%d].Name", maxTiers), p.Tiers[maxTiers].Name, "%d tiers of caches at most, so far", maxTiers)
	}
	for i, a := range p.Sites {
		if a.Role == placement.Origin && len(a.Workloads) > 0 && len(p.Tiers) > 0 {
			return invalid.New(fmt.Sprintf("Sites[%d].Workloads", i), a.Workloads, "none behind caches, so far: they fetch all from the nearest origin")
		}
	}
	for i, t := range p.Tiers {
		if t.SkipInOriginRegion {
			return invalid.New(fmt.Sprintf("Tiers[%d].SkipInOriginRegion", i), true, "false: tiers cannot be skipped so far")
		}
		if len(t.Origins) > 0 {
			return invalid.New(fmt.Sprintf("Tiers[%d].Origins", i), t.Origins, "none: tiers cannot be skipped so far")
		}
		for k, c := range t.Caches {
			if i > 0 && slices.ContainsFunc(p.Tiers[0].Caches, func(o placement.Cache) bool { return o.Site == c.Site }) {
				return invalid.New(fmt.Sprintf("Tiers[%d].Caches[%d].Site", i, k), c.Site, "a site that is in no other tier, so far")
			}
		}
	}
	return nil
}

// maxTiers bounds the tiers of caches.
const maxTiers = 2

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
