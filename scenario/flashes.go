package scenario

import (
	"fmt"
	"math"

	"github.com/edgewise-sim/edgewise/workload"
)

// loadInTime are the keys of when users of a workload come, and of its flash crowds.
func loadInTime(w *workload.Workload) []field {
	return []field{
		{"begins", func(v value) { v.duration(&w.Begins) }},
		{"ends", func(v value) { v.duration(&w.Ends) }},
		{"flashes", func(v value) {
			w.Flashes = nil
			for _, item := range v.list() {
				w.Flashes = append(w.Flashes, readFlash(item))
			}
		}},
	}
}

// readFlash reads a flash crowd: {at: 10m, for: 5m, rise: 30s, decay: 2m, factor: 50, objects: [0]}.
func readFlash(v value) (f workload.Flash) {
	seen := v.fields(
		field{"at", func(v value) { v.duration(&f.At) }},
		field{"rise", func(v value) { v.duration(&f.Rise) }},
		field{"for", func(v value) { v.duration(&f.For) }},
		field{"decay", func(v value) { v.duration(&f.Decay) }},
		field{"factor", func(v value) { v.number(&f.Factor) }},
		field{"objects", func(v value) {
			for _, item := range v.list() {
				var n int
				if item.integer(&n) && (n < 0 || int64(n) > math.MaxUint32) {
					item.problem("is %d; want the number of an object, of which the most popular is 0", n)
				}
				f.Objects = append(f.Objects, uint32(n))
			}
		}},
		field{"metros", func(v value) { v.strings(&f.Metros) }},
	)
	v.requireKeys(seen, "at", "factor")
	return f
}

// metrosOf returns the metros that a workload names, for its users and for its flash crowds.
func metrosOf(w *workload.Workload) (all []metroRef) {
	for i := range w.Metros {
		all = append(all, metroRef{"Metros", &w.Metros[i]})
	}
	for k := range w.Flashes {
		for i := range w.Flashes[k].Metros {
			all = append(all, metroRef{fmt.Sprintf("Flashes[%d].Metros", k), &w.Flashes[k].Metros[i]})
		}
	}
	return all
}

// A metroRef is a metro that is named, and by which field.
type metroRef struct {
	path string
	id   *string
}
