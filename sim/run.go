package sim

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// maxWorkloads bounds the workloads of a scenario; their number is a byte of a message.
const maxWorkloads = 255

// A run is the state of one replication of a plan.
type run struct {
	plan   *Plan
	ctx    context.Context
	meter  *Meter
	rep    uint64
	result *Result
	sites  []*site
	links  []*sharedLink // as the plan has them
	apart  []*site       // of which each is a link over which several sites send
	// markets bring players together; games that share cores have one.
	games   []*game
	markets []*market
	pools   map[int]*corePool // the cores that games share, by site
	rides   map[rideKey]*ride // on which PoPs pass requests on
	// contents are what origins say, by workload; nil where nothing ever expires.
	contents []*content
	// preloader fills caches that begin in their steady state; nil if there are none.
	preloader *preloader
	sees      func(*Sighting)
	// trace follows one request, nil without; explains is told how each ended then.
	trace    *tracer
	explains func(*Sighting, *entry, *request, int64)
	// parts are the tallies of clients that share a metro with others: sites run side by side, so
	// each group of clients has a tally of its own.
	parts []*tallyPart
	// settling guards the courses of the result, to which sites add theirs as they close.
	settling sync.Mutex
	courses  *courseMeter // measures their memory, nil where nobody asks
}

// A tallyPart is a tally, where it goes in the end, and the site that it is of.
type tallyPart struct {
	tally    Tally
	workload int
	metro    int
	site     int
}

// Run simulates one replication of the plan, from 0, on one core. It returns the context's error when
// cancelled.
func (p *Plan) Run(ctx context.Context, replication int) (*Result, error) {
	return p.RunOn(ctx, replication, 1, nil)
}

// RunOn is [Plan.Run] on a number of cores. The result is the same to the bit; where there are several
// runs to do, one core for each is the better use.
//
// Cores share sites, games and groups of sites that send each other messages; one of them is never split,
// except that a group with enough to do in a window, some 200 requests a core, advances on all cores. Where
// most of the load is in one place, or a window is short, a run may therefore use one core.
//
// The meter, if not nil, is told what has been simulated, some hundred requests at a time.
func (p *Plan) RunOn(ctx context.Context, replication, workers int, meter *Meter) (*Result, error) {
	return p.run(ctx, replication, workers, meter, nil)
}

// run is [Plan.RunOn]; sees, if not nil, is told how requests end, which then must be on one core.
func (p *Plan) run(ctx context.Context, replication, workers int, meter *Meter, sees func(*Sighting)) (*Result, error) {
	return p.runMeasured(ctx, replication, workers, meter, sees, nil)
}

// runMeasured is run; the memory of its courses is measured, unless that is nil.
func (p *Plan) runMeasured(ctx context.Context, replication, workers int, meter *Meter, sees func(*Sighting), courses *courseMeter) (*Result, error) {
	if replication < 0 {
		return nil, fmt.Errorf("sim: replication is %d; want 0 or more", replication)
	}
	if workers < 1 {
		return nil, fmt.Errorf("sim: %d workers; want 1 or more", workers)
	}
	r := &run{plan: p, ctx: ctx, meter: meter, rep: uint64(replication), result: p.newResult(replication), sees: sees, courses: courses}
	defer p.wantMemory()()
	if err := r.build(); err != nil {
		return nil, fmt.Errorf("sim: placement %q: %w", p.placement.Name, err)
	}
	if err := r.advance(workers); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("sim: placement %q, replication %d: %w", p.placement.Name, replication, err)
	}
	r.courses.take(r)
	r.result.packCourses()
	r.courses.take(r)
	if err := r.audit(); err != nil {
		return nil, fmt.Errorf("sim: placement %q, replication %d: %w", p.placement.Name, replication, err)
	}
	if sees == nil {
		if err := r.addUndisturbed(workers); err != nil {
			return nil, err
		}
	}
	return r.result, nil
}

func (p *Plan) newResult(replication int) *Result {
	r := &Result{Placement: p.placement.Name, Replication: replication}
	for i := range p.sites {
		r.Sites = append(r.Sites, p.sites[i].id)
	}
	for i := range p.placement.Tiers {
		r.Tiers = append(r.Tiers, TierResult{Name: p.placement.Tiers[i].Name})
	}
	for number, w := range p.workloads {
		t := WorkloadTally{
			Name: w.name, Kind: w.kind, Metros: make([]Tally, len(p.metros)), Sites: make([]SiteTally, len(p.sites)),
		}
		if w.kind == Matched {
			for n := range t.Sites {
				t.Sites[n].Hours = make([]SiteHour, hoursOf(0, int64(p.scenario.Duration)))
			}
		}
		if w.kind.MeetsCaches() {
			t.Tiers = make([]TierTally, len(r.Tiers))
			for n := range t.Sites {
				t.Sites[n].Tiers = make([]TierTally, len(r.Tiers))
			}
		}
		for m := range t.Metros {
			t.Metros[m] = w.newTally()
		}
		t.addCourses(&p.scenario, p.scenario.Workloads[number].Judged)
		r.Workloads = append(r.Workloads, t)
	}
	return r
}

// build makes the sites with their caches and servers, and gives them their users.
func (r *run) build() error {
	s := &r.plan.scenario
	if s.ages(&r.plan.placement) {
		for i := range r.plan.workloads {
			r.contents = append(r.contents, r.newContent(i))
		}
	}
	for i := range r.plan.sites {
		planned := &r.plan.sites[i]
		at := &site{
			id: uint32(i), name: planned.id, ctx: r.ctx, meter: r.meter, outages: s.outagesOf(planned.id), fills: newFillQueue(),
			served: make([]originCount, len(s.Workloads)),
			data:   make([]dataCalls, len(s.Workloads)), spills: make([]spilling, len(s.Workloads)),
			errors: s.errorsOf(planned.id), slow: s.slowAt(planned.id), linksFail: len(s.LinkFailures) > 0, contents: r.contents, trace: r.trace, courses: r.plan.newSiteCourses(),
		}
		var err error
		if at.origins, err = at.newServers(r.plan, planned.origin, Cacheable); err != nil {
			return err
		}
		if at.computers, err = at.newServers(r.plan, planned.compute, Computed); err != nil {
			return err
		}
		r.addCaches(at)
		r.planRestarts(at)
		r.sites = append(r.sites, at)
	}
	r.openBooks()
	if err := r.addLinks(); err != nil {
		return err
	}
	for i := range r.plan.workloads {
		if err := r.addWorkload(i); err != nil {
			return err
		}
	}
	r.joinMarkets()
	var err error
	if r.preloader, err = r.newPreloader(); err != nil {
		return fmt.Errorf("preload: %w", err)
	}
	first := newBatch(1)
	for _, at := range r.sites {
		for i := range at.block.sources {
			at.block.sources[i].begin(&first)
		}
	}
	return nil
}

// addCaches gives a site its caches, which are not made yet.
func (r *run) addCaches(at *site) {
	for number, c := range r.plan.sites[at.id].caches {
		var t *tier
		if c != nil {
			t = r.newTier(at.id, c, part(number))
			at.caches = append(at.caches, t)
		}
		at.tiers = append(at.tiers, t)
	}
	if len(at.tiers) > 0 {
		at.edge = at.tiers[firstTier]
	}
}

func (r *run) newTier(site uint32, at *placement.Cache, number part) *tier {
	seed := random.NewKey(r.plan.scenario.Seed, r.rep, random.Entity(at.Site), purpose.Cache)
	config := cache.Config{
		Policy: at.Policy, NewPolicy: at.NewPolicy, Admission: at.Admission, NewAdmission: at.NewAdmission,
		CapacityBytes: at.CapacityBytes, Seed: uint64(seed) + uint64(number),
	}
	t := &tier{
		config: config, held: newFillTimeline(r.end()), number: number,
		hops: make([][]nextHop, len(r.plan.workloads)), lines: make([][]transport.Line, len(r.plan.workloads)), books: make([][]wayBook, len(r.plan.workloads)), tallies: make([]TierTally, len(r.plan.workloads)),
		load: newOriginLoad(len(r.plan.workloads)), copies: r.plan.placement.Copies, overtakes: make([]bool, len(r.plan.workloads)),
		sliceBytes: r.plan.placement.SliceBytes,
		losses:     r.plan.newFetchLosses(number),
	}
	for w := range r.plan.workloads {
		if hops := r.plan.workloads[w].hops; hops != nil {
			t.hops[w] = hops[site][number]
			if r.trace != nil {
				t.hops[w] = slow(t.hops[w])
			}
			t.lines[w], t.books[w] = make([]transport.Line, len(t.hops[w])), make([]wayBook, len(t.hops[w]))
			t.overtakes[w] = r.plan.overtakes(w, t.hops[w])
		}
	}
	t.pools = newPools(&r.plan.placement.Upstream, t.hops)
	if !at.Servers.IsOne() {
		t.servers = newServingCaches(at.Servers, random.Key(config.Seed))
	}
	if r.contents != nil {
		t.aging = r.newAging(number, t.servers)
		if t.losses != nil {
			t.losses.isSliced = t.sliceBytes > 0
		}
	}
	t.hangUp()
	t.settleWays()
	return t
}

// end is the instant at which users stop.
func (r *run) end() int64 { return r.plan.end() }

// planRestarts tells a site when it comes up again.
func (r *run) planRestarts(at *site) {
	shares := slices.ContainsFunc(at.pools, func(p *pool) bool { return p.sharing != nil })
	for _, o := range at.outages {
		if shares {
			at.send(at.id, o.from).kind = breakdown
		}
		if o.to < r.end() {
			at.send(at.id, o.to).kind = restart
		}
	}
}

// tally returns the tally of a workload's clients in a metro at a site; the first of several clients has that of the
// result itself.
func (r *run) tally(number int, w *plannedWorkload, m, site int, isFirst bool) *Tally {
	if isFirst {
		return &r.result.Workloads[number].Metros[m]
	}
	r.parts = append(r.parts, &tallyPart{w.newTally(), number, m, site})
	return &r.parts[len(r.parts)-1].tally
}

// newClients returns clients and the source of their requests: the users of metro m at an entry, of about so many requests a
// second of the metro, with the tally that they have.
func (r *run) newClients(number int, w *plannedWorkload, m int, e *entry, tally *Tally, requests workload.Source, perSecond float64) (clients, source) {
	client, keyed := r.plan.scenario.Workloads[number].Client, w.kind.MeetsCaches()
	client.BitsPerSecond = slower(client.BitsPerSecond, e.bitsPerSecond)
	entity := purpose.EntityOf(w.name, r.plan.metros[m])
	c := clients{
		tally:     tally,
		latencies: latencies{tally: tally, deadlines: w.deadlines},
		rand:      random.New(r.plan.scenario.Seed, r.rep, entity, purpose.Client),
		law:       w.access[m],
		rtt:       e.up + e.down,
		access:    2 * e.access,
		beyond:    e.beyond.rtt(),
		jitter:    e.jitter,
		loss:      e.loss,
		losses:    random.NewKey(r.plan.scenario.Seed, r.rep, entity, purpose.Loss),
		isNew:     outOf32(client.NewShare),
		transfer:  client.Transfer(),
		lossy:     lossyTransfer(client, e.lossDown),
		delay:     e.delay(),
		from:      int64(r.plan.scenario.WarmUp) + e.delay(),
		work:      random.NewKey(r.plan.scenario.Seed, r.rep, entity, purpose.Service),
		parts:     random.NewKey(r.plan.scenario.Seed, r.rep, entity, purpose.Range),
		timeline:  r.timelineAt(e.site, number),
	}
	if len(e.shared) > 0 {
		c.site, c.links = r.sites[e.site], r.wayOver(e.shared, e.up+e.down+e.beyond.rtt())
	}
	if at := r.sites[e.site].courses; at != nil {
		steps := at.of(number)
		if r.plan.scenario.Timeline.ByMetro {
			steps = r.plan.newRecorder(number)
		}
		steps.meetsEdge = keyed && r.sites[e.site].edge != nil
		c.course = steps.newAnswers()
		c.latencies.course = c.course
	}
	if c.lossy == nil {
		c.fits, c.fitsNew = c.transfer.Fits(false), c.transfer.Fits(true)
	} else {
		c.fits, c.fitsNew = -1, -1
	}
	if e.access == 0 {
		c.law = nil // no access link on the way: the users are at the node itself
	}
	c.outages = e.outages
	if e.share != nil {
		c.share = &share{rule: e.share, key: random.NewKey(r.plan.scenario.Seed, r.rep, entity, purpose.Route)}
	}
	if keyed && r.plan.scenario.Workloads[number].RecordsSizes() {
		c.sizes = new(drawnAhead[int64])
	}
	c.isAlike = c.law == nil && c.jitter == 0 && c.isNew == 0 && c.loss == 0 && c.share == nil && c.sizes == nil
	src := source{
		delay: c.delay, end: r.end(), keyed: keyed, share: c.share, outages: c.outages, sizes: c.sizes, requests: requests,
	}
	of := &r.plan.scenario.Workloads[number]
	if c.stacks = newStacks(&of.Head, e); c.stacks != nil && of.Visits.Requests > 0 {
		c.visits = newVisits(&of.Head, random.NewKey(r.plan.scenario.Seed, r.rep, entity, purpose.Visit), c.stacks, perSecond)
		if of.Visits.TicketTime() < r.plan.scenario.WarmUp+r.plan.scenario.Duration {
			c.visits.expires = true
		}
		c.visits.isDrawn = of.DrawsVisits()
		src.visits = c.visits
	}
	c.isAlike = c.isAlike && c.stacks == nil
	if c.share != nil || c.outages != nil || c.sizes != nil {
		src.ahead = &ahead{source: requests, batch: r.plan.scenario.Workloads[number].NewBatch(aheadRequests)}
	}
	return c, src
}

// slower returns the lower of two rates, of which 0 stands for no limit.
func slower(a, b float64) float64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// lossyTransfer returns how clients receive where packets to them are lost, nil where none are.
func lossyTransfer(client transport.Connection, loss float64) *transport.LossyTransfer {
	if loss == 0 {
		return nil
	}
	lossy := client.LossyTransfer(loss)
	return &lossy
}

// timelineAt returns what takes the timeline of a workload at a site.
func (r *run) timelineAt(site, number int) *timeline {
	at := r.sites[site]
	if at.timelines == nil {
		at.timelines = make([]*timeline, len(r.plan.workloads))
	}
	if at.timelines[number] == nil {
		at.timelines[number] = newTimeline(r.end())
	}
	return at.timelines[number]
}

// outOf32 returns a share as a fraction of 2^32.
func outOf32(share float64) uint64 { return uint64(share * (1 << 32)) }

// addUsers gives a site clients and the source of their requests with about so many requests a second, and returns their number there.
func (at *site) addUsers(c clients, s source, perSecond float64) uint32 {
	at.perSecond += perSecond
	s.next.clients = at.addClients(c)
	at.block.sources = append(at.block.sources, s)
	return s.next.clients
}

// addClients gives a site clients, and returns their number there.
func (at *site) addClients(c clients) uint32 {
	c.isPlain = c.outages == nil && c.links == nil && c.patience == nil && c.stacks == nil
	c.isWatched = c.course != nil || c.sees != nil
	number := uint32(len(at.clients))
	if c.visits != nil {
		c.visits.number = number
	}
	at.clients = append(at.clients, c)
	at.isVisited = at.isVisited || c.visits != nil
	return number
}

// addWorkload gives a workload's users to the sites that serve them.
func (r *run) addWorkload(number int) error {
	s := &r.plan.scenario
	w := &r.plan.workloads[number]
	shares, err := workload.Shares(w.audiences)
	if err != nil {
		return err
	}
	open, err := s.Workloads[number].OpenIn(s.Begun, w.audiences, s.Start, s.Seed, r.rep)
	if err != nil {
		return err
	}
	if w.kind == Matched {
		return r.addGame(number, open)
	}
	r.addRequests(number, shares, open)
	return nil
}

// perSecondOf returns about how often a workload's users ask, on the mean of a day; 0 where nobody knows.
func perSecondOf(w *workload.Workload) float64 {
	if d, ok := w.Demand.(workload.Rated); ok {
		return d.PerSecond()
	}
	return 0
}

func (r *run) addRequests(number int, shares []float64, open func(metro int) workload.Source) {
	w := &r.plan.workloads[number]
	shared := r.plan.scenario.newWorkloadRun(number, r.rep)
	for i, at := range r.sites {
		if w.homes != nil {
			at.data[number] = newDataCalls(&shared.Data, w.homes[i])
			at.spills[number] = newSpilling(shared, w.spills, i, len(r.sites))
		}
	}
	perSecond := perSecondOf(&r.plan.scenario.Workloads[number])
	for m := range w.entries {
		users := make([]uint32, len(w.entries[m]))
		for i := range w.entries[m] {
			e := &w.entries[m][i]
			requests, kind := open(m), w.kind
			if edge := r.sites[e.site].edge; kind.MeetsCaches() && edge != nil && edge.aging != nil {
				requests, kind = shared.variants.of(shared.writesOf(requests), w.name, r.plan.metros[m], r), agingVisits
			}
			if edge := r.sites[e.site].edge; kind == Cacheable && edge != nil && edge.servers != nil {
				kind = serverVisits
			}
			sliced := r.plan.placement.SliceBytes > 0
			if (kind == Cacheable || kind == serverVisits) && (shared.ranges.Share > 0 || sliced) || kind == agingVisits && sliced {
				kind = rangeVisits
			}
			if r.trace != nil && kind == Cacheable {
				kind = tracedVisits
			}
			c, src := r.newClients(number, w, m, e, r.tally(number, w, m, e.site, i == 0), requests, float64(perSecond*shares[m]))
			r.complete(&c, number, m, e, kind, shared)
			if c.kind == queuedVisits {
				src.outages = nil // they may wait until the site is up again
			}
			src.base = shared.base
			users[i] = r.sites[e.site].addUsers(c, src, float64(perSecond*shares[m]*e.share.initial()))
		}
		if r.plan.scenario.Workloads[number].Patience().Retries > 0 {
			r.joinWays(w.entries[m], users)
		}
		if w.again != nil {
			r.joinAgain(number, m, shared, users, float64(perSecond*shares[m]))
		}
	}
}

// complete gives clients of metro m at an entry, who ask for what is served in a way, their patience and their workload.
func (r *run) complete(c *clients, number, m int, e *entry, kind Kind, shared *workloadRun) {
	if p := r.plan.scenario.Workloads[number].Patience(); p != (workload.Patience{}) {
		c.patience, c.isAlike, kind = &patience{Patience: p, site: r.sites[e.site], kind: kind}, false, patientVisits
	}
	if c.visits != nil {
		c.visits.site = r.sites[e.site]
		if c.visits.hasMore {
			c.visits.kind, kind = kind, queuedVisits
		}
	}
	c.kind, c.workload, c.metro, c.ride, c.sees = kind, shared, int32(m), r.ride(shared, e), r.sees
	if r.explains != nil {
		c.explained = &explainedConnection{trace: r.trace}
		c.sees = func(is *Sighting) { r.explains(is, e, &is.request, is.first) }
	}
}
