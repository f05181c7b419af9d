package sim

import (
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// mostReplayed bounds how much of the past is followed, request by request, where caches evict objects within their lifetime or users come in visits: a second or two of
// processor time. See [Scenario.followsEvictions].
const mostReplayed = 2e7

// followsEvictions reports whether the past of a placement is short enough to be followed request by request. Counted are the requests of the lifetimes before the run, and each thing
// at each server that users ask. Elsewhere caches of several tiers begin as if none evicted an object within its lifetime, and visits count for nothing behind the first.
func (s *Scenario) followsEvictions(p *placement.Placement) bool {
	return len(p.Tiers) == 0 || float64(settlingRounds*s.followed(p)) <= mostReplayed
}

// mayReplay reports whether requests may be replayed for what preloaded caches begin with.
func (s *Scenario) mayReplay(p *placement.Placement) bool {
	if !s.ages(p) {
		return false
	}
	return s.isReplayed(p) || (len(p.Tiers) > 1 || s.hasVisits()) && s.followsEvictions(p)
}

// followed returns about how many requests are drawn and things looked at, to follow the past of a placement once. A thing at a server takes as long as about three requests.
func (s *Scenario) followed(p *placement.Placement) (sum float64) {
	servers := 0
	for i := range p.Tiers[firstTier].Caches {
		servers += copiesIn(&p.Tiers[firstTier].Caches[i])
	}
	for i := range s.Workloads {
		w := &s.Workloads[i]
		life := s.longestLifetime(w, p)
		if life == 0 || s.objects(i) == 0 || w.Begins > 0 {
			continue
		}
		things := regular(w) * variantsOf(w)
		if p.SliceBytes > 0 {
			things = variantsOf(w) * s.slicesOf(i, p.SliceBytes, maxPreloadObjects)
		}
		sum += float64(perSecondOf(w)*life.Seconds()*float64(s.lifetimesBack(p))) + float64(3*things*servers)
	}
	return sum
}

// longestLifetime returns for how long the caches of a placement hold what is longest fresh of a workload, 0 where nothing becomes too old.
func (s *Scenario) longestLifetime(w *workload.Workload, p *placement.Placement) (longest time.Duration) {
	service, isCacheable := w.Service.(workload.Cacheable)
	if !isCacheable {
		return 0
	}
	for _, control := range controlsOf(&service) {
		for i := range p.Tiers {
			policy := policyOf(&service, p.Tiers[i].RulesOf(w.Name), control)
			if life := policy.Lifetime(); life < int64(maxRun) {
				longest = max(longest, time.Duration(life))
			}
		}
	}
	return longest
}

// controlsOf returns what the origin says of the objects of a service, nothing of any where it says nothing.
func controlsOf(service *workload.Cacheable) (controls []freshness.Control) {
	for _, c := range service.Controls {
		controls = append(controls, c.Control)
	}
	if len(controls) == 0 {
		controls = append(controls, freshness.Control{})
	}
	return controls
}

// BeginsWithoutEvictions reports whether the requests before a run are too many to be followed, and that may make a difference. Preloaded caches of a valid placement then begin
// with ages as if none evicted an object within its lifetime, and behind the first tier as if users asked each on their own, though some may evict, or visit.
func (s *Scenario) BeginsWithoutEvictions(p *placement.Placement) bool {
	if !preloads(*p) || !s.ages(p) || s.followsEvictions(p) {
		return false
	}
	for i := range s.Workloads {
		w := &s.Workloads[i]
		if s.objects(i) == 0 || s.longestLifetime(w, p) == 0 || w.Begins > 0 {
			continue
		}
		visits := w.Visits.Requests > 0
		if (len(p.Tiers) > 1 || p.SliceBytes > 0 || visits) && s.fillsWithinLifetimes(p) || len(p.Tiers) > 1 && visits {
			return true
		}
	}
	return false
}

// fillsWithinLifetimes reports whether all that users ask for within a lifetime is more than some cache holds.
func (s *Scenario) fillsWithinLifetimes(p *placement.Placement) bool {
	smallest := int64(math.MaxInt64)
	for i := range p.Tiers {
		for k := range p.Tiers[i].Caches {
			if c := &p.Tiers[i].Caches[k]; c.CapacityBytes > 0 {
				smallest = min(smallest, c.CapacityBytes/int64(copiesIn(c)))
			}
		}
	}
	sum, capacity, life := 0.0, float64(smallest), time.Duration(0)
	for i := range s.Workloads {
		life = max(life, s.longestLifetime(&s.Workloads[i], p))
	}
	for i := range s.Workloads {
		w := &s.Workloads[i]
		popular, ok := w.Demand.(workload.Popular)
		if !ok || s.objects(i) == 0 {
			continue
		}
		shares, err := popular.Popularity()
		if err != nil {
			return true // who opens the demand says what is wrong
		}
		sizes, variants := w.SizesOf(s.Seed, 0), float64(variantsOf(w))
		asks := float64(perSecondOf(w) * life.Seconds())
		sum += float64(asks * askedOnce(w) * sizes.MedianBytes())
		for k, share := range shares {
			if sum -= float64(variants * portable.Expm1(-asks*share/variants) * float64(sizes.SizeBytes(uint32(k)))); sum > capacity {
				return true
			}
		}
	}
	return false
}

// hasVisits reports whether users of some workload come in visits.
func (s *Scenario) hasVisits() bool {
	return slices.ContainsFunc(s.Workloads, func(w workload.Workload) bool { return w.Visits.Requests > 0 })
}
