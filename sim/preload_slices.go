package sim

import (
	"math"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
)

// sliced are the slices of a workload's objects that caches keep, each of which is a thing of its own to a [preloader], with the rate of its object times the
// probability that a request asks for some of it.
//
// Slices of an object are asked for together, so that when each was asked for last is drawn from requests for the object, back in time, and from what part each
// of them is for. A cache behind others is asked for what these miss; taken for asks of all slices that are the less popular with those that are the
// more popular: who lacks one that is often asked for lacks those of the same request, too, which are asked for less often.
type sliced struct {
	first   []uint32  // by object, variants apart: which thing its first slice is; one more than there are
	of      []uint32  // by thing: its object, variants apart
	reached []float64 // by thing: the probability that a request for the object asks for it
	bytes   int64     // of a slice
	law     workload.RangeLaw
}

// slice takes the slices of objects for things of their own, where caches keep such.
func (w *preloadedWorkload) slice(bytes int64, law workload.RangeLaw) {
	if bytes == 0 {
		return
	}
	s := &sliced{bytes: bytes, law: law}
	var popularity []float64
	var sizes []int64
	for object, size := range w.bytes {
		s.first = append(s.first, uint32(len(s.of)))
		s.reached = law.Reaches(size, bytes, s.reached)
		for k := len(s.of); k < len(s.reached); k++ {
			popularity = append(popularity, float64(w.popularity[object]*s.reached[k]))
			sizes = append(sizes, min(bytes, size-int64(k-int(s.first[object]))*bytes))
			s.of = append(s.of, uint32(object))
		}
	}
	s.first = append(s.first, uint32(len(s.of)))
	w.popularity, w.bytes, w.sliced = popularity, sizes, s
}

// validateSteadySlices names the first reason for which caches cannot begin with slices of the objects of a valid scenario.
func (s *Scenario) validateSteadySlices(p *placement.Placement) error {
	for i := range s.Workloads {
		w := &s.Workloads[i]
		_, isPopular := w.Demand.(workload.Popular)
		if p.SliceBytes == 0 || !isPopular || !s.kind(i).MeetsCaches() {
			continue
		}
		if s.slicesOf(i, p.SliceBytes, maxPreloadObjects) > maxPreloadObjects {
			return invalid.New("SliceBytes", p.SliceBytes, "larger slices: the objects of the workload %q have more than %d, of which caches cannot be preloaded", w.Name, maxPreloadObjects)
		}
	}
	return nil
}

// slicesToPreload returns how many slices of so many bytes the objects of all workloads have that caches can be preloaded from.
func (s *Scenario) slicesToPreload(bytes int64) (n int) {
	for i := range s.Workloads {
		if _, ok := s.Workloads[i].Demand.(workload.Popular); ok && s.objects(i) > 0 {
			n += s.slicesOf(i, bytes, maxPreloadObjects)
		}
	}
	return n
}

// slicesOf returns how many slices of so many bytes the objects of a workload have that are asked for again and again; not more than one above a bound.
func (s *Scenario) slicesOf(number int, bytes int64, most int) int {
	w := &s.Workloads[number]
	sizes, n := w.SizesOf(s.Seed, 0), 0
	for k := range regular(w) {
		if n += variantsOf(w) * int((sizes.SizeBytes(uint32(k))+bytes-1)/bytes); n > most {
			return most + 1
		}
	}
	return n
}

// objectOf returns the number of the object that a thing is of, variants apart.
func (w *preloadedWorkload) objectOf(k int) uint32 {
	if w.sliced == nil {
		return uint32(k)
	}
	return w.sliced.of[k]
}

// keyOf returns the key of a thing.
func (w *preloadedWorkload) keyOf(k int) uint64 {
	if w.sliced == nil {
		return uint64(w.base) + uint64(k)
	}
	return uint64(w.base+w.sliced.of[k]) | uint64(uint32(k)-w.sliced.first[w.sliced.of[k]])<<sliceShift
}

// thingOf returns the thing of a key, without its server; false where it is none that is asked for again and again, or of another workload.
func (w *preloadedWorkload) thingOf(key uint64) (k int, ok bool) {
	n := uint32(key) - w.base
	if w.sliced == nil {
		return int(n), uint32(key) >= w.base && uint64(n) < uint64(len(w.popularity))
	}
	if uint32(key) < w.base || uint64(n)+1 >= uint64(len(w.sliced.first)) {
		return 0, false
	}
	k = int(w.sliced.first[n]) + int(key>>sliceShift)
	return k, k < int(w.sliced.first[n+1])
}

// primary returns the primary key of a thing: that of its object, whatever its variant, and of its slice.
func (w *preloadedWorkload) primary(k int) uint64 {
	return w.keyOf(k)&^math.MaxUint32 | uint64(w.base+w.object(w.objectOf(k)))
}

// A pastRequest is one for an object of which caches keep slices: how long ago, in seconds, and for which of them.
type pastRequest struct {
	ago         float64
	first, next int
}

// requestsBack is how many requests for an object are looked at back in time. When slices that none of them has asked for were asked for is drawn for each
// by itself. Assumed: they have little to do with each other by then.
const requestsBack = 64

// reachedOf returns the probability that a request for the object of a thing asks for it.
func (w *preloadedWorkload) reachedOf(k int) float64 {
	if w.sliced == nil {
		return 1
	}
	return w.sliced.reached[k]
}

// drawSlices draws which slices a request for an object of a size asks for: the first, and the one behind the last.
func (w *preloadedWorkload) drawSlices(stream *random.Stream, size int64) (first, next int) {
	from, to := w.sliced.law.Draw(stream, size)
	return int(from / w.sliced.bytes), int((to + w.sliced.bytes - 1) / w.sliced.bytes)
}

// walk goes back in time over the requests for an object that a server of a cache was asked by until each slice was asked for that is at all, or for
// [requestsBack] of them. It leaves the requests in d.past and by slice in d.agos how many seconds ago it was asked for last, and returns how often the server
// is asked for the object in a second; rates holds, by slice, how often for each the cache is.
func (p *preloader) walk(t *tier, number int, object uint32, rates []float64, clock *requestClock, stream *random.Stream, d *scratch) (most float64) {
	w, share := &p.workloads[number], t.servers.share()
	first := int(w.sliced.first[object])
	size, left := int64(0), 0
	d.agos, d.past = d.agos[:0], d.past[:0]
	for n, rate := range rates {
		size += w.bytes[first+n]
		d.agos = append(d.agos, 0)
		if rate > 0 {
			left++
			most = max(most, float64(share*rate)/w.sliced.reached[first+n])
		}
	}
	if !(most > 0) {
		return 0
	}
	even := 0.0
	for len(d.past) < requestsBack && left > 0 {
		even += stream.Exp() / most
		ago := clock.at(even, most, len(d.past))
		below := stream.Float64() * most
		q := pastRequest{ago: ago}
		q.first, q.next = w.drawSlices(stream, size)
		d.past = append(d.past, q)
		for n := q.first; n < q.next; n++ {
			if d.agos[n] == 0 && rates[n] > 0 && below*(1-0x1p-40) < float64(share*rates[n])/w.sliced.reached[first+n] {
				d.agos[n] = ago * (1 - float64(float64(n)*0x1p-50)) // they are asked for one after another
				left--
			}
		}
	}
	for n, rate := range rates {
		if d.agos[n] == 0 && rate > 0 {
			d.agos[n] = clock.at(even+stream.Exp()/float64(share*rate), float64(share*rate), 0)
		}
	}
	return most
}

// addSlices adds the slices of an object at a server, of rates by thing: when each was asked for last.
func (p *preloader) addSlices(t *tier, number int, object uint32, of []float64, server int, key random.Key, d *scratch) {
	w := &p.workloads[number]
	first, next := int(w.sliced.first[object]), int(w.sliced.first[object+1])
	if first == next {
		return
	}
	stream, share := key.StreamAt(uint64(object)), t.servers.share()
	past := p.pastAt(t, number)
	if t.number == firstTier || !past.has(first) {
		past = nil
		p.walk(t, number, object, of[first:next], p.clocksOf(t, number).now, &stream, d)
	}
	age := math.Inf(1)
	if w.renewal.Lifetime > 0 {
		age = float64(float64(w.renewal.AgeAtStart(object)) * 1e-9)
	}
	for k := first; k < next; k++ {
		if !(of[k] > 0) || w.bytes[k] > t.serverBytes() || t.servers.isSharded() && p.shardOf(t, number, k) != server {
			continue
		}
		o := recent{key: cache.AtServer(w.keyOf(k), server), bytes: w.bytes[k]}
		if past == nil {
			o.ago = d.agos[k-first]
		} else {
			o.ago = past.lastAsked(server, k, float64(share*of[k]), &stream)
		}
		if o.ago <= age {
			d.add(o)
		}
	}
	if w.renewal.Lifetime > 0 {
		p.addSlicesBefore(t, number, object, of[first:next], server, &stream, d)
	}
}

// addSlicesBefore adds those of the objects before one that has taken the place of others, as [preloader.addRenewed] does of whole objects.
func (p *preloader) addSlicesBefore(t *tier, number int, object uint32, of []float64, server int, stream *random.Stream, d *scratch) {
	w := &p.workloads[number]
	r := &w.renewal
	life, age := float64(float64(r.Lifetime)*1e-9), float64(float64(r.AgeAtStart(object))*1e-9)
	for n := 1; n <= min(r.MostBefore(), renewedHeld); n++ {
		p.walk(t, number, object, of, p.clocksOf(t, number).before, stream, d)
		for slice, ago := range d.agos {
			bytes := w.bytes[int(w.sliced.first[object])+slice]
			key := uint64(r.Before(object, n)) | uint64(slice)<<sliceShift
			if !(of[slice] > 0) || ago > life || bytes > t.serverBytes() || t.servers.isSharded() && p.shardOfObject(t, number, key) != server {
				continue
			}
			d.add(recent{ago: age + float64(float64(n-1)*life) + ago, key: cache.AtServer(uint64(w.base)+key, server), bytes: bytes})
		}
	}
}

// add notes that something was asked for.
func (d *scratch) add(o recent) {
	d.weight[math.Float64bits(o.ago)>>coarse] += o.bytes
	d.found = append(d.found, o)
}

// partOf draws which slices of an object that was asked for once were, and returns their first and the one behind their last; all of it is one where
// caches keep whole objects.
func (w *preloadedWorkload) partOf(size int64, key random.Key, number uint32) (first, next, sliceBytes int64) {
	if w.sliced == nil {
		return 0, 1, size
	}
	stream := key.StreamAt(1<<62 | uint64(number))
	from, behind := w.drawSlices(&stream, size)
	return int64(from), int64(behind), w.sliced.bytes
}
