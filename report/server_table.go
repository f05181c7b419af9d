package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// serversOnScreen is how many servers a table shows of a placement, of those that worked most.
const serversOnScreen = 12

// A usedServers is what a placement's requests find at a site: servers of a workload, or a pool that several have.
type usedServers struct {
	// name is that of the workload, or of the pool.
	name, site string
	isPool     bool
	workloads  []string
	busy       []stats.Estimate // by workload
	number     int              // of the servers, at least
	hasSpare   bool             // the cores besides on which no match is
	// count is how many there were where their number changes; busiest and full are those of all.
	count, busiest, full stats.Estimate
	before               *sim.Load // nil where it is not known
}

// all returns how busy the servers are: of several workloads the sum, whose interval is as wide as those of all of them.
func (u *usedServers) all() (sum stats.Estimate) {
	sum = u.busy[0]
	for _, of := range u.busy[1:] {
		sum.Value, sum.Low, sum.High = sum.Value+of.Value, max(sum.Low+of.Low, 0), min(sum.High+of.High, 1)
	}
	return sum
}

// usedServersOf returns the servers of a placement that are limited, in order of workloads and sites; not those of games, which have a table of their own.
func usedServersOf(p *edgewise.PlacementResult) (all []usedServers) {
	for k := range p.Workloads {
		w := &p.Workloads[k]
		kind, err := sim.ParseKind(w.Kind)
		if err != nil || kind == sim.Matched {
			continue
		}
		for i := range w.Sites {
			s := &w.Sites[i]
			busy, ok := s.Figures.Find("servers", "utilisation")
			if !ok {
				continue
			}
			found := serversAt(p, w.Name, kind.Role(), s.ID)
			n := slices.IndexFunc(all, func(u usedServers) bool {
				return u.name == found.name && u.site == found.site && u.isPool == found.isPool
			})
			if n < 0 {
				n = len(all)
				u := found
				for statistic, to := range map[string]*stats.Estimate{"mean": &u.count, "busiest step": &u.busiest, "full": &u.full} {
					f, _ := s.Figures.Find("servers", statistic)
					*to = f.Estimate
				}
				if at := slices.IndexFunc(p.Loads, func(l sim.Load) bool {
					return l.Site == s.ID && l.Unit == "" && cmp.Or(l.Pool, l.Workload) == found.name
				}); at >= 0 {
					u.before = &p.Loads[at]
				}
				all = append(all, u)
			}
			all[n].workloads, all[n].busy = append(all[n].workloads, w.Name), append(all[n].busy, busy.Estimate)
		}
	}
	return all
}

// serversAt returns the servers that a workload finds at a site, its own or a pool, with the name that loads call them by, unmeasured.
func serversAt(p *edgewise.PlacementResult, workload string, role placement.Role, site string) usedServers {
	for i := range p.Roles {
		r := &p.Roles[i]
		isFor := len(r.Workloads) == 0 || slices.Contains(r.Workloads, workload)
		if r.Site != site || r.Role != string(role) || !isFor {
			continue
		}
		n := slices.IndexFunc(r.Pools, func(o edgewise.PoolRole) bool { return slices.Contains(o.Workloads, workload) })
		if n < 0 {
			n = slices.IndexFunc(r.Pools, func(o edgewise.PoolRole) bool { return len(o.Workloads) == 0 })
		}
		if n >= 0 {
			pool := &r.Pools[n]
			return usedServers{name: strings.TrimSpace(r.Role + " " + pool.Name), site: site, isPool: true, number: pool.Servers, hasSpare: pool.SpareCores}
		}
		return usedServers{name: workload, site: site, number: r.Servers}
	}
	return usedServers{name: workload, site: site}
}

// servers writes the table of servers that are limited and explains it; nothing where there are none.
func (p *paper) servers(c *edgewise.Comparison, shown map[string]bool) {
	t := &grid{title: "servers that are limited", columns: []string{"placement, servers", "servers", "% load", "% busy", "% busiest step", "% full"}, first: siteColumn}
	share := func(e stats.Estimate) string { return interval(e.Scaled(100)) }
	for i := range c.Placements {
		r := &c.Placements[i]
		all := usedServersOf(r)
		if len(all) == 0 || shown != nil && !shown[r.Name] {
			continue
		}
		t.rows = append(t.rows, []string{r.Name, "", "", "", "", ""})
		slices.SortStableFunc(all, func(a, b usedServers) int { return cmp.Compare(b.all().Value, a.all().Value) })
		for _, u := range all[:min(serversOnScreen, len(all))] {
			load, count := "", strconv.Itoa(u.number)
			if u.count.HasValue() {
				count = interval(u.count)
			}
			if u.hasSpare {
				count += " + spare"
			}
			if u.before != nil {
				load = number(100*u.before.Ratio(), 1)
			}
			t.rows = append(t.rows, []string{"· " + u.name + " at " + u.site, count, load, share(u.all()), share(u.busiest), share(u.full)})
			for k := range u.workloads {
				if len(u.workloads) > 1 {
					t.rows = append(t.rows, []string{"·· " + u.workloads[k], "", "", share(u.busy[k]), "", ""})
				}
			}
		}
		if others := len(all) - serversOnScreen; others > 0 {
			t.notes = append(t.notes, fmt.Sprintf("%s: the servers of %d other sites, which worked less, are in comparison.json and utilisation.csv.", r.Name, others))
		}
	}
	if len(t.rows) == 0 {
		return
	}
	p.gap()
	p.grid(t)
	p.prose("Load: the work that was to be expected, of origins behind caches that which came, by what the servers can do. " +
		"Busy: the share of the recorded time that servers worked, but for that in which their site was down or not there, of its busiest step, of which a run has 200 to 399, and of the time in which all did (full).")
}
