package scenario

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/text"
)

// expectation finds the relation and the bound in a text such as "< 80ms".
var expectation = regexp.MustCompile(`^(<=|>=|<|>|at most |at least |less than |more than )\s*(.+)$`)

// relationsInWords are other ways to write a relation: > begins a block of text in YAML.
var relationsInWords = map[string]string{"at most ": "<=", "at least ": ">=", "less than ": "<", "more than ": ">"}

// readExpect reads what figures are expected to be: {site.p95: < 80ms}, of one placement {PoPs: {site.p95: < 80ms}}.
func (r *reader) readExpect(v value) {
	r.onceRead = append(r.onceRead, func() {
		if r.search != nil {
			v.problem("stands beside search, which has constraints; want no such key")
		}
	})
	for _, item := range v.pairs() {
		if !item.isMapping() {
			r.readExpectation("", item)
			continue
		}
		for _, of := range item.pairs() {
			r.readExpectation(item.key, of)
		}
	}
}

// readExpectation reads one, and leaves the looking up of its names until the study is there.
func (r *reader) readExpectation(placement string, v keyed) {
	const want = "a relation and a bound, for example < 80ms, <= 0.1%, or at least 95%"
	s, ok := v.scalar(want)
	if !ok {
		return
	}
	m := expectation.FindStringSubmatch(s)
	if m == nil {
		v.problem("is %s; want %s", text.Quote(s), want)
		return
	}
	e := edgewise.Expectation{Placement: placement, Relation: m[1]}
	if symbol, ok := relationsInWords[m[1]]; ok {
		e.Relation = symbol
	}
	at := v.value
	at.node = &yaml.Node{Kind: yaml.ScalarNode, Value: m[2], Line: v.node.Line}
	bound := at.amount(&e.Value)
	r.onceBuilt = append(r.onceBuilt, func() { r.addExpectation(e, v, bound) })
}

// addExpectation finds the workload and the figure that a key names: they stand on the two sides of a dot.
func (r *reader) addExpectation(e edgewise.Expectation, v keyed, bound amount) {
	var names []string
	for _, w := range r.order {
		if figure, ok := strings.CutPrefix(v.key, w.name+"."); ok && len(w.name) >= len(e.Workload) {
			e.Workload, e.Figure = w.name, strings.TrimSpace(figure)
		}
		names = append(names, w.name)
	}
	if e.Workload == "" {
		v.problem("is of no workload; want one of %s, a dot, and a figure, for example %s.p95", strings.Join(names, ", "), names[0])
		return
	}
	if _, ok := r.placementOf[e.Placement]; e.Placement != "" && !ok {
		v.problem("is of the placement %s; want the name of one", text.Quote(e.Placement))
		return
	}
	label, err := r.study.FigureExpected(e)
	if err != nil {
		v.problem("%s", said(err))
		return
	}
	if bound.isOf(label.Unit) {
		r.study.Expect = append(r.study.Expect, e)
	}
}
