package sim

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
)

// errorBytes is the size of an answer that is an error. Assumed.
const errorBytes = 512

// An aging is what a tier knows of the ages of what it holds. Nothing expires by an event: what is to be done with an object
// is found out when somebody asks for it.
type aging struct {
	contents []*agingContent // by workload; nil where nothing is cacheable
	purges   []purge
	cache    *cache.Noted[freshness.Held] // the tier's, while the site is open
	servers  *servingCaches               // in its place, where the tier's cache is of servers
	renewals []renewal                    // by number of the fetch
	apart    uint64                       // fetches begun that nobody joins
}

// An agingContent is what goes for the objects of one workload at a tier.
type agingContent struct {
	*content
	policies []freshness.Policy // by class of objects
}

// A content is what a workload's origin says of its objects.
type content struct {
	base uint32 // the first key
	numbering
	// classes holds the ends of the classes of objects among numbers of 32 bits, one less than there are.
	classes  []uint64
	controls []freshness.Control // by class
	classOf  random.Key
	changes  random.Key
}

// newContent returns what is said of a workload's objects.
func (r *run) newContent(number int) *content {
	s := &r.plan.scenario
	w := &s.Workloads[number]
	service, ok := w.Service.(workload.Cacheable)
	if !ok {
		return nil
	}
	entity := random.Entity(w.Name)
	c := &content{
		base: s.keyBase(number), numbering: s.numberingOf(number),
		classOf: random.NewKey(s.Seed, r.rep, entity, purpose.ClassOfObject), changes: random.NewKey(s.Seed, r.rep, entity, purpose.Change),
	}
	share := 0.0
	for _, class := range service.Classes() {
		c.controls = append(c.controls, class.Control)
		share += class.Objects
		c.classes = append(c.classes, outOf32(min(share, 1)))
	}
	c.classes = c.classes[:len(c.classes)-1]
	return c
}

// object returns the object behind a key, whatever its variant.
func (c *content) object(key uint32) uint32 { return c.numbering.object(key - c.base) }

// primaryOf returns the key of an object whatever its variant: the primary key of RFC 9111, by which objects are shared among the servers of a cache, and
// among the caches of a tier.
func (c *content) primaryOf(key uint64, object uint32) uint64 {
	return key&^math.MaxUint32 | uint64(c.base+object)
}

// class returns the class of an object.
func (c *content) class(object uint32) int {
	if len(c.classes) == 0 {
		return 0
	}
	u := c.classOf.At(uint64(object)) >> 32
	for i, end := range c.classes {
		if u < end {
			return i
		}
	}
	return len(c.classes)
}

// version returns what an object is like at an instant.
func (c *content) version(class int, object uint32, at int64) uint32 {
	changes := c.controls[class].Changes
	if changes.Mean == 0 {
		return 1
	}
	return changes.Version(random.Key(c.changes.At(uint64(object))), at)
}

// ages reports whether anything that the caches of a placement hold can expire, be purged, be written or have variants.
func (s *Scenario) ages(p *placement.Placement) bool {
	if len(p.Tiers) == 0 {
		return false
	}
	if len(s.Purges) > 0 || saysLifetimes(s, p) || s.writes() {
		return true
	}
	return slices.ContainsFunc(s.Workloads, func(w workload.Workload) bool { return variantsOf(&w) > 1 })
}

// saysLifetimes reports whether an origin or a tier of caches says for how long answers are good.
func saysLifetimes(s *Scenario, p *placement.Placement) bool {
	for i := range p.Tiers {
		if p.Tiers[i].AgesObjects() {
			return true
		}
	}
	for i := range s.Workloads {
		if service, ok := s.Workloads[i].Service.(workload.Cacheable); ok && len(service.Controls) > 0 {
			return true
		}
	}
	return false
}

// validateFreshness names the first workload with rules of its own that no cache keeps.
func (s *Scenario) validateFreshness(p *placement.Placement) error {
	for i := range p.Tiers {
		for k, of := range p.Tiers[i].FreshnessOf {
			for n, name := range of.Workloads {
				if !slices.ContainsFunc(s.Workloads, func(w workload.Workload) bool { return w.Name == name && KindOf(w.Service).MeetsCaches() }) {
					return fmt.Errorf("tier %q: %w", p.Tiers[i].Name, invalid.In(fmt.Sprintf("Tiers[%d].FreshnessOf[%d]", i, k),
						invalid.New(fmt.Sprintf("Workloads[%d]", n), name, "a workload that caches keep")))
				}
			}
		}
	}
	return nil
}

// newAging returns the aging of a tier.
func (r *run) newAging(number part, servers *servingCaches) *aging {
	a := &aging{contents: make([]*agingContent, len(r.contents)), purges: r.purges(), servers: servers}
	for i, c := range r.contents {
		if c == nil {
			continue
		}
		w := &r.plan.scenario.Workloads[i]
		service, rules := w.Service.(workload.Cacheable), r.plan.placement.Tiers[number].RulesOf(w.Name)
		of := &agingContent{content: c}
		for _, control := range c.controls {
			of.policies = append(of.policies, policyOf(&service, rules, control))
		}
		a.contents[i] = of
	}
	return a
}

// policyOf returns what caches with rules, or without any, make of what an origin says of objects.
func policyOf(service *workload.Cacheable, rules *freshness.Rules, control freshness.Control) freshness.Policy {
	switch {
	case rules != nil:
		return freshness.NewPolicy(control, *rules)
	case len(service.Controls) > 0:
		return freshness.NewPolicy(control, freshness.Rules{})
	}
	return freshness.Immortal()
}

// A look is what a tier finds of an object when somebody asks for it.
type look struct {
	sought
	kept
	class uint32
}

// A sought is an object that somebody asks for, and whether a tier has it.
type sought struct {
	policy *freshness.Policy
	key    uint64 // with the server that it is looked for at
	object uint32
	state  freshness.State
	has    bool
	// fromDisk says that it was on the disk and not in memory, and that it takes time to read it.
	fromDisk bool
	// wasPurged says that it was there until now, and is gone since it was purged.
	wasPurged bool
}

// A kept is what a tier knows of an object that it has.
type kept struct {
	size int64
	held freshness.Held
}

// find looks for an object by its key in the cache, which counts as asked for. The look is empty.
func (l *look) find(a *aging, number uint8, key uint64, now int64) {
	c := a.contents[number]
	l.key, l.object, l.state = key, c.object(uint32(key)), freshness.Expired
	l.class = uint32(c.class(l.object))
	l.policy = &c.policies[l.class]
	var h *freshness.Held
	var size int64
	var hit bool
	if a.servers == nil {
		h, size, hit = a.cache.LookupNoted(key)
	} else {
		h, size, hit = a.servers.caches.LookupNoted(key)
	}
	if !hit {
		return
	}
	if len(a.purges) > 0 && a.isPurged(number, l.object, h, now) {
		a.remove(key)
		l.wasPurged = true
		return
	}
	l.has, l.size, l.held = true, size, *h
	l.state = l.policy.State(h, now)
	l.fromDisk = a.servers != nil && a.servers.readTime() > 0
}

func (a *aging) remove(key uint64) {
	if a.servers != nil {
		a.servers.caches.Remove(key)
		return
	}
	a.cache.Remove(key)
}

// put notes what is known of an object, if it is in the cache.
func (a *aging) put(key uint64, h freshness.Held) {
	var of *freshness.Held
	if a.servers != nil {
		of = a.servers.caches.Note(key)
	} else {
		of = a.cache.Note(key)
	}
	if of != nil {
		*of = h
	}
}

// keyAt returns the key of an object at the server that one asks for it, by a number that no other request has. The variants of an object
// are at one server where objects have theirs: what is hashed is the primary key of RFC 9111, as Varnish's shard director and nginx's hash
// of the URI do it, which do not know yet what an answer varies by.
func (a *aging) keyAt(number uint8, key, request uint64) uint64 {
	c := a.contents[number]
	return cache.AtServer(key, a.servers.serverOf(c.primaryOf(key, c.object(uint32(key))), request))
}

// readTime returns how long it takes to read what was found of an object, in ns. What is known of it lies with it on the disk, as nginx and
// Apache Traffic Server have it; so whoever finds it there waits for that, whatever becomes of it. A question that follows does not
// wait, and the time is that of its answer: assumed.
func (a *aging) readTime(l *sought) int64 {
	if !l.fromDisk {
		return 0
	}
	return int64(a.servers.DiskRead)
}

// decide says what a tier does for one who asks for an object: whether it serves what it holds, and whether it begins a fetch,
// in the background if it serves. Whoever is not served waits for that fetch, or for the one that is under way.
func (a *aging) decide(l *look, number uint8, underWay bool) (serves, begins bool) {
	switch l.state {
	case freshness.Fresh, freshness.Extended:
		return true, false
	case freshness.StaleServed:
		return true, !underWay
	case freshness.StaleWhileFetched:
		if underWay {
			return true, false
		}
	}
	return false, !underWay || !l.joins(a.contents[number].controls[l.class].Answer())
}

// joins reports whether one who asks for an object waits for a fetch of it that is under way.
func (l *look) joins(usual freshness.Answer) bool {
	switch l.policy.Collapses() {
	case freshness.CollapseNone:
		return false
	case freshness.CollapseNew:
		return !l.has && l.policy.MayShare(usual)
	}
	return l.policy.MayShare(usual)
}

// age returns how old an object as of an instant is that leaves a cache at another, in whole seconds as the header Age says it.
func age(asOf, now int64) uint32 {
	return uint32(max(now-asOf, 0) / int64(time.Second))
}

// heldBytes is about what a cache that ages holds beside an object, where caches take turns: 120 to 200 bytes an object were measured in all, gaps
// among them.
const heldBytes = 100
