package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/sim"
)

// placements says in words what each placement is that stands in a table.
func (p *paper) placements(c *edgewise.Comparison, ranks *ranking) {
	var items []string
	left := 0
	shown := p.placementsShown(c, ranks)
	for i := range c.Placements {
		if !shown[c.Placements[i].Name] {
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
		where := "-v"
		if p.All {
			where = "comparison.json"
		}
		items = append(items, fmt.Sprintf("and %s (%s)", countOf(left, "other", "others"), where))
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
		name := roleInWords(c, r)
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
	switch p.Copies {
	case "down":
		parts = append(parts, "what is found is kept one tier further down, nearer with every request")
	case "edge":
		parts = append(parts, "what is fetched is kept in the first tier alone")
	}
	return strings.Join(parts, "; ")
}

// roleInWords says what a role is like: "edge cache (1.0 GiB, lru, begins in its steady state)".
func roleInWords(c *edgewise.Comparison, r *edgewise.SiteRole) string {
	var like []string
	if r.CacheBytes > 0 {
		like = append(like, words.Bytes(uint64(r.CacheBytes)))
	}
	for _, rule := range []string{r.Policy, r.Admission} {
		if rule != "" {
			like = append(like, rule)
		}
	}
	switch {
	case r.CacheBytes > 0 && opensLater(r):
		like = append(like, "begins empty when it opens")
	case r.CacheBytes > 0 && r.OpensSeconds > 0:
		like = append(like, "begins empty")
	case r.Preload:
		like = append(like, "begins in its steady state")
	}
	switch r.Choice {
	case "hash":
		like = append(like, "the one that the hash of an object says is asked")
	case "origin":
		like = append(like, "the one nearest to the origin is asked")
	}
	if r.SkippedInOriginRegion {
		like = append(like, "passed by where it is in the region of the origin")
	}
	for i := range r.Freshness {
		like = append(like, freshnessInWords(&r.Freshness[i]))
	}
	if r.Spread != "" {
		like = append(like, r.Spread)
		if r.Servers > 1 {
			like[len(like)-1] = countOf(r.Servers, "server", "servers") + " " + r.Spread
		}
		if r.MemoryBytes > 0 {
			like = append(like, words.Bytes(uint64(r.MemoryBytes))+" of memory over disks")
		}
	} else if r.Servers > 0 {
		like = append(like, countOf(r.Servers, "server", "servers")+" a workload")
	}
	for i := range r.Pools {
		like = append(like, poolInWords(&r.Pools[i]))
	}
	if r.Cores > 0 {
		cores := countOf(r.Cores, "core", "cores") + " of games"
		if r.Elastic {
			cores += ", and more to rent"
		}
		like = append(like, cores)
	}
	if opensLater(r) {
		like = append(like, "opens "+sinceStart(c, r.OpensSeconds))
	}
	if r.ClosesSeconds > 0 {
		like = append(like, "closes "+sinceStart(c, r.ClosesSeconds))
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

// opensLater reports whether a site opens while the run lasts, and not before a window that it is of: then it opens with the run.
func opensLater(r *edgewise.SiteRole) bool { return durationOf(r.OpensSeconds) > time.Nanosecond }

// sinceStart says when a site opens or closes, so long after the start of a run: "20m after the start", of a window of that of the study.
func sinceStart(c *edgewise.Comparison, seconds float64) string {
	return words.Duration(c.SinceStart(durationOf(seconds))) + " after the start"
}

// durationOf returns a time of whole nanoseconds.
func durationOf(seconds float64) time.Duration {
	return time.Duration(math.Round(seconds * float64(time.Second)))
}

// freshnessInWords says what a cache makes of what origins say: "lifetimes as nginx has them, 1m at least, stale-if-error 1h".
func freshnessInWords(r *edgewise.FreshnessRole) string {
	s := "lifetimes as " + r.Profile + " has them"
	for _, of := range []struct {
		seconds *float64
		format  string
	}{
		{r.MinTTLSeconds, "%s at least"}, {r.MaxTTLSeconds, "%s at most"}, {r.DefaultTTLSeconds, "%s where the origin says none"},
		{r.StaleWhileRevalidateSeconds, "stale-while-revalidate %s"}, {r.StaleIfErrorSeconds, "stale-if-error %s"},
	} {
		if of.seconds != nil {
			s += ", " + fmt.Sprintf(of.format, words.Duration(durationOf(*of.seconds)))
		}
	}
	switch r.Collapse {
	case "all":
		s += ", requests wait for a fetch under way"
	case "new":
		s += ", requests for new objects wait for a fetch under way"
	case "none":
		s += ", no request waits for another's fetch"
	}
	if len(r.Workloads) > 0 {
		s += " (" + strings.Join(r.Workloads, ", ") + ")"
	}
	return s
}

// poolInWords says what servers are like: "4 to 40 servers shared, to be 60 % busy, new ones after 2m0s, fifo, 100 may wait, the rest to nearest".
func poolInWords(p *edgewise.PoolRole) string {
	s := countOf(p.Servers, "server", "servers")
	if p.Scale != nil {
		s = strconv.Itoa(p.Servers) + " to " + countOf(p.Scale.Most, "server", "servers")
	}
	if p.Name != "" {
		s += " " + p.Name
	}
	if len(p.Workloads) > 0 {
		s += " for " + strings.Join(p.Workloads, ", ")
	} else {
		s += " shared"
	}
	if p.Scale != nil {
		s += ", to be " + strconv.FormatFloat(100*p.Scale.Target, 'g', 4, 64) + " % busy"
		if p.Scale.DelaySeconds > 0 {
			s += ", new ones after " + words.Duration(durationOf(p.Scale.DelaySeconds))
		}
	}
	if p.SpareCores {
		s += ", and the cores without a match"
	}
	s += ", " + p.Discipline
	if p.Queue != nil {
		s += ", " + strconv.Itoa(*p.Queue) + " may wait"
	}
	if p.ShedMs > 0 {
		s += ", for " + strconv.FormatFloat(p.ShedMs, 'g', -1, 64) + " ms at most"
	}
	if p.Spill != "" {
		s += ", the rest to " + p.Spill
	}
	return s
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
		load := fmt.Sprintf("%s %s/s", number(rate, decimalsFor(rate, 0)), requestsOf(w.Kind))
		each := number(f.Value, min(1, decimalsFor(f.Value, 0)))
		if w.Kind == sim.Matched.String() {
			load = number(playersOf(w), 0) + " players on average"
			each += " recorded " + requestsOf(w.Kind)
		}
		item := fmt.Sprintf("%s (%s): %s, %s in each of %s, from %s", w.Name, w.Kind, load, each,
			countOf(c.Replications, "replication", "replications"), countOf(len(w.Metros), "metro", "metros"))
		for _, of := range c.Sampled {
			if of.Workload == w.Name {
				item += "; " + of.String()
			}
		}
		items = append(items, item)
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
	if hasUntold(c) {
		items = append(items, untoldMeans)
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
		p.items(assumptions(c))
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

// assumptions returns what is assumed, in the order of the comparison; what holds for several workloads alike stands once.
func assumptions(c *edgewise.Comparison) (all []string) {
	type assumption struct {
		of   []string
		text string
	}
	var sorted []assumption
	names := workloadNames(c)
	for _, a := range c.Assumed {
		name, text, ok := strings.Cut(a, ": ")
		if !ok || !slices.Contains(names, name) {
			sorted = append(sorted, assumption{text: a})
			continue
		}
		at := slices.IndexFunc(sorted, func(s assumption) bool { return s.text == text && len(s.of) > 0 })
		if at < 0 {
			at = len(sorted)
			sorted = append(sorted, assumption{text: text})
		}
		sorted[at].of = append(sorted[at].of, name)
	}
	for _, a := range sorted {
		switch {
		case len(a.of) == 0:
			all = append(all, a.text)
		case len(a.of) > 1 && len(a.of) == len(names):
			all = append(all, "all workloads: "+a.text)
		default:
			all = append(all, strings.Join(a.of, ", ")+": "+a.text)
		}
	}
	return all
}
