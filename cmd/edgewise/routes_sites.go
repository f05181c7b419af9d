package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
)

// A betweenSites is the way from a site to another that it asks, and back. Times are round trips in ms; the parts sum to the whole.
type betweenSites struct {
	From string `json:"from"`
	To   string `json:"to"`
	// For says what is asked for: "fetch", "call for data", "spill" and "request", of those that are passed on.
	For        []string `json:"for"`
	RTTMs      float64  `json:"rtt_ms"`
	BackboneMs float64  `json:"backbone_ms"`
	InternetMs float64  `json:"internet_ms"`
	// Links lists the nodes from one to the other whose links fail, limit and are cut by name, LinksBack those of the way back, where they are others. Path
	// lists the nodes that the way there leads over as far as is known, see knownPath.
	Links     []string `json:"links"`
	LinksBack []string `json:"links_back,omitempty"`
	Path      []string `json:"path"`
	// Stretches say which ways the delay of each part of the way there is made of.
	Stretches []stretch `json:"stretches"`
}

// betweenSites prints the ways between sites that what is asked takes, under any placement.
func (c *routesCmd) betweenSites(ctx context.Context, s *streams, study *edgewise.Study) error {
	var ways []betweenSites
	number := make(map[[2]string]int)
	err := study.CompileEach(ctx, func(p *sim.Plan) {
		for _, w := range p.SiteWays() {
			ends := [2]string{w.From, w.To}
			i, ok := number[ends]
			if !ok {
				i = len(ways)
				number[ends] = i
				ways = append(ways, betweenSites{From: w.From, To: w.To})
			}
			if of := &ways[i]; !slices.Contains(of.For, w.For.String()) {
				of.For = append(of.For, w.For.String())
			}
		}
	})
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	slices.SortFunc(ways, func(a, b betweenSites) int { return strings.Compare(a.From+"\n"+a.To, b.From+"\n"+b.To) })
	rows := []table.Row{{"from", "to", "for", "rtt_ms", "backbone_ms", "internet_ms", "links", "links_back", "path", "ways"}}
	shown := []table.Row{{"between", "for", "rtt", "backbone", "internet", "path", "made of"}}
	follows := true
	for i := range ways {
		w := &ways[i]
		if err := w.find(study.Network); err != nil {
			return &usageError{err}
		}
		rows = append(rows, table.Row{
			w.From, w.To, strings.Join(w.For, " "), exactMs(w.RTTMs), exactMs(w.BackboneMs), exactMs(w.InternetMs), strings.Join(w.Links, " "), strings.Join(w.LinksBack, " "), strings.Join(w.Path, " "), stretchText(w.Stretches),
		})
		path, isLinks := strings.Join(w.Path, " > "), slices.Equal(w.Path, w.Links)
		follows = follows && isLinks
		if w.LinksBack != nil && isLinks {
			path += "; back " + strings.Join(w.LinksBack, " > ")
		}
		shown = append(shown, table.Row{w.From + " - " + w.To, strings.Join(w.For, ", "), tenths(w.RTTMs), tenths(w.BackboneMs), tenths(w.InternetMs), path, hubText(w.Stretches)})
	}
	if len(ways) == 0 && c.Format == "table" {
		_, err := fmt.Fprintln(s.out, "No site asks another for anything.")
		return err
	}
	return listing{items: append([]betweenSites{}, ways...), rows: rows, title: "Round trips between sites, in ms" + pathNote(follows), shown: shown, isLong: true}.write(s.out, c.Format)
}

// find finds the way in a network.
func (w *betweenSites) find(n *topology.Network) error {
	from, _ := n.Index(w.From)
	to, _ := n.Index(w.To)
	paths, err := n.BetweenSitesInFull([]int{from}, to)
	if err != nil {
		return err
	}
	p := &paths[0]
	w.RTTMs = milliseconds(p.RTT())
	for _, l := range slices.Concat(p.ThereLinks, p.BackLinks) {
		if l.Kind == topology.Backbone {
			w.BackboneMs += milliseconds(l.OneWay)
		} else {
			w.InternetMs += milliseconds(l.OneWay)
		}
	}
	w.Stretches, w.Path = stretchesOf(n, p.Stretches), knownPath(n, p.Stretches)
	w.Links = pathOf(w.From, p.ThereLinks)
	back := pathOf(w.To, p.BackLinks)
	slices.Reverse(back)
	if !slices.Equal(back, w.Links) {
		slices.Reverse(back)
		w.LinksBack = back
	}
	return nil
}

// pathOf lists the nodes that links pass from one on.
func pathOf(from string, links []topology.Link) []string {
	path := []string{from}
	for _, l := range links {
		path = append(path, l.To)
	}
	return path
}
