package scenario

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/durable"
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/search"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// LoadSearch is [Reader.LoadSearch] without parts of your own.
func LoadSearch(path string) (*search.Problem, error) { return Reader{}.LoadSearch(path) }

// LoadSearch reads a scenario file that asks for sites to be chosen, as [Reader.Load] does.
func (r Reader) LoadSearch(path string) (*search.Problem, error) {
	data, err := durable.ReadRegular(path, maxBytes)
	if err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	problem, _, err := r.ParseSearch(path, data)
	return problem, err
}

// ParseSearch reads a scenario that asks for sites to be chosen, by its key search, from memory; file is the name that problems
// carry. It returns the files that the scenario names, too.
func (r Reader) ParseSearch(file string, data []byte) (*search.Problem, []File, error) {
	return (&reader{own: r}).parseSearch(file, data)
}

// ParseSearchFrom is [Reader.ParseSearch] with the files that the scenario names given, instead of read from beside it.
func (r Reader) ParseSearchFrom(file string, data []byte, files []File) (*search.Problem, error) {
	problem, _, err := (&reader{own: r, files: files, isGiven: true}).parseSearch(file, data)
	return problem, err
}

func (r *reader) parseSearch(file string, data []byte) (*search.Problem, []File, error) {
	if _, err := r.parse(file, data); err != nil {
		return nil, nil, err
	}
	if r.search == nil {
		return nil, nil, &Problem{File: file, Text: `has no key "search"; want one that says which sites may be chosen, see docs/scenario.md`}
	}
	return &r.search.problem, r.files, nil
}

// A searchSpec is what the file says of a choice of sites.
type searchSpec struct {
	at      value
	problem search.Problem
	// fixed is the name of the placement that all alternatives have, fixedAt where it stands.
	fixed   string
	fixedAt value
	// candidates are put together as a placement of them all.
	candidates placementSpec
	isList     bool // of objectives
	// matters, and atLeast and atMost of constraints, are what the file says, in the order of the problem.
	matters         []amount
	atLeast, atMost []amount
}

// readSearch reads a choice of sites, once the placements have been read.
func (r *reader) readSearch(v value) {
	s := &searchSpec{at: v}
	r.search = s
	p := &s.problem
	seen := v.fields(
		field{"fixed", func(v value) { v.text(&s.fixed); s.fixedAt = v }},
		field{"candidates", func(v value) { r.readCandidates(v, s) }},
		field{"choose", func(v value) { readChoice(v, p) }},
		field{"objective", func(v value) { readObjectives(v, s) }},
		field{"constraints", func(v value) { readConstraints(v, s) }},
		field{"countries", func(v value) { readCountries(v, p) }},
		field{"most_providers", func(v value) {
			if v.integer(&p.MostProviders) && p.MostProviders < 1 {
				v.problem("is %d; want 1 or more", p.MostProviders)
			}
		}},
		field{"within_capacity", func(v value) { v.boolean(&p.WithinCapacity) }},
		field{"simulated", func(v value) {
			if v.integer(&p.Simulated) && (p.Simulated < 1 || p.Simulated > search.MostSimulated) {
				v.problem("is %d; want 1 to %d", p.Simulated, search.MostSimulated)
			}
		}},
		field{"confidence", func(v value) { v.percent(&p.Confidence) }},
		field{"replications", func(v value) {
			v.fields(
				field{"min", func(v value) { v.integer(&p.MinReplications) }},
				field{"max", func(v value) { v.integer(&p.MaxReplications) }},
			)
		}},
		field{"variations", func(v value) {
			if v.integer(&p.Variations) && p.Variations < 0 {
				v.problem("is %d; want 0 (none) or more", p.Variations)
			}
			if p.Variations == 0 {
				p.Variations = -1
			}
		}},
	)
	v.requireKeys(seen, "candidates", "choose", "objective")
}

func (r *reader) readCandidates(v value, s *searchSpec) {
	s.candidates = placementSpec{path: v.path, line: v.node.Line}
	s.candidates.built.Name = "candidates"
	var roles []roleSpec
	v.fields(roleFields(&roles)...)
	for i := range roles {
		if roles[i].role == placement.Origin {
			roles[i].at.problem("is a role that is not chosen; want it in what is fixed")
			continue
		}
		if slices.ContainsFunc(roles[i].sites, func(s siteSpec) bool { return s.backup }) {
			roles[i].at.problem("has backups; want candidates that are none")
			continue
		}
		s.candidates.add(&roles[i])
	}
	if len(roles) == 0 {
		v.problem("is empty; want the roles of sites, as of a placement")
	}
}

// readChoice reads a number, or bounds of it.
func readChoice(v value, p *search.Problem) {
	if !v.isMapping() {
		if v.integer(&p.Most) && p.Most < 1 {
			v.problem("is %d; want 1 or more, or {at_least: 0, at_most: 3}", p.Most)
		}
		p.Least = p.Most
		return
	}
	seen := v.fields(
		field{"at_least", func(v value) { v.integer(&p.Least) }},
		field{"at_most", func(v value) { v.integer(&p.Most) }},
	)
	if _, ok := seen["at_most"]; !ok {
		v.problem("the key \"at_most\" is missing")
	}
}

// readObjectives reads one objective, or a list of two.
func readObjectives(v value, s *searchSpec) {
	items := []value{v}
	if !v.isMapping() {
		items, s.isList = v.list(), true
	}
	for _, item := range items {
		var o search.Objective
		var matters amount
		seen := item.fields(
			field{"workload", func(v value) { v.text(&o.Workload) }},
			field{"by", func(v value) { v.text(&o.By) }},
			field{"better", func(v value) { readDirection(v, &o.Better) }},
			field{"matters", func(v value) { matters = v.amount(&o.Matters) }},
		)
		if _, ok := seen["by"]; !ok {
			item.problem("the key \"by\" is missing")
		}
		s.problem.Objectives, s.matters = append(s.problem.Objectives, o), append(s.matters, matters)
	}
}

func readDirection(v value, to *edgewise.Direction) {
	const want = "less or more"
	name, ok := v.scalar(want)
	switch {
	case !ok:
	case name == "less":
		*to = edgewise.Less
	case name == "more":
		*to = edgewise.More
	default:
		v.problem("is %s; want %s", text.Quote(name), want)
	}
}

func readConstraints(v value, s *searchSpec) {
	for _, item := range v.list() {
		var least, most amount
		c := search.Constraint{AtLeast: math.NaN(), AtMost: math.NaN()}
		seen := item.fields(
			field{"workload", func(v value) { v.text(&c.Workload) }},
			field{"by", func(v value) { v.text(&c.By) }},
			field{"at_least", func(v value) { least = v.amount(&c.AtLeast) }},
			field{"at_most", func(v value) { most = v.amount(&c.AtMost) }},
		)
		if _, ok := seen["by"]; !ok {
			item.problem("the key \"by\" is missing")
		}
		s.problem.Constraints = append(s.problem.Constraints, c)
		s.atLeast, s.atMost = append(s.atLeast, least), append(s.atMost, most)
	}
}

func readCountries(v value, p *search.Problem) {
	for _, item := range v.texts() {
		name, ok := item.scalar("a country")
		if !ok {
			continue
		}
		code, ok := catalog.CountryCode(name)
		if !ok {
			item.problem("is %s; want a country by its ISO 3166-1 alpha-2 code or its name, for example DE", text.Quote(name))
		}
		p.Countries = append(p.Countries, code)
	}
}

// buildSearch makes the problem, once the study is there and valid.
func (r *reader) buildSearch(bad *problems) {
	s := r.search
	p := &s.problem
	study := r.study
	p.Study, p.Fixed = &study, r.study.Placements[0]
	if s.fixed != "" {
		i, ok := r.placementOf[s.fixed]
		if !ok {
			s.fixedAt.problem("is %s; want the name of a placement", text.Quote(s.fixed))
			return
		}
		p.Fixed = r.study.Placements[i]
	}
	if study.Until != nil || study.Replications != 0 {
		bad.add(r.lines["replications"], "replications", "stands beside search, which decides how many it runs; want them in search.replications")
		return
	}
	isFixed := func(site string, role placement.Role) bool {
		of := p.Fixed
		if slices.ContainsFunc(of.Of(role), func(a placement.Assignment) bool { return a.Site == site }) {
			return true
		}
		return slices.ContainsFunc(of.Tiers, func(t placement.Tier) bool {
			return placement.Role(t.Name) == role && slices.ContainsFunc(t.Caches, func(c placement.Cache) bool { return c.Site == site })
		})
	}
	type key struct {
		site string
		role placement.Role
	}
	seen := make(map[key]bool)
	add := func(c search.Candidate) {
		k := key{c.Site, c.Role}
		switch {
		case isFixed(c.Site, c.Role):
			return // a word for many may stand for what is fixed, too
		case seen[k]:
			return
		}
		seen[k] = true
		p.Candidates = append(p.Candidates, c)
	}
	spec := &s.candidates
	for i, a := range spec.built.Sites {
		if len(a.Pools) > 0 {
			spec.sites[spec.from[i]].report(bad, "Servers", &invalid.Field{Value: fmt.Sprintf("%d pools", len(a.Pools)), Want: "a number: what a search looks for has no pools"})
			return
		}
		add(search.Candidate{Site: a.Site, Role: a.Role, Servers: a.Servers, Workloads: a.Workloads})
	}
	for t := range spec.built.Tiers {
		tier := &spec.built.Tiers[t]
		for _, c := range tier.Caches {
			add(search.Candidate{Site: c.Site, Role: placement.Role(tier.Name), Cache: c})
		}
	}
	if len(p.Candidates) == 0 {
		bad.add(spec.line, spec.path, "stands for nothing but what is fixed; want other sites")
		return
	}
	if !s.hasUnits() {
		return
	}
	if err := p.Validate(); err != nil {
		r.reportSearch(bad, err)
	}
}

// hasUnits reports whether all amounts are in the units of their figures, and says which are not. Figures that there are not are left
// to the validation.
func (s *searchSpec) hasUnits() bool {
	ok := true
	for i, o := range s.problem.Objectives {
		if label, err := s.problem.LabelOf(o.Figure); err == nil {
			ok = s.matters[i].isOf(label.Unit) && ok
		}
	}
	for i, c := range s.problem.Constraints {
		if label, err := s.problem.LabelOf(c.Figure); err == nil {
			ok = s.atLeast[i].isOf(label.Unit) && ok
			ok = s.atMost[i].isOf(label.Unit) && ok
		}
	}
	return ok
}

// reportSearch tells what is wrong with a problem at the key that says it.
func (r *reader) reportSearch(bad *problems, err error) {
	var f *invalid.Field
	if !errors.As(err, &f) {
		bad.add(r.search.at.node.Line, "search", "%s", said(err))
		return
	}
	key := f.Path
	switch {
	case key == "Most" || key == "Least":
		key = "choose"
		if r.lines["search.choose.at_least"] != 0 || r.lines["search.choose.at_most"] != 0 {
			key = "choose." + map[string]string{"Most": "at_most", "Least": "at_least"}[f.Path]
		}
	case strings.HasPrefix(key, "Candidates"):
		key = "candidates"
	case key == "MinReplications":
		key = "replications.min"
	case key == "MaxReplications":
		key = "replications.max"
	case strings.HasPrefix(key, "Objectives"):
		key = strings.Replace(keyOf(key), "objectives", "objective", 1)
		if !r.search.isList {
			key = strings.Replace(key, "objective[0]", "objective", 1)
		}
	default:
		key = keyOf(key)
	}
	key = join("search", key)
	line := r.search.at.node.Line
	if l, ok := r.lines[join(parent(key), "by")]; ok {
		line = l // a bound that is missing has no line
	}
	for k := key; k != "" && k != "search.constraints"; k = parent(k) {
		if l, ok := r.lines[k]; ok {
			line = l
			break
		}
	}
	bad.add(line, key, "%s", said(err))
}
