package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
)

// awayIn returns when users and other sites are sent away from a site of a placement: as [Scenario.awayFrom] says, and while it is not open.
func (s *Scenario) awayIn(p *placement.Placement, site string) []span {
	all := s.awayFrom(site)
	for _, o := range p.Openings {
		if o.Site != site {
			continue
		}
		if o.At > 0 {
			all = append(all, span{0, int64(o.At)})
		}
		if o.Closes > 0 {
			all = append(all, span{int64(o.Closes), unknown})
		}
		all = union(all)
	}
	return all
}

// A presence is when a site is there to work: from its opening to its closing, in ns since the start of a run.
type presence struct{ opens, closes int64 }

// presenceOf returns when a site of the plan is there.
func (p *Plan) presenceOf(site int) presence {
	there := presence{closes: unknown}
	for _, o := range p.placement.Openings {
		if o.Site == p.sites[site].id {
			if there.opens = int64(o.At); o.Closes > 0 {
				there.closes = int64(o.Closes)
			}
		}
	}
	return there
}

// within returns which part of the recorded time [from, end) servers are there: until their last work, where that ends after the site has closed, for what it has begun it ends.
func (t presence) within(from, end, last int64) (int64, int64) {
	from = min(max(from, t.opens), end)
	return from, max(from, min(end, max(t.closes, last)))
}

// inService returns the parts of the recorded time in which servers are there, in order: [presence.within] without the outages of their site.
func (t presence) inService(from, end, last int64, down []outage) (parts []span) {
	from, end = t.within(from, end, last)
	for _, o := range down {
		if o.to <= from || o.from >= end {
			continue
		}
		if o.from > from {
			parts = append(parts, span{from, o.from})
		}
		from = o.to
	}
	if from < end {
		parts = append(parts, span{from, end})
	}
	return parts
}

// usIn is usOf in several parts of the time.
func usIn(count int, parts []span) (us uint64) {
	for _, s := range parts {
		us += usOf(count, s.from, s.to)
	}
	return us
}

// isOpen reports whether a placement's site is open at an instant, whatever else happens to it.
func isOpen(p *placement.Placement, site string, at time.Duration) bool {
	for _, o := range p.Openings {
		if o.Site == site {
			return o.IsOpen(at)
		}
	}
	return true
}

// isOpen reports whether a site of the plan is open at an instant of the run in ns.
func (p *Plan) isOpen(site int, at int64) bool {
	return isOpen(&p.placement, p.sites[site].id, time.Duration(at))
}

// openedAt returns when a site opened, since the start of a run; 0 of one that has always been there.
func (p *Plan) openedAt(site string) time.Duration {
	for _, o := range p.placement.Openings {
		if o.Site == site {
			return o.At
		}
	}
	return 0
}

// end returns the instant in ns at which a run ends.
func (p *Plan) end() int64 { return int64(p.scenario.WarmUp + p.scenario.Duration) }

// openPhases returns when the phases of the recorded time begin in which the same sites of a placement are open, in order; one where none opens or closes.
func (s *Scenario) openPhases(p *placement.Placement) []int64 {
	from, end := int64(s.WarmUp), int64(s.WarmUp+s.Duration)
	all := []int64{from}
	for _, o := range p.Openings {
		for _, at := range []int64{int64(o.At), int64(o.Closes)} {
			if from < at && at < end {
				all = append(all, at)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// phaseParts returns the part of the recorded time that each phase has.
func (p *Plan) phaseParts() []float64 {
	parts := make([]float64, len(p.phases))
	for k, from := range p.phases {
		to := p.end()
		if k+1 < len(p.phases) {
			to = p.phases[k+1]
		}
		parts[k] = float64(to-from) / float64(p.scenario.Duration)
	}
	return parts
}

// inPhase returns how users are routed while the sites are open that are at an instant, and all else is as in the first epoch.
func (c *compiler) inPhase(p *Plan, first *epoch, at int64) epoch {
	e := epoch{net: first.net}
	for i := range p.sites {
		if !p.isOpen(i, at) || within(c.scenario.awayFrom(p.sites[i].id), 0) {
			e.away = append(e.away, p.sites[i].id)
		}
	}
	return e
}

// validateOpenings names the first opening of a valid placement that leaves, for a time, nobody to do what its site does.
func (s *Scenario) validateOpenings(p *placement.Placement) error {
	for i, o := range p.Openings {
		at := fmt.Sprintf("Openings[%d]", i)
		for k := range s.Workloads {
			w := &s.Workloads[k]
			for _, a := range p.Of(placement.Compute) {
				if w.CallsHome() && a.Serves(w.Name) && a.Site != o.Site && s.homeOfSite(*p, w, a.Site) == o.Site {
					return invalid.In(at, invalid.New("Site", o.Site, "a site that %q does not call for the data of workload %q", a.Site, w.Name))
				}
			}
		}
		for _, change := range p.Openings {
			for _, when := range []time.Duration{0, change.At, change.Closes} {
				if missing := s.missingAt(p, o.Site, when); missing != "" {
					field, value := "At", o.At
					if o.At <= when {
						field, value = "Closes", o.Closes
					}
					return invalid.In(at, invalid.New(field, value, "an instant at which another site is open, too, %s: none is %v after the start", missing, when))
				}
			}
		}
	}
	return nil
}

// missingAt says what a site does that nobody does at an instant at which it is not open; "" where others do.
func (s *Scenario) missingAt(p *placement.Placement, site string, at time.Duration) string {
	if isOpen(p, site, at) {
		return ""
	}
	for i := range p.Tiers {
		has, others := false, false
		for _, c := range p.Tiers[i].Caches {
			has = has || c.Site == site
			others = others || isOpen(p, c.Site, at)
		}
		if has && !others {
			return fmt.Sprintf("with a cache of the tier %q", p.Tiers[i].Name)
		}
	}
	for i := range s.Workloads {
		w := &s.Workloads[i]
		has, others := false, false
		for _, a := range p.Of(placement.Compute) {
			if KindOf(w.Service).Role() == placement.Compute && a.Serves(w.Name) {
				has = has || a.Site == site
				others = others || isOpen(p, a.Site, at)
			}
		}
		if has && !others {
			return fmt.Sprintf("that computes workload %q", w.Name)
		}
	}
	return ""
}
