package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/words"
)

// events says what happens at a time of the runs, a section a kind; nothing of a kind of which there is none.
func (p *paper) events(c *edgewise.Comparison) {
	for _, of := range eventSections(c) {
		if len(of.items) > 0 {
			p.heading(of.heading)
			p.items(of.items)
			p.gap()
		}
	}
}

// An eventSection is all events of a kind, in words.
type eventSection struct {
	heading string
	items   []string
}

// eventSections returns the sites that are down and drained, and what else happens.
func eventSections(c *edgewise.Comparison) []eventSection {
	return []eventSection{
		{"Failures", inWords(c, c.Failures, failureInWords)}, {"Drains", inWords(c, c.Drains, drainInWords)}, {"Changes", inWords(c, c.Changes, changeInWords)},
	}
}

// inWords says of each what it is.
func inWords[E any](c *edgewise.Comparison, all []E, say func(*edgewise.Comparison, *E) string) (items []string) {
	for i := range all {
		items = append(items, say(c, &all[i]))
	}
	return items
}

// instantInWords says when something happens, by the clock and since the start of the study: of a window its runs begin later.
func instantInWords(c *edgewise.Comparison, at time.Duration) string {
	since := c.SinceStart(at)
	return fmt.Sprintf("%s (UTC), %s after %s begins, warm-up included", c.Start.Add(since-c.Elapsed).UTC().Format(time.RFC3339), words.Duration(since), whatBegins(c))
}

// whatBegins names that from whose beginning times are told: of a window all of the study.
func whatBegins(c *edgewise.Comparison) string {
	if c.Elapsed > 0 {
		return "the study"
	}
	return "the run"
}

// drainInWords says of a site when nobody is sent to it.
func drainInWords(c *edgewise.Comparison, d *edgewise.SiteDrain) string {
	return fmt.Sprintf("%s is drained for %s, from %s: who learns of it is sent elsewhere, what it has begun it ends",
		sitesInWords(c, []string{d.Site}), words.Duration(d.For), instantInWords(c, d.At))
}

// failureInWords says of a site when it is down, and when its users are sent elsewhere.
func failureInWords(c *edgewise.Comparison, f *edgewise.SiteFailure) string {
	s := fmt.Sprintf("%s is down for %s, from %s", sitesInWords(c, []string{f.Site}), words.Duration(f.For), instantInWords(c, f.At))
	until := f.Detection + f.Redirection
	if until >= f.For {
		s += "; it is up again before its users could be sent elsewhere"
	} else {
		s += fmt.Sprintf("; its users are sent elsewhere %s later", shortDuration(until))
	}
	s += fmt.Sprintf(" (detection %s, redirection %s)", shortDuration(f.Detection), shortDuration(f.Redirection))
	if f.Back > 0 {
		s += fmt.Sprintf(" and are back %s after it is up", shortDuration(f.Back))
	}
	s += fmt.Sprintf("; requests that meet it are given up after %s", words.Duration(f.Timeout))
	for _, g := range f.Sooner {
		s += fmt.Sprintf(", of %s after %s", g.Workload, words.Duration(g.After))
	}
	return s
}

// shortDuration writes a duration to the hundredth of a second where it is a second or longer: when checks notice a failure is drawn to the nanosecond.
func shortDuration(d time.Duration) string {
	if d >= time.Second {
		d = d.Round(10 * time.Millisecond)
	}
	return words.Duration(d)
}

// changeInWords says of a change what it is, when, and for how long.
func changeInWords(c *edgewise.Comparison, e *edgewise.Change) string {
	from := "from " + instantInWords(c, e.At)
	switch e.Kind {
	case edgewise.SlowServers:
		return fmt.Sprintf("work at %s takes %.4g times as long for %s, %s", sitesInWords(c, []string{e.Site}), e.Factor, words.Duration(e.For), from)
	case edgewise.AnsweringErrors:
		return fmt.Sprintf("%s answers errors for %s, %s", sitesInWords(c, []string{e.Site}), words.Duration(e.For), from)
	case edgewise.LinkDown:
		s := fmt.Sprintf("the link %s is down for %s, %s; what comes to it is lost and given up after %s",
			strings.Join(e.Between, " - "), words.Duration(e.For), from, words.Duration(e.Timeout))
		switch {
		case e.AroundUntil == 0:
			return s + "; it is up again before routes could lead around it" + untouchedInWords(c, e)
		case e.AroundFrom <= e.At:
			return s + "; routes lead around it since before" + untouchedInWords(c, e)
		case e.AroundUntil > e.At+e.For+e.Convergence:
			return s + fmt.Sprintf("; routes lead around it %s later, and stay so, for it is down again before they could lead back", words.Duration(e.Convergence)) + untouchedInWords(c, e)
		}
		return s + fmt.Sprintf("; routes lead around it %s later, and back %s after it is up", words.Duration(e.Convergence), words.Duration(e.Convergence)) + untouchedInWords(c, e)
	case edgewise.LinkImpaired:
		var how []string
		if e.Adds > 0 {
			how = append(how, fmt.Sprintf("takes %s longer each way", words.Duration(e.Adds)))
		}
		if e.Loss > 0 {
			how = append(how, fmt.Sprintf("loses %.4g %% of packets", 100*e.Loss))
		}
		return fmt.Sprintf("the link %s %s for %s, %s", strings.Join(e.Between, " - "), strings.Join(how, " and "), words.Duration(e.For), from) + untouchedInWords(c, e)
	case edgewise.FlashCrowd:
		return fmt.Sprintf("users of %s%s ask%s up to %.4g times as often for %s, %s", e.Workload, crowdMetros(c, e.Metros), crowdObjects(e.Objects), e.Factor, words.Duration(lastsFor(e)), from)
	case edgewise.Launch:
		return fmt.Sprintf("users of %s ask %s", e.Workload, from)
	case edgewise.SiteOpens, edgewise.SiteCloses:
		in, how := "", "its caches are empty, and users come who would if it had always been there"
		if len(e.Placements) < len(c.Placements) {
			in = " under " + named(e.Placements)
		}
		if e.Kind == edgewise.SiteCloses {
			how = "who learns of it is sent elsewhere, what it has begun it ends"
		}
		return fmt.Sprintf("%s %s%s %s: %s", sitesInWords(c, []string{e.Site}), strings.TrimPrefix(e.Kind, "site "), in, strings.Replace(from, "from", "at", 1), how)
	case edgewise.Purge:
		return fmt.Sprintf("%.4g %% of the objects of %s are taken out of all caches, %s", 100*cmp.Or(e.Share, 1), cmp.Or(e.Workload, "all workloads"), strings.Replace(from, "from", "at", 1))
	}
	return fmt.Sprintf("users of %s ask no more %s", e.Workload, from)
}

// untouchedInWords says under which placements nobody's way goes over links that are down or impaired; "" where it does under all.
func untouchedInWords(c *edgewise.Comparison, e *edgewise.Change) string {
	switch n := len(e.Untouched); {
	case n == 0:
		return ""
	case n == len(c.Placements):
		return "; no way goes over it then under any placement, so that it changes nothing"
	case n > untouchedNamed:
		return fmt.Sprintf("; under %s and %d more no way goes over it then, so that it changes nothing there", strings.Join(e.Untouched[:untouchedNamed-1], ", "), n-untouchedNamed+1)
	}
	return fmt.Sprintf("; under %s no way goes over it then, so that it changes nothing there", strings.Join(e.Untouched, ", "))
}

// untouchedNamed is how many placements are named that an event does not concern; of more the others are counted.
const untouchedNamed = 6

// lastsFor returns for how long a change is shown: a flash crowd that decays until a twentieth of it is left.
func lastsFor(e *edgewise.Change) time.Duration { return cmp.Or(e.Fades, e.For) }

// crowdNamed is how many objects or metros of a flash crowd are named; more are counted.
const crowdNamed = 4

// crowdObjects returns the objects that a crowd asks for, "" of all.
func crowdObjects(objects []uint32) string {
	switch n := len(objects); {
	case n == 0:
		return ""
	case n == 1:
		return fmt.Sprintf(" for object %d", objects[0])
	case n > crowdNamed:
		return fmt.Sprintf(" for %d objects", n)
	}
	return " for objects " + strings.Trim(strings.Join(strings.Fields(fmt.Sprint(objects)), ", "), "[]")
}

// crowdMetros returns where a crowd is, "" of everywhere.
func crowdMetros(c *edgewise.Comparison, ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	if len(ids) > crowdNamed {
		return fmt.Sprintf(" in %d metros", len(ids))
	}
	names := slices.Clone(ids)
	for i, id := range ids {
		if at := slices.IndexFunc(c.Metros, func(m edgewise.Place) bool { return m.ID == id }); at >= 0 {
			names[i] = c.Metros[at].Name
		}
	}
	return " in " + strings.Join(names, ", ")
}

// whereInWords says where a change is.
func whereInWords(c *edgewise.Comparison, e *edgewise.Change) string {
	if e.Site != "" {
		return sitesInWords(c, []string{e.Site})
	}
	if len(e.Between) > 0 {
		return strings.Join(e.Between, " - ")
	}
	return cmp.Or(e.Workload, "all caches")
}
