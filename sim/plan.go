package sim

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// A Plan is one placement of a scenario made ready to run: who enters where, and how far everything
// is. It is immutable; any number of runs may use it at once.
type Plan struct {
	scenario  Scenario
	placement placement.Placement
	metros    []string
	access    []*accessLaw // by metro
	sites     []plannedSite
	workloads []plannedWorkload
}

// A plannedSite is a site with its roles.
type plannedSite struct {
	id              string
	edge, mid       *placement.Cache // of the first tier and of the second
	origin, compute *placement.Assignment
	// up leads a cache to the next tier: a site of the plan. ups are those that can stand in for each other
	// where it may fail, nil where it never does.
	up  leg
	ups []upstream
	// parent leads a Local Zone's computers to its region; parents is as ups.
	parent  leg
	parents []upstream
}

// A leg is the way between two sites.
type leg struct {
	// to is a site of the plan, or -1 where the far end is not part of the placement.
	to int
	// up and down are one-way delays in ns; down leads back.
	up, down  int64
	nsPerByte float64
}

func (l leg) rtt() int64 { return l.up + l.down }

// A plannedWorkload says where the users of each metro enter. Workloads are numbered as in the scenario.
type plannedWorkload struct {
	name      string
	kind      Kind
	deadlines []int64             // ns
	audiences []workload.Audience // by metro
	entries   [][]entry           // by metro: one, or several that share its users
}

// An entry is the way of a metro's users to the site that serves them. Times are in ns.
type entry struct {
	site int
	// up and down are the fixed one-way delays between metro and entry point without the last
	// mile; access is the last mile, one way, as the links have it.
	up, down, access int64
	// jitter is the mean of the links' jitter, both ways; loss the probability that a packet of an
	// exchange is lost, there or back, lossDown that of a packet to the user.
	jitter, loss, lossDown float64
	// beyond is the way from the entry point to the serving site, where these differ: a PoP that
	// passes a computed request on.
	beyond leg
	// gate says which users enter here, nil if all do.
	gate *gateRule
	// outages are those of the entry point and of the serving site, by the instant of users who meet
	// them.
	outages []outage
}

// delay returns the time from a user's instant to the serving site.
func (e *entry) delay() int64 { return e.up + e.access + e.beyond.up }

// Compile makes placements of one scenario, one or more, ready to run. It looks up all routes once.
func Compile(s Scenario, placements ...placement.Placement) ([]*Plan, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if len(placements) == 0 {
		return nil, fmt.Errorf("sim: no placement; want at least one")
	}
	c := compiler{scenario: s, net: s.Network}
	if err := c.audiences(); err != nil {
		return nil, err
	}
	for i := range placements {
		if err := s.ValidatePlacement(placements[i]); err != nil {
			return nil, err
		}
	}
	if err := c.routes(placements); err != nil {
		return nil, err
	}
	plans := make([]*Plan, len(placements))
	for i, p := range placements {
		plan, err := c.plan(p)
		if err != nil {
			return nil, fmt.Errorf("placement %q: %w", p.Name, err)
		}
		plans[i] = plan
	}
	return plans, nil
}

// A compiler holds what the plans of one scenario share.
type compiler struct {
	scenario Scenario
	net      *topology.Network
	metros   []int
	people   []workload.Audience
	access   []*accessLaw
	// siteOf numbers the sites of all placements as they stand in the route tables.
	siteOf map[string]int
	nodes  []int
	there  *topology.Routes // metros to sites, over public links
	back   *topology.Routes // the same, for the way back
	// legs holds the ways between sites that have been asked for.
	legs map[[2]int]leg
}

func (c *compiler) audiences() error {
	miles, err := newLastMiles()
	if err != nil {
		return err
	}
	c.metros = c.net.OfKind(topology.Metro)
	if len(c.metros) == 0 {
		return fmt.Errorf("sim: the network has no metro, so there are no users")
	}
	for _, m := range c.metros {
		node := c.net.At(m)
		zone, err := time.LoadLocation(cmp.Or(node.TimeZone, "UTC"))
		if err != nil {
			return fmt.Errorf("sim: metro %q: time zone %q: %w", node.ID, node.TimeZone, err)
		}
		c.people = append(c.people, workload.Audience{
			Metro: node.ID, Place: topology.Place{LatDeg: node.LatDeg, LonDeg: node.LonDeg}, Users: node.Users, Zone: zone,
		})
		c.access = append(c.access, newAccessLaw(miles, node.Access.OrDefault()))
	}
	_, err = workload.Shares(c.people)
	return err
}

func (c *compiler) routes(placements []placement.Placement) (err error) {
	c.siteOf = make(map[string]int)
	c.legs = make(map[[2]int]leg)
	for _, p := range placements {
		for _, id := range p.AllSites() {
			if _, ok := c.siteOf[id]; ok {
				continue
			}
			node, _ := c.net.Index(id)
			c.siteOf[id] = len(c.nodes)
			c.nodes = append(c.nodes, node)
		}
	}
	if c.there, err = c.net.Routes(c.metros, c.nodes, topology.Public); err != nil {
		return err
	}
	c.back, err = c.net.ReturnRoutes(c.metros, c.nodes, topology.Public)
	return err
}

// leg returns the way between two nodes over the provider's backbone or, where that is missing or
// longer, the public internet.
func (c *compiler) leg(from, to string) (leg, error) {
	a, ok := c.net.Index(from)
	if !ok {
		return leg{}, fmt.Errorf("no node %q", from)
	}
	b, ok := c.net.Index(to)
	if !ok {
		return leg{}, fmt.Errorf("no node %q", to)
	}
	if l, ok := c.legs[[2]int{a, b}]; ok {
		return l, nil
	}
	path, err := c.net.BetweenSites(a, b)
	if err != nil {
		return leg{}, err
	}
	l := leg{to: -1, up: int64(path.There), down: int64(path.Back)}
	if path.BackBitsPerSecond > 0 {
		l.nsPerByte = 8e9 / path.BackBitsPerSecond
	}
	c.legs[[2]int{a, b}] = l
	return l, nil
}

func (c *compiler) plan(p placement.Placement) (*Plan, error) {
	plan := &Plan{scenario: c.scenario, placement: p, access: c.access}
	for _, a := range c.people {
		plan.metros = append(plan.metros, a.Metro)
	}
	number := plan.takeRoles()
	if err := c.connect(plan, number); err != nil {
		return nil, err
	}
	for i := range c.scenario.Workloads {
		if err := c.addWorkload(plan, &c.scenario.Workloads[i]); err != nil {
			return nil, err
		}
	}
	return plan, nil
}

// addWorkload finds a workload's users and where they enter.
func (c *compiler) addWorkload(p *Plan, w *workload.Workload) (err error) {
	planned := plannedWorkload{name: w.Name, kind: KindOf(w.Service)}
	for _, d := range w.Deadlines {
		planned.deadlines = append(planned.deadlines, int64(d))
	}
	if planned.audiences, err = c.audiencesOf(w.Metros); err == nil {
		planned.entries, err = c.entries(p, planned.name, planned.kind)
	}
	if err != nil {
		return fmt.Errorf("workload %q: %w", w.Name, err)
	}
	p.workloads = append(p.workloads, planned)
	return nil
}

// audiencesOf returns the users of the given metros, all if none is given; other metros have none.
func (c *compiler) audiencesOf(metros []string) ([]workload.Audience, error) {
	if len(metros) == 0 {
		return c.people, nil
	}
	part := slices.Clone(c.people)
	for i := range part {
		if !slices.Contains(metros, part[i].Metro) {
			part[i].Users = 0
		}
	}
	_, err := workload.Shares(part)
	return part, err
}

// takeRoles lists the sites of the placement with their roles, and returns their numbers by id.
func (p *Plan) takeRoles() map[string]int {
	number := make(map[string]int)
	for i, id := range p.placement.AllSites() {
		number[id] = i
		p.sites = append(p.sites, plannedSite{id: id, up: leg{to: -1}, parent: leg{to: -1}})
	}
	for i := range p.placement.Sites {
		a := &p.placement.Sites[i]
		switch s := &p.sites[number[a.Site]]; a.Role {
		case placement.Origin:
			s.origin = a
		case placement.Compute:
			s.compute = a
		}
	}
	for t := range p.placement.Tiers {
		for i := range p.placement.Tiers[t].Caches {
			at := &p.placement.Tiers[t].Caches[i]
			switch s := &p.sites[number[at.Site]]; t {
			case 0:
				s.edge = at
			case 1:
				s.mid = at
			}
		}
	}
	return number
}

// connect finds the next tier of every cache and the parent of every Local Zone.
func (c *compiler) connect(p *Plan, number map[string]int) error {
	mids, origins := p.with(placement.MidTierCache), p.with(placement.Origin)
	for i := range p.sites {
		s := &p.sites[i]
		next, role := origins, placement.Origin
		if s.edge != nil && len(mids) > 0 {
			next, role = mids, placement.MidTierCache
		}
		if s.edge != nil || s.mid != nil {
			up, err := c.nearestLeg(p, s.id, next)
			if err != nil {
				return fmt.Errorf("site %q: %w", s.id, err)
			}
			s.up = up
			ups, err := c.nextTiers(p, s.id, role)
			if err != nil {
				return fmt.Errorf("site %q: %w", s.id, err)
			}
			s.ups = failing(ups)
		}
		node, _ := c.net.Index(s.id)
		if n := c.net.At(node); s.compute != nil && n.Kind == topology.LocalZone {
			l, err := c.leg(s.id, n.Parent)
			if err != nil {
				return fmt.Errorf("site %q: %w", s.id, err)
			}
			if parent, ok := number[n.Parent]; ok && p.sites[parent].compute != nil {
				l.to = parent
			}
			s.parent = l
			ups, err := c.parents(p, s.id, l, n.Parent)
			if err != nil {
				return fmt.Errorf("site %q: %w", s.id, err)
			}
			s.parents = failing(ups)
		}
	}
	return nil
}

// with returns the numbers of the sites that have a role, but for backups. [placement.EdgeCache] stands for the
// first tier, [placement.MidTierCache] for the second.
func (p *Plan) with(role placement.Role) []int { return p.assigned(role, false) }

// backups returns the numbers of the sites that have a role while others are down.
func (p *Plan) backups(role placement.Role) []int { return p.assigned(role, true) }

func (p *Plan) assigned(role placement.Role, backup bool) []int {
	var found []int
	for i := range p.sites {
		if has, isBackup := p.sites[i].has(role); has && isBackup == backup {
			found = append(found, i)
		}
	}
	return found
}

// has reports whether the site has a role, and whether as a backup.
func (s *plannedSite) has(role placement.Role) (has, backup bool) {
	a, at := s.origin, s.edge
	switch role {
	case placement.Compute:
		a = s.compute
	case placement.MidTierCache:
		at = s.mid
	}
	if role == placement.Origin || role == placement.Compute {
		return a != nil, a != nil && a.Backup
	}
	return at != nil, at != nil && at.Backup
}

// nearestLeg returns the way from a site to the nearest by RTT of several; ties go to the first.
func (c *compiler) nearestLeg(p *Plan, from string, to []int) (leg, error) {
	best := leg{up: math.MaxInt64 / 4, down: math.MaxInt64 / 4}
	for _, n := range to {
		l, err := c.leg(from, p.sites[n].id)
		if err != nil {
			return leg{}, err
		}
		l.to = n
		if l.rtt() < best.rtt() {
			best = l
		}
	}
	return best, nil
}
