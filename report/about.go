package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/sim"
)

// placements says in words what each placement is.
func (p *paper) placements(c *edgewise.Comparison) {
	var items []string
	left := 0
	for i := range c.Placements {
		if !p.All && i > bestShown {
			left++
			continue
		}
		if text := placementInWords(c, &c.Placements[i]); text != "" {
			items = append(items, c.Placements[i].Name+": "+text)
		}
	}
	if len(items) == 0 {
		return
	}
	if left > 0 {
		items = append(items, fmt.Sprintf("and %s (-v)", countOf(left, "other", "others")))
	}
	p.heading("Placements")
	p.items(items)
	p.gap()
}

// A roleGroup is the sites that have a role under the same conditions.
type roleGroup struct {
	name  string
	sites []string
}

// placementInWords lists the roles of a placement with their sites.
func placementInWords(c *edgewise.Comparison, p *edgewise.PlacementResult) string {
	var groups []roleGroup
	for i := range p.Roles {
		r := &p.Roles[i]
		name := roleInWords(r)
		at := slices.IndexFunc(groups, func(g roleGroup) bool { return g.name == name })
		if at < 0 {
			at = len(groups)
			groups = append(groups, roleGroup{name: name})
		}
		groups[at].sites = append(groups[at].sites, r.Site)
	}
	var parts []string
	for _, g := range groups {
		parts = append(parts, g.name+" at "+sitesInWords(c, g.sites))
	}
	return strings.Join(parts, "; ")
}

// roleInWords says what a role is like: "edge cache (1.0 GiB, lru, begins in its steady state)".
func roleInWords(r *edgewise.SiteRole) string {
	var like []string
	if r.CacheBytes > 0 {
		like = append(like, humanize.IBytes(uint64(r.CacheBytes)))
	}
	for _, rule := range []string{r.Policy, r.Admission} {
		if rule != "" {
			like = append(like, rule)
		}
	}
	if r.Preload {
		like = append(like, "begins in its steady state")
	}
	if r.Servers > 0 {
		like = append(like, countOf(r.Servers, "server", "servers")+" a workload")
	}
	if len(r.Workloads) > 0 {
		like = append(like, "for "+strings.Join(r.Workloads, ", "))
	}
	if r.Backup {
		like = append(like, "backup")
	}
	name := roleName(r)
	if len(like) > 0 {
		name += " (" + strings.Join(like, ", ") + ")"
	}
	return name
}

// sitesNamed is how many sites are named rather than counted.
const sitesNamed = 6

// sitesInWords names a few sites, and counts many by kind.
func sitesInWords(c *edgewise.Comparison, ids []string) string {
	var names, kinds []string
	counts := make(map[string]int)
	for _, id := range ids {
		name, kind := id, "site"
		if at := slices.IndexFunc(c.Sites, func(s edgewise.Place) bool { return s.ID == id }); at >= 0 {
			if c.Sites[at].Name != id {
				name = c.Sites[at].Name + " (" + id + ")"
			}
			kind = c.Sites[at].Kind
		}
		names = append(names, name)
		if counts[kind] == 0 {
			kinds = append(kinds, kind)
		}
		counts[kind]++
	}
	if len(ids) <= sitesNamed {
		return strings.Join(names, ", ")
	}
	var parts []string
	for _, kind := range kinds {
		parts = append(parts, countOf(counts[kind], kindInWords(kind), kindInWords(kind)+"s"))
	}
	return strings.Join(parts, ", ")
}

// kindInWords returns what a kind of site is called: "PoP", "Local Zone", "region".
func kindInWords(kind string) string {
	switch kind {
	case "pop":
		return "PoP"
	case "local-zone":
		return "Local Zone"
	}
	return strings.ReplaceAll(kind, "-", " ")
}

// load says in words what was asked for in the recorded time, by workload.
func (p *paper) load(c *edgewise.Comparison) {
	var items []string
	base := &c.Placements[0]
	for i := range base.Workloads {
		w := &base.Workloads[i]
		f, ok := w.Figures.Find("requests", "count")
		if !ok || !f.HasValue() || c.Duration <= 0 {
			continue
		}
		rate := f.Value / c.Duration.Seconds()
		text := fmt.Sprintf("%s (%s): %s %s/s, %s in each of %s", w.Name, w.Kind, number(rate, decimalsFor(rate, 0)),
			requestsOf(w.Kind), number(f.Value, 0), countOf(c.Replications, "replication", "replications"))
		if w.Kind == sim.Matched.String() {
			text = fmt.Sprintf("%s (%s): %s recorded %s in each of %s", w.Name, w.Kind, number(f.Value, 0), requestsOf(w.Kind),
				countOf(c.Replications, "replication", "replications"))
			if players := playersOf(w); players > 0 {
				text = fmt.Sprintf("%s (%s): %s players on average, %s recorded %s in each of %s", w.Name, w.Kind, number(players, 0),
					number(f.Value, 0), requestsOf(w.Kind), countOf(c.Replications, "replication", "replications"))
			}
		}
		items = append(items, fmt.Sprintf("%s, from %s", text, countOf(len(w.Metros), "metro", "metros")))
	}
	if len(items) == 0 {
		return
	}
	p.heading("Load in the recorded time, under " + base.Name)
	p.items(items)
	p.gap()
}

// playersOf returns the mean number of players over all sites.
func playersOf(w *edgewise.WorkloadResult) (sum float64) {
	for i := range w.Sites {
		f, _ := w.Sites[i].Figures.Find("players", "mean")
		sum += f.Value
	}
	return sum
}

// run says how the figures came about: time, seed, replications, and by what.
func (p *paper) run(c *edgewise.Comparison) {
	p.heading("Run")
	items := []string{
		fmt.Sprintf("recorded %s from %s, after %s of warm-up (UTC)", words.Duration(c.Duration), c.Start.Add(c.WarmUp).UTC().Format(time.RFC3339), words.Duration(c.WarmUp)),
		fmt.Sprintf("%s, seed %d", basis(c), c.Seed),
	}
	if !p.markdown { // the manifest has it for files, which must not change with the program
		items = append(items, "by "+edgewise.ThisCode().String())
	} else {
		items = append(items, "by "+edgewise.ThisCode().Module+" "+edgewise.ThisCode().Version+"; manifest.json says more")
	}
	p.items(items)
	p.gap()
}

// basics writes what rests on assumptions and on which data.
func (p *paper) basics(c *edgewise.Comparison) {
	if len(c.Assumed) > 0 {
		p.heading("Assumed, without a source")
		p.items(c.Assumed)
		p.gap()
	}
	if len(c.Sources) == 0 {
		return
	}
	if !p.All {
		p.prose(fmt.Sprintf("%s of data: -v lists them, as comparison.md does.", countOf(len(c.Sources), "source", "sources")))
		p.gap()
		return
	}
	p.heading("Sources")
	p.items(c.Sources)
	p.gap()
}
