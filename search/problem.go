package search

import (
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
)

// A Problem is a choice of sites: which of the candidates should a placement have besides what is fixed?
type Problem struct {
	// Study has the scenario, its own measures, the level and the workers. Of its placements, the first is the baseline of
	// the answer; the others are not looked at. Its Replications and Until must be zero: see Confidence.
	Study *edgewise.Study
	// Fixed is what all alternatives have.
	Fixed placement.Placement
	// Candidates are what can be chosen, each once.
	Candidates []Candidate
	// Least and Most are how many are chosen; Least may be 0, Most is 1 or more.
	Least, Most int
	// Objectives say what is best: one, or two for the front of those that are not worse in both than another.
	Objectives []Objective
	// Constraints are what an alternative must keep.
	Constraints []Constraint
	// Countries are those, by ISO 3166-1 alpha-2 code, in each of which an alternative must have a site, chosen or fixed, with
	// the role of a candidate.
	Countries []string
	// MostProviders bounds the number of providers of all sites of an alternative; 0 does not.
	MostProviders int
	// WithinCapacity leaves out alternatives whose servers are asked for more than they can do. Those whose queues would grow
	// for ever are left out in any case.
	WithinCapacity bool
	// Simulated is how many alternatives are simulated, those that the surrogate has as best; 0 means 10.
	Simulated int
	// Confidence is the wanted probability that the best is known; 0 means 0.95. With two objectives there is no one best, and
	// MinReplications are run.
	Confidence float64
	// MinReplications are run of each alternative before one may be dropped, 0 means 10; MaxReplications at most, 0 means 100.
	MinReplications, MaxReplications int
	// Variations is how many times the search is made again with demand, delays and prices moved, to see how often each
	// site is chosen; 0 means 200, less than 0 none.
	Variations int
}

// A Candidate is a site with what it would do.
type Candidate struct {
	// Site is the id of a node of the network.
	Site string
	// Role is that of a site that computes, or the name of a tier of caches.
	Role placement.Role
	// Servers and Workloads are as in [placement.Assignment], for the role [placement.Compute].
	Servers   int
	Workloads []string
	// Cache is what the cache is like, for the role of a tier; its Site is not used.
	Cache placement.Cache
}

// addTo returns a placement with the candidate.
func (c *Candidate) addTo(p placement.Placement) placement.Placement {
	if c.Role == placement.Compute || c.Role == placement.Origin {
		return p.With(placement.Assignment{Site: c.Site, Role: c.Role, Servers: c.Servers, Workloads: c.Workloads})
	}
	cache := c.Cache
	cache.Site = c.Site
	return p.WithCaches(string(c.Role), cache)
}

// An Objective is what a search makes as small, or as large, as it can.
type Objective struct {
	Figure
	// Better says which way is better; [edgewise.Neither] leaves that to the measure, which must know then.
	Better edgewise.Direction
	// Matters is the smallest difference that matters, in the unit of the measure: 0.01 is a point of a share. 0 means a
	// point of shares, 1 ms of latencies, and a hundredth of the baseline of others.
	Matters float64
}

// A Constraint holds a figure within bounds. The surrogate sorts out who does not keep it, and the simulation has the last
// word.
type Constraint struct {
	Figure
	// AtLeast and AtMost are the bounds, in the unit of the measure; NaN where there is none. One of them is needed.
	AtLeast, AtMost float64
}

const (
	defaultSimulated  = 10
	defaultConfidence = 0.95
	defaultVariations = 200
	mostCandidates    = 10_000
)

// MostSimulated is how many alternatives are simulated at most.
const MostSimulated = 1000

// Validate names the first field that is out of range, by its path in the problem.
func (p *Problem) Validate() error {
	_, err := p.prepare()
	return err
}

// LabelOf returns the name and the unit of a figure in the problem's study. The error is an [invalid.Field] that says which there are.
func (p *Problem) LabelOf(f Figure) (edgewise.Label, error) {
	study := *p.Study
	study.Measures = slices.Clone(p.Study.Measures) // the worst metro's is added
	found, err := resolve(&study, f)
	if err != nil {
		return edgewise.Label{}, err
	}
	return found.measure.Label, nil
}

// A prepared problem is one that is valid.
type prepared struct {
	*Problem
	study       edgewise.Study // a copy, with the measures that the search needs
	objectives  []*figure
	constraints []*figure
}

func (p *Problem) prepare() (*prepared, error) {
	if p.Study == nil {
		return nil, errors.New("search: no study")
	}
	r := &prepared{Problem: p, study: *p.Study}
	r.study.Measures = slices.Clone(p.Study.Measures)
	if err := r.validate(); err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return r, nil
}

func (p *prepared) validate() error {
	if p.Study.Until != nil || p.Study.Replications != 0 {
		return invalid.New("Study.Replications", p.Study.Replications, "none, and no Until: a search decides how many it runs")
	}
	if len(p.Study.Placements) == 0 {
		return invalid.New("Study.Placements", "empty", "the baseline")
	}
	if n := len(p.Candidates); n == 0 || n > mostCandidates {
		return invalid.New("Candidates", fmt.Sprintf("%d candidates", n), "1 to %d", mostCandidates)
	}
	if err := invalid.First(
		invalid.Check(p.Most >= 1 && p.Most <= len(p.Candidates), "Most", p.Most, fmt.Sprintf("1 to %d, for there are so many candidates", len(p.Candidates))),
		invalid.Check(p.Least >= 0 && p.Least <= p.Most, "Least", p.Least, fmt.Sprintf("0 to %d", p.Most)),
		invalid.Check(p.Confidence == 0 || p.Confidence > 0.5 && p.Confidence < 1, "Confidence", p.Confidence, "more than 0.5, less than 1"),
		invalid.Check(p.Simulated >= 0 && p.Simulated <= MostSimulated, "Simulated", p.Simulated, fmt.Sprintf("1 to %d, or 0 for %d", MostSimulated, defaultSimulated)),
		invalid.Check(p.MinReplications == 0 || p.MinReplications >= 2, "MinReplications", p.MinReplications, "0 (10), or 2 or more"),
		invalid.Check(p.MaxReplications == 0 || p.MaxReplications >= p.minReplications(), "MaxReplications", p.MaxReplications, fmt.Sprintf("0 (100), or %d or more", p.minReplications())),
		invalid.Check(p.MostProviders >= 0, "MostProviders", p.MostProviders, "0 (any number) or more"),
	); err != nil {
		return err
	}
	return invalid.First(p.validateCandidates(), p.validateObjectives(), p.validateConstraints(), p.validateCountries())
}

// validateCandidates adds each of them to what is fixed.
func (p *prepared) validateCandidates() error {
	study := p.study
	study.Placements = p.Study.Placements[:1]
	if err := study.Validate(); err != nil {
		return err
	}
	type key struct {
		site string
		role placement.Role
	}
	seen := make(map[key]int)
	for i := range p.Candidates {
		c := &p.Candidates[i]
		at := fmt.Sprintf("Candidates[%d]", i)
		if first, twice := seen[key{c.Site, c.Role}]; twice {
			return invalid.New(at+".Site", c.Site, "another site: Candidates[%d] is this one", first)
		}
		seen[key{c.Site, c.Role}] = i
		if err := p.study.ValidatePlacement(c.addTo(p.Fixed.Named("candidate"))); err != nil {
			return fmt.Errorf("%s, %s: %w", at, c.Site, err)
		}
	}
	return nil
}

func (p *prepared) validateObjectives() error {
	if n := len(p.Objectives); n < 1 || n > 2 {
		return invalid.New("Objectives", fmt.Sprintf("%d objectives", n), "one, or two")
	}
	for i, o := range p.Objectives {
		at := fmt.Sprintf("Objectives[%d]", i)
		f, err := resolve(&p.study, o.Figure)
		if err != nil {
			return invalid.In(at, err)
		}
		if o.Better != edgewise.Neither {
			f.better = o.Better
		}
		if f.better == edgewise.Neither {
			return invalid.New(at+".Better", "Neither", "Less or More, for the measure does not say which way %s is better", f.measure.Name())
		}
		if !(o.Matters >= 0) || math.IsInf(o.Matters, 1) {
			return invalid.New(at+".Matters", o.Matters, "a finite number, 0 or more")
		}
		if i == 1 && f.measure.Name() == p.objectives[0].measure.Name() && f.number == p.objectives[0].number {
			return invalid.New(at+".By", o.By, "another figure than that of Objectives[0]")
		}
		p.objectives = append(p.objectives, f)
	}
	for i, f := range p.objectives {
		replications := 1 // by each of which alternatives are told apart
		if len(p.objectives) == 2 {
			replications = p.minReplications()
		}
		if err := p.tooFew(f, replications); err != nil {
			return invalid.In(fmt.Sprintf("Objectives[%d]", i), err)
		}
	}
	return nil
}

// tooFew says that there will not be values enough for a figure.
func (p *prepared) tooFew(f *figure, replications int) error {
	if advice := p.study.TooFewFor(f.Workload, f.measure.Label, replications); advice != "" && !f.isWorst && !f.isMoney {
		return invalid.New("By", fmt.Sprintf("%q", f.By), "%s", advice)
	}
	return nil
}

func (p *prepared) validateConstraints() error {
	for i, c := range p.Constraints {
		at := fmt.Sprintf("Constraints[%d]", i)
		f, err := resolve(&p.study, c.Figure)
		if err != nil {
			return invalid.In(at, err)
		}
		if !f.isKnown {
			return invalid.New(at+".By", fmt.Sprintf("%q", c.By), "a latency's mean, quantile or share within a deadline, or a figure of a game that comes with edgewise: others are not known before the run")
		}
		if err := p.tooFew(f, p.minReplications()); err != nil {
			return invalid.In(at, err)
		}
		switch {
		case math.IsNaN(c.AtLeast) && math.IsNaN(c.AtMost):
			return invalid.New(at+".AtLeast", "none", "a bound, at least or at most")
		case c.AtLeast > c.AtMost:
			return invalid.New(at+".AtLeast", c.AtLeast, "%v at most, the other bound: both at once cannot be kept", c.AtMost)
		case c.AtMost < 0:
			return invalid.New(at+".AtMost", c.AtMost, "0 or more: %s is never less", f.measure.Name())
		case f.measure.Unit == "share" && c.AtLeast > 1:
			return invalid.New(at+".AtLeast", c.AtLeast, "0 to 1, as of every share")
		}
		p.constraints = append(p.constraints, f)
	}
	return nil
}

// validateCountries finds countries without any site that could be chosen.
func (p *prepared) validateCountries() error {
	for i, country := range p.Countries {
		has := slices.ContainsFunc(p.Candidates, func(c Candidate) bool { return p.countryOf(c.Site) == country }) ||
			slices.Contains(p.countriesOf(p.Fixed), country)
		if !has {
			var all []string
			for _, c := range p.Candidates {
				all = append(all, p.countryOf(c.Site))
			}
			slices.Sort(all)
			return invalid.New(fmt.Sprintf("Countries[%d]", i), fmt.Sprintf("%q", country), "a country that a candidate is in: %s", strings.Join(slices.Compact(all), ", "))
		}
	}
	if missing := p.countriesMissing(); missing > p.Most {
		return invalid.New("Countries", strings.Join(p.Countries, ", "), "%d countries at most that have no fixed site, for no more sites are chosen", p.Most)
	}
	return nil
}

// countriesMissing returns how many of the countries that must have a site have no fixed one.
func (p *prepared) countriesMissing() (n int) {
	fixed := p.countriesOf(p.Fixed)
	for _, country := range p.Countries {
		if !slices.Contains(fixed, country) {
			n++
		}
	}
	return n
}

func (p *prepared) countryOf(site string) string {
	n, ok := p.study.Network.Index(site)
	if !ok {
		return ""
	}
	return p.study.Network.At(n).Country
}

func (p *prepared) providerOf(site string) string {
	n, ok := p.study.Network.Index(site)
	if !ok {
		return ""
	}
	return p.study.Network.At(n).Provider
}

// countriesOf returns the countries of the sites of a placement that have the role of a candidate.
func (p *prepared) countriesOf(of placement.Placement) (all []string) {
	for _, role := range p.roles() {
		for _, site := range sitesOf(&of, role) {
			all = append(all, p.countryOf(site))
		}
	}
	return all
}

// roles returns the roles of the candidates, each once.
func (p *prepared) roles() (all []placement.Role) {
	for i := range p.Candidates {
		if !slices.Contains(all, p.Candidates[i].Role) {
			all = append(all, p.Candidates[i].Role)
		}
	}
	return all
}

// sitesOf returns the sites of a placement that have a role.
func sitesOf(p *placement.Placement, role placement.Role) (sites []string) {
	for _, a := range p.Of(role) {
		sites = append(sites, a.Site)
	}
	for _, t := range p.Tiers {
		if placement.Role(t.Name) == role {
			for _, c := range t.Caches {
				sites = append(sites, c.Site)
			}
		}
	}
	return sites
}

// placed returns the placement of a set of candidates, given by their numbers, under the name that tables have for it.
func (p *prepared) placed(set []int) placement.Placement {
	of := p.Fixed
	for _, i := range set {
		of = p.Candidates[i].addTo(of)
	}
	return of.Named(p.nameOf(set))
}

// nameOf returns the name of a set: its sites.
func (p *prepared) nameOf(set []int) string {
	if len(set) == 0 {
		return p.Fixed.Name
	}
	names := make([]string, len(set))
	for k, i := range set {
		names[k] = p.Candidates[i].Site
	}
	const most = 150 // characters, of the 200 that a name may have
	name := "+ " + strings.Join(names, ", ")
	if len(name) <= most {
		return name
	}
	shown := 0
	for cut := 0; shown < len(names) && cut+len(names[shown])+2 < most; shown++ {
		cut += len(names[shown]) + 2
	}
	return fmt.Sprintf("+ %s and %d others (%08x)", strings.Join(names[:shown], ", "), len(names)-shown, crc32.ChecksumIEEE([]byte(name)))
}

func (p *Problem) simulated() int {
	if p.Simulated == 0 {
		return defaultSimulated
	}
	return p.Simulated
}

func (p *Problem) confidence() float64 {
	if p.Confidence == 0 {
		return defaultConfidence
	}
	return p.Confidence
}

func (p *Problem) minReplications() int {
	if p.MinReplications == 0 {
		return 10
	}
	return p.MinReplications
}

func (p *Problem) maxReplications() int {
	if p.MaxReplications == 0 {
		return max(100, p.minReplications())
	}
	return p.MaxReplications
}
