package report

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/words"
)

// failures says which sites are down, when and for how long; nothing where none is.
func (p *paper) failures(c *edgewise.Comparison) {
	if len(c.Failures) == 0 {
		return
	}
	var items []string
	for i := range c.Failures {
		items = append(items, failureInWords(c, &c.Failures[i]))
	}
	p.heading("Failures")
	p.items(items)
	p.gap()
}

// drains says which sites are drained, when and for how long; nothing where none is.
func (p *paper) drains(c *edgewise.Comparison) {
	if len(c.Drains) == 0 {
		return
	}
	var items []string
	for i := range c.Drains {
		items = append(items, drainInWords(c, &c.Drains[i]))
	}
	p.heading("Drains")
	p.items(items)
	p.gap()
}

// drainInWords says of a site when nobody is sent to it.
func drainInWords(c *edgewise.Comparison, d *edgewise.SiteDrain) string {
	return fmt.Sprintf("%s is drained for %s, from %s (UTC), %s after the run begins, warm-up included: who learns of it is sent elsewhere, what it has begun it ends",
		sitesInWords(c, []string{d.Site}), words.Duration(d.For), c.Start.Add(d.At).UTC().Format(time.RFC3339), words.Duration(d.At))
}

// failureInWords says of a site when it is down, and when its users are sent elsewhere.
func failureInWords(c *edgewise.Comparison, f *edgewise.SiteFailure) string {
	s := fmt.Sprintf("%s is down for %s, from %s (UTC), %s after the run begins, warm-up included",
		sitesInWords(c, []string{f.Site}), words.Duration(f.For), c.Start.Add(f.At).UTC().Format(time.RFC3339), words.Duration(f.At))
	until := f.Detection + f.Redirection
	if until >= f.For {
		s += "; it is up again before its users could be sent elsewhere"
	} else {
		s += fmt.Sprintf("; its users are sent elsewhere %s later", words.Duration(until))
	}
	return s + fmt.Sprintf(" (detection %s, redirection %s); requests that meet it are given up after %s",
		words.Duration(f.Detection), words.Duration(f.Redirection), words.Duration(f.Timeout))
}

// changes says what else happens at a time of the runs; nothing where nothing does.
func (p *paper) changes(c *edgewise.Comparison) {
	if len(c.Changes) == 0 {
		return
	}
	var items []string
	for i := range c.Changes {
		items = append(items, changeInWords(c, &c.Changes[i]))
	}
	p.heading("Changes")
	p.items(items)
	p.gap()
}

// changeInWords says of a change what it is, when, and for how long.
func changeInWords(c *edgewise.Comparison, e *edgewise.Change) string {
	from := fmt.Sprintf("from %s (UTC), %s after the run begins, warm-up included", c.Start.Add(e.At).UTC().Format(time.RFC3339), words.Duration(e.At))
	switch e.Kind {
	case edgewise.SlowServers:
		return fmt.Sprintf("work at %s takes %.4g times as long for %s, %s", sitesInWords(c, []string{e.Site}), e.Factor, words.Duration(e.For), from)
	case edgewise.AnsweringErrors:
		return fmt.Sprintf("%s answers errors for %s, %s", sitesInWords(c, []string{e.Site}), words.Duration(e.For), from)
	case edgewise.FlashCrowd:
		return fmt.Sprintf("users of %s ask up to %.4g times as often for %s, %s", e.Workload, e.Factor, words.Duration(e.For), from)
	case edgewise.Launch:
		return fmt.Sprintf("users of %s ask %s", e.Workload, from)
	}
	return fmt.Sprintf("users of %s ask no more %s", e.Workload, from)
}

// whereInWords says where a change is.
func whereInWords(c *edgewise.Comparison, e *edgewise.Change) string {
	if e.Site != "" {
		return sitesInWords(c, []string{e.Site})
	}
	return e.Workload
}
