package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
)

// metroTailAbove is the quantile above which the picture takes requests apart, metro by metro: p95.
const metroTailAbove = 0.95

// mostTailMetros is how many metros have bars.
const mostTailMetros = 8

// MetroTailBars draws what the slowest twentieth of the requests of each metro waited for: one panel a workload, a group of bars a metro, the
// busiest first, a bar for each placement, of parts by cause that sum to their mean time to the first byte. A workload of "" selects all;
// an unknown one is an error. A comparison without tails gives a page that says so.
func MetroTailBars(c *edgewise.Comparison, workload string) (*Picture, error) {
	workloads, err := selectWorkloads(c, workload)
	if err != nil {
		return nil, fmt.Errorf("tails by metro: %w", err)
	}
	p := &Picture{title: c.Title, subtitle: "Mean time to the first byte by cause, of the slowest 5 % of each metro"}
	isMore, causes := false, make(map[string]bool)
	for _, name := range workloads {
		groups := metroTailGroups(c, name)
		if len(groups) == 0 {
			continue
		}
		if len(groups) > mostTailMetros {
			groups, isMore = groups[:mostTailMetros], true
		}
		p.panels = append(p.panels, tailPanel{title: name, groups: groups})
		for _, cause := range causesOf(c, name) {
			causes[cause] = true
		}
	}
	if len(p.panels) == 0 {
		p.panels = []panel{notice{strings.Join(workloads, ", "), "The slowest requests have not been taken apart, or none was answered."}}
		return p, nil
	}
	p.panels = append(p.panels, causeKey(causes))
	p.bound()
	p.caption = "The first replication alone, above the p95 of the metro's own requests. The parts of a bar sum to its length."
	if isMore || len(c.Placements) > mostTailGroups {
		p.caption += fmt.Sprintf(" The busiest metros, %d placements at most; all are in %s.", mostTailGroups, tailsFile)
	}
	return p, nil
}

// metroTailGroups returns a group of bars for each metro with a tail, the busiest under the first placement first.
func metroTailGroups(c *edgewise.Comparison, workload string) []tailGroup {
	type metro struct {
		tailGroup
		requests uint64
	}
	var all []metro
	for i := range min(len(c.Placements), mostTailGroups) {
		w := workloadOf(&c.Placements[i], workload)
		if w == nil {
			continue
		}
		for m := range w.Metros {
			of := &w.Metros[m]
			k := slices.IndexFunc(of.Tails, func(t edgewise.Tail) bool { return t.Above == metroTailAbove && t.Requests > 0 })
			if k < 0 {
				continue
			}
			at := slices.IndexFunc(all, func(x metro) bool { return x.name == of.Name })
			if at < 0 {
				at = len(all)
				all = append(all, metro{tailGroup{name: of.Name}, of.Tails[k].Requests})
			}
			all[at].bars = append(all[at].bars, tailBar{c.Placements[i].Name, &of.Tails[k]})
		}
	}
	slices.SortStableFunc(all, func(a, b metro) int { return cmp.Compare(b.requests, a.requests) })
	groups := make([]tailGroup, len(all))
	for i := range all {
		groups[i] = all[i].tailGroup
	}
	return groups
}

// hasMetroTails reports whether there are tails of more metros than one.
func hasMetroTails(c *edgewise.Comparison) bool {
	for i := range c.Placements {
		for k := range c.Placements[i].Workloads {
			metros := c.Placements[i].Workloads[k].Metros
			if slices.ContainsFunc(metros, func(m edgewise.MetroResult) bool { return len(m.Tails) > 0 }) && len(metros) > 1 {
				return true
			}
		}
	}
	return false
}

func metroTailBars(c *edgewise.Comparison) (*Picture, error) { return MetroTailBars(c, "") }
