package scenario

import (
	"slices"

	"github.com/edgewise-sim/edgewise/workload"
)

// dynamicKind is requests that must be computed, made independently.
var dynamicKind = workloadKind{name: "dynamic", isOf: madeOf[workload.Poisson, workload.Computed], read: readDynamic}

func readDynamic(r *reader, v value, w *workload.Workload) {
	demand, service := partsOf[workload.Poisson, workload.Computed](w)
	seen := v.fields(slices.Concat(r.headKeys(w), clientKeys(w), []field{
		{"requests_per_second", func(v value) { v.number(&demand.RequestsPerSecond) }},
		r.peakKey("peak_requests_per_second", workload.Workload.WithRequestsPerSecond),
	}, computedKeys(&service))...)
	onePeak(seen, "requests_per_second", "peak_requests_per_second")
	if r.peak.most > 0 {
		demand.RequestsPerSecond = r.peak.most // until the users are known
	}
	w.Demand, w.Service = demand, service
	requireResponseSize(v, seen)
}

// computedKeys are the keys of requests that must be computed.
func computedKeys(s *workload.Computed) []field {
	return []field{
		{"response_size", func(v value) { v.bytes(&s.ResponseBytes) }},
		{"service", func(v value) { readServiceTime(v, &s.Work) }},
		{"patience", func(v value) { readPatience(v, &s.Patience) }},
		{"data", func(v value) { readDataCalls(v, &s.Data) }},
	}
}

// requireResponseSize finds responses without a size.
func requireResponseSize(v value, seen map[string]value) {
	_, preset := seen["preset"]
	if _, ok := seen["response_size"]; !ok && !preset {
		v.problem("the key \"response_size\" is missing; without a preset nothing says how large responses are")
	}
}

// readPatience reads for how long clients wait, and how often they ask again.
func readPatience(v value, p *workload.Patience) {
	v.fields(
		field{"timeout", func(v value) { v.duration(&p.Timeout) }},
		field{"retries", func(v value) { v.integer(&p.Retries) }},
		field{"at", choice(workload.ParseRetrySite, &p.At)},
		field{"backoff", func(v value) { v.duration(&p.Backoff) }},
		field{"growth", func(v value) { v.number(&p.Growth) }},
		field{"jitter", func(v value) { v.number(&p.Jitter) }},
	)
}
