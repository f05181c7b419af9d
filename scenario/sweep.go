package scenario

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/sweep"
)

// IsSweep reports whether a file says a sweep: whether it has the key sweep at its top.
func IsSweep(data []byte) bool {
	if len(data) > maxScenarioBytes {
		return false
	}
	root, err := document(data)
	if err != nil {
		return false
	}
	_, at := (value{node: root}).peek(sweepKey)
	return at != nil
}

// ParseSweep is [Reader.ParseSweep] without parts of your own.
func ParseSweep(file string, data []byte) (*sweep.Sweep, []File, error) {
	return Reader{}.ParseSweep(file, data)
}

// ParseSweepFrom is [Reader.ParseSweepFrom] without parts of your own.
func ParseSweepFrom(file string, data []byte, files []File) (*sweep.Sweep, error) {
	return Reader{}.ParseSweepFrom(file, data, files)
}

// ParseSweep reads a sweep: a scenario with the key sweep at its top. Each point is the scenario with other values at some of its
// keys, read as a file of its own would be, whose text is the point's. It returns the files that the scenario names, too.
func (r Reader) ParseSweep(file string, data []byte) (*sweep.Sweep, []File, error) {
	s := &sweepReader{own: r}
	made, err := s.parse(file, data)
	return made, s.files, err
}

// ParseSweepFrom is [Reader.ParseSweep] with the files that the scenario names given, instead of read from beside it.
func (r Reader) ParseSweepFrom(file string, data []byte, files []File) (*sweep.Sweep, error) {
	s := &sweepReader{own: r, files: files, isGiven: true}
	return s.parse(file, data)
}

const sweepKey = "sweep"

// A sweepReader gathers what a file says of a sweep.
type sweepReader struct {
	own     Reader
	files   []File
	isGiven bool

	bad    *problems
	sweep  sweep.Sweep
	keys   []sweptKey
	points int // of a Latin hypercube
	// reaches are what figures are to reach, as they are written.
	reaches []amount
	seed    uint64
	shared  shared
}

func (s *sweepReader) parse(file string, data []byte) (*sweep.Sweep, error) {
	reading := &reader{own: s.own}
	root, bad, err := reading.open(file, data)
	if err != nil {
		return nil, err
	}
	s.bad = bad
	left := mostNodes
	if root, err = writtenOut(root, &left); err != nil {
		bad.add(lineOf(err), "", "%s", oneLine(err))
		return nil, bad.err()
	}
	top := value{node: root, bad: bad}
	if _, at := top.peek(sweepKey); at == nil {
		top.problem("the key %q is missing", sweepKey)
		return nil, bad.err()
	}
	// The top is read for the sweep alone: what else there is, the points read.
	for _, pair := range top.pairs() {
		switch pair.key {
		case sweepKey:
			s.readSweep(pair.value)
		case "seed":
			pair.unsigned(&s.seed)
		case "expect":
			pair.problem("stands beside sweep, whose figures have reaches; want no such key")
		}
	}
	if err := bad.err(); err != nil {
		return nil, err
	}
	base := withoutKeys(root)
	all, err := s.lay()
	if err != nil {
		return nil, err
	}
	for _, values := range all {
		if err := s.addPoint(base, values); err != nil {
			return nil, err
		}
	}
	made := &s.sweep
	made.Title, made.Provenance = made.Points[0].Study.Title, provenance(data, s.files)
	for _, k := range s.keys {
		made.Keys = append(made.Keys, k.Key)
	}
	if !s.haveUnits() {
		return nil, bad.err()
	}
	if err := made.Validate(); err != nil {
		s.report(err)
		return nil, bad.err()
	}
	return made, nil
}

// report tells what is wrong with the sweep, at the line of the field.
func (s *sweepReader) report(err error) {
	var f *invalid.Field
	if errors.As(err, &f) && f.Path != "" {
		s.bad.report(sweepKey, s.bad.lines[sweepKey], err)
		return
	}
	s.bad.add(s.bad.lines[sweepKey], sweepKey, "%s", strings.TrimPrefix(oneLine(err), "sweep: "))
}

// withoutKeys returns the document of one point: without the sweep, and the places for anchors.
func withoutKeys(root *yaml.Node) *yaml.Node {
	of := *root
	of.Content = nil
	for i := 0; i+1 < len(root.Content); i += 2 {
		if key := root.Content[i].Value; key != sweepKey && !strings.HasPrefix(key, "x-") {
			of.Content = append(of.Content, root.Content[i], root.Content[i+1])
		}
	}
	return &of
}

// readSweep reads the key sweep.
func (s *sweepReader) readSweep(v value) {
	s.bad.lines[v.path] = v.node.Line
	designs := make(map[string]value)
	design := func(d sweep.Design, read func(value)) field {
		return field{d.String(), func(v value) {
			designs[d.String()] = v
			s.sweep.Design = d
			read(v)
		}}
	}
	seen := v.fields(
		design(sweep.Grid, s.readKeys),
		design(sweep.Zip, s.readKeys),
		design(sweep.LatinHypercube, s.readRanges),
		field{"points", func(v value) {
			if v.integer(&s.points) && (s.points < 2 || s.points > sweep.MostPoints) {
				v.problem("is %d; want 2 to %d", s.points, sweep.MostPoints)
			}
		}},
		field{"figures", s.readFigures},
	)
	points, hasPoints := seen["points"]
	_, isDrawn := designs[sweep.LatinHypercube.String()]
	switch {
	case len(designs) != 1:
		v.problem("has %d of %v, %v and %v; want one", len(designs), sweep.Grid, sweep.Zip, sweep.LatinHypercube)
	case hasPoints && !isDrawn:
		points.problem("goes with %v alone", sweep.LatinHypercube)
	case isDrawn && !hasPoints:
		v.problem("the key %q is missing: how many points the Latin hypercube has", "points")
	}
}

// fixed are keys at the top that no sweep can have, for then its points would not be comparable.
var fixed = []string{"title", "seed", "replications", "level", "measures", "outputs", sweepKey}

// readPaths reads a mapping whose keys are paths.
func (s *sweepReader) readPaths(v value, read func(keyed) (sweptKey, bool)) {
	pairs := v.pairs()
	for _, at := range pairs {
		s.bad.lines[at.path] = at.node.Line
		first, _, _ := strings.Cut(at.key, ".")
		if slices.Contains(fixed, first) || strings.HasPrefix(first, "x-") {
			at.problem("varies %s; want a key of network, workloads, placements or failures, or start, warm_up, duration or check_warm_up", text.Quote(first))
			continue
		}
		for _, other := range s.keys {
			if isBeginning(at.key, other.Path) || isBeginning(other.Path, at.key) {
				at.problem("is a part of the key %s in line %d, or has it as one; want keys that lie apart", text.Quote(other.Path), other.at.node.Line)
			}
		}
		if k, ok := read(at); ok {
			s.keys = append(s.keys, k)
		}
	}
	if len(pairs) == 0 && v.node.Kind == mappingKind {
		v.problem("is empty; want one key or more, for example workloads.site.requests_per_second: [50, 100, 200]")
	}
}

func (s *sweepReader) readKeys(v value) { s.readPaths(v, readSwept) }

func (s *sweepReader) readRanges(v value) {
	s.readPaths(v, func(at keyed) (sweptKey, bool) {
		k := sweptKey{Key: sweep.Key{Path: at.key}, at: at.value}
		return k, k.readRange(nil)
	})
}

// readFigures reads what is looked at along the keys.
func (s *sweepReader) readFigures(v value) {
	for _, item := range v.list() {
		var w sweep.Watch
		var x float64
		var reaches amount
		seen := item.fields(
			field{"workload", func(v value) { v.text(&w.Workload) }},
			field{"metric", func(v value) { v.text(&w.Metric) }},
			field{"statistic", func(v value) { v.text(&w.Statistic) }},
			field{"by_metro", func(v value) { v.boolean(&w.ByMetro) }},
			field{"reaches", func(v value) { reaches = v.amount(&x); w.Reaches = &x }},
		)
		item.requireKeys(seen, "workload", "metric", "statistic")
		s.sweep.Figures, s.reaches = append(s.sweep.Figures, w), append(s.reaches, reaches)
	}
	if len(s.sweep.Figures) == 0 && v.node.Kind == yaml.SequenceNode {
		v.problem("is empty; want one figure or more, or no such key")
	}
}

// haveUnits reports whether what figures are to reach is in their units, and says what is not. Figures that there are not are left to the
// validation.
func (s *sweepReader) haveUnits() bool {
	ok := true
	for i, w := range s.sweep.Figures {
		all, err := s.sweep.Points[0].Study.MeasuresOf(w.Workload)
		if err != nil {
			continue
		}
		if k := slices.IndexFunc(all, func(m edgewise.Measure) bool { return m.IsCalled(w.Metric + " " + w.Statistic) }); k >= 0 {
			ok = s.reaches[i].isOf(all[k].Unit) && ok
		}
	}
	return ok
}

// areApart reports whether no value of a key of a grid stands there twice, which would be the same points twice.
func (s *sweepReader) areApart() bool {
	ok := true
	for _, k := range s.keys {
		for i, v := range k.values {
			same := func(o sweptValue) bool {
				return k.IsNumber && o.Number == v.Number || !k.IsNumber && o.Text == v.Text
			}
			if first := slices.IndexFunc(k.values, same); first < i {
				k.at.problem("has %s twice: value %d is value %d again; want each once", v.Text, i+1, first+1)
				ok = false
			}
		}
	}
	return ok
}

// lay returns the values of the keys at all points.
func (s *sweepReader) lay() (all [][]sweptValue, err error) {
	top := s.bad.lines[sweepKey]
	switch s.sweep.Design {
	case sweep.Zip:
		n := len(s.keys[0].values)
		for _, k := range s.keys[1:] {
			if len(k.values) != n {
				k.at.problem("has %d values, and %s has %d; want as many, for a zip takes one of each at a time", len(k.values), s.keys[0].Path, n)
			}
		}
		if err := s.bad.err(); err != nil {
			return nil, err
		}
		for i := range n {
			var values []sweptValue
			for _, k := range s.keys {
				values = append(values, k.values[i])
			}
			all = append(all, values)
		}
	case sweep.LatinHypercube:
		drawn, err := sweep.LatinHypercubeOf(s.points, len(s.keys), s.seed)
		if err != nil {
			s.report(err)
			return nil, s.bad.err()
		}
		for _, shares := range drawn {
			var values []sweptValue
			for i := range s.keys {
				values = append(values, s.keys[i].part(shares[i]))
			}
			all = append(all, values)
		}
	default:
		if !s.areApart() {
			return nil, s.bad.err()
		}
		var sizes []int
		for _, k := range s.keys {
			sizes = append(sizes, len(k.values))
		}
		points, err := sweep.GridOf(sizes)
		if err != nil {
			s.bad.add(top, sweepKey, "%s", strings.TrimPrefix(oneLine(err), "sweep: "))
			return nil, s.bad.err()
		}
		for _, p := range points {
			var values []sweptValue
			for i, k := range s.keys {
				values = append(values, k.values[p[i]])
			}
			all = append(all, values)
		}
	}
	if len(all) > sweep.MostPoints {
		s.bad.add(top, sweepKey, "has %d points; want %d at most", len(all), sweep.MostPoints)
		return nil, s.bad.err()
	}
	return all, nil
}

// addPoint reads one point.
func (s *sweepReader) addPoint(base *yaml.Node, values []sweptValue) error {
	left := mostNodes
	root, err := writtenOut(base, &left)
	if err != nil {
		return err
	}
	point := sweep.Point{}
	swept := make(map[int]bool)
	for i, v := range values {
		to, err := writtenOut(v.node, &left)
		if err == nil {
			err = set(root, s.keys[i].Path, to)
		}
		if err != nil {
			s.keys[i].at.problem("%s", oneLine(err))
			return s.bad.err()
		}
		swept[v.node.Line] = true
		point.Values = append(point.Values, v.Value)
	}
	var text bytes.Buffer
	if err := writePoint(&text, root); err != nil {
		return err
	}
	reading := &reader{own: s.own, files: s.files, isGiven: s.isGiven, shared: &s.shared}
	bad := newProblems(s.bad.file)
	point.Text = text.Bytes()
	point.Study, err = reading.parseRoot(root, bad, point.Text)
	if err != nil {
		return s.nameProblems(bad, err, &point, swept)
	}
	s.files = reading.files
	s.sweep.Points = append(s.sweep.Points, point)
	return nil
}

// nameProblems says at which point problems are, unless it is the first, and they have nothing to do with its values.
func (s *sweepReader) nameProblems(bad *problems, err error, point *sweep.Point, swept map[int]bool) error {
	var named []error
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	number := len(s.sweep.Points)
	for _, e := range all {
		var p *Problem
		if errors.As(e, &p) && (number > 0 || swept[p.Line]) {
			of := *p
			var values []string
			for i, v := range point.Values {
				values = append(values, s.keys[i].Path+": "+v.Text)
			}
			of.Text += fmt.Sprintf(" (point %d of the sweep, %s)", number+1, strings.Join(values, ", "))
			e = &of
		}
		named = append(named, e)
	}
	return errors.Join(named...)
}

// writePoint writes the scenario of a point.
func writePoint(w *bytes.Buffer, root *yaml.Node) error {
	d, err := yaml.NewDumper(w, yaml.WithIndent(2), yaml.WithLineWidth(-1))
	if err != nil {
		return err
	}
	return cmp.Or(d.Dump(root), d.Close())
}
