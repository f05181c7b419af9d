package scenario

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
)

// defaultStart is the start of scenarios that name none: the beginning of a Monday in 2026 in UTC.
var defaultStart = time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)

// Load is [Reader.Load] without parts of your own.
func Load(path string) (*edgewise.Study, error) { return Reader{}.Load(path) }

// Parse is [Reader.Parse] without parts of your own.
func Parse(file string, data []byte) (*edgewise.Study, error) { return Reader{}.Parse(file, data) }

// maxBytes bounds a file that a scenario names, maxScenarioBytes the scenario itself: read as YAML it takes some 40
// times as much memory.
const (
	maxBytes         = 16 << 20
	maxScenarioBytes = 4 << 20
)

// parse reads a scenario into a new reader.
func (r *reader) parse(file string, data []byte) (*edgewise.Study, error) {
	root, bad, err := r.open(file, data)
	if err != nil {
		return nil, err
	}
	return r.parseRoot(root, bad, data)
}

// open reads a file as YAML.
func (r *reader) open(file string, data []byte) (root *yaml.Node, bad *problems, err error) {
	if err := r.own.Validate(); err != nil {
		return nil, nil, err
	}
	bad = newProblems(file)
	if len(data) > maxScenarioBytes {
		bad.add(0, "", "has %d bytes; want %d at most", len(data), maxScenarioBytes)
		return nil, bad, bad.err()
	}
	if kind, ok := foreign(data); ok {
		bad.add(1, "", "this is %s; want a scenario in YAML, for example one of the folder examples", kind)
		return nil, bad, bad.err()
	}
	root, err = document(data)
	if errors.Is(err, errEmpty) {
		bad.add(0, "", "is empty; want a scenario, for example one of the folder examples")
		return nil, bad, bad.err()
	}
	if err != nil {
		bad.add(lineOf(err), "", "is no YAML: %s", whyNoYAML(err))
		return nil, bad, bad.err()
	}
	return root, bad, nil
}

// parseRoot reads what a file says, which is text.
func (r *reader) parseRoot(root *yaml.Node, bad *problems, text []byte) (*edgewise.Study, error) {
	r.lines, r.checks, r.placementOf = bad.lines, true, make(map[string]int)
	r.routingRules = append(routingRules(), r.ownRoutings()...)
	r.kinds = append(slices.Clone(workloadKinds), r.ownKinds()...)
	r.study.Start = defaultStart
	r.read(value{node: root, bad: bad})
	if err := bad.err(); err != nil {
		return nil, err
	}
	r.build(bad)
	if err := bad.err(); err != nil {
		return nil, err
	}
	r.study.Provenance = provenance(text, r.files)
	return &r.study, nil
}

// foreign says what a file is that is no YAML, though much of it might be read as such. JSON is YAML.
func foreign(data []byte) (kind string, ok bool) {
	start, _ := text.NewReader(bytes.NewReader(data)).Peek(4096)
	k, ok := text.KindOf(start)
	return k.Name, ok && !strings.HasPrefix(k.Name, "JSON")
}

var errEmpty = errors.New("empty")

// document returns the root of the one document in a file.
func document(data []byte) (*yaml.Node, error) {
	loader, err := yaml.NewLoader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := loader.Load(&doc); errors.Is(err, io.EOF) {
		return nil, errEmpty
	} else if err != nil {
		return nil, err
	}
	var second yaml.Node
	if err := loader.Load(&second); err == nil {
		return nil, errors.New("more than one document; want one")
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	if doc.Kind != yaml.DocumentNode {
		return &doc, nil
	}
	if len(doc.Content) != 1 {
		return nil, errEmpty
	}
	if err := endless(doc.Content[0], nil); err != nil {
		return nil, err
	}
	return doc.Content[0], mergeAll(doc.Content[0])
}

// endless finds an alias of a value that it is in; within are the values around a node.
func endless(n *yaml.Node, within []*yaml.Node) error {
	if n.Kind == yaml.AliasNode && slices.Contains(within, n.Alias) {
		return atLine(n.Line, "&%s contains itself", n.Value)
	}
	within = append(within, n)
	for _, part := range n.Content {
		if err := endless(part, within); err != nil {
			return err
		}
	}
	return nil
}

// A reader gathers what the file says.
type reader struct {
	study      edgewise.Study
	network    networkSpec
	checks     bool // whether the warm-up is checked
	placements []placementSpec
	// placementOf holds by its name which of placements was first.
	placementOf map[string]int
	lines       map[string]int
	// namesPlayers says that somewhere the mix of players stands by its name.
	namesPlayers bool
	order        []workloadRef
	// files are those that the scenario has named so far or, if they are given, all that it may name.
	files   []File
	isGiven bool
	// shared is what several readings have in common.
	shared *shared
	// onceRead holds what is left to be read when all else has been, onceBuilt what is left to be checked when the
	// network is there.
	onceRead, onceBuilt []func()
	// own holds the user's own parts; routingRules and kinds are the rules and the kinds of workloads that the scenario
	// may name, own ones last.
	own          Reader
	routingRules []routingRule
	kinds        []workloadKind
	// providers are the failures of all sites of one.
	providers []failingProvider
	// cities and peak are what the workload being read says of its users and of its peak.
	cities []cityDemand
	peak   peakRef
	// search is what the file says of a choice of sites, nil where it says nothing.
	search *searchSpec
	// billing is what the keys prices and bill say; nil without.
	billing *billing
	// window is the part of the time that the study is of; nil without.
	window *edgewise.Window
}

// read takes the top of the file. Keys that begin with x- are for whatever aliases are to stand for.
func (r *reader) read(root value) {
	s := &r.study
	seen := root.fields(
		field{"title", func(v value) { v.text(&s.Title) }},
		field{"start", func(v value) { v.instant(&s.Start) }},
		field{"warm_up", func(v value) {
			if v.duration(&s.WarmUp) && s.WarmUp < 0 {
				v.problem("is %v; want 0s or more", s.WarmUp)
			}
		}},
		field{"check_warm_up", func(v value) { v.boolean(&r.checks) }},
		field{"duration", func(v value) {
			if v.duration(&s.Duration) && s.Duration <= 0 {
				v.problem("is %v; want more than 0s", s.Duration)
			}
		}},
		field{"window", r.readWindow},
		field{"seed", func(v value) { v.unsigned(&s.Seed) }},
		field{"replications", r.readReplications},
		field{"level", func(v value) {
			if v.number(&s.Level) && !(s.Level >= 0.5 && s.Level <= 0.9999) {
				v.problem("is %v; want 0.5 to 0.9999, for example 0.95", s.Level)
			}
		}},
		field{"network", r.readNetwork},
		field{"workloads", r.readWorkloads},
		field{"placements", r.readPlacements},
		field{"failures", r.readFailures},
		field{"drains", r.readDrains},
		field{"slowdowns", r.readSlowdowns},
		field{"link_failures", r.readLinkFailures},
		field{"link_impairments", r.readLinkImpairments},
		field{"timeline", r.readTimeline},
		field{"tails", func(v value) { v.boolean(&s.Tails) }},
		field{"origin_errors", r.readOriginErrors},
		field{"purges", r.readPurges},
		field{"measures", r.readMeasures},
		field{"outputs", r.readOutputs},
		field{"search", r.readSearch},
		field{"expect", r.readExpect},
		field{"prices", r.readPrices},
		field{"bill", r.readBill},
		field{"sweep", func(v value) {
			v.problem("says many studies, and one is wanted; want edgewise sweep (scenario.ParseSweep), or no such key")
		}},
	)
	for _, read := range r.onceRead {
		read()
	}
	s.SkipWarmUpCheck = !r.checks
	r.finishBill(root)
	root.requireKeys(seen, "title", "duration", "network", "workloads", "placements")
}

// build makes the network and the placements, and checks what the values mean.
func (r *reader) build(bad *problems) {
	for i, w := range r.order {
		if err := r.study.Workloads[i].Validate(); err != nil {
			r.report(bad, w.path, w.line, err)
		}
	}
	wrong := bad.count
	sites := r.expandSites(bad)
	if bad.count > wrong {
		return
	}
	if r.buildNetwork(sites, bad); bad.count > wrong {
		return
	}
	r.study.Placements = make([]placement.Placement, 0, len(r.placements))
	for i := range r.placements {
		p := &r.placements[i]
		var err error
		r.nameOpenings(&p.built)
		if p.built, err = r.namedRules(p.built); err == nil {
			err = p.built.Validate(r.study.Network)
		}
		if err != nil {
			r.reportPlacement(bad, p, err)
		}
		r.study.Placements = append(r.study.Placements, p.built)
	}
	if r.findProviders(bad); bad.count > wrong {
		return
	}
	r.namesToIDs()
	r.namesOfErrors()
	if r.findUsers(); bad.count > wrong {
		return
	}
	if r.spreadPeaks(); bad.count > wrong {
		return
	}
	for i, w := range r.order {
		for _, m := range metrosOf(&r.study.Workloads[i]) {
			if i, ok := r.study.Network.Index(*m.id); !ok || r.study.Network.At(i).Kind != topology.Metro {
				r.report(bad, w.path, w.line, invalid.New(m.path, *m.id, "metros that the network has"))
			}
		}
	}
	for i, w := range r.order {
		if err := r.study.ValidateAccess(i); err != nil {
			r.report(bad, w.path, w.line, err)
		}
	}
	for i := range r.placements {
		r.checkRoles(&r.placements[i], bad)
	}
	for _, check := range r.onceBuilt {
		check()
	}
	if bad.count > 0 {
		return
	}
	for i := range r.placements {
		p := &r.placements[i]
		if err := r.study.ValidatePlacement(p.built); err != nil {
			r.reportPlacement(bad, p, err)
		}
	}
	if bad.count > 0 {
		return
	}
	if err := r.study.Validate(); err != nil {
		var f *invalid.Field
		key := ""
		switch {
		case !errors.As(err, &f): // the error itself does not say
			key = r.guilty()
		case slices.Contains([]string{"Until.By", "Until.Better", "Until.Matters"}, f.Path):
			f.Path = strings.TrimPrefix(f.Path, "Until.")
			key = "replications.until"
		}
		r.nameNearestSites(err)
		r.report(bad, key, r.lines[key], err)
		return
	}
	r.assumeOfRouting()
	r.assumeOfFreshness()
	where := locator{file: bad.file, lines: bad.lines, workloads: r.order, placements: r.placements, failures: r.study.LinkFailures, impairments: r.study.LinkImpairments}
	start := r.study.Start
	if r.buildWindow(bad); bad.count > 0 {
		return
	}
	if r.window != nil {
		where.begins, where.inWindow = r.study.Start.Sub(start), &r.study.Scenario
	}
	r.study.Locate = where.locate
	if r.search != nil {
		r.buildSearch(bad)
	}
}

// assumeOfRouting lists what the rules of the placements assume, each once.
func (r *reader) assumeOfRouting() {
	add := func(assumed string) {
		if assumed != "" && !slices.Contains(r.study.Assumed, assumed) {
			r.study.Assumed = append(r.study.Assumed, assumed)
		}
	}
	for _, p := range r.placements {
		add(p.routing.assumed)
		for _, route := range p.routes {
			add(route.assumed)
		}
	}
}

// guilty returns the key at the top of the file without which the study would be valid; "" if there is none.
func (r *reader) guilty() string {
	for _, suspect := range []struct {
		key   string
		leave func(*edgewise.Study)
	}{
		{"duration", func(s *edgewise.Study) { s.Duration = time.Second }},
		{"warm_up", func(s *edgewise.Study) { s.WarmUp = 0 }},
		{"replications", func(s *edgewise.Study) { s.Replications, s.Until = 0, nil }},
	} {
		without := r.study
		suspect.leave(&without)
		if without.Validate() == nil {
			return suspect.key
		}
	}
	return ""
}

// report turns the errors of a value into problems at the lines of their fields, where these are known.
func (r *reader) report(bad *problems, path string, line int, err error) { bad.report(path, line, err) }
