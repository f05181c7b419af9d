package sim

import (
	"time"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
)

// A pastRequest is one for an object of which caches keep slices: how long ago, in seconds, and for which of them.
type pastRequest struct {
	ago         float64
	first, next int
}

// Slices that age begin with what requests for their object have left, back in time for so many lifetimes, before which none was there, or for so many
// requests: each has fetched what it found missing or too old of what it asked for. What is fetched at once becomes too old at once, until a request asks for
// some of that alone; in caches that have been there for longer slices are a little further apart, and more so those of objects for which more requests come
// in a lifetime than are looked at: assumed. Each slice by itself is as in an endless run.
const (
	lifetimesBack = 20
	fetchesBack   = 2048
)

// fetched returns the instants, in ns, at which the slices of an object were fetched that live for so long.
func (w *preloadedWorkload) fetched(object uint32, rates []float64, life int64, key random.Key, d *scratch) (all []int64) {
	first, next := int(w.sliced.first[object]), int(w.sliced.first[object+1])
	size, most := int64(0), 0.0
	for k := first; k < next; k++ {
		size += w.bytes[k]
		most = max(most, rates[k]/w.sliced.reached[k])
	}
	seconds := time.Duration(life).Seconds()
	stream, ago := key.StreamAt(uint64(object)), 0.0
	d.past = d.past[:0]
	for most > 0 && len(d.past) < fetchesBack {
		if ago += stream.Exp() / most; ago > lifetimesBack*seconds {
			break
		}
		_ = stream.Float64() // as when they were asked for last is drawn
		from, upTo := w.sliced.law.Draw(&stream, size)
		d.past = append(d.past, pastRequest{ago, int(from / w.sliced.bytes), int((upTo + w.sliced.bytes - 1) / w.sliced.bytes)})
	}
	begin, u, v := -int64(min(ago, lifetimesBack*seconds)*1e9), stream.Float64(), stream.Float64()
	for k := first; k < next; k++ {
		at := begin - life
		if x := float64(rates[k] * seconds); len(d.past) == fetchesBack && float64(u*(1+x)) < x {
			at = begin - int64(v*float64(life))
		}
		all = append(all, at)
	}
	for i := len(d.past) - 1; i >= 0; i-- {
		asked := -int64(d.past[i].ago * 1e9)
		for n := d.past[i].first; n < d.past[i].next; n++ {
			if asked-all[n] >= life {
				all[n] = asked
			}
		}
	}
	return all
}

// A fetchedSlices finds out when slices of a workload were fetched by a cache, server by server and object by object.
type fetchedSlices struct {
	*preloadedWorkload
	key    random.Key // of when they were asked for last
	rates  []float64  // by thing
	of     map[uint64][]int64
	shared []float64 // the rates at a server, where each has a share
}

// slicesAt returns those of a workload at a cache, nil where it keeps whole objects.
func (p *preloader) slicesAt(t *tier, s *site, number int, rates []float64) *fetchedSlices {
	w := &p.workloads[number]
	if w.sliced == nil {
		return nil
	}
	entity := purpose.EntityOf(p.plan.scenario.Workloads[number].Name, s.name)
	key := random.NewKey(p.plan.scenario.Seed, p.rep, entity, purpose.PreloadOfTier(int(t.number)))
	return &fetchedSlices{preloadedWorkload: w, key: key, rates: rates, of: make(map[uint64][]int64)}
}

// at returns when a slice was fetched that lives for so long and was asked for last so many ns ago, by a server that gets a share of the requests.
func (a *fetchedSlices) at(k int, o *recent, share float64, life, ago int64, d *scratch) int64 {
	object, server := a.objectOf(k), 0
	rates, key := a.rates, a.key
	if share < 1 {
		server = cache.ServerOf(o.key)
		key = random.Key(key.At(1<<63 | uint64(server)))
		if a.shared == nil {
			for _, rate := range a.rates {
				a.shared = append(a.shared, float64(share*rate))
			}
		}
		rates = a.shared
	}
	address := uint64(server)<<32 | uint64(object)
	all, ok := a.of[address]
	if !ok {
		all = a.fetched(object, rates, life, key, d)
		a.of[address] = all
	}
	return min(all[k-int(a.sliced.first[object])], -ago)
}
