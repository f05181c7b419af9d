package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// catalogCmd lists the catalog.
type catalogCmd struct {
	List     string `arg:"" enum:"regions,local-zones,wavelength-zones,pops,regional-edge-caches,metros" help:"What to list: ${enum}."`
	Provider string `complete:"providers" default:"aws" help:"Whose sites: ${providers}."`
	Country  string `help:"Only this country, by its two-letter code or its English name."`
	AsOf     string `name:"as-of" placeholder:"DATE" help:"Only what was open on a day such as 2024-12-31, or announced by then. Where it is not known when a site opened it counts as open."`
	Top      int    `help:"Only the first so many; metros are listed by users."`
	Format   string `default:"table" enum:"table,csv,json" help:"${enum}."`
}

// A catalogRow is one row of the catalog.
type catalogRow struct {
	ID       string  `json:"id"`
	Name     string  `json:"name"`
	Country  string  `json:"country"`
	LatDeg   float64 `json:"lat_deg"`
	LonDeg   float64 `json:"lon_deg"`
	Parent   string  `json:"parent,omitempty"`
	Users    float64 `json:"internet_users,omitempty"`
	TimeZone string  `json:"time_zone,omitempty"`
	// Of sites: open, announced or unverified, since when as far as that is known, and the zones of a Local Zone group.
	Status    string   `json:"status,omitempty"`
	Announced string   `json:"announced,omitempty"`
	Opened    string   `json:"opened,omitempty"`
	Zones     []string `json:"zones,omitempty"`
}

// Run prints the list.
func (c *catalogCmd) Run(_ context.Context, s *streams) error {
	provider, err := catalog.ParseProvider(c.Provider)
	if err != nil {
		return &usageError{err}
	}
	if c.Top < 0 {
		return &usageError{fmt.Errorf("--top is %d; want 0 (all) or more", c.Top)}
	}
	at, err := catalog.ParseDate(c.AsOf)
	if err != nil {
		return &usageError{fmt.Errorf("--as-of: %w", err)}
	}
	nodes, err := c.nodes(provider)
	if err != nil {
		return &usageError{err}
	}
	if code, ok := catalog.CountryCode(c.Country); ok {
		c.Country = code
	}
	if err := c.checkCountry(nodes); err != nil {
		return &usageError{err}
	}
	var rows []catalogRow
	undated := 0
	for _, n := range nodes {
		if c.Country != "" && n.Country != c.Country {
			continue
		}
		if c.Top > 0 && len(rows) == c.Top {
			break
		}
		row := catalogRow{ID: n.ID, Name: n.Label(), Country: n.Country, LatDeg: n.LatDeg, LonDeg: n.LonDeg, Parent: n.Parent, Users: n.Users, TimeZone: n.TimeZone}
		if n.Kind != topology.Metro {
			status, facts := catalog.StatusAt(n, at.From), catalog.FactsOf(n)
			if status == catalog.NotYet {
				continue
			}
			if !facts.Announced.IsKnown() && !facts.Opened.IsKnown() {
				undated++
			}
			row.Status, row.Announced, row.Opened, row.Zones = string(status), facts.Announced.String(), facts.Opened.String(), facts.Zones
		}
		rows = append(rows, row)
	}
	if c.AsOf != "" && undated > 0 {
		fmt.Fprintf(s.err, "edgewise: the catalog does not know when %d of these %d %s opened, and lists them as open on %s\n", undated, len(rows), c.List, c.AsOf)
	}
	all := []table.Row{c.header()}
	for _, r := range rows {
		all = append(all, c.cells(r))
	}
	return listing{items: rows, rows: all}.write(s.out, c.Format)
}

// nodes returns what is to be listed.
func (c *catalogCmd) nodes(p catalog.Provider) ([]topology.Node, error) {
	if c.List == "metros" {
		return catalog.Metros(), nil
	}
	kind, err := topology.ParseNodeKind(strings.TrimSuffix(c.List, "s"))
	if err != nil {
		return nil, err
	}
	nodes := catalog.Sites(p, kind)
	if len(nodes) == 0 {
		return nil, fmt.Errorf("%s are in the catalog for %s only, not for %s", c.List, names(catalog.ProvidersWith(kind)), p)
	}
	return nodes, nil
}

// names joins the names of providers.
func names(providers []catalog.Provider) string {
	var all []string
	for _, p := range providers {
		all = append(all, string(p))
	}
	return strings.Join(all, ", ")
}

// checkCountry finds a country that the list does not have.
func (c *catalogCmd) checkCountry(nodes []topology.Node) error {
	var codes []string
	for _, n := range nodes {
		if n.Country == c.Country {
			return nil
		}
		codes = append(codes, n.Country)
	}
	if c.Country == "" {
		return nil
	}
	slices.Sort(codes)
	return fmt.Errorf("--country is %q, where the catalog has no %s; want one of %s", c.Country, c.List,
		strings.Join(slices.Compact(codes), ", "))
}

// header names the columns that the list has.
func (c *catalogCmd) header() table.Row {
	h := table.Row{"id", "name", "country", "lat_deg", "lon_deg"}
	switch c.List {
	case "local-zones", "wavelength-zones", "regional-edge-caches":
		h = append(h, "parent")
	case "metros":
		return append(h, "internet_users", "time_zone")
	}
	if c.List == "regions" || c.List == "local-zones" {
		h = append(h, "status", "announced", "opened", "zones")
	}
	return h
}

func (c *catalogCmd) cells(r catalogRow) table.Row {
	cells := table.Row{r.ID, r.Name, r.Country, degrees(r.LatDeg), degrees(r.LonDeg)}
	switch c.List {
	case "local-zones", "wavelength-zones", "regional-edge-caches":
		cells = append(cells, r.Parent)
	case "metros":
		return append(cells, strconv.FormatFloat(r.Users, 'f', 0, 64), r.TimeZone)
	}
	if c.List == "regions" || c.List == "local-zones" {
		cells = append(cells, r.Status, r.Announced, r.Opened, strings.Join(r.Zones, " "))
	}
	return cells
}

func degrees(d float64) string { return strconv.FormatFloat(d, 'f', 4, 64) }
