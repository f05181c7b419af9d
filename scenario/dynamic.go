package scenario

import "github.com/edgewise-sim/edgewise/workload"

// dynamicKind is requests that must be computed, made independently.
var dynamicKind = workloadKind{name: "dynamic", isOf: madeOf[workload.Poisson, workload.Computed], read: readDynamic}

func readDynamic(_ *reader, v value, w *workload.Workload) {
	demand, service := partsOf[workload.Poisson, workload.Computed](w)
	seen := v.fields(append(headKeys(w),
		field{"requests_per_second", func(v value) { v.number(&demand.RequestsPerSecond) }},
		field{"response_size", func(v value) { v.bytes(&service.ResponseBytes) }},
		field{"service", func(v value) { readServiceTime(v, &service.Work) }},
		field{"parent_calls", func(v value) { readParentCalls(v, &service.Parent) }},
		field{"client", func(v value) { readClient(v, &w.Client) }},
	)...)
	w.Demand, w.Service = demand, service
	_, preset := seen["preset"]
	if _, ok := seen["response_size"]; !ok && !preset {
		v.problem("the key \"response_size\" is missing; without a preset nothing says how large responses are")
	}
}
