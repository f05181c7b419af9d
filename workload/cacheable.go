package workload

import (
	"math"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// Cacheable is the service of objects that caches may keep: a request is answered by the first cache that has the
// object, or by the origin. It needs a demand that asks for objects ([Catalogued]).
type Cacheable struct {
	// Sizes is the law of object sizes, independent of popularity. It must be the zero value where the demand
	// knows the sizes itself ([Sized], [Stocked]).
	Sizes Sizes
	// Origin is the time that the origin spends on a request.
	Origin ServiceTime
}

// Validate names the first field that is out of range.
func (c Cacheable) Validate() error {
	return invalid.First(invalid.In("Sizes", c.Sizes.Validate()), invalid.In("Origin", c.Origin.Validate()))
}

func (c Cacheable) validate(w *Workload) error {
	_, stocked := w.Demand.(Stocked)
	if (stocked || w.RecordsSizes()) && c.Sizes != (Sizes{}) {
		return invalid.New("Service.Sizes", c.Sizes, "none: the demand, a %s, says how large objects are", typeOf(w.Demand))
	}
	return invalid.First(hasObjects(w.Demand), invalid.In("Service", c.Validate()))
}

func hasObjects(d Demand) error {
	if d == nil {
		return nil // that is one mistake
	}
	catalogued, ok := d.(Catalogued)
	if !ok {
		return invalid.New("Demand", typeOf(d), "a demand that asks for objects, such as workload.Poisson, for a cacheable service (workload.Catalogued)")
	}
	n := catalogued.Catalogue()
	if n >= 1 && n <= math.MaxUint32 || n != 0 && d.Validate() != nil {
		return nil // or the demand says so itself
	}
	return invalid.New("Demand.Objects", n, "1 to 4294967295 for a cacheable service")
}

// SizesOf returns the sizes of the workload's objects in one replication, those of the demand where it knows them
// ([Stocked]). They are of no use where they are recorded ([Sized]).
func (w *Workload) SizesOf(seed, replication uint64) Catalogue {
	if d, ok := w.Demand.(Stocked); ok {
		return d.SizesOf(w.Name, seed, replication)
	}
	service, _ := w.Service.(Cacheable)
	return service.Sizes.Catalogue(w.Name, seed, replication)
}
