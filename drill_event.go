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
	hits  []bool
	parts []eventPart
}

// An eventPart is one of what happens at the same instant: subjects that are alike, and what becomes of them.
type eventPart struct {
	subjects []string
	says     string
}

// events returns what begins before the run ends, in order of time. What happens at one instant is one event, unless it does so under other placements.
func (s *Study) events() (all []studyEvent) {
	add := func(e studyEvent, hits func(*placement.Placement) bool, says string, subjects ...string) {
		if e.at >= s.WarmUp+s.Duration {
			return
		}
		for i := range s.Placements {
			e.hits = append(e.hits, hits(&s.Placements[i]))
		}
		e.parts = []eventPart{{subjects, says}}
		apart := all[:0]
		for _, o := range all {
			if o.at == e.at && o.isWith(&e) {
				e = o.and(&e)
			} else {
				apart = append(apart, o)
			}
		}
		all = append(apart, e)
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
		all[i].name = eventName(all[i].parts)
	}
	all = append(all, shut...)
	slices.SortStableFunc(all, func(a, b studyEvent) int { return cmp.Compare(a.at, b.at) })
	names := make(map[string]int)
	for i := range all {
		names[all[i].name]++
	}
	for i := range all {
		if e := &all[i]; e.name != "" && names[e.name] > 1 {
			e.name += " at " + words.Duration(sinceStart(e.at, s.Elapsed))
		}
	}
	return all
}

// isWith reports whether another event of the same instant belongs to it: some placement is hit by both, or one hits none.
func (e *studyEvent) isWith(o *studyEvent) bool {
	both := false
	for p := range e.hits {
		both = both || e.hits[p] && o.hits[p]
	}
	return both || !slices.Contains(e.hits, true) || !slices.Contains(o.hits, true)
}

// and returns the event of both, of the same instant.
func (e *studyEvent) and(o *studyEvent) studyEvent {
	both := *e
	both.hits, both.parts = slices.Clone(e.hits), slices.Clone(e.parts)
	for p := range o.hits {
		both.hits[p] = both.hits[p] || o.hits[p]
	}
	for _, part := range o.parts {
		if i := slices.IndexFunc(both.parts, func(p eventPart) bool { return p.says == part.says }); i >= 0 {
			both.parts[i].subjects = append(slices.Clone(both.parts[i].subjects), part.subjects...)
		} else {
			both.parts = append(both.parts, part)
		}
	}
	both.ends, both.lasts, both.closes = max(e.ends, o.ends), e.lasts || o.lasts, e.closes || o.closes
	switch {
	case e.noticed == e.back:
		both.noticed, both.back = o.noticed, o.back
	case o.noticed < o.back: // users of both are elsewhere
		both.noticed, both.back = max(e.noticed, o.noticed), min(e.back, o.back)
	}
	return both
}

// sinceStart returns when something happens since the start of a study of which so much had elapsed when its runs begin. What begins with a run is told as 1 ns after
// that, for 0 would be from ever on; to the study that is the instant itself.
func sinceStart(at, elapsed time.Duration) time.Duration {
	if elapsed > 0 && at == time.Nanosecond {
		at = 0
	}
	return elapsed + at
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
