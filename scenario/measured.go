package scenario

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// readMeasured reads measured round trips: a file, or a mapping with the file and what its round trips include.
func (r *reader) readMeasured(v value) {
	f := &r.network.measuredFile
	if !v.isMapping() {
		r.readFile(v, f)
	} else if seen := v.fields(
		field{"file", func(v value) { r.readFile(v, f) }},
		field{"includes_last_mile", func(v value) { v.boolean(&r.network.includesLastMile) }},
	); seen["file"].node == nil {
		v.problem("the key \"file\" is missing")
	}
	if f.data == nil {
		return
	}
	var err error
	if r.network.measured, err = topology.ReadRTTs(f.path, bytes.NewReader(f.data), r.readOptions(f)); err != nil {
		v.problem("%s", oneLine(err))
	}
}

// measuredHere returns the measured pairs whose ends are in the network. Known nodes that the scenario does
// not use are left out, so that one file serves many scenarios; unknown ones are a mistake, and so is what is faster
// than light.
func (r *reader) measuredHere(bad *problems) []topology.MeasuredRTT {
	n, f := r.study.Network, &r.network.measuredFile
	if f.data == nil {
		return nil
	}
	line := r.lineOr("network.measured", r.network.line)
	wrong := func(m topology.ListedRTT, text string, args ...any) {
		bad.add(line, "network.measured", "%s:%d: %s", f.path, m.Line, fmt.Sprintf(text, args...))
	}
	before := bad.count
	told := make(map[string]bool)
	var here []topology.ListedRTT
	for _, m := range r.network.measured {
		m.IncludesLastMile = r.network.includesLastMile
		var ends [2]int
		both := true
		for k, id := range []*string{&m.From, &m.To} {
			i, ok, want := r.nodeCalled(*id)
			if want != "" && !told[*id] {
				told[*id] = true
				wrong(m, "unknown node %q; want %s", *id, want)
			}
			if both = both && ok; ok {
				ends[k], *id = i, n.At(i).ID
			}
		}
		switch {
		case !both || m.From == m.To:
		case m.RTT < n.LightRTT(ends[0], ends[1]):
			wrong(m, "the round trip %s - %s is %v; want %v or more, for light takes as long; is the unit that of the header (rtt_ms, rtt_us, rtt_s)?",
				m.From, m.To, m.RTT, n.LightRTT(ends[0], ends[1]).Round(10*time.Microsecond))
		default:
			here = append(here, m)
		}
	}
	switch {
	case len(here) > 0 || bad.count > before:
	case len(r.network.measured) == 0:
		bad.add(line, "network.measured", "%s: no pair is measured: it has a header alone, or nothing but cells that mean not measured", f.path)
	default:
		bad.add(line, "network.measured", "%s: none of its %d pairs is between nodes of this scenario", f.path, len(r.network.measured))
	}
	r.warnFarFromModel(here)
	pairs := make([]topology.MeasuredRTT, len(here))
	for i, m := range here {
		pairs[i] = m.MeasuredRTT
	}
	return pairs
}

// nodeCalled returns the node of the network that an ID or a name stands for; false if it is one that is known, but not
// in the network. What is neither is wanted otherwise.
func (r *reader) nodeCalled(name string) (i int, here bool, want string) {
	n := r.study.Network
	if i, ok := n.Index(name); ok {
		return i, true, ""
	}
	if r.isKnown(name) {
		return 0, false, ""
	}
	var places []topology.Node
	for _, node := range n.AllNodes() {
		if node.Kind != topology.Exchange || r.network.graph != nil {
			places = append(places, node)
		}
	}
	k, err := catalog.Find("", "node", name, places)
	if err == nil {
		i, _ := n.Index(places[k].ID)
		return i, true, ""
	}
	if r.network.graph == nil {
		// Another metro or site of the world, by its name.
		all := slices.Concat(r.network.own, catalog.Metros(), catalog.AllSites(r.network.provider))
		if len(catalog.FindAll(name, places)) == 0 && len(catalog.FindAll(name, all)) > 0 {
			return 0, false, ""
		}
	}
	return 0, false, wanted(err)
}

// isKnown reports whether a node exists that the scenario could have used.
func (r *reader) isKnown(id string) bool {
	is := func(n topology.Node) bool { return n.ID == id }
	if slices.ContainsFunc(r.network.own, is) {
		return true
	}
	if r.network.graph != nil {
		return false
	}
	if slices.ContainsFunc(catalog.Metros(), is) {
		return true
	}
	p := r.network.provider
	if name, rest, ok := strings.Cut(id, "/"); ok {
		p, id = catalog.Provider(name), rest
	}
	return slices.ContainsFunc(catalog.AllSites(p), is)
}

// What is far from the model: ten times as much or as little, and more than this besides. Assumed: less is usual.
const (
	farFactor = 10
	farRTT    = 20 * time.Millisecond
	mostTold  = 5 // pairs of a file
)

// warnFarFromModel tells of measured round trips that are far from what the model says without them: most often the
// unit is another than the header says.
func (r *reader) warnFarFromModel(measured []topology.ListedRTT) {
	far := 0
	for i, model := range r.modelled(measured) {
		m := measured[i]
		if model == 0 || m.RTT <= farFactor*model && model <= farFactor*m.RTT || (m.RTT-model).Abs() <= farRTT {
			continue
		}
		if far++; far <= mostTold {
			r.warn("%s:%d: the round trip %s - %s is %v, where the model says %v: is the unit that of the header (rtt_ms, rtt_us, rtt_s)?",
				r.network.measuredFile.name, m.Line, m.From, m.To, m.RTT.Round(10*time.Microsecond), model.Round(10*time.Microsecond))
		}
	}
	if far > mostTold {
		r.warn("%s: so are %d more round trips", r.network.measuredFile.name, far-mostTold)
	}
}

// modelled returns what the network says of each pair without measurements, access aside unless it was measured too; 0
// where there is no way.
func (r *reader) modelled(measured []topology.ListedRTT) []time.Duration {
	n := r.study.Network
	const between = topology.Private | 1<<topology.Internet
	type group struct {
		to   int
		over topology.LinkKinds
	}
	byTo := make(map[group][]int) // positions in measured
	for i, m := range measured {
		from, _ := n.Index(m.From)
		to, _ := n.Index(m.To)
		g := group{to, between}
		if n.At(from).Kind == topology.Metro || n.At(to).Kind == topology.Metro {
			g.over = topology.Public
		}
		byTo[g] = append(byTo[g], i)
	}
	model := make([]time.Duration, len(measured))
	for g, members := range byTo {
		from := make([]int, len(members))
		for k, i := range members {
			from[k], _ = n.Index(measured[i].From)
		}
		routes, err := n.Routes(from, []int{g.to}, g.over)
		if err != nil {
			continue // the study says so, if it needs the way
		}
		for k, i := range members {
			access, internet, backbone := routes.Parts(k, 0)
			model[i] = 2 * (internet + backbone)
			if measured[i].IncludesLastMile {
				model[i] += 2 * access
			}
		}
	}
	return model
}

// tellMeasured adds to the assumptions how much was measured, and how much was not.
func (r *reader) tellMeasured(measured []topology.MeasuredRTT) {
	if len(measured) == 0 {
		return
	}
	n := r.study.Network
	kind := func(id string) topology.NodeKind {
		i, _ := n.Index(id)
		return n.At(i).Kind
	}
	users := make(map[[2]string]bool)
	others := make(map[[2]string]bool)
	for _, m := range measured {
		from, to := m.From, m.To
		if kind(to) == topology.Metro {
			from, to = to, from
		}
		if kind(from) == topology.Metro && kind(to).IsSite() {
			users[[2]string{from, to}] = true
		} else {
			others[[2]string{min(from, to), max(from, to)}] = true
		}
	}
	text := fmt.Sprintf("measured, not modelled: the round trips of %d of %d pairs of a metro and a site", len(users), len(n.OfKind(topology.Metro))*len(n.Sites()))
	if len(others) > 0 {
		text += fmt.Sprintf(", and of %d pairs of other nodes", len(others))
	}
	text += ", from " + r.network.measuredFile.name
	if r.network.includesLastMile {
		text += "; the median last mile of each metro is part of them"
	}
	r.study.Assumed = append(r.study.Assumed, text)
}
