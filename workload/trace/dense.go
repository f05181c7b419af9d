package trace

import (
	"fmt"
	"io"
	"math"
	"time"
)

// A Dense is a trace in memory, or a piece of one, with its objects numbered in the order of their first requests,
// which is what cache replay wants: 4 bytes a request and 16 an object; 12 a request if sizes change, and one more
// where there are writes or deletes.
type Dense struct {
	// IDs holds the object of each request, numbered from 0.
	IDs []uint32
	// Keys holds the key of each object.
	Keys []uint64
	// ObjectSizes holds the size of each object in bytes, or is nil if some object changes its size.
	ObjectSizes []int64
	// RequestSizes holds the size at each request in bytes if some object changes its size; 0 where nobody knows it.
	RequestSizes []int64
	// Ops holds what each request does; nil if each is a Get of known size.
	Ops []Op
	// At holds when each request was made, where it was asked for; see [LoadOptions].
	At []time.Duration
	// FootprintBytes is the sum over objects of the first size that is known.
	FootprintBytes int64
	// Empty counts the requests of size 0, which are left out, as libCacheSim does: there is
	// nothing to cache.
	Empty int64
	// Assumed counts the objects whose size no line says. They are taken to be as large as the median of the others.
	Assumed int64
}

// ReadDense reads all of a trace. Any error means that nothing was read.
func ReadDense(r *Reader) (*Dense, error) {
	g := newGatherer(r.Rules())
	for {
		request, err := r.Read()
		if err == io.EOF {
			return g.done(), nil
		}
		if err != nil {
			return nil, err
		}
		if _, err := g.add(r, request); err != nil {
			return nil, err
		}
	}
}

// A gatherer makes a Dense, request by request.
type gatherer struct {
	Dense
	numbers   interner
	sizeRule  SizeRule
	sizes     *objectSizes
	isPart    bool     // of a trace whose parts have the sizes together
	places    []uint32 // by object of a part: its number in sizes
	isChanged bool     // some object changed its size, or a size is not known
	hasOps    bool
	drops     bool // the requests are counted, and not kept
	withTimes bool
	requests  int64 // that were taken
	total     int64 // bytes
}

func newGatherer(rules Rules) *gatherer {
	return &gatherer{sizeRule: rules.Sizes, sizes: new(objectSizes)}
}

// newPart gathers a part of a trace whose parts have the sizes together.
func newPart(rules Rules, sizes *objectSizes) *gatherer {
	return &gatherer{sizeRule: rules.Sizes, sizes: sizes, isPart: true}
}

// place returns the number of an object in the table of sizes.
func (d *gatherer) place(id uint32) uint32 {
	if d.isPart {
		return d.places[id]
	}
	return id
}

// meet takes an object that was not asked for before.
func (d *gatherer) meet(key uint64) error {
	place := uint32(len(d.Keys))
	if d.isPart {
		var err error
		if place, err = d.sizes.numbers.number(key); err != nil {
			return err
		}
		d.places = append(d.places, place)
	}
	if int(place) == len(d.sizes.last) {
		d.sizes.add(d.sizeRule)
	}
	d.Keys = append(d.Keys, key)
	d.ObjectSizes = append(d.ObjectSizes, 0)
	return nil
}

// A step is what a request does, by number and in bytes.
type step struct {
	id   uint32
	size int64
	op   Op
}

// resolve returns what a request does to an object, whose last sizes are updated; false if it is empty. By the rule
// Largest the size is that of the line alone.
func resolve(request Request, id uint32, rule SizeRule, sizes []int64) (s step, taken bool) {
	s = step{id: id, size: request.SizeBytes, op: request.Op}
	if request.Op == Delete {
		s.size = 0
		return s, true
	}
	if request.Extent == Unknown {
		s.size = 0
		if rule != Largest {
			s.size = sizes[id]
		}
		return s, true
	}
	if s.size == 0 && s.op == Get {
		return s, false
	}
	if rule != Largest && request.Extent == Whole {
		sizes[id] = s.size
	}
	return s, true
}

// add takes a request of a reader and reports whether it is not empty.
func (d *gatherer) add(r *Reader, request Request) (taken bool, err error) {
	if request.SizeBytes == 0 && request.Extent == Whole && request.Op == Get {
		d.Empty++
		return false, nil
	}
	id, err := d.numbers.number(request.Key)
	if err != nil {
		return false, r.located(err)
	}
	if int(id) == len(d.Keys) {
		if err := d.meet(request.Key); err != nil {
			return false, r.located(err)
		}
	}
	s, _ := resolve(request, d.place(id), d.sizeRule, d.sizes.last)
	s.id = id
	if d.total > math.MaxInt64-s.size {
		return false, r.located(fmt.Errorf("request %d: the sizes so far sum to more than %d bytes: this is damage",
			d.requests+d.Empty+1, int64(math.MaxInt64)))
	}
	d.total += s.size
	d.requests++
	if d.sizeRule == Largest {
		d.sizes.see(request, d.place(id))
		s.size = 1 // it is known at the end
	}
	d.note(s)
	if d.withTimes && !d.drops {
		d.At = append(d.At, request.Time)
	}
	return true, nil
}

// note keeps what a request does.
func (d *gatherer) note(s step) {
	first := d.ObjectSizes[s.id]
	if first == 0 && s.size > 0 && s.op != Delete {
		d.ObjectSizes[s.id] = s.size
		d.FootprintBytes += s.size
		first = s.size
	}
	isKnown := s.size > 0
	if (s.op != Get || !isKnown) && !d.hasOps {
		d.hasOps = true
		if !d.drops {
			d.Ops = make([]Op, len(d.IDs), cap(d.IDs))
		}
	}
	if !d.isChanged && s.size != first && s.op != Delete || !d.isChanged && !isKnown && s.op != Delete {
		d.isChanged = true
		if !d.drops {
			d.RequestSizes = make([]int64, len(d.IDs), cap(d.IDs))
			for i, earlier := range d.IDs {
				d.RequestSizes[i] = d.ObjectSizes[earlier]
			}
		}
	}
	if d.drops {
		return
	}
	d.IDs = append(d.IDs, s.id)
	if d.RequestSizes != nil {
		d.RequestSizes = append(d.RequestSizes, s.size)
	}
	if d.Ops != nil {
		d.Ops = append(d.Ops, s.op)
	}
}

// drop forgets the requests and counts on.
func (d *gatherer) drop() {
	d.drops = true
	d.IDs, d.RequestSizes, d.Ops, d.At = nil, nil, nil, nil
}

// heldBytes returns what the requests take.
func (d *gatherer) heldBytes() int64 {
	return 4*int64(cap(d.IDs)) + 8*int64(cap(d.RequestSizes)+cap(d.At)) + int64(cap(d.Ops))
}

// tableBytes returns what the objects take, without the sizes that parts have together.
func (d *gatherer) tableBytes() int64 {
	bytes := d.numbers.memory() + 8*int64(cap(d.Keys)+cap(d.ObjectSizes)) + 4*int64(cap(d.places))
	if !d.isPart {
		bytes += d.sizes.memory()
	}
	return bytes
}

// done returns what was gathered.
func (d *gatherer) done() *Dense {
	if d.sizeRule == Largest {
		d.settle()
	}
	dense := d.Dense // the table of numbers is not needed any more
	switch {
	case dense.RequestSizes != nil || d.isChanged:
		dense.ObjectSizes = nil
	case d.hasOps:
		for id, size := range dense.ObjectSizes { // of what is only deleted
			dense.ObjectSizes[id] = max(size, 1)
		}
	}
	return &dense
}

// settle gives each object its largest size.
func (d *gatherer) settle() {
	d.sizes.settle()
	d.FootprintBytes = 0
	for id := range d.ObjectSizes {
		size := d.sizes.last[d.place(uint32(id))]
		if size == 0 {
			size = d.sizes.median
			if d.sizes.assumed > 0 {
				d.Assumed++
			}
		}
		d.ObjectSizes[id] = size
		d.FootprintBytes += size
	}
}
