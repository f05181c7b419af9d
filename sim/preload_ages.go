package sim

import (
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
)

// age draws how old the objects are with which a cache that ages begins, and leaves those out that it never keeps.
//
// An object that is asked for by a Poisson process with rate r, and lives for T, is fetched again at the first request behind
// T: the fetches are T and an exponential time apart. Of the requests 1 in 1 + rT is such a fetch; all others find an age that is
// uniform over T. So was the last request, an exponential time ago. That is exact where fetching takes no time. Caches that evict objects within their lifetime have
// a [holding]. Objects whose ages tiers pass on have [cycles]. A [past] have slices, what caches of several tiers evict within its lifetime, what users in visits ask several tiers for, and what independent servers pass on. Behind caches that
// take every answer for new, ages are those that Poisson requests with their rates would give.
func (p *preloader) age(t *tier, s *site, of rates, longest []float64, cycles *cycles, d *scratch) {
	if t.aging == nil {
		return
	}
	for i := range of {
		c := t.aging.contents[i]
		if c == nil {
			continue
		}
		first := uint64(p.plan.scenario.keyBase(i))
		objects := uint64(p.plan.scenario.objects(i))
		entity := purpose.EntityOf(p.plan.scenario.Workloads[i].Name, s.name)
		key := random.NewKey(p.plan.scenario.Seed, p.rep, entity, purpose.AgesOfTier(int(t.number)))
		share, past := t.servers.share(), p.pastAt(t, i)
		for _, o := range d.found {
			number := uint64(uint32(o.key)) - first
			if uint64(uint32(o.key)) < first || number >= objects || !t.cache.Contains(o.key) {
				continue
			}
			k, isAskedAgain := p.workloads[i].thingOf(objectOf(o.key))
			object := c.object(uint32(o.key))
			class := c.class(object)
			policy := &c.policies[class]
			answer := c.controls[class].Answer()
			if !policy.Keeps(answer) {
				t.cache.Remove(o.key)
				continue
			}
			ago := int64(min(o.ago, 1e9) * 1e9)
			life := t.aging.lifeOf(i, uint32(o.key))
			if answer == freshness.Missing {
				life = 0
			}
			address := objectOf(o.key) - first
			if share < 1 {
				address = o.key - first // each server has draws of its own
			}
			stream, rate := key.StreamAt(address), 0.0
			if isAskedAgain { // those that are asked for once have no rate of their own
				rate = float64(share * of[i].objects[k])
			}
			asOf := -ago
			since := asOf
			var y cycle
			isReplayed, shared := false, false
			if rate > 0 && answer == freshness.Good {
				if isReplayed = past.has(k); !isReplayed {
					y, shared = cycles.of(t, i, k)
				}
			}
			if isReplayed {
				asOf, since = past.copyAt(cache.ServerOf(o.key), k, ago)
			} else if shared {
				asOf, since = cycles.copyAt(t, &y, i, k, rate, ago, &stream)
			} else if life > 0 && life < int64(maxRun) {
				gaps := p.gapsOf(t, i, rate)
				if gaps.ComeInVisits() {
					gaps = gaps.With(p.workloads[i].underWay[p.users[t].id])
					if stream.Float64() < gaps.LastHit(time.Duration(life).Seconds()) {
						asOf -= int64(stream.Float64() * float64(life))
					}
				} else {
					h := holding{rate: rate, life: time.Duration(life).Seconds(), leaves: longest[cache.ServerOf(o.key)]}
					asOf -= int64(h.age(&stream) * 1e9)
				}
				since = asOf
			}
			t.aging.put(o.key, freshness.Held{AsOf: asOf - int64(c.controls[class].Age), Since: since, Version: c.version(class, object, asOf), Answer: answer})
		}
	}
}

// said returns what the origin says of an object, and what the tier makes of it.
func (a *aging) said(number int, key uint32) (*freshness.Control, *freshness.Policy) {
	c := a.contents[number]
	class := c.class(c.object(key))
	return &c.controls[class], &c.policies[class]
}

// lifeOf returns for how long a good answer of the origin is fresh at a tier, in ns, from when it comes: less the age that the origin sends
// it with, where that counts.
func (a *aging) lifeOf(number int, key uint32) int64 {
	control, policy := a.said(number, key)
	life := policy.Lifetime()
	if policy.CountsAge() && life < int64(maxRun) {
		life = max(life-int64(control.Age), 0)
	}
	return life
}

// asksOfAged returns how often a cache that is asked for an object at a rate asks for it itself. An object that nobody asks for leaves
// the cache after so many seconds.
func (p *preloader) asksOfAged(t *tier, i, k int, rate, longest float64, c *cycles) float64 {
	control, policy := t.aging.said(i, p.keyOf(i, k))
	if !policy.Keeps(control.Answer()) {
		return rate
	}
	gaps := p.gapsOf(t, i, rate)
	evicted := gaps.Missed(longest)
	if past := p.pastAt(t, i); past.has(k) {
		return max(float64(rate*past.parts[k]), evicted)
	}
	if y, shared := c.of(t, i, k); shared {
		return max(c.asks(t, &y, i, k, rate), evicted)
	}
	life := t.aging.lifeOf(i, p.keyOf(i, k))
	if life >= int64(maxRun) {
		return evicted
	}
	// After each fetch it answers those within its lifetime.
	return max(gaps.Fetches(time.Duration(life).Seconds()), evicted)
}

// keyOf returns the key of the object of the k-th thing of a workload.
func (p *preloader) keyOf(number, k int) uint32 { return uint32(p.workloads[number].keyOf(k)) }

// primaryOf returns the key of the k-th thing of a workload, whatever its variant.
func (p *preloader) primaryOf(number, k int) uint64 { return p.workloads[number].primary(k) }

// ofVariants returns how popular the variants of objects are, the first of all objects before the second.
func (p *preloader) ofVariants(popularity, shares []float64) []float64 {
	all := slices.Repeat(popularity, len(shares))
	for i := range all {
		all[i] *= shares[i/len(popularity)]
	}
	return all
}
