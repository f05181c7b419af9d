package scenario

import (
	"slices"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/workload"
)

// staticKind is cacheable objects, asked for independently: of one Zipf law, or of classes.
var staticKind = workloadKind{name: "static", isOf: isStatic, read: readStatic}

func isStatic(w *workload.Workload) bool {
	return madeOf[workload.Poisson, workload.Cacheable](w) || madeOf[workload.Mixture, workload.Cacheable](w)
}

func readStatic(r *reader, v value, w *workload.Workload) {
	zipf, service := partsOf[workload.Poisson, workload.Cacheable](w)
	mixture, ofClasses := w.Demand.(workload.Mixture)
	perSecond := max(zipf.RequestsPerSecond, mixture.RequestsPerSecond)
	seen := v.fields(slices.Concat(r.headKeys(w), clientKeys(w), []field{
		{"requests_per_second", func(v value) { v.number(&perSecond) }},
		r.peakKey("peak_requests_per_second", workload.Workload.WithRequestsPerSecond),
		{"objects", func(v value) { v.integer(&zipf.Objects) }},
		{"zipf_exponent", func(v value) { v.number(&zipf.ZipfExponent) }},
		{"classes", func(v value) { mixture.Classes = readClasses(v) }},
		{"once", func(v value) { readOnce(v, &mixture.Once) }},
		{"churn", func(v value) { v.number(&mixture.Churn) }},
	}, cacheableKeys(&service))...)
	onePeak(seen, "requests_per_second", "peak_requests_per_second")
	if r.peak.most > 0 {
		perSecond = r.peak.most // until the users are known
	}
	zipf.RequestsPerSecond, mixture.RequestsPerSecond = perSecond, perSecond
	_, hasClasses := seen["classes"]
	_, hasExponent := seen["zipf_exponent"]
	switch {
	case hasClasses:
		refuse(seen, "objects", "zipf_exponent", "sizes")
		w.Demand = mixture
	case ofClasses && !hasExponent:
		w.Demand = changeClasses(seen, mixture, zipf.Objects, service.Sizes)
		service.Sizes = workload.Sizes{}
	default:
		if once, ok := seen["once"]; ok {
			once.problem("stands without \"classes\"; a Zipf law asks for no object just once")
		}
		if _, ok := seen["objects"]; !ok && ofClasses {
			zipf.Objects = mixture.Regular()
		}
		requireSizes(v, seen, ofClasses)
		w.Demand = zipf
		if mixture.Churn != 0 {
			mixture.Classes = []workload.Class{{Requests: 1, Objects: zipf.Objects, ZipfExponent: zipf.ZipfExponent, Sizes: service.Sizes}}
			mixture.Once = workload.Once{}
			w.Demand, service.Sizes = mixture, workload.Sizes{}
		}
	}
	w.Service = service
	if _, set := seen["objects"]; set {
		w.Assumed = slices.DeleteFunc(slices.Clone(w.Assumed), func(a workload.Assumption) bool { return a.Field == "Demand.Classes" })
	}
}

// refuse finds keys that say of a whole catalogue what its classes say.
func refuse(seen map[string]value, keys ...string) {
	for _, key := range keys {
		if v, ok := seen[key]; ok {
			v.problem("stands beside \"classes\", each of which has its own")
		}
	}
}

// changeClasses returns a preset's classes with the number of objects and the sizes that the file sets.
func changeClasses(seen map[string]value, m workload.Mixture, objects int, sizes workload.Sizes) workload.Demand {
	if v, ok := seen["sizes"]; ok {
		if _, at := v.peek("median"); at == nil {
			v.problem("the key \"median\" is missing; the classes of the preset have one each")
		} else if err := sizes.Validate(); err != nil {
			v.bad.report(v.path, v.node.Line, err)
		} else {
			m = m.WithSizes(sizes)
		}
	}
	if v, ok := seen["objects"]; ok {
		if objects < 1 {
			v.problem("is %d; want 1 or more", objects)
			return m
		}
		return m.WithObjects(objects)
	}
	return m
}

// readClasses reads a list of classes of objects.
func readClasses(v value) (all []workload.Class) {
	for _, item := range v.list() {
		var c workload.Class
		seen := item.fields(
			field{"requests", func(v value) { v.number(&c.Requests) }},
			field{"objects", func(v value) { v.integer(&c.Objects) }},
			field{"zipf_exponent", func(v value) { v.number(&c.ZipfExponent) }},
			field{"sizes", func(v value) { readSizes(v, &c.Sizes) }},
		)
		requireSizes(item, seen, true)
		all = append(all, c)
	}
	return all
}

// readOnce reads what is asked for once.
func readOnce(v value, o *workload.Once) {
	known := o.Requests > 0 // from a preset
	seen := v.fields(
		field{"requests", func(v value) { v.number(&o.Requests) }},
		field{"sizes", func(v value) { readSizes(v, &o.Sizes) }},
	)
	if !known {
		requireSizes(v, seen, true)
	}
}

// cacheableKeys are the keys of cacheable objects.
func cacheableKeys(s *workload.Cacheable) []field {
	return []field{
		{"sizes", func(v value) { readSizes(v, &s.Sizes) }},
		{"origin_service", func(v value) { readServiceTime(v, &s.Origin) }},
		{"freshness", func(v value) { readControls(v, &s.Controls) }},
		{"variants", func(v value) { readVariants(v, &s.VariantShares) }},
		{"patience", func(v value) { readPatience(v, &s.Patience) }},
		{"ranges", func(v value) { readRanges(v, &s.Ranges) }},
	}
}

// readRanges reads which part of an object requests ask for.
func readRanges(v value, r *workload.Ranges) {
	*r = workload.Ranges{}
	seen := v.fields(
		field{"share", func(v value) { v.number(&r.Share) }},
		field{"lengths", func(v value) { readSizes(v, &r.Lengths) }},
		field{"from", choice(workload.ParseRangeStart, &r.From)},
	)
	v.requireKeys(seen, "share", "lengths")
	if lengths, ok := seen["lengths"]; ok {
		if _, at := lengths.peek("median"); at == nil {
			lengths.problem("the key \"median\" is missing")
		}
	}
}

// requireSizes finds objects without a size, unless a preset says how large they are.
func requireSizes(v value, seen map[string]value, always bool) {
	if _, preset := seen["preset"]; preset && !always {
		return
	}
	const why = "nothing else says how large objects are"
	if sizes, ok := seen["sizes"]; !ok {
		v.problem("the key \"sizes\" is missing; " + why)
	} else if _, at := sizes.peek("median"); at == nil {
		sizes.problem("the key \"median\" is missing; " + why)
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
