package scenario

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// readOwnSites reads a list of own sites.
func (r *reader) readOwnSites(v value) {
	var f fileRef
	r.readFile(v, &f)
	if f.data == nil {
		return
	}
	nodes, err := topology.ReadNodes(f.path, bytes.NewReader(f.data), topology.Node{Kind: topology.PoP})
	if err != nil {
		v.problem("%s", oneLine(err))
		return
	}
	for _, n := range nodes {
		if !n.Kind.IsSite() {
			v.problem("%s:%d: %q is a %v; want a site: pop, regional-edge-cache, local-zone, wavelength-zone or region", f.path, lineOfID(f.data, n.ID), n.ID, n.Kind)
			continue
		}
		if n.Continent == "" {
			n.Continent = catalog.Continent(n.Country)
		}
		r.network.own = append(r.network.own, n)
	}
}

// readGraph reads an own network.
func (r *reader) readGraph(v value) {
	var f fileRef
	r.readFile(v, &f)
	if f.data == nil {
		return
	}
	n, err := topology.ReadNetwork(f.path, bytes.NewReader(f.data), calibrate.Default().DelayModel())
	if err != nil {
		v.problem("%s", oneLine(err))
		return
	}
	users := 0.0
	for _, node := range n.AllNodes() {
		if node.Kind == topology.Metro {
			users += node.Users
		}
		if node.Kind.IsSite() {
			r.network.own = append(r.network.own, node)
		}
	}
	if users == 0 {
		v.problem("%s: no node is of the kind metro and has users; want one or more", f.path)
		return
	}
	r.network.graph = n
}

// resolveOwn returns the own sites of a kind and a provider, any where that is empty, that a name or a word for
// many stands for. Own sites without a provider are the network's.
func (r *reader) resolveOwn(word string, kind topology.NodeKind, provider catalog.Provider) []topology.Node {
	country, isCountry := strings.CutPrefix(word, "country:")
	continent, isContinent := strings.CutPrefix(word, "continent:")
	var found []topology.Node
	for _, n := range r.network.own {
		if provider != "" && cmp.Or(catalog.Provider(n.Provider), r.network.provider) != provider {
			continue
		}
		if n.Kind == kind && (n.ID == word || word == "all" || isCountry && n.Country == country ||
			isContinent && n.Continent == continent || word == "verified" && !n.Unverified) {
			found = append(found, n)
		}
	}
	return found
}

// addOwn takes an own site into the network, with the region that it belongs to.
func (r *reader) addOwn(n topology.Node, selection *catalog.Selection) {
	if slices.ContainsFunc(r.network.ownUsed, func(o topology.Node) bool { return o.ID == n.ID }) {
		return
	}
	if n.Provider == "" {
		n.Provider = string(r.network.provider) // so that it hangs on the same backbone
	}
	r.network.ownUsed = append(r.network.ownUsed, n)
	if n.Parent == "" {
		return
	}
	if parents := r.resolveOwn(n.Parent, topology.Region, ""); len(parents) == 1 {
		r.addOwn(parents[0], selection)
	} else {
		selection.Regions = append(selection.Regions, n.Parent)
	}
}

// readMeasured reads measured round trips: a list with the columns from, to, rtt_ms, or a square.
func (r *reader) readMeasured(v value) {
	f := &r.network.measuredFile
	r.readFile(v, f)
	if f.data == nil {
		return
	}
	read := topology.ReadRTTMatrix
	if first, _, _ := strings.Cut(string(f.data), "\n"); slices.Contains(strings.Split(strings.TrimSpace(first), ","), "rtt_ms") {
		read = topology.ReadRTTList
	}
	var err error
	if r.network.measured, err = read(f.path, bytes.NewReader(f.data)); err != nil {
		v.problem("%s", oneLine(err))
	}
}

// measuredHere returns the measured pairs whose ends are in the network. Known nodes that the scenario does
// not use are left out, so that one file serves many scenarios; unknown ones are a mistake.
func (r *reader) measuredHere(bad *problems) []topology.MeasuredRTT {
	n, f := r.study.Network, &r.network.measuredFile
	if f.data == nil {
		return nil
	}
	line := r.lineOr("network.measured", r.network.line)
	told := make(map[string]bool)
	var here []topology.MeasuredRTT
	for _, m := range r.network.measured {
		both := true
		for _, id := range []string{m.From, m.To} {
			if _, ok := n.Index(id); ok {
				continue
			}
			both = false
			if !told[id] && !r.isKnown(id) {
				told[id] = true
				bad.add(line, "network.measured", "%s:%d: unknown node %q", f.path, lineOfID(f.data, id), id)
			}
		}
		if both {
			here = append(here, m)
		}
	}
	if len(here) == 0 && len(told) == 0 {
		bad.add(line, "network.measured", "%s: none of its %d pairs is between nodes of this scenario", f.path, len(r.network.measured))
	}
	return here
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

// lineOfID returns the line of a CSV on which an ID first stands, 1 if it is not found.
func lineOfID(data []byte, id string) int {
	t := csv.NewReader(bytes.NewReader(data))
	t.FieldsPerRecord = -1
	for {
		row, err := t.Read()
		if errors.Is(err, io.EOF) || len(row) == 0 {
			return 1
		}
		if i := slices.Index(row, id); i >= 0 {
			line, _ := t.FieldPos(i)
			return line
		}
	}
}

// applyOwn puts an own correction, own links and measured round trips into the network.
func (r *reader) applyOwn(bad *problems) {
	wrong := len(bad.all)
	if r.network.correct != nil {
		r.study.Network = r.network.correct(r.study.Network)
	}
	var change topology.Change
	change.SetLinks = r.linksHere(bad)
	change.Measured = r.measuredHere(bad)
	if len(bad.all) > wrong || len(change.SetLinks)+len(change.Measured) == 0 {
		return
	}
	n, err := r.study.Network.With(change)
	if err != nil {
		bad.add(r.network.line, "network", "%s", oneLine(err))
		return
	}
	r.study.Network = n
	if len(change.Measured) > 0 {
		r.study.Assumed = append(r.study.Assumed, fmt.Sprintf("measured, not modelled: the round trips of %d pairs of nodes, from %s", len(change.Measured), r.network.measuredFile.name))
	}
}
