package sim

import (
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// A plannedLink is a link whose capacity is shared among what a site sends over it.
type plannedLink struct {
	topology.Link
	site int
}

// sharedOf returns those links of a way whose capacity is shared, in order; nil where there are none.
func sharedOf(way []topology.Link) (shared []topology.Link) {
	for _, l := range way {
		if l.Sharing != topology.Unshared {
			shared = append(shared, l)
		}
	}
	return shared
}

// shareLinks finds the links of a workload, by its number, whose capacity is shared, and who sends over them.
func (p *Plan) shareLinks(number int, w *plannedWorkload) (err error) {
	for m := range w.entries {
		for k := range w.entries[m] {
			e := &w.entries[m][k]
			if e.site != e.enters {
				if l := e.shared; len(l) > 0 {
					return fmt.Errorf("metro %q: link %q -> %q is shared (%v), but requests only pass by %q on their way to %q; want sharing: none", p.metros[m], l[0].From, l[0].To, l[0].Sharing, p.sites[e.enters].id, p.sites[e.site].id)
				}
				e.shared = e.beyond.shared
			}
			if e.links, err = p.share(e.shared, e.site); err != nil {
				return fmt.Errorf("metro %q: %w", p.metros[m], err)
			}
			if err = p.inParts(number, w, e.links); err != nil {
				return err
			}
		}
	}
	for m := range w.again {
		for k := range w.again[m] {
			e := &w.again[m][k]
			if e.links, err = p.share(e.shared, e.site); err != nil {
				return fmt.Errorf("metro %q: %w", p.metros[m], err)
			}
			if err = p.inParts(number, w, e.links); err != nil {
				return err
			}
		}
	}
	for at := range w.spills {
		for _, h := range w.spills[at] {
			if l := h.shared; len(l) > 0 {
				return fmt.Errorf("site %q: link %q -> %q is shared (%v), which what is spilled would not feel; want sharing: none", p.sites[at].id, l[0].From, l[0].To, l[0].Sharing)
			}
		}
	}
	for at := range w.hops {
		for _, hops := range w.hops[at] {
			for k := range hops {
				h := &hops[k]
				if h.links, err = p.share(h.shared, h.to); err != nil {
					return fmt.Errorf("site %q: %w", p.sites[at].id, err)
				}
				if err = p.inParts(number, w, h.links); err != nil {
					return err
				}
				h.remote = h.remote || len(h.links) > 0
			}
		}
	}
	return nil
}

// inParts refuses links that are shared where parts of objects are asked for, or caches keep slices: such a response is of several
// pieces, of which the links do not know.
func (p *Plan) inParts(number int, w *plannedWorkload, links []int) error {
	if len(links) == 0 {
		return nil
	}
	service, _ := p.scenario.Workloads[number].Service.(workload.Cacheable)
	if service.Ranges.Share == 0 && (p.placement.SliceBytes == 0 || !w.kind.MeetsCaches()) {
		return nil
	}
	return fmt.Errorf("a link on its way is shared, but parts of objects (ranges or slices) are not known there; want sharing: none")
}

// share returns the numbers of links that are shared and over which a site sends. It is an error if another site sends over one, too.
func (p *Plan) share(shared []topology.Link, site int) (numbers []int, err error) {
	for _, l := range shared {
		n := slices.IndexFunc(p.links, func(o plannedLink) bool { return o.From == l.From && o.To == l.To && o.Kind == l.Kind })
		switch {
		case n < 0:
			n = len(p.links)
			p.links = append(p.links, plannedLink{l, site})
		case p.links[n].site != site:
			return nil, fmt.Errorf("link %q -> %q is shared (%v) by what %q and %q send: a link that is shared has one site that sends; want sharing: none, or another link of the way", l.From, l.To, l.Sharing, p.sites[p.links[n].site].id, p.sites[site].id)
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}

// addLinks gives sites the links over which they send, by the number of the link.
func (r *run) addLinks() error {
	for i := range r.plan.links {
		of := &r.plan.links[i]
		l, err := r.sites[of.site].newSharedLink(r.plan, of)
		if err != nil {
			return fmt.Errorf("link %q -> %q: %w", of.From, of.To, err)
		}
		r.links = append(r.links, l)
	}
	for i := range r.plan.workloads {
		for asker := range r.plan.workloads[i].hops {
			for _, hops := range r.plan.workloads[i].hops[asker] {
				for k := range hops {
					if h := &hops[k]; len(h.links) > 0 {
						at := r.sites[h.to]
						if at.waysTo == nil {
							at.waysTo = make([][]*sharedLink, len(r.sites))
						}
						at.waysTo[asker] = r.linksOf(h.links)
					}
				}
			}
		}
	}
	return nil
}

// linksOf returns links by their numbers.
func (r *run) linksOf(numbers []int) []*sharedLink {
	var links []*sharedLink
	for _, n := range numbers {
		links = append(links, r.links[n])
	}
	return links
}
