package scenario

import (
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/workload"
)

const mappingKind = yaml.MappingNode

// A workloadKind is a kind of workload that files name, and how it is read.
type workloadKind struct {
	name string
	// isOf reports whether a preset is of the kind.
	isOf func(*workload.Workload) bool
	// read changes the workload, a preset or the zero value, as the file says.
	read func(r *reader, v value, w *workload.Workload)
}

// workloadKinds are all kinds.
var workloadKinds = []workloadKind{staticKind, dynamicKind, gamingKind, traceKind}

// madeOf reports whether a workload has a demand D and a service S.
func madeOf[D, S any](w *workload.Workload) bool {
	_, demand := w.Demand.(D)
	_, service := w.Service.(S)
	return demand && service
}

// partsOf returns the demand and the service of a workload, the zero values where it has none yet.
func partsOf[D, S any](w *workload.Workload) (demand D, service S) {
	demand, _ = w.Demand.(D)
	service, _ = w.Service.(S)
	return demand, service
}

// String returns the name of the kind.
func (k workloadKind) String() string { return k.name }

// presetNames lists the names of the presets of a kind.
func (k *workloadKind) presetNames() []string {
	return slices.DeleteFunc(workload.PresetNames(), func(name string) bool {
		w, err := workload.Preset(name)
		return err != nil || !k.isOf(&w)
	})
}

// A workloadRef says where a workload stands in the file; its number is that in the study.
type workloadRef struct {
	path string
	line int
	kind string
	name string
	// cities are the demand by city, where the workload has one of its own.
	cities []cityDemand
	peak   peakRef
}

func (r *reader) readWorkloads(v value) {
	items := v.list()
	for _, item := range items {
		r.readWorkload(item)
	}
	if len(items) == 0 {
		v.problem("is empty; want one workload or more")
	}
}

// peek returns the scalar of a key without reading the rest, and where it stands, nil if it does not.
func (v value) peek(key string) (string, *yaml.Node) {
	if s := v.shape(); s != nil {
		if said, ok := s.said[key]; ok {
			return said, &yaml.Node{Kind: yaml.ScalarNode, Value: said}
		}
		return "", nil
	}
	if v.node.Kind != yaml.MappingNode {
		return "", nil
	}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		if v.node.Content[i].Value == key {
			at := value{node: v.node.Content[i+1]}.resolve()
			return at.node.Value, at.node
		}
	}
	return "", nil
}

// kindOf finds the kind of a workload, its own key or that of its preset, and the preset; nil if there is no kind.
func (r *reader) kindOf(v value) (*workloadKind, workload.Workload) {
	var preset workload.Workload
	kinds := namesOf(r.kinds, workloadKind.String)
	presetName, presetAt := v.peek("preset")
	if presetAt != nil {
		var err error
		if preset, err = workload.Preset(presetName); err != nil {
			v.bad.add(presetAt.Line, join(v.path, "preset"), "is %s; %s", text.Quote(presetName), oneLine(err))
			return nil, preset
		}
	}
	name, at := v.peek("kind")
	switch {
	case at != nil:
	case presetAt == nil:
		v.problem("has neither \"kind\" (%s) nor \"preset\" (%s)", strings.Join(kinds, ", "), strings.Join(workload.PresetNames(), ", "))
		return nil, preset
	default:
		return &r.kinds[slices.IndexFunc(r.kinds, func(k workloadKind) bool { return k.isOf(&preset) })], preset
	}
	i := slices.Index(kinds, name)
	if i < 0 {
		v.bad.add(at.Line, join(v.path, "kind"), "is %s; want %s", text.Quote(name), alternatives(kinds))
		return nil, preset
	}
	kind := &r.kinds[i]
	if presetAt != nil && len(kind.presetNames()) == 0 {
		v.bad.add(presetAt.Line, join(v.path, "preset"), "is %s; want no such key: there are no presets of kind %s", text.Quote(presetName), name)
		return nil, preset
	}
	if presetAt != nil && !kind.isOf(&preset) {
		v.bad.add(presetAt.Line, join(v.path, "preset"), "is %s; want a preset of kind %s: %s", text.Quote(presetName), name, alternatives(kind.presetNames()))
		return nil, preset
	}
	return kind, preset
}

// alternatives returns "a, b or c".
func alternatives(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

func (r *reader) readWorkload(v value) {
	kind, w := r.kindOf(v)
	if kind == nil {
		return
	}
	r.cities, r.peak = nil, peakRef{}
	kind.read(r, v, &w)
	w.Assumed = r.stillAssumed(v.path, w.Assumed)
	r.study.Workloads = append(r.study.Workloads, w)
	ref := workloadRef{path: v.path, line: v.node.Line, kind: kind.name, cities: r.cities, peak: r.peak}
	name, at := v.peek("name")
	if at == nil {
		v.problem("the key \"name\" is missing")
	} else if i := slices.IndexFunc(r.order, func(o workloadRef) bool { return o.name == name }); i >= 0 {
		v.bad.add(at.Line, join(v.path, "name"), "is %s, as is that of the workload in line %d; want another name", text.Quote(name), r.order[i].line)
	}
	ref.name = name
	r.order = append(r.order, ref)
}

// stillAssumed takes from a preset's assumptions those whose field the file sets itself.
func (r *reader) stillAssumed(path string, all []workload.Assumption) []workload.Assumption {
	return slices.DeleteFunc(slices.Clone(all), func(a workload.Assumption) bool {
		key := join(path, keyOf(a.Field))
		if a.Field == "Access" {
			return r.saysMix(key) // mixes of countries leave the others as assumed
		}
		_, set := r.lines[key]
		return set
	})
}

// headKeys are the keys that all workloads have.
func (r *reader) headKeys(w *workload.Workload) []field {
	return append([]field{
		{"kind", skip},
		{"preset", skip},
		{"name", func(v value) { v.text(&w.Name) }},
		{"metros", func(v value) {
			if v.isMapping() {
				alone(v.fields(r.demandKeys(&r.cities)...))
			} else {
				v.strings(&w.Metros)
			}
		}},
		{"access", func(v value) { r.readAccess(v, &w.Access, &w.AccessIn) }},
		{"day", func(v value) { readDay(v, &w.Day) }},
		{"deadlines", func(v value) { v.durations(&w.Deadlines) }},
	}, loadInTime(w)...)
}

// readDay reads "flat", 24 hourly loads, or a mapping with peak_to_trough.
func readDay(v value, p *workload.Profile) {
	switch v.node.Kind {
	case yaml.ScalarNode:
		const want = "flat, a list of 24 hourly loads, or a mapping with peak_to_trough"
		if word, ok := v.scalar(want); ok && word != "flat" {
			v.problem("is %s; want %s", text.Quote(word), want)
		}
		*p = workload.Flat()
	case yaml.SequenceNode:
		loads := v.list()
		if len(loads) != len(p) {
			v.problem("has %d loads; want one for each of the 24 hours", len(loads))
			return
		}
		for h := range p {
			loads[h].number(&p[h])
		}
	default:
		v.fields(field{"peak_to_trough", func(v value) {
			var ratio float64
			v.number(&ratio)
			evening, err := workload.Evening(ratio)
			if err != nil {
				v.problem("is %v; want a number, 1 or more", ratio)
				return
			}
			*p = evening
		}})
	}
}

// readServiceTime reads a time, or a mapping with mean and law, or one with times.
func readServiceTime(v value, s *workload.ServiceTime) {
	*s = workload.ServiceTime{}
	if v.node.Kind != yaml.MappingNode {
		v.duration(&s.Mean)
		return
	}
	var times []time.Duration
	seen := v.fields(
		field{"mean", func(v value) { v.duration(&s.Mean) }},
		field{"law", choice(workload.ParseServiceLaw, &s.Law)},
		field{"variation", func(v value) { v.number(&s.Variation) }},
		field{"times", func(v value) { v.durations(&times) }},
	)
	if len(times) == 0 {
		return
	}
	if mean, ok := seen["mean"]; ok {
		mean.problem("stands beside times; want one of the two: times have their own mean")
	}
	if _, ok := seen["law"]; !ok {
		s.Law = workload.EmpiricalTime
	}
	of := workload.Empirical(times...)
	s.Mean, s.Times = of.Mean, of.Times
}

func readDataCalls(v value, d *workload.DataCalls) {
	v.fields(
		field{"home", func(v value) { v.text(&d.Home) }},
		field{"replicated", func(v value) { v.boolean(&d.Replicated) }},
		field{"probability", func(v value) { v.number(&d.Probability) }},
		field{"calls", func(v value) { v.integer(&d.Calls) }},
		field{"parallel", func(v value) { v.boolean(&d.Parallel) }},
		field{"service", func(v value) { readServiceTime(v, &d.Service) }},
		field{"waits", func(v value) { v.boolean(&d.Waits) }},
	)
}
