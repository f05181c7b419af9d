package trace

import (
	"fmt"
	"io"
	"math"
)

// A Dense is a whole trace in memory with its objects numbered in the order of their first requests,
// which is what cache replay wants: 4 bytes a request and 16 an object, or 12 a request if sizes change.
type Dense struct {
	// IDs holds the object of each request, numbered from 0.
	IDs []uint32
	// Keys holds the key of each object.
	Keys []uint64
	// ObjectSizes holds the size of each object in bytes, or is nil if some object changes its size.
	ObjectSizes []int64
	// RequestSizes holds the size at each request in bytes if some object changes its size.
	RequestSizes []int64
	// FootprintBytes is the sum over objects of the size at the first request.
	FootprintBytes int64
	// Empty counts the requests of size 0, which are left out, as libCacheSim does: there is
	// nothing to cache.
	Empty int64
}

// ReadDense reads all of a trace. Any error means that nothing was read.
func ReadDense(r *Reader) (*Dense, error) {
	g := &gatherer{}
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
	numbers interner
	total   int64 // bytes
}

// add takes a request of a reader and reports whether it is not empty.
func (d *gatherer) add(r *Reader, request Request) (taken bool, err error) {
	size := request.SizeBytes
	if size == 0 {
		d.Empty++
		return false, nil
	}
	if d.total > math.MaxInt64-size {
		return false, r.located(fmt.Errorf("request %d: the sizes so far sum to more than %d bytes: this is damage",
			int64(len(d.IDs))+d.Empty+1, int64(math.MaxInt64)))
	}
	d.total += size
	id, err := d.numbers.number(request.Key)
	if err != nil {
		return false, r.located(err)
	}
	if int(id) == len(d.Keys) {
		d.Keys = append(d.Keys, request.Key)
		d.ObjectSizes = append(d.ObjectSizes, size)
		d.FootprintBytes += size
	} else if d.RequestSizes == nil && d.ObjectSizes[id] != size {
		d.RequestSizes = make([]int64, len(d.IDs), cap(d.IDs))
		for i, earlier := range d.IDs {
			d.RequestSizes[i] = d.ObjectSizes[earlier]
		}
	}
	d.IDs = append(d.IDs, id)
	if d.RequestSizes != nil {
		d.RequestSizes = append(d.RequestSizes, size)
	}
	return true, nil
}

// done returns what was gathered.
func (d *gatherer) done() *Dense {
	dense := d.Dense // the table of numbers is not needed any more
	if dense.RequestSizes != nil {
		dense.ObjectSizes = nil
	}
	return &dense
}
