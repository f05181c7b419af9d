package scenario

import (
	"slices"

	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/workload"
)

// A service is how a file says that the requests of any demand are served.
type service struct {
	kind sim.Kind
	// read returns the keys of the service, and what is to be done once they have been read and the workload has its
	// demand.
	read func(w *workload.Workload) (keys []field, done func(v value, seen map[string]value))
}

// services are all services.
var services = []service{
	{sim.Cacheable, func(w *workload.Workload) ([]field, func(value, map[string]value)) {
		var s workload.Cacheable
		return append(cacheableKeys(&s), clientKeys(w)...), func(v value, seen map[string]value) {
			w.Service = s
			if _, stocked := w.Demand.(workload.Stocked); !stocked && !w.RecordsSizes() {
				requireSizes(v, seen, true)
			}
		}
	}},
	{sim.Computed, func(w *workload.Workload) ([]field, func(value, map[string]value)) {
		var s workload.Computed
		return append(computedKeys(&s), clientKeys(w)...), func(v value, seen map[string]value) { w.Service = s; requireResponseSize(v, seen) }
	}},
	{sim.Matched, func(w *workload.Workload) ([]field, func(value, map[string]value)) {
		var s workload.Matched
		return matchedKeys(&s), func(value, map[string]value) { w.Service = s }
	}},
}

// serviceOf finds the service that a workload with a demand of the user's own names.
func serviceOf(v value) *service {
	names := namesOf(services, func(s service) string { return s.kind.String() })
	name, at := v.peek("served")
	if at == nil {
		v.problem("the key \"served\" is missing; want %s", alternatives(names))
		return nil
	}
	i := slices.Index(names, name)
	if i < 0 {
		v.bad.add(at.Line, join(v.path, "served"), "is %s; want %s", text.Quote(name), alternatives(names))
		return nil
	}
	return &services[i]
}

// clientKeys are how clients connect, and what they wait for.
func clientKeys(w *workload.Workload) []field {
	return []field{
		{"client", func(v value) { readClient(v, &w.Head) }},
		{"judged", choice(workload.ParseByte, &w.Judged)},
	}
}
