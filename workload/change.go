package workload

import (
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// Named returns a copy with another name.
func (w Workload) Named(name string) Workload {
	w.Name = name
	return w
}

// WithRequestsPerSecond returns a copy whose demand asks so often, on the mean over a day, of all metros together.
// It works on [Poisson], [Mixture] and on any demand that has such a method itself. A workload whose demand has no such
// parameter is returned too, but its Validate refuses it by name.
func (w Workload) WithRequestsPerSecond(perSecond float64) Workload {
	if d, ok := w.Demand.(interface {
		WithRequestsPerSecond(perSecond float64) Demand
	}); ok {
		w.Demand = d.WithRequestsPerSecond(perSecond)
	} else {
		w.Demand = unfit{w.Demand, invalid.New("RequestsPerSecond", perSecond, "no rate: %s has none to set", typeOf(w.Demand))}
	}
	return w
}

// WithObjects returns a copy whose demand has so many objects that are asked for again and again. It works on [Poisson], on
// [Mixture], whose classes grow or shrink alike, and on any demand that has such a method itself. A workload whose demand
// has no such parameter is returned too, but its Validate refuses it by name.
func (w Workload) WithObjects(objects int) Workload {
	w.Assumed = slices.DeleteFunc(slices.Clone(w.Assumed), func(a Assumption) bool { return a.Field == assumedObjects })
	if d, ok := w.Demand.(interface{ WithObjects(objects int) Demand }); ok {
		w.Demand = d.WithObjects(objects)
	} else {
		w.Demand = unfit{w.Demand, invalid.New("Objects", objects, "no number of objects: %s has none to set", typeOf(w.Demand))}
	}
	return w
}

// WithPlayers returns a copy whose demand has so many users there at once, on the mean over a day, of all metros
// together. It works on [Sessions] and on any demand that has such a method itself. A workload whose demand has no
// such parameter is returned too, but its Validate refuses it by name.
func (w Workload) WithPlayers(concurrent float64) Workload {
	if d, ok := w.Demand.(interface {
		WithPlayers(concurrent float64) Demand
	}); ok {
		w.Demand = d.WithPlayers(concurrent)
	} else {
		w.Demand = unfit{w.Demand, invalid.New("ConcurrentPlayers", concurrent, "no players: %s has none to set", typeOf(w.Demand))}
	}
	return w
}

// Change returns a copy whose demand or service, whichever is a T, is changed:
//
//	site = workload.Change(site, func(d *workload.Poisson) { d.Objects = 10_000 })
//
// A workload in which neither is a T is returned too, but its Validate refuses it by name.
func Change[T any](w Workload, change func(*T)) Workload {
	if d, ok := w.Demand.(T); ok {
		change(&d)
		w.Demand, ok = any(d).(Demand)
		if ok {
			return w
		}
	}
	if s, ok := w.Service.(T); ok {
		change(&s)
		w.Service, ok = any(s).(Service)
		if ok {
			return w
		}
	}
	var none T
	w.Demand = unfit{w.Demand, fmt.Errorf("there is no %s to change: the demand is a %s, the service a %s", typeOf(none), typeOf(w.Demand), typeOf(w.Service))}
	return w
}

// An unfit demand was given a parameter that it does not have: the workload is refused, instead of simulated
// without it.
type unfit struct {
	Demand
	err error
}

// Validate returns what was wrong.
func (u unfit) Validate() error { return u.err }
