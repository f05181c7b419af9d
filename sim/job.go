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
	// Workloads say who asks for what, and how it is served: one or more, 255 at most, whose names must differ.
	// Results are in their order.
	Workloads []workload.Workload
	// Start is the instant at which a run begins; it sets the local time of day of every metro. The zero time
	// is midnight UTC of a Monday in the year 1, when zones had their solar time: set it where the time of day
	// matters.
	Start time.Time
	// Elapsed is how long before Start that began of which the runs are a part, 0 where they are all of it: health checks of sites go on from then.
	Elapsed time.Duration
	// Begun is the state in which players are found when a run begins; [workload.OfTheDay] without.
	Begun workload.State
	// WarmUp is simulated first and not recorded; Duration is simulated then and recorded.
	WarmUp, Duration time.Duration
	// Seed is the root of all random numbers.
	Seed uint64
	// Failures are sites that are down for a while.
	Failures []Failure
	// Drains are sites whose users are sent elsewhere for a while.
	Drains []Drain
	// Slowdowns are sites whose servers work more slowly for a while.
	Slowdowns []Slowdown
	// LinkFailures are links that are down for a while, LinkImpairments those that are slow or lose packets.
	LinkFailures    []LinkFailure
	LinkImpairments []LinkImpairment
	// OriginErrors are origins that answer errors for a while.
	OriginErrors []OriginErrors
	// Purges take objects out of all caches.
	Purges []Purge
	// Timeline asks for the course of all requests over time; nil does not.
	Timeline *Steps
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
	plans, err := Compile(ctx, job.Scenario, job.Placement)
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
	case s.Elapsed < 0 || s.Elapsed > maxRun:
		return fmt.Errorf("sim: %w", invalid.New("Elapsed", s.Elapsed, "0s to %v", maxRun))
	case s.Begun > workload.Steady:
		return fmt.Errorf("sim: %w", invalid.New("Begun", s.Begun, "day or steady"))
	case s.WarmUp < 0:
		return fmt.Errorf("sim: warm-up is %v; want 0 or more", s.WarmUp)
	case s.Duration > maxRun || s.WarmUp > maxRun:
		return fmt.Errorf("sim: duration %v, warm-up %v; want %v at most", s.Duration, s.WarmUp, maxRun)
	case len(s.Workloads) == 0:
		return fmt.Errorf("sim: no workload")
	case len(s.Workloads) > maxWorkloads:
		return fmt.Errorf("sim: %d workloads; want %d at most", len(s.Workloads), maxWorkloads)
	}
	if err := s.Timeline.validate(s.Duration); err != nil {
		return err
	}
	if err := s.validateFailures(); err != nil {
		return err
	}
	if err := s.validateDrains(); err != nil {
		return err
	}
	if err := s.validateSlowdowns(); err != nil {
		return err
	}
	if err := s.validateLinkEvents(); err != nil {
		return err
	}
	if err := s.validateOriginErrors(); err != nil {
		return err
	}
	if err := s.validatePurges(); err != nil {
		return err
	}
	if err := s.validateHomes(); err != nil {
		return err
	}
	seen := make(map[string]bool)
	objects := 0
	for i := range s.Workloads {
		w := &s.Workloads[i]
		if err := w.Validate(); err != nil {
			return err
		}
		if seen[w.Name] {
			return fmt.Errorf("sim: two workloads are called %q", w.Name)
		}
		seen[w.Name] = true
		for _, id := range w.Metros {
			if i, ok := s.Network.Index(id); !ok || s.Network.At(i).Kind != topology.Metro {
				return fmt.Errorf("sim: workload %q: %w", w.Name, invalid.New("Metros", id, "a metro of the network"))
			}
		}
		for _, u := range w.Users {
			if i, ok := s.Network.Index(u.Metro); !ok || s.Network.At(i).Kind != topology.Metro {
				return fmt.Errorf("sim: workload %q: %w", w.Name, invalid.New("Users", u.Metro, "a metro of the network"))
			}
		}
		if err := s.ValidateAccess(i); err != nil {
			return fmt.Errorf("sim: workload %q: %w", w.Name, err)
		}
		objects += s.objects(i)
	}
	if objects > lost {
		return fmt.Errorf("sim: the cacheable workloads have %d objects in all; want %d at most", objects, uint32(lost))
	}
	return nil
}

// kind returns the kind of a workload by its number.
func (s *Scenario) kind(number int) Kind { return KindOf(s.Workloads[number].Service) }

// objects returns how many numbers the objects of a workload have that caches may keep.
func (s *Scenario) objects(number int) int {
	if d, ok := s.Workloads[number].Demand.(workload.Catalogued); ok && s.kind(number).MeetsCaches() {
		w := &s.Workloads[number]
		n := d.Catalogue() + regular(w)*(variantsOf(w)-1)
		if w.Writes() {
			n += d.Catalogue() // of what is written
		}
		return n
	}
	return 0
}

// regular returns how many of the objects of a workload are asked for again and again, whatever variants they have.
func regular(w *workload.Workload) int {
	n := w.Demand.(workload.Catalogued).Catalogue()
	if d, ok := w.Demand.(workload.Endless); ok {
		return min(d.Regular(), n)
	}
	return n
}

// keyBase returns the key of a workload's first object: keys number the objects of all workloads.
func (s *Scenario) keyBase(number int) uint32 {
	base := 0
	for i := range number {
		base += s.objects(i)
	}
	return uint32(base)
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
	if err := s.validateRanges(&p); err != nil {
		return fmt.Errorf("placement %q: %w", p.Name, err)
	}
	if err := s.validateFreshness(&p); err != nil {
		return fmt.Errorf("placement %q: %w", p.Name, err)
	}
	if preloads(p) {
		if err := s.validateSteadySlices(&p); err != nil {
			return fmt.Errorf("placement %q: %w", p.Name, err)
		}
		for i := range s.Workloads {
			if err := s.validatePreload(i); err != nil {
				return fmt.Errorf("placement %q: workload %q %w", p.Name, s.Workloads[i].Name, err)
			}
		}
	}
	for i := range s.Workloads {
		if err := needed(s.kind(i).Role(), fmt.Sprintf("workload %q", s.Workloads[i].Name)); err != nil {
			return err
		}
	}
	if err := s.validateOpenings(&p); err != nil {
		return fmt.Errorf("placement %q: %w", p.Name, err)
	}
	if err := s.checkSlowdowns(p); err != nil {
		return err
	}
	if err := s.checkOriginErrors(p); err != nil {
		return err
	}
	if err := s.validateByWorkload(p); err != nil {
		return fmt.Errorf("placement %q: %w", p.Name, err)
	}
	if err := s.validateMarkets(p); err != nil {
		return fmt.Errorf("placement %q: %w", p.Name, err)
	}
	return nil
}

// validateByWorkload names the first thing that a valid placement says of workloads and that cannot be, or has no
// effect.
func (s *Scenario) validateByWorkload(p placement.Placement) error {
	kindOf := make(map[string]Kind)
	for i := range s.Workloads {
		name, role := s.Workloads[i].Name, s.kind(i).Role()
		kindOf[name] = s.kind(i)
		if !slices.ContainsFunc(p.Of(role), func(a placement.Assignment) bool { return !a.Backup && a.Serves(name) }) {
			return fmt.Errorf("no site has the role %q for workload %q", role, name)
		}
	}
	for i, a := range p.Sites {
		for k, name := range a.Workloads {
			if kind, ok := kindOf[name]; !ok || kind.Role() != a.Role {
				return invalid.New(fmt.Sprintf("Sites[%d].Workloads[%d]", i, k), name, "a workload that needs the role %q", a.Role)
			}
		}
	}
	if err := s.validateAgain(&p); err != nil {
		return err
	}
	if err := s.validatePools(&p); err != nil {
		return err
	}
	for i, r := range p.Routes {
		for k, name := range r.Workloads {
			kind, ok := kindOf[name]
			if !ok {
				return invalid.New(fmt.Sprintf("Routes[%d].Workloads[%d]", i, k), name, "a workload of the scenario")
			}
			if kind.MeetsCaches() && r.ViaPoP {
				return invalid.New(fmt.Sprintf("Routes[%d].ViaPoP", i), true, "false: the users of workload %q enter at the caches themselves", name)
			}
			if err := checkNamed(p, r.Routing, name, needs(p, kind)); err != nil {
				return invalid.In(fmt.Sprintf("Routes[%d].Routing", i), err)
			}
			if kind == Matched && r.ViaPoP {
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

// validatePreload says why caches cannot be preloaded with the objects of a workload.
func (s *Scenario) validatePreload(number int) error {
	n := s.objects(number)
	if n == 0 {
		return nil
	}
	if _, ok := s.Workloads[number].Demand.(workload.Popular); !ok {
		return fmt.Errorf("asks by a %T, which cannot say how popular each object is; caches can be preloaded for a workload.Popular demand", s.Workloads[number].Demand)
	}
	if s.Workloads[number].RecordsSizes() {
		return fmt.Errorf("asks by a %T, which says only with each request how large the object is; caches can be preloaded for a demand that leaves sizes to its service", s.Workloads[number].Demand)
	}
	if n = regular(&s.Workloads[number]) * variantsOf(&s.Workloads[number]); n > maxPreloadObjects {
		return fmt.Errorf("has %d objects; caches can be preloaded from %d at most", n, maxPreloadObjects)
	}
	return nil
}
