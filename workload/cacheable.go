package workload

import (
	"fmt"
	"math"

	"github.com/edgewise-sim/edgewise/cache/freshness"
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
	// Controls are what the origin says of the objects, and how often they change, by class of objects; none say nothing: the
	// objects are fresh for ever, unless a tier of caches says otherwise.
	Controls []Controlled
	// VariantShares are the shares of the requests that ask for each variant of an object, all of which caches keep apart,
	// as by a header or cookie in the cache key. They sum to 1, 64 at most; none stand for one variant.
	VariantShares []float64
	// Patience says for how long clients wait, and how often they ask again.
	Patience Patience
	// Ranges are the requests for a part of an object.
	Ranges Ranges
}

// Controlled is a class of objects of which the origin says the same.
type Controlled struct {
	// Objects is the share of the objects that are in the class, drawn by object whatever its popularity. The shares of all
	// classes sum to 1.
	Objects float64
	freshness.Control
}

// Classes returns the classes of objects; one of which nothing is said where there are none.
func (c Cacheable) Classes() []Controlled {
	if len(c.Controls) == 0 {
		return []Controlled{{Objects: 1}}
	}
	return c.Controls
}

// Variants returns how many variants each object has.
func (c Cacheable) Variants() int { return max(len(c.VariantShares), 1) }

// Controlled returns a copy of which the origin says one thing of all objects.
func (c Cacheable) Controlled(control freshness.Control) Cacheable {
	c.Controls = []Controlled{{Objects: 1, Control: control}}
	return c
}

const (
	maxControls = 64
	maxVariants = 64
	// sumsTo1 is how far shares may be from 1 in sum.
	sumsTo1 = 1e-9
)

func (c Cacheable) validateControls() error {
	var errs []error
	sum := 0.0
	for i, class := range c.Controls {
		at := fmt.Sprintf("Controls[%d]", i)
		sum += class.Objects
		errs = append(errs,
			invalid.In(at, invalid.Check(class.Objects > 0 && class.Objects <= 1, "Objects", class.Objects, "more than 0, 1 at most")),
			invalid.In(at, class.Control.Validate()))
	}
	if n := len(c.Controls); n > maxControls {
		errs = append(errs, invalid.New("Controls", fmt.Sprintf("%d classes", n), "%d at most", maxControls))
	} else if n > 0 && math.Abs(sum-1) > sumsTo1 {
		errs = append(errs, invalid.New("Controls[0].Objects", c.Controls[0].Objects, "shares of all classes that sum to 1, not %v", sum))
	}
	sum = 0
	for i, share := range c.VariantShares {
		sum += share
		errs = append(errs, invalid.Check(share > 0 && share <= 1, fmt.Sprintf("VariantShares[%d]", i), share, "more than 0, 1 at most"))
	}
	if n := len(c.VariantShares); n > maxVariants {
		errs = append(errs, invalid.New("VariantShares", fmt.Sprintf("%d variants", n), "%d at most", maxVariants))
	} else if n > 0 && math.Abs(sum-1) > sumsTo1 {
		errs = append(errs, invalid.New("VariantShares", c.VariantShares, "shares that sum to 1, not to %v", sum))
	}
	return invalid.First(errs...)
}

// Validate names the first field that is out of range.
func (c Cacheable) Validate() error {
	return invalid.First(invalid.In("Sizes", c.Sizes.Validate()), invalid.In("Origin", c.Origin.Validate()), c.validateControls(),
		invalid.In("Patience", c.Patience.Validate()), invalid.In("Ranges", c.Ranges.Validate()))
}

func (c Cacheable) validate(w *Workload) error {
	_, stocked := w.Demand.(Stocked)
	if (stocked || w.RecordsSizes()) && c.Sizes != (Sizes{}) {
		return invalid.New("Service.Sizes", c.Sizes, "none: the demand, a %s, says how large objects are", typeOf(w.Demand))
	}
	if c.Patience != (Patience{}) && c.Ranges != (Ranges{}) {
		return invalid.New("Service.Ranges.Share", c.Ranges.Share, "0: clients give up or come back (patience), of which parts of objects do not know")
	}
	if w.RecordsSizes() && c.Ranges != (Ranges{}) {
		return invalid.New("Service.Ranges", c.Ranges.Share, "none: the demand, a %s, says how much each request asks for", typeOf(w.Demand))
	}
	if d, ok := w.Demand.(Churning); ok && c.Variants() > 1 && d.RenewalOf(w.Name, 0, 0).Lifetime > 0 {
		return invalid.New("Service.VariantShares", c.VariantShares, "none: new objects take the place of others (churn), of which no variants are kept apart, so far")
	}
	return invalid.First(hasObjects(w.Demand), invalid.In("Service", c.Validate()), w.validatePatience())
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
