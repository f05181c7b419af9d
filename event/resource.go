package event

import "fmt"

// A Resource is a number of equal units that processes take and give back: servers, slots, places. Who
// finds none free waits, first come first served. Make one with [NewResource].
type Resource struct {
	free    int
	units   int
	waiting []*Process // waiting[head:], the first come first
	head    int
}

// NewResource returns a resource of the given number of units, at least 1, all free.
func NewResource(units int) (*Resource, error) {
	if units < 1 {
		return nil, wrong("units", units, "1 or more")
	}
	return &Resource{free: units, units: units}, nil
}

// Acquire takes a unit for the process p, which waits until there is one. It returns false if the
// simulation was closed meanwhile: the body should return then.
func (r *Resource) Acquire(p *Process) bool {
	if r.free > 0 {
		r.free--
		return true
	}
	if r.head > 0 && len(r.waiting) == cap(r.waiting) {
		r.waiting = r.waiting[:copy(r.waiting, r.waiting[r.head:])]
		r.head = 0
	}
	r.waiting = append(r.waiting, p)
	return p.Suspend()
}

// Release gives a unit of the process p back: the first that waits has it from now on. To give back more
// than was taken is a mistake that ends the run.
func (r *Resource) Release(p *Process) {
	if r.head < len(r.waiting) {
		first := r.waiting[r.head]
		r.waiting[r.head] = nil
		r.head++
		first.Resume()
		return
	}
	if r.free == r.units {
		p.s.fail(fmt.Errorf("event: at %v, a process released a unit of a resource whose %d are all free", p.Now(), r.units))
		return
	}
	r.free++
}

// Free returns the number of free units.
func (r *Resource) Free() int { return r.free }

// Waiting returns the number of processes that wait for a unit.
func (r *Resource) Waiting() int { return len(r.waiting) - r.head }
