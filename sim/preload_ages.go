package sim

import (
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
)

// age draws how old the objects are with which a cache that ages begins, and leaves those out that it never keeps.
//
// An object that is asked for by a Poisson process with rate r, and lives for T, is fetched again at the first request behind
// T: the fetches are T and an exponential time apart. Of the requests 1 in 1 + rT is such a fetch; all others find an age that is
// uniform over T. So was the last request, an exponential time ago. That is exact where a cache evicts no object within its
// lifetime and fetching takes no time; behind other caches it goes for what Poisson requests with their rates would give.
func (p *preloader) age(t *tier, s *site, of rates, d *scratch) {
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
		for _, o := range d.found {
			if k := o.key - first; o.key < first || k >= objects || !t.cache.Contains(o.key) {
				continue
			}
			object := c.object(uint32(o.key))
			class := c.class(object)
			policy := &c.policies[class]
			answer := c.controls[class].Answer()
			if !policy.Keeps(answer) {
				t.cache.Remove(o.key)
				continue
			}
			ago := int64(min(o.ago, 1e9) * 1e9)
			life := policy.Lifetime()
			if answer == freshness.Missing {
				life = 0
			}
			stream := key.StreamAt(o.key - first)
			if rate := rateOf(of[i], o.key-first); life > 0 && life < int64(maxRun) {
				x := float64(rate * time.Duration(life).Seconds())
				if u := stream.Float64(); u*(1+x) < x {
					ago += int64(stream.Float64() * float64(life))
				}
			}
			t.aging.put(uint32(o.key), freshness.Held{AsOf: -ago, Since: -ago, Version: c.version(class, object, -ago), Answer: answer})
		}
	}
}

// rateOf returns how often an object is asked for; those that are asked for once have no rate of their own.
func rateOf(r rate, k uint64) float64 {
	if k < uint64(len(r.objects)) {
		return r.objects[k]
	}
	return 0
}

// hitsOfFetch returns how many requests, on the mean, a fetched object answers before it is fetched again: those within its
// lifetime, and at most those before it is evicted, which is exact where the lifetime is shorter than an object that nobody
// asks for stays.
func (a *aging) hitsOfFetch(number uint8, key uint32, rate, longest float64) float64 {
	c := a.contents[number]
	object := c.object(key)
	class := c.class(object)
	policy := &c.policies[class]
	if !policy.Keeps(c.controls[class].Answer()) {
		return 0
	}
	unevicted := math.Inf(1)
	if x := rate * longest; x < 700 {
		unevicted = portable.Expm1(x)
	}
	if policy.Lifetime() >= int64(maxRun) {
		return unevicted
	}
	return min(float64(rate*time.Duration(policy.Lifetime()).Seconds()), unevicted)
}

// keyOf returns the key of the k-th object of a workload.
func (p *preloader) keyOf(number, k int) uint32 { return p.plan.scenario.keyBase(number) + uint32(k) }

// ofVariants returns how popular the variants of objects are, the first of all objects before the second.
func (p *preloader) ofVariants(popularity, shares []float64) []float64 {
	all := slices.Repeat(popularity, len(shares))
	for i := range all {
		all[i] *= shares[i/len(popularity)]
	}
	return all
}
