package sim

import (
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
)

// variants are what caches keep apart of each object of a workload, nil where there is one.
type variants struct {
	numbering
	ends []uint64 // of their shares among numbers of 32 bits, one less than there are
}

// A numbering says which numbers the objects of a workload have among its keys. The number of an object's n-th variant lies n times the number
// of objects that have variants behind that of its first. Objects that are asked for once have no others, and are behind all of these.
type numbering struct{ varied, beyond uint32 }

func (s *Scenario) numberingOf(number int) numbering {
	w := &s.Workloads[number]
	varied := uint32(regular(w))
	return numbering{varied, varied * uint32(variantsOf(w))}
}

// object returns the number of an object by that of one of its variants.
func (n *numbering) object(variant uint32) uint32 {
	if variant < n.varied {
		return variant // mostly, and without a division
	}
	if variant < n.beyond {
		return variant % n.varied
	}
	return variant - (n.beyond - n.varied)
}

// variant returns the number of an object's n-th variant, from 0.
func (n *numbering) variant(object, nth uint32) uint32 {
	if object < n.varied {
		return object + nth*n.varied
	}
	return object + (n.beyond - n.varied)
}

// variantsOf returns how many variants each object of a workload has.
func variantsOf(w *workload.Workload) int {
	if service, ok := w.Service.(workload.Cacheable); ok {
		return service.Variants()
	}
	return 1
}

func (s *Scenario) newVariants(number int) *variants {
	n := variantsOf(&s.Workloads[number])
	if n == 1 {
		return nil
	}
	v := &variants{numbering: s.numberingOf(number)}
	sum := 0.0
	for _, share := range s.Workloads[number].Service.(workload.Cacheable).VariantShares[:n-1] {
		sum += share
		v.ends = append(v.ends, outOf32(min(sum, 1)))
	}
	return v
}

// variantBytes returns the size of the object with a key, whatever its variant.
func (w *workloadRun) variantBytes(key uint32) int64 {
	number := key - w.base
	if w.variants != nil {
		number = w.variants.object(number)
	}
	return w.catalogue.SizeBytes(number)
}

// draw returns the number of a variant.
func (v *variants) draw(random uint64) uint32 {
	n := uint32(0)
	for _, end := range v.ends {
		if random>>32 >= end {
			n++
		}
	}
	return n
}

// of returns a source whose requests are for variants. The draws are the metro's own, so that they do not depend on who serves it.
func (v *variants) of(source workload.Source, name, metro string, r *run) workload.Source {
	if v == nil {
		return source
	}
	return &variantSource{Source: source, variants: v, rand: random.New(r.plan.scenario.Seed, r.rep, purpose.EntityOf(name, metro), purpose.Variant)}
}

type variantSource struct {
	workload.Source
	*variants
	rand random.Stream
}

// Draw draws requests, each for a variant.
func (s *variantSource) Draw(to int64, b *workload.Batch) int {
	n := s.Source.Draw(to, b)
	for i := range b.Object[:n] {
		b.Object[i] = s.variant(b.Object[i], s.draw(s.rand.Uint64()))
	}
	return n
}

// Err returns what was wrong with the requests, nil if nothing was.
func (s *variantSource) Err() error { return sourceError(s.Source) }
