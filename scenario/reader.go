package scenario

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/internal/durable"
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// A Reader reads scenario files that may name parts of your own, beside those that edgewise has. The zero value knows
// of none. A name must not be that of a part which edgewise has.
type Reader struct {
	// Policies and Admissions make what the keys policy and admission of caches name. They take no parameters.
	Policies   map[string]func(cache.Slots) cache.Policy
	Admissions map[string]func(cache.Limits) cache.Admission
	// Routings are rules for the key routing, by name alone or, with parameters, as {name: {key: value}}.
	Routings map[string]Part[placement.Routing]
	// Demands are kinds of workloads. Such a workload has the keys of all workloads, those that the demand decodes,
	// the key served (cacheable, computed or matched), and the keys of that service.
	Demands map[string]Part[workload.Demand]
	// Corrections make what the key correction of the network names, like Routings. They are given what corrects the
	// network's delays without them, nil if nothing does.
	Corrections map[string]func(p Parameters, of topology.Correction) (topology.Correction, error)
	// Measures are figures for the list measures at the top of a file. A study has those that its file names.
	Measures map[string]edgewise.Measure
	// Outputs are files of the report for the list outputs at the top of a file, named by their file names.
	Outputs []edgewise.Output
}

// A Part makes a part of your own from what a file says of it. [Like] returns the usual one.
type Part[T any] func(Parameters) (T, error)

// Load reads a scenario file, no pipe or device. The error joins a [Problem] for everything that is wrong with it.
func (r Reader) Load(path string) (*edgewise.Study, error) {
	data, err := durable.ReadRegular(path, maxBytes)
	if err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	return r.Parse(path, data)
}

// Parse reads a scenario from memory; file is the name that problems carry.
func (r Reader) Parse(file string, data []byte) (*edgewise.Study, error) {
	study, _, err := r.ParseWithFiles(file, data)
	return study, err
}

// ParseWithFiles is [Reader.Parse], and returns the files that the scenario names, each once, in order: with them
// [Reader.ParseFrom] finds the same study anywhere.
func (r Reader) ParseWithFiles(file string, data []byte) (*edgewise.Study, []File, error) {
	reading := &reader{own: r}
	study, err := reading.parse(file, data)
	return study, reading.files, err
}

// ParseFrom is [Reader.Parse] with the files that the scenario names given, instead of read from beside it.
func (r Reader) ParseFrom(file string, data []byte, files []File) (*edgewise.Study, error) {
	reading := &reader{own: r, files: files, isGiven: true}
	return reading.parse(file, data)
}

// Validate names the first part that no file could name, or that would take the place of another.
func (r Reader) Validate() error {
	var errs []error
	check := func(field, name string, isNil bool, taken []string) {
		at := fmt.Sprintf("%s[%s]", field, name)
		switch {
		case name == "" || strings.ContainsAny(name, ": \t\n"):
			errs = append(errs, invalid.New(at, fmt.Sprintf("%q", name), "a name without colons and spaces"))
		case slices.Contains(taken, name):
			errs = append(errs, invalid.New(at, fmt.Sprintf("%q", name), "a name that is not among %s", strings.Join(taken, ", ")))
		case isNil:
			errs = append(errs, invalid.New(at, "nil", "a function that makes the part"))
		}
	}
	for _, name := range sorted(r.Policies) {
		check("Policies", name, r.Policies[name] == nil, append(cache.Policies(), cache.OfflinePolicies()...))
	}
	for _, name := range sorted(r.Admissions) {
		check("Admissions", name, r.Admissions[name] == nil, cache.Admissions())
	}
	for _, name := range sorted(r.Routings) {
		check("Routings", name, r.Routings[name] == nil, namesOf(routingRules(), routingRule.String))
	}
	for _, name := range sorted(r.Demands) {
		check("Demands", name, r.Demands[name] == nil, namesOf(workloadKinds, workloadKind.String))
	}
	for _, name := range sorted(r.Corrections) {
		check("Corrections", name, r.Corrections[name] == nil, nil)
	}
	for _, name := range sorted(r.Measures) {
		check("Measures", name, false, nil)
	}
	for i, o := range r.Outputs {
		errs = append(errs, invalid.In(fmt.Sprintf("Outputs[%d]", i), o.Validate()))
	}
	if err := invalid.First(errs...); err != nil {
		return fmt.Errorf("scenario: Reader: %w", err)
	}
	return nil
}

// sorted returns the names of parts in alphabetical order.
func sorted[T any](parts map[string]T) []string { return slices.Sorted(maps.Keys(parts)) }

// namesOf returns the names of all rows of a table.
func namesOf[T any](rows []T, name func(T) string) []string {
	names := make([]string, len(rows))
	for i := range rows {
		names[i] = name(rows[i])
	}
	return names
}

// readMeasures reads the names of own figures.
func (r *reader) readMeasures(v value) {
	for _, item := range v.list() {
		if name, ok := r.readName(item, sorted(r.own.Measures)); ok {
			r.study.Measures = append(r.study.Measures, r.own.Measures[name])
		}
	}
}

// readOutputs reads the names of own files of the report.
func (r *reader) readOutputs(v value) {
	names := namesOf(r.own.Outputs, func(o edgewise.Output) string { return o.Name })
	for _, item := range v.list() {
		if name, ok := r.readName(item, names); ok {
			r.study.Outputs = append(r.study.Outputs, r.own.Outputs[slices.Index(names, name)])
		}
	}
}

// readName reads one of the names of own parts.
func (r *reader) readName(v value, known []string) (string, bool) {
	name, ok := v.scalar("a name")
	switch {
	case !ok:
	case len(known) == 0:
		v.problem("is %s; want no such key, for this program has no own ones", text.Quote(name))
	case !slices.Contains(known, name):
		v.problem("is %s; want one of %s", text.Quote(name), strings.Join(known, ", "))
	default:
		return name, true
	}
	return "", false
}

// readCorrection reads which delay correction the network is to have.
func (r *reader) readCorrection(v value) {
	at, parameters, ok := v.part()
	if !ok {
		return
	}
	name, ok := r.readName(at, sorted(r.own.Corrections))
	if !ok {
		return
	}
	r.network.correct = func(n *topology.Network) *topology.Network {
		p := parametersOf(parameters)
		c, err := r.own.Corrections[name](p, n.Correction())
		p.close(err)
		return n.WithCorrection(c)
	}
}

// ownRoutings returns the rules of the user's own as rows.
func (r *reader) ownRoutings() (rows []routingRule) {
	for _, name := range sorted(r.own.Routings) {
		rows = append(rows, routingRule{name: name, isOwn: true, read: func(v value, _ places) placement.Routing {
			return readPart(v, r.own.Routings[name])
		}})
	}
	return rows
}

// ownKinds returns the demands of the user's own as rows.
func (r *reader) ownKinds() (rows []workloadKind) {
	for _, name := range sorted(r.own.Demands) {
		rows = append(rows, workloadKind{
			name: name,
			isOf: func(*workload.Workload) bool { return false },
			read: func(r *reader, v value, w *workload.Workload) { r.readOwnKind(v, w, r.own.Demands[name]) },
		})
	}
	return rows
}

// readOwnKind reads a workload with a demand of the user's own.
func (r *reader) readOwnKind(v value, w *workload.Workload, demand Part[workload.Demand]) {
	service := serviceOf(v)
	if service == nil {
		return
	}
	p := parametersOf(v)
	p.others = append(r.headKeys(w), field{"served", skip})
	keys, done := service.read(w)
	p.others = append(p.others, keys...)
	d, err := demand(p)
	if p.close(err) {
		w.Demand = d
		done(v, p.seen)
	}
}

// useOwnCaches puts the user's own policies and admissions into the caches that name them, and finds names that nobody
// knows.
func (r *reader) useOwnCaches(p *placementSpec, bad *problems) {
	policies, admissions := sorted(r.own.Policies), sorted(r.own.Admissions)
	for t := range p.built.Tiers {
		for k := range p.built.Tiers[t].Caches {
			c, from := &p.built.Tiers[t].Caches[k], &p.sites[p.cachesFrom[t][k]]
			if checkOwn(from, bad, "Policy", c.Policy, policies, cache.Policies()) {
				c.NewPolicy = r.own.Policies[c.Policy]
			}
			if checkOwn(from, bad, "Admission", c.Admission, admissions, cache.Admissions()) {
				c.NewAdmission = r.own.Admissions[c.Admission]
			}
		}
	}
}

// checkOwn reports whether a cache names a part of the user's own. What is named otherwise must be a part of ours.
func checkOwn(from *siteSpec, bad *problems, field, text string, own, ours []string) bool {
	name, parameters, _ := strings.Cut(text, ":")
	switch {
	case text == "" || len(own) == 0 || slices.Contains(ours, name):
		return false
	case !slices.Contains(own, name):
		from.report(bad, field, &invalid.Field{Path: field, Value: text, Want: "one of " + strings.Join(append(ours, own...), ", ")})
		return false
	case parameters != "":
		from.report(bad, field, &invalid.Field{Path: field, Value: text, Want: fmt.Sprintf("no parameters: %s takes none", name)})
		return false
	}
	return true
}

// errTold is the error of what has been noted as a problem already.
var errTold = errors.New("scenario: the file says something else")
