package search

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// unseen names what of the problem's links, caches and their objects the surrogate takes for something simpler: the simulation knows all of it.
func (p *Problem) unseen() (all []string) {
	add := func(format string, args ...any) {
		if text := fmt.Sprintf(format, args...); !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	n := p.Study.Network
	if n != nil && n.HasShared() {
		add("that answers wait for links that are shared")
	}
	caches := slices.Clone(p.Fixed.Tiers)
	for i := range p.Candidates {
		if c := &p.Candidates[i]; c.Role != placement.Compute && c.Role != placement.Origin {
			caches = append(caches, placement.Tier{Caches: []placement.Cache{c.Cache}})
		}
	}
	if len(caches) == 0 {
		return all
	}
	if n != nil && slices.ContainsFunc(n.Links(), func(l topology.Link) bool { return l.Loss > 0 && l.Kind != topology.Access }) {
		add("what fetches lose on links that lose packets")
	}
	if p.Fixed.Copies != placement.CopiesEverywhere {
		add("copies that are not kept everywhere")
	}
	if p.Fixed.SliceBytes > 0 {
		add("that caches keep slices")
	}
	if !p.Fixed.Upstream.AlwaysOpen && slices.ContainsFunc(p.Study.Workloads, func(w workload.Workload) bool {
		_, isComputed := w.Service.(workload.Computed)
		return isComputed && p.Fixed.RouteOf(w.Name, placement.Compute).ViaPoP
	}) {
		add("that a PoP's connection to who computes may be new")
	}
	for _, t := range caches {
		if t.AgesObjects() {
			add("lifetimes that a tier sets")
		}
		for _, c := range t.Caches {
			if c.Servers.Spread == placement.Independent && c.Servers.Count > 1 {
				add("that each of a cache's servers has copies of its own")
			}
			switch policy, _, _ := strings.Cut(c.Policy, ":"); {
			case c.NewPolicy != nil:
				add("an own policy, which it takes for LRU")
			case !slices.Contains([]string{"", "lru", "fifo", "random", "clock"}, policy):
				add("the policy %s, which it takes for LRU", policy)
			}
			switch admission, _, _ := strings.Cut(c.Admission, ":"); {
			case c.NewAdmission != nil:
				add("an own admission: all objects may enter")
			case admission != "":
				add("the admission %s: all objects may enter", admission)
			}
		}
	}
	for i := range p.Study.Workloads {
		w := &p.Study.Workloads[i]
		service, ok := w.Service.(workload.Cacheable)
		if !ok {
			continue
		}
		if service.Ranges.Share > 0 {
			add("requests for ranges of %q, which it takes for whole objects", w.Name)
		}
		if len(service.Controls) > 0 {
			add("the lifetimes of the objects of %q, which it takes for fresh for ever", w.Name)
		}
		if service.Variants() > 1 {
			add("the variants of %q, which it takes for one", w.Name)
		}
	}
	if len(p.Study.Purges) > 0 {
		add("purges")
	}
	return all
}
