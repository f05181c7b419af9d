package sim

import (
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// A plannedLink is a link whose capacity is shared among what sites send over it.
type plannedLink struct {
	topology.Link
	senders []int // the sites that send over it, in order
	// isApart says that it advances on its own: several sites send over it, or what comes to it comes from such a link.
	isApart bool
}

// A plannedStep is a link on a way whose capacity is shared.
type plannedStep struct {
	topology.Link
	number int   // of the link in the plan
	after  int64 // how long what leaves the sender takes to the link, ns
}

// sharedOf returns those links of a way whose capacity is shared, in order; nil where there are none.
func sharedOf(way []topology.Link) (shared []plannedStep) {
	after := int64(0)
	for _, l := range way {
		if l.Sharing != topology.Unshared {
			shared = append(shared, plannedStep{Link: l, after: after})
		}
		after += int64(l.OneWay)
	}
	return shared
}

// shareLinks finds the links of a workload, by its number, whose capacity is shared, and who sends over them.
func (p *Plan) shareLinks(number int, w *plannedWorkload) error {
	for m := range w.entries {
		for k := range w.entries[m] {
			e := &w.entries[m][k]
			if e.site != e.enters { // the PoP passes on what it gets
				all := slices.Clone(e.beyond.shared)
				for _, l := range e.shared {
					l.after += e.beyond.back
					all = append(all, l)
				}
				e.shared = all
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
	return p.eachSharedWay(w, func(way *[]plannedStep, sender int) error {
		*way = p.share(*way, sender)
		return p.inParts(number, w)
	})
}

// eachSharedWay calls a function with the links that are shared on every way of answers of a workload, and with who sends over them; an
// error says whose way it is.
func (p *Plan) eachSharedWay(w *plannedWorkload, do func(way *[]plannedStep, sender int) error) error {
	for m := range w.entries {
		of := make([]*entry, 0, len(w.entries[m]))
		for k := range w.entries[m] {
			of = append(of, &w.entries[m][k])
		}
		if w.again != nil {
			for k := range w.again[m] {
				of = append(of, &w.again[m][k].entry)
			}
		}
		for _, e := range of {
			if len(e.shared) == 0 {
				continue
			}
			if err := do(&e.shared, e.site); err != nil {
				return fmt.Errorf("metro %q: %w", p.metros[m], err)
			}
		}
	}
	for at := range w.hops {
		for _, hops := range w.hops[at] {
			for k := range hops {
				h := &hops[k]
				if len(h.shared) == 0 {
					continue
				}
				h.remote = true // what others send makes the answer wait
				if err := do(&h.shared, h.to); err != nil {
					return fmt.Errorf("site %q: %w", p.sites[at].id, err)
				}
			}
		}
	}
	return nil
}

// inParts refuses links that are shared where parts of objects are asked for, or caches keep slices: such a response is of several
// pieces, of which the links do not know.
func (p *Plan) inParts(number int, w *plannedWorkload) error {
	service, _ := p.scenario.Workloads[number].Service.(workload.Cacheable)
	if service.Ranges.Share == 0 && (p.placement.SliceBytes == 0 || !w.kind.MeetsCaches()) {
		return nil
	}
	return fmt.Errorf("a link on its way is shared, but parts of objects (ranges or slices) are not known there; want sharing: none")
}

// share returns links that are shared with their numbers, and notes that a site sends over them.
func (p *Plan) share(shared []plannedStep, site int) []plannedStep {
	shared = slices.Clone(shared) // placements have the way in common
	for i := range shared {
		l := &shared[i]
		l.number = slices.IndexFunc(p.links, func(o plannedLink) bool { return o.From == l.From && o.To == l.To && o.Kind == l.Kind })
		if l.number < 0 {
			l.number = len(p.links)
			p.links = append(p.links, plannedLink{Link: l.Link})
		}
		of := &p.links[l.number]
		if at, found := slices.BinarySearch(of.senders, site); !found {
			of.senders = slices.Insert(of.senders, at, site)
		}
	}
	return shared
}

// partLinks finds the links that advance on their own, once it is known who sends over each.
func (p *Plan) partLinks() {
	isAny := false
	for n := range p.links {
		p.links[n].isApart = len(p.links[n].senders) > 1
		isAny = isAny || p.links[n].isApart
	}
	for isAny { // what comes from such a link is in the time of that, no more in the sender's
		isAny = false
		for i := range p.workloads {
			_ = p.eachSharedWay(&p.workloads[i], func(way *[]plannedStep, _ int) error {
				first := slices.IndexFunc(*way, func(l plannedStep) bool { return p.links[l.number].isApart })
				for k := first; k >= 0 && k < len(*way); k++ {
					of := &p.links[(*way)[k].number]
					isAny = isAny || !of.isApart
					of.isApart = true
				}
				return nil
			})
		}
	}
}

// sendersOf returns the ids of the sites that send over a link.
func (p *Plan) sendersOf(l *plannedLink) (ids []string) {
	for _, n := range l.senders {
		ids = append(ids, p.sites[n].id)
	}
	return ids
}

// addLinks gives sites the links over which they send, by the number of the link.
func (r *run) addLinks() error {
	for i := range r.plan.links {
		of := &r.plan.links[i]
		at := r.sites[of.senders[0]]
		if of.isApart {
			at = r.newApart(of)
		}
		l, err := at.newSharedLink(r.plan, of)
		if err != nil {
			return fmt.Errorf("link %q -> %q: %w", of.From, of.To, err)
		}
		r.links = append(r.links, l)
	}
	for i := range r.plan.workloads {
		for asker := range r.plan.workloads[i].hops {
			for _, hops := range r.plan.workloads[i].hops[asker] {
				for k := range hops {
					if h := &hops[k]; len(h.shared) > 0 {
						at := r.sites[h.to]
						if at.waysTo == nil {
							at.waysTo = make([]*linkWay, len(r.sites))
						}
						at.waysTo[asker] = r.wayOver(h.shared, h.back)
					}
				}
			}
		}
	}
	return nil
}

// A linkWay is the way of answers over links that are shared.
type linkWay struct {
	steps []linkStep
	// isApart says that links of the way advance on their own. rest is how long after the last of these whoever is told of an answer is told: who
	// gets it or, of a user's, the site that has sent it.
	isApart bool
	rest    int64
}

// A linkStep is a link on a way. What leaves the sender comes to it after so long or, where the link is at the sender, at once.
type linkStep struct {
	*sharedLink
	after int64
}

// wayOver returns a way over links, of which whoever is told of an answer is told so long after it has left.
func (r *run) wayOver(links []plannedStep, told int64) *linkWay {
	way := &linkWay{rest: told}
	for i := range links {
		step := linkStep{sharedLink: r.links[links[i].number]}
		if r.plan.links[links[i].number].isApart {
			step.after = min(links[i].after, told)
			way.isApart, way.rest = true, told-step.after
		}
		way.steps = append(way.steps, step)
	}
	return way
}
