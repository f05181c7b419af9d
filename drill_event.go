package edgewise

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/placement"
)

// A studyEvent is something of a study that happens at a time, since the start of the run.
type studyEvent struct {
	name     string // "" of one of which there is no drill: nothing is as usual again after the end of a workload
	at, ends time.Duration
	// noticed is when users are sent elsewhere, and until when, both the same where they are not.
	noticed, back time.Duration
	// lasts says that nothing is as it was before again: a site opens or, as closes says, closes for good.
	lasts, closes bool
	// hits says by placement whether anything of it happens there.
	hits []bool
}

// An eventPart is one of what happens at the same instant: subjects that are alike, and what becomes of them.
type eventPart struct {
	subjects []string
	says     string
}

// events returns what begins before the run ends, in order of time; what happens at one instant is one event.
func (s *Study) events() (all []studyEvent) {
	parts := make(map[time.Duration][]eventPart)
	add := func(e studyEvent, hits func(*placement.Placement) bool, says string, subjects ...string) {
		if e.at >= s.WarmUp+s.Duration {
			return
		}
		for i := range s.Placements {
			e.hits = append(e.hits, hits(&s.Placements[i]))
		}
		of := parts[e.at]
		if i := slices.IndexFunc(of, func(p eventPart) bool { return p.says == says }); i >= 0 {
			of[i].subjects = append(of[i].subjects, subjects...)
		} else {
			of = append(of, eventPart{subjects, says})
		}
		parts[e.at] = of
		i := slices.IndexFunc(all, func(o studyEvent) bool { return o.at == e.at })
		if i < 0 {
			all = append(all, e)
			return
		}
		o := &all[i]
		for p := range o.hits {
			o.hits[p] = o.hits[p] || e.hits[p]
		}
		o.ends, o.lasts, o.closes = max(o.ends, e.ends), o.lasts || e.lasts, o.closes || e.closes
		switch {
		case o.noticed == o.back:
			o.noticed, o.back = e.noticed, e.back
		case e.noticed < e.back: // users of both are elsewhere
			o.noticed, o.back = max(o.noticed, e.noticed), min(o.back, e.back)
		}
	}
	for i := range s.Failures {
		f := &s.Failures[i]
		down := s.Downtimes(f)
		e := studyEvent{at: f.At, noticed: down[0].Noticed, back: down[0].Back}
		for _, d := range down {
			e.ends = max(e.ends, d.Back)
		}
		add(e, func(p *placement.Placement) bool { return s.concerns(f, p) }, "down", f.Sites()...)
	}
	for _, d := range s.Drains {
		add(studyEvent{at: d.At, ends: d.At + d.For, noticed: d.At, back: d.At + d.For}, func(p *placement.Placement) bool { return s.depends(p, d.Site) }, "drained", d.Site)
	}
	for i := range s.LinkFailures {
		f := &s.LinkFailures[i]
		first := f.Downtimes()[0]
		noticed, back := first.At+first.For, first.At+first.For // where nobody is sent elsewhere
		if first.AroundUntil > 0 {
			noticed, back = first.AroundFrom, first.AroundUntil
		}
		add(studyEvent{at: f.At, ends: f.Back(), noticed: noticed, back: back}, anyPlacement, "link down", strings.Join(f.Between[:], " - "))
	}
	var shut []studyEvent
	for _, c := range s.changes() {
		e := studyEvent{at: c.At, ends: c.At + c.For}
		switch c.Kind {
		case SlowServers:
			add(e, func(p *placement.Placement) bool { return s.worksAt(p, c.Site) }, "slow", c.Site)
		case AnsweringErrors:
			add(e, func(p *placement.Placement) bool { return isOrigin(p, c.Site) }, "answers errors", c.Site)
		case LinkImpaired:
			add(e, anyPlacement, "link impaired", strings.Join(c.Between, " - "))
		case FlashCrowd, Launch:
			add(e, anyPlacement, "of "+c.Workload, c.Kind)
		case SiteOpens, SiteCloses:
			e.lasts, e.closes, e.noticed, e.back = true, c.Kind == SiteCloses, c.At, s.WarmUp+s.Duration
			add(e, func(p *placement.Placement) bool { return slices.Contains(c.Placements, p.Name) }, strings.TrimPrefix(c.Kind, "site "), c.Site)
		case Purge:
			add(e, func(p *placement.Placement) bool { return len(p.Tiers) > 0 }, "", c.Kind)
		case Shutdown:
			if e.at < s.WarmUp+s.Duration {
				shut = append(shut, e)
			}
		}
	}
	for i := range all {
		all[i].name = eventName(parts[all[i].at])
	}
	all = append(all, shut...)
	slices.SortStableFunc(all, func(a, b studyEvent) int { return cmp.Compare(a.at, b.at) })
	names := make(map[string]int)
	for i := range all {
		names[all[i].name]++
	}
	for i := range all {
		if e := &all[i]; e.name != "" && names[e.name] > 1 {
			e.name += " at " + words.Duration(e.at)
		}
	}
	return all
}

// anyPlacement is hit by what happens to users, or to links.
func anyPlacement(*placement.Placement) bool { return true }

// namedSubjects is how many subjects the name of an event has; the others are counted.
const namedSubjects = 2

// eventName returns what happens at an instant, in words.
func eventName(parts []eventPart) string {
	var all []string
	for _, p := range parts {
		subjects := slices.Compact(slices.Clone(p.subjects))
		if more := len(subjects) - namedSubjects; more > 0 {
			subjects = append(subjects[:namedSubjects-1], fmt.Sprintf("%d more", more+1))
		}
		all = append(all, strings.TrimSpace(strings.Join(subjects, " and ")+" "+p.says))
	}
	return strings.Join(all, ", ")
}
