package sim

import (
	"context"
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
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
	sites     []plannedSite
	workloads []plannedWorkload
	links     []plannedLink // whose capacity is shared
	phases    []int64       // when those begin in which the same sites are open
	taken     []float64     // by site: the cores that games are expected to take, where others may have those that are left
	calm      *Plan         // the same without what happens at a time; nil where nobody asks for it
	crosses   LinkCrossings
	// fetchesLose says that some way that objects are fetched over loses packets.
	fetchesLose bool
}

// A plannedSite is a site with its roles.
type plannedSite struct {
	id              string
	caches          []*placement.Cache // by tier, nil where it has none
	origin, compute *placement.Assignment
}

// A leg is the way between two sites.
type leg struct {
	// to is a site of the plan, or -1 where the far end is not part of the placement.
	to int
	// there and back are one-way delays in ns.
	there, back int64
	narrowest   // of what comes back
	// loss is the probability that a packet of an exchange is lost, there or back, lossBack that of one back.
	loss, lossBack float64
	shared         []plannedStep // of what comes back, in order
}

func (l leg) rtt() int64 { return l.there + l.back }

// A plannedWorkload says where the users of each metro enter. Workloads are numbered as in the scenario.
type plannedWorkload struct {
	name      string
	kind      Kind
	deadlines []int64             // ns
	display   []int64             // deadlines from input to display, of a game
	classes   []int64             // bounds of the classes of quality, of a game
	audiences []workload.Audience // by metro
	access    []*accessLaw        // by metro
	entries   [][]entry           // by metro: one, or several that share its users
	hops      [][][]nextHop       // by site and tier: where a cache fetches from, nil where there is none
	homes     [][]nextHop         // by site: where calls for the data go, nil where nothing is computed
	spills    [][]nextHop         // by site: where requests go that it has no room for, nil where none does
	again     [][]timedEntry      // by metro: the ways to all sites that clients may ask again, nearest first; nil where they ask the same
	// playedAt are the sites of a game, reach the ways there by metro and site, in that order.
	playedAt []int
	reach    [][]entry
	// turns are the ways there that links which fail or are impaired let players take in turn, by metro and site; nil where there are none.
	turns [][][]playerTurn
	// apart are the ways between the metros of a game whose players exchange their inputs directly; nil else.
	apart [][]peerWay
	// peerTurns are the ways between them that links which fail or are impaired let packets take in turn; nil where there are none.
	peerTurns *peerTurns
}

// An entry is the way of a metro's users to the site that serves them. Times are in ns.
type entry struct {
	site int
	// enters is the site that users reach first: this one, or a PoP on the way to it.
	enters int
	// up and down are the fixed one-way delays between metro and entry point without the last
	// mile; access is the last mile, one way, as the links have it.
	up, down, access int64
	// jitter is the mean of the links' jitter, both ways; loss the probability that a packet of an
	// exchange is lost, there or back, lossDown that of a packet to the user.
	jitter, loss, lossDown float64
	narrowest              // of the links to the user
	// shared are the links on the way of answers whose capacity is shared, in order.
	shared []plannedStep
	// beyond is the way from the entry point to the serving site, where these differ: a PoP that
	// passes a computed request on.
	beyond leg
	// share says which users enter here, nil if all do.
	share *shareRule
	// outages are those of the entry point and of the serving site, by the instant of users who meet
	// them.
	outages []outage
}

// delay returns the time from a user's instant to the serving site.
func (e *entry) delay() int64 { return e.up + e.access + e.beyond.there }

// Compile makes placements of one scenario, one or more, ready to run. It looks up all routes once. It returns the
// context's error when cancelled.
func Compile(ctx context.Context, s Scenario, placements ...placement.Placement) ([]*Plan, error) {
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
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := s.ValidatePlacement(placements[i]); err != nil {
			return nil, err
		}
	}
	if err := c.routes(ctx, placements); err != nil {
		return nil, err
	}
	plans := make([]*Plan, len(placements))
	for i, p := range placements {
		plan, err := c.plan(ctx, p)
		if err != nil {
			return nil, err
		}
		plans[i] = plan
	}
	return plans, s.pair(ctx, plans)
}

// A compiler holds what the plans of one scenario share.
type compiler struct {
	scenario Scenario
	net      *topology.Network
	metros   []int
	people   []workload.Audience
	miles    *lastMiles
	laws     map[int][]*accessLaw // of the users of a workload, by metro
	users    map[int][]workload.Audience
	// siteOf numbers the sites of all placements as they stand in the route tables.
	siteOf map[string]int
	nodes  []int
	there  *topology.Routes // metros to sites, over public links
	back   *topology.Routes // the same, for the way back
	// legs holds the ways between sites that have been asked for.
	legs map[[2]int]leg
	// states are those of the links; none where nothing happens to any.
	states []linkState
	// conditions are the states that differ, each with all times in which it is so.
	conditions []linkCondition
	// networks are the networks without the links that fail, by the links that they lack.
	networks map[string]*routedNetwork
}

func (c *compiler) routes(ctx context.Context, placements []placement.Placement) (err error) {
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
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.back, err = c.there.Back(); err != nil {
		return err
	}
	return c.findLinkStates()
}

// leg returns the way between two nodes over the provider's backbone or, where that is missing or
// longer, the public internet. The first that is asked towards a node finds the ways of all sites of the placement.
func (c *compiler) leg(p *Plan, from, to string) (leg, error) {
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
	starts := []int{a}
	for i := range p.sites {
		if n, ok := c.net.Index(p.sites[i].id); ok && n != a && n != b {
			starts = append(starts, n)
		}
	}
	paths, err := c.net.BetweenSites(starts, b)
	if err != nil { // of any of them
		if paths, err = c.net.BetweenSites(starts[:1], b); err != nil {
			return leg{}, err
		}
	}
	for i, path := range paths {
		c.legs[[2]int{starts[i], b}] = legOf(&path)
	}
	return c.legs[[2]int{a, b}], nil
}

// legOf returns a way between sites, to one that has no number yet.
func legOf(p *topology.SitePath) leg {
	return leg{to: -1, there: int64(p.There), back: int64(p.Back), narrowest: narrowestOf(p.BackNarrowest), loss: p.Loss, lossBack: p.BackLoss, shared: sharedOf(p.BackLinks)}
}

func (c *compiler) plan(ctx context.Context, p placement.Placement) (*Plan, error) {
	plan := &Plan{scenario: c.scenario, placement: p, phases: c.scenario.openPhases(&p)}
	for _, a := range c.people {
		plan.metros = append(plan.metros, a.Metro)
	}
	plan.takeRoles()
	for i := range c.scenario.Workloads {
		if err := c.addWorkload(ctx, plan, &c.scenario.Workloads[i]); err != nil {
			return nil, err
		}
	}
	if err := plan.refuseBuffer(); err != nil {
		return nil, &PlanError{Placement: p.Name, Err: err}
	}
	plan.partLinks()
	err := c.findCrossings(plan)
	if err == nil {
		plan.taken, err = plan.coresTaken()
	}
	if err != nil {
		return nil, fmt.Errorf("placement %q: %w", p.Name, err)
	}
	return plan, nil
}

// refuseBuffer returns the error of a buffer between sites where no way between them has a rate.
func (p *Plan) refuseBuffer() error {
	bytes := p.placement.Upstream.BufferBytes
	if bytes == 0 {
		return nil
	}
	for i := range p.workloads {
		w := &p.workloads[i]
		hasRate := func(h nextHop) bool { return h.bitsPerSecond > 0 }
		passesOn := func(e entry) bool { return e.beyond.bitsPerSecond > 0 }
		fetches := func(tiers [][]nextHop) bool {
			return slices.ContainsFunc(tiers, func(hops []nextHop) bool { return slices.ContainsFunc(hops, hasRate) })
		}
		if slices.ContainsFunc(w.hops, fetches) || slices.ContainsFunc(w.entries, func(ways []entry) bool { return slices.ContainsFunc(ways, passesOn) }) {
			return nil
		}
	}
	return invalid.New("Upstream.BufferBytes", bytes, "0 where no link has a capacity on the ways over which objects are fetched and requests passed on: nothing waits before a line without a rate")
}

// A PlanError says why a workload cannot be served under a placement: there is no way, or something of one would not be felt.
type PlanError struct {
	// Placement and Workload are their names; Workload is "" where it is of none.
	Placement, Workload string
	// Err says what is wrong.
	Err error
}

// Error names the placement and the workload, and says what is wrong.
func (e *PlanError) Error() string {
	if e.Workload == "" {
		return fmt.Sprintf("placement %q: %v", e.Placement, e.Err)
	}
	return fmt.Sprintf("placement %q: workload %q: %v", e.Placement, e.Workload, e.Err)
}

// Unwrap returns what is wrong.
func (e *PlanError) Unwrap() error { return e.Err }

// addWorkload finds a workload's users and where they enter.
func (c *compiler) addWorkload(ctx context.Context, p *Plan, w *workload.Workload) (err error) {
	planned := newPlannedWorkload(w)
	number := len(p.workloads)
	if planned.audiences, err = c.audiencesOf(number); err == nil {
		planned.access = c.lawsOf(number)
		planned.entries, err = c.entries(ctx, p, w, planned.kind)
	}
	switch {
	case err != nil:
	case planned.kind.MeetsCaches():
		planned.hops, err = c.nextTiers(p, w.Name, w.Writes())
		p.fetchesLose = p.fetchesLose || fetchesLose(planned.hops)
	default:
		if game, ok := w.Service.(workload.Matched); ok {
			if err = c.reachGame(p, &planned, &game); err == nil && !game.Peers.IsZero() {
				if err = c.reachPeers(&planned); err == nil {
					err = c.turnsOfPeers(&planned)
				}
			}
			if err == nil {
				err = c.turnsOfGame(p, &planned, &game)
			}
		}
		if err == nil {
			planned.homes, err = c.homes(p, w, planned.kind)
		}
		if err == nil {
			planned.spills, err = c.spills(p, w.Name, planned.kind)
		}
		if err == nil {
			planned.again, err = c.waysAgain(p, w, &planned)
		}
		if err == nil {
			err = c.refuseCapacity(p, &planned, w.DataCalls())
		}
	}
	if err == nil {
		err = p.shareLinks(number, &planned)
	}
	if err != nil {
		return &PlanError{p.placement.Name, w.Name, err}
	}
	p.workloads = append(p.workloads, planned)
	return nil
}

// newPlannedWorkload returns what a plan says of a workload before anybody has been routed.
func newPlannedWorkload(w *workload.Workload) plannedWorkload {
	planned := plannedWorkload{name: w.Name, kind: KindOf(w.Service)}
	for _, d := range w.Deadlines {
		planned.deadlines = append(planned.deadlines, int64(d))
	}
	if game, ok := w.Service.(workload.Matched); ok {
		for _, d := range game.Display.Deadlines {
			planned.display = append(planned.display, int64(d))
		}
		for _, c := range game.Quality.Classes {
			planned.classes = append(planned.classes, int64(c.UpTo))
		}
	}
	return planned
}

// takeRoles lists the sites of the placement with their roles.
func (p *Plan) takeRoles() {
	number := make(map[string]int)
	for i, id := range p.placement.AllSites() {
		number[id] = i
		p.sites = append(p.sites, plannedSite{id: id, caches: make([]*placement.Cache, len(p.placement.Tiers))})
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
			p.sites[number[at.Site]].caches[t] = at
		}
	}
}

// serving returns the numbers of the sites that have a role for a workload, as backups or not.
func (p *Plan) serving(role placement.Role, workload string, backup bool) []int {
	tier := slices.IndexFunc(p.placement.Tiers, func(t placement.Tier) bool { return t.Name == string(role) })
	var found []int
	for i := range p.sites {
		s := &p.sites[i]
		serves := false
		switch a := s.assignment(role); {
		case a != nil:
			serves = a.Backup == backup && a.Serves(workload)
		case tier >= 0 && s.caches[tier] != nil:
			serves = s.caches[tier].Backup == backup
		}
		if serves {
			found = append(found, i)
		}
	}
	return found
}

// assignment returns what the placement says of the site as an origin or as who computes, nil if it is none.
func (s *plannedSite) assignment(role placement.Role) *placement.Assignment {
	switch role {
	case placement.Origin:
		return s.origin
	case placement.Compute:
		return s.compute
	}
	return nil
}
