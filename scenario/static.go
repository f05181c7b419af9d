package scenario

import (
	"slices"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/workload"
)

// staticKind is cacheable objects, asked for independently.
var staticKind = workloadKind{name: "static", isOf: madeOf[workload.Poisson, workload.Cacheable], read: readStatic}

func readStatic(_ *reader, v value, w *workload.Workload) {
	demand, service := partsOf[workload.Poisson, workload.Cacheable](w)
	seen := v.fields(slices.Concat(headKeys(w), []field{
		{"requests_per_second", func(v value) { v.number(&demand.RequestsPerSecond) }},
		{"objects", func(v value) { v.integer(&demand.Objects) }},
		{"zipf_exponent", func(v value) { v.number(&demand.ZipfExponent) }},
		clientKey(w),
	}, cacheableKeys(&service))...)
	w.Demand, w.Service = demand, service
	requireSizes(v, seen)
}

// cacheableKeys are the keys of cacheable objects.
func cacheableKeys(s *workload.Cacheable) []field {
	return []field{
		{"sizes", func(v value) { readSizes(v, &s.Sizes) }},
		{"origin_service", func(v value) { readServiceTime(v, &s.Origin) }},
	}
}

// requireSizes finds objects without a size.
func requireSizes(v value, seen map[string]value) {
	if _, preset := seen["preset"]; preset {
		return
	}
	if sizes, ok := seen["sizes"]; !ok {
		v.problem("the key \"sizes\" is missing; without a preset nothing says how large objects are")
	} else if _, at := sizes.peek("median"); at == nil {
		sizes.problem("the key \"median\" is missing; without a preset nothing says how large objects are")
	}
}

func readSizes(v value, s *workload.Sizes) {
	v.fields(
		field{"median", func(v value) {
			var median int64
			if v.positiveBytes(&median) {
				s.LnMean = portable.Log(float64(median))
			}
		}},
		field{"ln_sd", func(v value) { v.number(&s.LnSD) }},
		field{"min", func(v value) { v.bytes(&s.MinBytes) }},
		field{"max", func(v value) { v.positiveBytes(&s.MaxBytes) }},
	)
}
