package sim

import (
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
)

// cycles are what caches of several tiers have in common where answers age on their way: what one hands down is as old as it is there, so
// that all copies of an object die together. Then the first who asks, whoever it is, has the last cache before the origin, their root,
// fetch it anew. So a root fetches an object that lives for T and is wanted with rate R, by the users behind all caches before
// it, every T + 1/R on the mean. A cache whose users want it with rate r has a copy of the cycle under way if one of them began it, as
// they do r of R cycles, or if one has asked since.
//
// That is exact where no cache evicts an object within its lifetime, none holds it for longer than one behind it, and fetching takes no time. A
// cache that holds objects for longer than its root does, or takes every answer for new, renews them by itself: see [preloader.age].
type cycles struct {
	*preloader
	sites map[*tier]*site
	// wanted holds how often users want the objects of a cache behind others, whatever these have.
	wanted map[*tier]rates
	// begun holds, by root, the rates of the caches of which is known whether their users began the cycle.
	begun map[*tier]rates
	// newest holds the instants, in ns, as of which caches before one have copies, by workload and object; 0 for none.
	newest map[*tier][][]int64
	// forgetful are the caches before which some do not hold all that they have asked for.
	forgetful map[*tier]bool
	// askers holds the caches before one.
	askers map[*tier][]asker
}

// An asker is a cache, or all independent servers of one, before another.
type asker struct {
	tier *tier
	of   rates
}

// newCycles returns the cycles of sites, nil where no answer passes two caches that age, or requests are replayed.
func (p *preloader) newCycles(sites []*site) *cycles {
	if len(p.plan.placement.Tiers) < 2 || !p.plan.scenario.ages(&p.plan.placement) || p.plan.scenario.isReplayed(&p.plan.placement) {
		return nil
	}
	c := &cycles{preloader: p, sites: make(map[*tier]*site), wanted: make(map[*tier]rates), begun: make(map[*tier]rates), newest: make(map[*tier][][]int64), forgetful: make(map[*tier]bool), askers: make(map[*tier][]asker)}
	for number := range p.plan.placement.Tiers {
		for _, s := range sites {
			t := s.tiers[number]
			if t == nil {
				continue
			}
			c.sites[t] = s
			if t.number == firstTier {
				c.want(t, p.ratesOfUsers(s))
			} else if of := c.wanted[t]; of != nil {
				c.want(t, of)
			}
		}
	}
	return c
}

// want lets what users want of a cache be wanted of those behind it, too.
func (c *cycles) want(t *tier, of rates) {
	for i := range of {
		behind := c.behind(t, i)
		if behind == nil {
			continue
		}
		for _, n := range c.plan.partsOf(t.hops[i], 0) {
			next := c.preloader.sites[t.hops[i][n].to].tier(t.hops[i][n].part)
			if !slices.ContainsFunc(c.askers[next], func(a asker) bool { return a.tier == t }) {
				c.askers[next] = append(c.askers[next], asker{t, of})
			}
		}
		for k, rate := range of[i].objects {
			next := behind(k)
			if c.wanted[next] == nil {
				c.wanted[next], c.begun[next], c.newest[next] = c.noRates(), c.noRates(), make([][]int64, len(of))
			}
			c.wanted[next][i].objects[k] += rate
		}
	}
}

// A cycle is the one under way of an object, as its root has it.
type cycle struct {
	root *tier
	// age is how long ago it began, life how long what was fetched then is fresh, in ns.
	age, life int64
	wanted    float64 // how often users want the object in a second
	beginner  float64 // below wanted: whose rates it falls among began it
}

// length returns how long the cycles of an object are on the mean, in seconds.
func (y *cycle) length() float64 { return time.Duration(y.life).Seconds() + 1/y.wanted }

// of returns the cycle of an object of a workload at a cache, and reports whether it has one. It is the same for all caches before a root.
func (c *cycles) of(t *tier, i, k int) (y cycle, ok bool) {
	if c == nil {
		return y, false
	}
	y.root = t
	for behind := c.behind(t, i); behind != nil; behind = c.behind(y.root, i) {
		y.root = behind(k)
	}
	if c.wanted[y.root] == nil {
		return y, false
	}
	y.wanted = c.wanted[y.root][i].objects[k]
	y.life = y.root.aging.lifeOf(i, c.keyOf(i, k))
	if t != y.root {
		if _, policy := t.aging.said(i, c.keyOf(i, k)); !policy.CountsAge() || t.aging.lifeOf(i, c.keyOf(i, k)) > y.life {
			return y, false
		}
	}
	if !(y.wanted > 0) || y.life <= 0 || y.life >= int64(maxRun) {
		return y, false
	}
	entity := purpose.EntityOf(c.plan.scenario.Workloads[i].Name, c.sites[y.root].name)
	stream := random.NewKey(c.plan.scenario.Seed, c.rep, entity, purpose.AgesOfTier(int(y.root.number))).StreamAt(uint64(k))
	if x := float64(y.wanted * time.Duration(y.life).Seconds()); stream.Float64()*(1+x) < x {
		y.age = int64(stream.Float64() * float64(y.life))
	} else {
		y.age = y.life + int64(min(stream.Exp()/y.wanted, 1e9)*1e9)
	}
	y.beginner = stream.Float64() * y.wanted
	return y, true
}

// copyAt returns as of when a cache holds an object of a cycle, and since when: one that was last asked for so many ns ago.
func (c *cycles) copyAt(t *tier, y *cycle, i, k int, rate float64, ago int64, stream *random.Stream) (asOf, since int64) {
	began, has := false, ago < y.age
	switch {
	case t == y.root:
		return -y.age, -y.age
	case t.number == firstTier:
		begun := &c.begun[y.root][i].objects[k]
		began = *begun <= y.beginner && y.beginner < *begun+rate
		*begun += rate
	default:
		newest := c.newest[t][i]
		began = newest != nil && newest[k] == -y.age
		has = has && c.forgetful[t]
	}
	switch {
	case began:
		asOf, since = -y.age, -y.age
	case has:
		asOf, since = -y.age, -max(ago, y.age-int64(min(stream.Exp()/rate, 1e9)*1e9))
	default: // of a cycle that is over
		asOf = min(-ago-int64(stream.Float64()*float64(y.life)), -y.age-y.life)
		since = asOf
	}
	c.note(t, i, k, asOf)
	return asOf, since
}

// note tells the caches behind one of a copy that it has.
func (c *cycles) note(t *tier, i, k int, asOf int64) {
	for behind := c.behind(t, i); behind != nil; behind = c.behind(t, i) {
		t = behind(k)
		newest := &c.newest[t][i]
		if *newest == nil {
			*newest = make([]int64, len(c.workloads[i].popularity))
		}
		if n := &(*newest)[k]; *n == 0 || asOf > *n {
			*n = asOf
		}
	}
}

// forgets notes that a cache begins without some of what it has asked for: evicted, or as it begins empty.
func (c *cycles) forgets(t *tier) {
	if c == nil {
		return
	}
	for i := range t.hops {
		for n := range t.hops[i] {
			if h := &t.hops[i][n]; h.part != originPart {
				c.forgetful[c.preloader.sites[h.to].tier(h.part)] = true
			}
		}
	}
}

// asks returns how often a cache that is asked at a rate for an object of a cycle asks for it itself, as it has become too old.
func (c *cycles) asks(t *tier, y *cycle, i, k int, rate float64) float64 {
	wanted := rate
	if t.number != firstTier {
		wanted = c.wanted[t][i].objects[k]
	}
	life := time.Duration(t.aging.lifeOf(i, c.keyOf(i, k))).Seconds()
	tooOld := 0.0
	if rest := time.Duration(y.life).Seconds() - life; rest > 0 {
		if tooOld = float64(wanted * rest); t.number != firstTier {
			tooOld = c.asksBehind(t, y, i, k, life)
		}
	}
	return (1 - float64((1-wanted/y.wanted)*portable.Exp(-wanted*life)) + tooOld) / y.length()
}

// asksBehind returns how often in a cycle a cache behind others is asked for an object that the root has, and that is too old for it after so many
// seconds: by each of them that holds it for longer once, if it has no copy of the cycle by then, and by each for which it is too old whenever its users want it.
func (c *cycles) asksBehind(t *tier, y *cycle, i, k int, life float64) (sum float64) {
	whole := time.Duration(y.life).Seconds()
	for _, a := range c.askers[t] {
		if behind := c.behind(a.tier, i); behind == nil || behind(k) != t {
			continue
		}
		share := a.tier.servers.share()
		rate := float64(share * a.of[i].objects[k])
		own := max(min(time.Duration(a.tier.aging.lifeOf(i, c.keyOf(i, k))).Seconds(), whole), life)
		late := float64((1 - rate/y.wanted) * (portable.Exp(-rate*life) - portable.Exp(-rate*own)))
		sum += (late + float64(rate*(whole-own))) / share
	}
	return sum
}
