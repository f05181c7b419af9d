package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// routesCmd shows how far the sites of a scenario are from a metro, or from each other.
type routesCmd struct {
	Scenario string `arg:"" help:"The scenario file." type:"path"`
	Metro    string `complete:"metros" arg:"" optional:"" help:"The metro by id or name, for example los-angeles-us or London. Without one the ways between sites are shown that fetches of caches, calls for data and requests that are passed on take. The delays are without the hubs and cables that the scenario cuts (network.cut)."`
	Format   string `default:"table" enum:"table,csv,json" help:"${enum}."`
}

// A siteRoute is the way from a metro to a site and back. Times are round trips in ms; the parts sum to
// the whole.
type siteRoute struct {
	Site       string  `json:"site"`
	Kind       string  `json:"kind"`
	RTTMs      float64 `json:"rtt_ms"`
	AccessMs   float64 `json:"access_ms"`
	InternetMs float64 `json:"internet_ms"`
	BackboneMs float64 `json:"backbone_ms"`
	// Measured says that a measurement stands in place of the model, here or on a link of the path.
	Measured bool `json:"measured"`
	// Links lists the nodes from metro to site whose links fail, limit and are cut by name, Path those that the way leads over as far as is
	// known, see knownPath.
	Links []string `json:"links"`
	Path  []string `json:"path"`
	// Stretches say which ways the delay of each part of the path is made of.
	Stretches []stretch `json:"stretches"`
	// Parent is the region that the site belongs to, ParentRTTMs the round trip to it over the backbone.
	Parent      string  `json:"parent,omitempty"`
	ParentRTTMs float64 `json:"parent_rtt_ms,omitempty"`
}

// Run prints the sites in order of their round trip.
func (c *routesCmd) Run(ctx context.Context, s *streams) error {
	text, err := readScenario(ctx, c.Scenario)
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	study, err := scenario.Parse(c.Scenario, text)
	if err != nil {
		return &usageError{err}
	}
	s.warnAll(study.Warnings)
	if c.Metro == "" {
		return c.betweenSites(ctx, s, study)
	}
	n := study.Network
	metro, err := metroCalled(n, c.Metro)
	if err != nil {
		return &usageError{err}
	}
	routes, err := routesFrom(n, metro)
	if err != nil {
		return &usageError{err}
	}
	rows := []table.Row{{"site", "kind", "rtt_ms", "access_ms", "internet_ms", "backbone_ms", "measured", "parent", "parent_rtt_ms", "links", "path", "ways"}}
	shown := []table.Row{{"site", "kind", "rtt", "access", "internet", "backbone", "by", "to parent", "path", "made of"}}
	follows := true
	for _, r := range routes {
		follows = follows && slices.Equal(r.Path, r.Links)
		rows = append(rows, table.Row{
			r.Site, r.Kind, exactMs(r.RTTMs), exactMs(r.AccessMs), exactMs(r.InternetMs), exactMs(r.BackboneMs),
			r.Measured, r.Parent, parentMs(r, exactMs), strings.Join(r.Links, " "), strings.Join(r.Path, " "), stretchText(r.Stretches),
		})
		by := "model"
		if r.Measured {
			by = "measured"
		}
		shown = append(shown, table.Row{
			r.Site, r.Kind, tenths(r.RTTMs), tenths(r.AccessMs), tenths(r.InternetMs), tenths(r.BackboneMs), by,
			parentMs(r, tenths), strings.Join(r.Path, " > "), hubText(r.Stretches),
		})
	}
	return listing{items: routes, rows: rows, title: "Round trips from " + n.At(metro).ID + ", in ms" + pathNote(follows), shown: shown, isLong: true}.write(s.out, c.Format)
}

// routesFrom returns the ways that a metro's users take to all sites of the network, the nearest first.
func routesFrom(n *topology.Network, metro int) ([]siteRoute, error) {
	sites := n.Sites()
	there, err := n.Routes([]int{metro}, sites, topology.Public)
	if err != nil {
		return nil, err
	}
	back, err := there.Back()
	if err != nil {
		return nil, err
	}
	routes := make([]siteRoute, len(sites))
	for j, site := range sites {
		at := n.At(site)
		r := siteRoute{
			Site: at.ID, Kind: at.Kind.String(), RTTMs: milliseconds(there.OneWay(0, j) + back.OneWay(0, j)),
			Measured: there.Measured(0, j) || back.Measured(0, j), Parent: at.Parent,
		}
		accessUp, internetUp, backboneUp := there.Parts(0, j)
		accessDown, internetDown, backboneDown := back.Parts(0, j)
		r.AccessMs, r.InternetMs = milliseconds(accessUp+accessDown), milliseconds(internetUp+internetDown)
		r.BackboneMs = milliseconds(backboneUp + backboneDown)
		stretches := there.Stretches(0, j)
		r.Links, r.Path, r.Stretches = idsOf(n, there.Path(0, j)), knownPath(n, stretches), stretchesOf(n, stretches)
		if at.Parent != "" {
			region, _ := n.Index(at.Parent)
			toParent, err := n.BetweenSites([]int{site}, region)
			if err != nil {
				return nil, err
			}
			r.ParentRTTMs = milliseconds(toParent[0].RTT())
		}
		routes[j] = r
	}
	slices.SortStableFunc(routes, func(a, b siteRoute) int { return cmp.Compare(a.RTTMs, b.RTTMs) })
	return routes, nil
}

// parentMs formats the round trip to the parent; it is empty where there is none.
func parentMs(r siteRoute, format func(float64) string) string {
	if r.Parent == "" {
		return ""
	}
	return format(r.ParentRTTMs)
}

// metroCalled returns the metro with an ID or a name.
func metroCalled(n *topology.Network, name string) (int, error) {
	metros := n.OfKind(topology.Metro)
	nodes := make([]topology.Node, len(metros))
	for k, i := range metros {
		nodes[k] = n.At(i)
	}
	k, err := catalog.Find("metro", "metro", name, nodes)
	if err != nil {
		return 0, fmt.Errorf("%w; the scenario has %s", err, someMetros(n))
	}
	return metros[k], nil
}

// someMetros names the first metros of a network.
func someMetros(n *topology.Network) string {
	const shown = 5
	metros := n.OfKind(topology.Metro)
	var names []string
	for _, i := range metros[:min(shown, len(metros))] {
		names = append(names, n.At(i).ID)
	}
	if more := len(metros) - shown; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func exactMs(ms float64) string { return strconv.FormatFloat(ms, 'f', 3, 64) }

func tenths(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }
