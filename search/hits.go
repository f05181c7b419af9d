package search

import (
	"fmt"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/edgewise-sim/edgewise/cache/theory"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/workload"
)

// A group is objects of about the same popularity and size, taken as equal.
type group struct {
	workload int
	objects  float64
	rate     float64 // of each, as a share of all requests
	bytes    float64 // of each
}

// A catalogue is what all cacheable workloads ask for.
type catalogue struct {
	groups []group
	once   theory.Object
	onceOf []float64 // by workload: the share of its requests for objects that are asked for once
	shares []float64 // by workload: its share of all requests
	lives  []float64 // by workload: how long its objects live, in s; 0 for ever
	// churns says that some live so long only: then what a cache hits depends on how much it is asked for.
	churns bool
	mutex  sync.Mutex
	known  map[string][]tierHits
}

// tierHits holds the hit ratio of a tier by workload.
type tierHits []float64

const (
	// alikeRates and alikeSizes are within which factor of each other objects are put into one group.
	alikeRates = 0.05
	alikeSizes = 0.7
)

// newCatalogue reads the catalogues of the cacheable workloads; nil where there are none.
func newCatalogue(s *sim.Scenario) (*catalogue, error) {
	c := &catalogue{shares: make([]float64, len(s.Workloads)), onceOf: make([]float64, len(s.Workloads)), lives: make([]float64, len(s.Workloads)), known: map[string][]tierHits{}}
	total, any := 0.0, false
	for i := range s.Workloads {
		w := &s.Workloads[i]
		if _, ok := w.Service.(workload.Cacheable); !ok {
			continue
		}
		d, ok := w.Demand.(workload.Popular)
		if !ok {
			return nil, fmt.Errorf("search: workload %q: its demand, a %T, does not say how popular objects are (workload.Popular), without which hit ratios are not known before a run", w.Name, w.Demand)
		}
		c.shares[i], any = d.PerSecond(), true
		total += d.PerSecond()
	}
	if !any {
		return nil, nil
	}
	for i := range s.Workloads {
		if c.shares[i] == 0 {
			continue
		}
		c.shares[i] /= total
		if err := c.add(s, i); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *catalogue) add(s *sim.Scenario, number int) error {
	w := &s.Workloads[number]
	popularity, err := w.Demand.(workload.Popular).Popularity()
	if err != nil {
		return err
	}
	sizes := w.SizesOf(s.Seed, 0)
	if w.RecordsSizes() {
		return fmt.Errorf("search: workload %q: sizes that are recorded are not known before a run", w.Name)
	}
	if d, ok := w.Demand.(workload.Endless); ok {
		c.onceOf[number] = d.AskedOnce()
		rate := float64(c.shares[number] * d.AskedOnce())
		sum := 0.0
		const looked = 4096
		for k := range looked {
			sum += float64(sizes.SizeBytes(uint32(d.Regular() + k)))
		}
		if all := c.once.Rate + rate; rate > 0 {
			c.once.Size = (float64(c.once.Size*c.once.Rate) + float64(sum/looked*rate)) / all
			c.once.Rate = all
		}
	}
	if d, ok := w.Demand.(workload.Churning); ok {
		c.lives[number] = time.Duration(d.RenewalOf(w.Name, s.Seed, 0).Lifetime).Seconds()
		c.churns = c.churns || c.lives[number] > 0
	}
	type key struct{ rate, size int }
	groups := make(map[key]*group)
	var order []key
	for k, share := range popularity {
		if share <= 0 {
			continue
		}
		rate, bytes := float64(share*c.shares[number]*(1-c.onceOf[number])), float64(sizes.SizeBytes(uint32(k)))
		at := key{int(math.Round(portable.Log(rate) / alikeRates)), int(math.Round(portable.Log(bytes) / alikeSizes))}
		g := groups[at]
		if g == nil {
			g = &group{workload: number}
			groups[at] = g
			order = append(order, at)
		}
		g.objects++
		g.rate += rate
		g.bytes += bytes
	}
	for _, at := range order {
		g := groups[at]
		g.rate /= g.objects
		g.bytes /= g.objects
		c.groups = append(c.groups, *g)
	}
	return nil
}

// hits returns the hit ratios of a chain of caches, each behind the one before it, by tier and workload. What a cache lets
// through the next is asked for, as if it were asked for independently; all caches of a tier are taken to be alike. Characteristic times
// do not depend on how much is asked for, so that neither do the ratios (Che, Tung and Wang, JSAC 2002), unless objects are replaced: then
// perSecond says how many requests come to the entries whose misses each cache is asked for, all workloads together.
func (c *catalogue) hits(chain []placement.Cache, perSecond []float64) ([]tierHits, error) {
	name := ""
	asks := make([]float64, len(chain)) // rounded, so that those alike are looked up
	for i, at := range chain {
		name += fmt.Sprintf("%d/%s/%s,", at.CapacityBytes, at.Policy, at.Admission)
		if asks[i] = 1; c.churns {
			rounded := strconv.FormatFloat(perSecond[i], 'g', 3, 64)
			asks[i], _ = strconv.ParseFloat(rounded, 64)
			name += rounded + ","
		}
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if known, ok := c.known[name]; ok {
		return known, nil
	}
	rates := make([]float64, len(c.groups))
	for i := range c.groups {
		rates[i] = c.groups[i].rate
	}
	once := make([]float64, len(c.shares))
	for w := range once {
		once[w] = c.shares[w] * c.onceOf[w]
	}
	var all []tierHits
	for tier, at := range chain {
		objects := make([]theory.Object, len(c.groups))
		asked := make([]float64, len(c.shares))
		for i, g := range c.groups {
			objects[i] = theory.Object{Rate: max(float64(rates[i]*asks[tier]), 1e-300), Size: g.objects * g.bytes}
			asked[g.workload] += float64(rates[i] * g.objects)
		}
		answered := make([]float64, len(c.groups))
		if at.CapacityBytes > 0 && asks[tier] > 0 {
			var err error
			if answered, err = c.solve(at, objects, asks[tier]); err != nil {
				return nil, err
			}
		}
		hits := make(tierHits, len(c.shares))
		for i, g := range c.groups {
			hits[g.workload] += float64(rates[i] * g.objects * answered[i])
			rates[i] *= 1 - answered[i]
		}
		for w := range hits {
			if all := asked[w] + once[w]; all > 0 {
				hits[w] /= all
			}
		}
		all = append(all, hits)
	}
	c.known[name] = all
	return all, nil
}

// solve returns which part of the requests for each group a cache answers; perSecond is what turns the rate of what is asked for once into
// the unit of the others. Where objects are replaced, FIFO, random replacement and CLOCK are taken for LRU.
func (c *catalogue) solve(at placement.Cache, objects []theory.Object, perSecond float64) ([]float64, error) {
	capacity := float64(at.CapacityBytes)
	if c.churns {
		lives := make([]float64, len(objects))
		for i := range c.groups {
			lives[i] = c.lives[c.groups[i].workload]
		}
		once := c.once
		once.Rate *= perSecond
		of, err := theory.LRUWithChurn(objects, lives, once, capacity)
		return of.Hits, err
	}
	var of theory.Cache
	var err error
	switch {
	case at.Policy == "fifo" || at.Policy == "random" || at.Policy == "clock":
		of, err = theory.FIFO(objects, capacity)
	case c.once.Rate > 0:
		of, err = theory.LRUWithOnce(objects, c.once, capacity)
	default:
		of, err = theory.LRU(objects, capacity)
	}
	return of.Occupancy, err
}
