package sim

import (
	"fmt"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// maxPreloadObjects bounds the catalogue of a workload whose caches begin full: each object is looked at
// once a cache.
const maxPreloadObjects = 20_000_000

// A preloader fills the caches that are to begin in their steady state.
//
// Under independent requests what an LRU cache holds is what was asked for last, as far as it fits, and
// the time since the last request for an object is exponential with the object's rate. So the content is
// drawn without simulating how it came there: a time since the last request for every object, the most
// recent first until the cache is full. This is the law of which Che's approximation (Che, Tung and Wang,
// Hierarchical Web Caching Systems, IEEE JSAC 2002) gives the means. It is exact for LRU at the edge, but
// for fetches under way. A cache behind another is asked for what that one misses, which is neither independent
// nor Poisson: there the rates are those of Che's approximation, and so is the content. Other policies
// start from the content that LRU would have, put in in the order of the requests.
//
// Users who come in visits ask for some objects several times in a row. Then a [requestClock] says how long ago the last requests were, and misses follow [workload.Gaps]. Where
// objects age, what caches behind others are asked for is replayed ([past]); elsewhere it is as if requests came each on its own.
//
// Objects that are asked for once ([workload.Endless]) lie between the others: a cache holds those that were asked for
// since the oldest of the others was, though nobody will ask for them again. Behind it a cache has free space.
//
// An object larger than the whole cache is never admitted, so it has no part in the content, and the next
// tier is asked for it every time.
//
// Caches of several sizes at a site are paired: they see the same times of the last requests. Where every
// object fits into each, the smaller holds a part of what the larger holds.
//
// Of several servers each is such a cache. Shards see the times of their objects, independent servers times of their own, with an equal part of
// the rate. A memory over a disk holds what was asked for last, as far as that fits.
type preloader struct {
	*run
	workloads []preloadedWorkload // by number
	onward    map[*tier][]func(k int) *tier
	dealt     map[int]dealt // by the number of shards
	pasts     []*past       // by workload, nil where none is replayed
	users     map[*tier]*site
	clocks    map[*tier][]requestClocks // by workload
}

// newPreloader returns the preloader of a run, nil if no cache is to begin full.
func (r *run) newPreloader() (*preloader, error) {
	if !preloads(r.plan.placement) {
		return nil, nil
	}
	p := &preloader{run: r}
	return p, p.readCatalogues()
}

// preloads reports whether a placement has caches that begin full.
func preloads(p placement.Placement) bool {
	return slices.ContainsFunc(p.Tiers, func(t placement.Tier) bool {
		return slices.ContainsFunc(t.Caches, func(c placement.Cache) bool { return c.Preload })
	})
}

// apart returns a preloader that knows the same, and nothing of any sites yet: others may be opened at the same time.
func (p *preloader) apart() *preloader {
	of := *p
	of.onward, of.users, of.clocks = make(map[*tier][]func(int) *tier), make(map[*tier]*site), make(map[*tier][]requestClocks)
	return &of
}

// rates holds, by workload, how often a cache is asked for an object in a second.
type rates []rate

// A rate says how often a cache is asked for the objects of one workload in a second.
type rate struct {
	objects []float64
	once    float64 // all objects together that are asked for once
}

// preload fills the caches of open sites, of which those that send each other messages are all there: tier by tier
// from the user, since what one misses the next is asked for.
func (p *preloader) preload(sites []*site, d *scratch) error {
	p = p.apart()
	for _, s := range sites {
		if len(s.tiers) > 0 && s.tiers[firstTier] != nil {
			p.users[s.tiers[firstTier]] = s
		}
	}
	c := p.newCycles(sites)
	if isReplayed, err := p.replayPasts(sites, c, d); err != nil {
		return err
	} else if isReplayed {
		c = nil
	}
	return p.eachTier(sites, c, d, func(number int, of placement.Cache) bool { return of.Preload || p.preloadsBeyond(number) },
		func(t *tier, s *site, of rates, longest []float64) {
			begins := p.plan.sites[s.id].caches[t.number].Preload
			if !begins || slices.ContainsFunc(longest, func(s float64) bool { return !math.IsInf(s, 1) }) {
				c.forgets(t)
			}
			if begins {
				t.preload(d.found)
				p.age(t, s, of, longest, c, d)
				p.connect(t, s, of, c, d)
			}
			delete(p.clocks, t)
		})
}

// eachTier draws the contents of those caches of sites that are wanted, tier by tier from the user. It leaves them in d.found. It tells then what each cache is asked for and, by server, after how many
// seconds it evicts what nobody asks for.
func (p *preloader) eachTier(sites []*site, c *cycles, d *scratch, wants func(number int, of placement.Cache) bool, then func(t *tier, s *site, of rates, longest []float64)) error {
	asked := make(map[*tier]rates)
	for number := range p.plan.placement.Tiers {
		for _, s := range sites {
			if err := p.ctx.Err(); err != nil {
				return err
			}
			t := s.tiers[number]
			if t == nil || !wants(number, *p.plan.sites[s.id].caches[number]) {
				continue
			}
			of := asked[t]
			if t.number == firstTier {
				of = p.ratesOfUsers(s)
			} else {
				p.addReplayed(t, of)
			}
			longest := p.fill(t, s, of, d)
			then(t, s, of, longest)
			if number+1 < len(p.plan.placement.Tiers) {
				p.passOn(t, of, longest, c, asked)
			}
		}
	}
	return nil
}

// preloadsBeyond reports whether a cache of a tier further to the origin begins full.
func (p *preloader) preloadsBeyond(number int) bool {
	return slices.ContainsFunc(p.plan.placement.Tiers[number+1:], func(t placement.Tier) bool {
		return slices.ContainsFunc(t.Caches, func(c placement.Cache) bool { return c.Preload })
	})
}

// coarse is the number of bits of a time that do not count there: 32 steps an octave are left.
const coarse = 47

// A preloadedWorkload is one workload; it has no objects if no cache keeps any of it. What caches keep of it, its things, are objects, or slices of them.
type preloadedWorkload struct {
	popularity []float64 // by thing: the share of the requests that ask for it
	bytes      []int64   // by thing
	sliced     *sliced   // nil where things are objects
	base       uint32
	numbering
	// askedOnce is the share of the requests for objects that are asked for once; their sizes are in the catalogue,
	// and of their numbers, the highest are of those that were asked for before the run.
	askedOnce float64
	catalogue workload.Catalogue
	highest   uint32
	// renewal says which objects have taken the place of others.
	renewal workload.Renewal
	// perSecond holds the rate of requests at each site when the run starts, underWay how many visits go on there then, and will ask again.
	perSecond []float64
	underWay  []uint64 // nil where nobody visits
}

// A recent object was asked for so long ago, in seconds.
type recent struct {
	ago   float64
	key   uint64
	bytes int64
}

func (p *preloader) readCatalogues() error {
	s := &p.plan.scenario
	p.workloads = make([]preloadedWorkload, len(s.Workloads))
	for number := range p.plan.workloads {
		n := s.objects(number)
		if n == 0 {
			continue
		}
		planned, w := &p.plan.workloads[number], &s.Workloads[number]
		of := &p.workloads[number]
		var err error
		if of.popularity, err = w.Demand.(workload.Popular).Popularity(); err != nil {
			return err
		}
		of.askedOnce, of.highest = askedOnce(w), uint32(n-1)
		of.base, of.numbering = s.keyBase(number), s.numberingOf(number)
		if d, ok := w.Demand.(workload.Churning); ok {
			of.renewal = d.RenewalOf(w.Name, s.Seed, p.rep)
		}
		known := len(of.popularity)
		if shares := w.Service.(workload.Cacheable).VariantShares; len(shares) > 1 {
			of.popularity = p.ofVariants(of.popularity, shares)
		}
		if n := w.Demand.(workload.Catalogued).Catalogue(); known != regular(w) {
			return fmt.Errorf("workload %q: %T has %d objects and says how popular %d are", w.Name, w.Demand, regular(w), known)
		} else if of.askedOnce > 0 && n-known < workload.AskedBefore {
			return fmt.Errorf("workload %q: %T has %d numbers for objects that are asked for once; want at least the %d of those before the run",
				w.Name, w.Demand, n-known, workload.AskedBefore)
		}
		of.catalogue = w.SizesOf(s.Seed, p.rep)
		of.bytes = make([]int64, len(of.popularity))
		for k := range of.bytes {
			of.bytes[k] = of.catalogue.SizeBytes(uint32(k % known))
		}
		of.slice(p.plan.placement.SliceBytes, w.Service.(workload.Cacheable).Ranges.Law())
		rates, err := w.RatesAtStart(s.Begun, planned.audiences, s.Start)
		if err != nil {
			return err
		}
		of.perSecond = make([]float64, len(p.sites))
		if err := p.findVisits(number); err != nil {
			return err
		}
		for m, rate := range rates {
			if w.Begins > 0 {
				rate = 0 // nobody has come yet
			}
			for i := range planned.entries[m] {
				e := &planned.entries[m][i]
				of.perSecond[e.site] += float64(rate * e.share.initial())
			}
		}
	}
	p.dealAll()
	return nil
}

// ratesOfUsers returns what the users at a site ask for.
func (p *preloader) ratesOfUsers(s *site) rates {
	of := p.noRates()
	for i := range p.workloads {
		w := &p.workloads[i]
		if w.perSecond == nil {
			continue // no cache keeps any of it
		}
		for k, share := range w.popularity {
			of[i].objects[k] = w.perSecond[s.id] * share
		}
		of[i].once = w.perSecond[s.id] * w.askedOnce
	}
	return of
}

func (p *preloader) noRates() rates {
	of := make(rates, len(p.workloads))
	for i := range p.workloads {
		of[i].objects = make([]float64, len(p.workloads[i].popularity))
	}
	return of
}

// connect lets the connections of a cache that has been filled begin as its misses have left them: the last was asked an
// exponential time ago, with the rate of what the cache does not hold.
func (p *preloader) connect(t *tier, s *site, of rates, c *cycles, d *scratch) {
	share := t.servers.share()
	for i := range of {
		if len(t.hops[i]) == 0 {
			continue
		}
		missed, past := of[i].once, p.pastAt(t, i)
		if past != nil && past.past.evicts {
			missed += past.asks
		}
		for k, rate := range of[i].objects {
			if !past.saysAll(k) {
				missed += max(rate, 0)
			}
		}
		if t.aging != nil {
			for _, o := range d.found {
				if k, ok := p.workloads[i].thingOf(objectOf(o.key)); ok && !past.saysAll(k) {
					missed += p.asksOfAged(t, i, k, float64(share*of[i].objects[k]), math.Inf(1), c)
				}
			}
		}
		for _, o := range d.found {
			if k, ok := p.workloads[i].thingOf(objectOf(o.key)); ok && !past.saysAll(k) {
				missed -= float64(share * of[i].objects[k])
			}
		}
		if missed <= 0 {
			continue
		}
		entity := purpose.EntityOf(p.plan.scenario.Workloads[i].Name, s.name)
		stream := random.NewKey(p.plan.scenario.Seed, p.rep, entity, purpose.ConnectionsOfTier(int(t.number))).Stream()
		ago := stream.Exp() / missed
		n := p.plan.partsOf(t.hops[i], 0)[0]
		if h := &t.hops[i][n]; h.missing(0) == nil {
			since := -int64(min(ago, 1e9) * 1e9)
			t.lines[i][n] = transport.Idle(since)
			if t.pools != nil {
				t.pools[i][n].Hold(since) // assumed: one, though several may have been busy at a time
			}
		}
	}
}

// fill draws the content of a cache whose objects are asked for at the given rates, by workload, server by server and of each the last that was
// asked for first, and returns by server the time in seconds after which an object that is not asked for leaves.
func (p *preloader) fill(t *tier, s *site, rates rates, d *scratch) (longest []float64) {
	if d.weight == nil {
		d.weight = make([]int64, 1<<(64-coarse))
	}
	d.found = d.found[:0]
	capacity := t.serverBytes()
	for server := range t.servers.apart() {
		clear(d.weight)
		from := len(d.found)
		p.addRegular(t, s, rates, server, d)
		p.addOnce(t, s, rates, server, from, d)
		longest = append(longest, d.keepLast(from, capacity))
	}
	return longest
}

// preload puts objects into a cache, the last of which was asked for first.
func (t *tier) preload(found []recent) {
	for i := len(found) - 1; i >= 0; i-- {
		t.cache.Insert(found[i].key, found[i].bytes)
	}
	t.held.last = t.cache.UsedBytes()
}

// addRegular adds the objects of a server that are asked for again and again.
func (p *preloader) addRegular(t *tier, s *site, rates rates, server int, d *scratch) {
	capacity, share := t.serverBytes(), t.servers.share()
	for i := range rates {
		entity := purpose.EntityOf(p.plan.scenario.Workloads[i].Name, s.name)
		key := random.NewKey(p.plan.scenario.Seed, p.rep, entity, purpose.PreloadOfTier(int(t.number)))
		if share < 1 {
			key = random.Key(key.At(1<<63 | uint64(server)))
		}
		base := cache.AtServer(uint64(p.plan.scenario.keyBase(i)), server)
		of := &p.workloads[i]
		if of.sliced != nil {
			for object := range len(of.sliced.first) - 1 {
				p.addSlices(t, i, uint32(object), rates[i].objects, server, key, d)
			}
			continue
		}
		past := p.pastAt(t, i)
		all, isDealt := len(rates[i].objects), false
		var hand []uint32
		if t.servers.isSharded() && of.renewal.Lifetime == 0 {
			hand, isDealt = p.dealt[t.servers.apart()][i][server], true
			all = len(hand)
		}
		for n := range all {
			k := n
			if isDealt {
				k = int(hand[n])
			}
			rate := float64(share * rates[i].objects[k])
			if !(rate > 0) || of.bytes[k] > capacity {
				continue
			}
			stream := key.StreamAt(uint64(k))
			o := recent{key: base + uint64(k), bytes: of.bytes[k]}
			gaps := p.gapsOf(t, i, rate)
			if t.number == firstTier || !past.has(k) {
				o.ago = p.clocksOf(t, i).now.at(stream.Exp()/rate, rate, 0)
			} else {
				o.ago = past.lastAsked(server, k, rate, &stream)
			}
			if of.renewal.Lifetime > 0 {
				p.addRenewed(t, i, server, uint32(k), o, &gaps, &stream, d)
				continue
			}
			d.add(o)
		}
	}
}

// keepLast leaves of what was found from a place on what was asked for last, in this order, as far as so many bytes hold it, and returns how long ago the
// first was asked for that they do not.
func (d *scratch) keepLast(from int, capacity int64) (longest float64) {
	found := d.found[from:]
	sum, enough := int64(0), uint64(math.MaxUint64)
	for step, bytes := range d.weight {
		if sum += bytes; sum > capacity {
			enough = uint64(step)
			break
		}
	}
	found = slices.DeleteFunc(found, func(o recent) bool { return math.Float64bits(o.ago)>>coarse > enough })
	slices.SortFunc(found, func(a, b recent) int {
		switch {
		case a.ago < b.ago:
			return -1
		case a.ago > b.ago:
			return 1
		}
		return int(int64(a.key) - int64(b.key))
	})
	held, n := int64(0), 0
	for n < len(found) && held+found[n].bytes <= capacity {
		held += found[n].bytes
		n++
	}
	longest = math.Inf(1)
	if n < len(found) {
		longest = found[n].ago
	}
	d.found = d.found[:from+n]
	return longest
}

// addRenewed adds the objects that a place has had: the one it has, if it was asked for since it was born, and those before it, each if it was
// asked for in its life. Nobody will ask for these again; they hold space until they leave.
func (p *preloader) addRenewed(t *tier, number, server int, place uint32, o recent, gaps *workload.Gaps, stream *random.Stream, d *scratch) {
	r := &p.workloads[number].renewal
	base := o.key - uint64(place)
	life, age := float64(float64(r.Lifetime)*1e-9), float64(float64(r.AgeAtStart(place))*1e-9)
	add := func(o recent) {
		if t.servers.isSharded() && p.shardOfObject(t, number, uint64(uint32(o.key-base))) != server {
			return
		}
		d.add(o)
	}
	if o.ago <= age {
		add(o)
	}
	for n := 1; n <= min(r.MostBefore(), renewedHeld); n++ {
		if ago := gaps.Since(stream.Exp()); ago <= life {
			add(recent{ago: age + float64(float64(n-1)*life) + ago, key: base + uint64(r.Before(place, n)), bytes: o.bytes})
		}
	}
}

// renewedHeld is how many objects of a place that are no more a cache is taken to hold at most when a run begins. A cache that keeps what nobody
// asks for longer than so many lifetimes begins with free space in their stead.
const renewedHeld = 8
