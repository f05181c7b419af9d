package scenario

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// readOptions are those of a file of the user's own: countries as the catalog knows them, and warnings to the study.
func (r *reader) readOptions(f *fileRef) topology.ReadOptions {
	return topology.ReadOptions{Country: catalog.CountryCode, Warn: func(warning string) {
		r.warn("%s%s", f.name, strings.TrimPrefix(warning, f.path))
	}}
}

// warn adds to the study's warnings. Files go by the name that the scenario has for them: results say the same wherever
// it stands.
func (r *reader) warn(text string, args ...any) {
	r.study.Warnings = append(r.study.Warnings, fmt.Sprintf(text, args...))
}

// readOwnSites reads a list of own sites.
func (r *reader) readOwnSites(v value) {
	var f fileRef
	r.readFile(v, &f)
	if f.data == nil {
		return
	}
	options := r.readOptions(&f)
	options.WantID = wantID
	nodes, err := topology.ReadNodes(f.path, bytes.NewReader(f.data), topology.Node{Kind: topology.PoP}, options)
	if err != nil {
		for _, each := range text.Each(err) {
			v.problem("%s", oneLine(each))
		}
		return
	}
	placed := 0
	for _, n := range nodes {
		wrong := func(text string, args ...any) {
			v.problem("%s:%d: %s", f.path, lineOfID(f.data, n.ID), fmt.Sprintf(text, args...))
		}
		if !n.Kind.IsSite() {
			wrong("%q is a %v; want a site: pop, regional-edge-cache, local-zone, wavelength-zone or region", n.ID, n.Kind)
			continue
		}
		if n.Country == "" {
			n.Country = catalog.CountryAt(n.Place())
			placed++
		}
		if n.Continent == "" {
			n.Continent = catalog.Continent(n.Country)
		}
		r.network.own = append(r.network.own, n)
	}
	if placed > 0 {
		r.study.Assumed = append(r.study.Assumed, fmt.Sprintf("countries of %d sites of %s: that of the nearest metro", placed, f.name))
	}
	r.onceRead = append(r.onceRead, func() { r.checkOwnSites(v, &f) })
}

// wantID says what an own site's ID must be, if it is not: no word for many sites, and no site of a provider's.
func wantID(id string) string {
	if catalog.IsArea(id) {
		return "another, for this word stands for many sites"
	}
	if of, _, ok := strings.Cut(id, "/"); ok {
		if p, err := catalog.ParseProvider(of); err == nil {
			return fmt.Sprintf("another, for %s/ stands before the sites of that provider", p)
		}
	}
	return ""
}

// checkOwnSites looks at the list as a whole, once the network's provider is known: parents must be regions, and a site
// with the id of one of the catalog's stands in its place, which is told, and is of its kind.
func (r *reader) checkOwnSites(v value, f *fileRef) {
	of := r.network.provider
	for _, n := range r.network.own {
		wrong := func(text string, args ...any) {
			v.problem("%s:%d: %s", f.path, lineOfID(f.data, n.ID), fmt.Sprintf(text, args...))
		}
		if n.Parent != "" {
			regions := append(ofKind(r.network.own, topology.Region), catalog.Sites(of, topology.Region)...)
			own := slices.IndexFunc(r.network.own, func(o topology.Node) bool { return o.ID == n.Parent })
			switch {
			case n.Kind == topology.Region:
				wrong("%q has the parent %q; want none, for it is a region", n.ID, n.Parent)
			case own >= 0 && r.network.own[own].Kind != topology.Region:
				wrong("%q has the parent %q, which is a %v; want a region", n.ID, n.Parent, r.network.own[own].Kind)
			case !slices.ContainsFunc(regions, func(o topology.Node) bool { return o.ID == n.Parent }):
				wrong("%q has the parent %q; want a region of this list or of %s; nearest are %s", n.ID, n.Parent, of, strings.Join(catalog.Nearest(n.Parent, regions), ", "))
			}
		}
		if p := cmp.Or(catalog.Provider(n.Provider), of); p == of {
			known := catalog.AllSites(p)
			i := slices.IndexFunc(known, func(k topology.Node) bool { return k.ID == n.ID })
			switch {
			case i >= 0 && known[i].Kind != n.Kind:
				// A role for regions would take the catalog's, one for PoPs this one.
				wrong("%q is a %v, and %s has a %v of that id; want the kind %v, to stand in its place, or another id", n.ID, n.Kind, p, known[i].Kind, known[i].Kind)
			case i >= 0:
				r.warn("%s:%d: %s stands in place of the %v of that name of %s, %.0f km away", f.name, lineOfID(f.data, n.ID),
					n.ID, known[i].Kind, p, topology.DistanceKm(n.Place(), known[i].Place()))
			}
		}
	}
}

// ofKind returns the nodes of a kind.
func ofKind(nodes []topology.Node, kind topology.NodeKind) (found []topology.Node) {
	for _, n := range nodes {
		if n.Kind == kind {
			found = append(found, n)
		}
	}
	return found
}

// readGraph reads an own network.
func (r *reader) readGraph(v value) {
	var f fileRef
	r.readFile(v, &f)
	if f.data == nil {
		return
	}
	n, err := topology.ReadNetwork(f.path, bytes.NewReader(f.data), calibrate.Default().DelayModel(), r.readOptions(&f))
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

// lineOfID returns the line of a table on which an ID first stands, 1 if it is not found.
func lineOfID(data []byte, id string) int64 {
	cells := text.NewCells(text.NewReader(bytes.NewReader(data)))
	for {
		row, err := cells.Read()
		if slices.Contains(row, id) {
			return cells.Line()
		}
		if errors.Is(err, io.EOF) || err != nil && !text.IsShape(err) {
			return 1
		}
	}
}

// applyOwn puts what is cut, an own correction, own links and measured round trips into the network.
func (r *reader) applyOwn(bad *problems) {
	wrong := bad.count
	r.applyCut(bad)
	if r.network.correct != nil {
		r.study.Network = r.network.correct(r.study.Network)
	}
	var change topology.Change
	change.SetLinks = r.linksHere(bad)
	change.Measured = r.measuredHere(bad)
	if bad.count > wrong || len(change.SetLinks)+len(change.Measured) == 0 {
		return
	}
	n, err := r.study.Network.With(change)
	if err != nil {
		bad.add(r.network.line, "network", "%s", oneLine(err))
		return
	}
	r.study.Network = n
	r.tellMeasured(change.Measured)
}
