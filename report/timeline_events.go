package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/internal/words"
)

// A shownEvent is something that happens at a time of the runs, in a few words.
type shownEvent struct {
	at, lasts time.Duration // since the start of the run
	says      string
	opacity   float64
}

// shownEvents returns what happens in the recorded time, in order. What happens at one instant for as long is one.
func shownEvents(c *edgewise.Comparison) (all []shownEvent) {
	add := func(at, lasts time.Duration, opacity float64, says string) {
		if at+lasts < c.WarmUp || at >= c.WarmUp+c.Duration {
			return
		}
		if i := slices.IndexFunc(all, func(e shownEvent) bool { return e.at == at && e.lasts == lasts }); i >= 0 {
			all[i].says += ", " + says
			all[i].opacity = max(all[i].opacity, opacity)
			return
		}
		all = append(all, shownEvent{at, lasts, says, opacity})
	}
	for _, f := range c.Failures {
		add(f.At, f.For, 0.12, sitesInWords(c, []string{f.Site})+" down")
	}
	for _, d := range c.Drains {
		add(d.At, d.For, 0.09, sitesInWords(c, []string{d.Site})+" drained")
	}
	for i := range c.Changes {
		e := &c.Changes[i]
		where, kind := whereInWords(c, e), e.Kind
		switch kind {
		case edgewise.SiteOpens, edgewise.SiteCloses:
			kind = strings.TrimPrefix(kind, "site ")
		case edgewise.FlashCrowd, edgewise.Launch, edgewise.Shutdown:
			where, kind = kind, "of "+where
		case edgewise.LinkDown, edgewise.LinkImpaired:
			kind = strings.TrimPrefix(kind, "link ")
		}
		if len(e.Placements) > 0 && len(e.Placements) < len(c.Placements) {
			kind += " under " + named(e.Placements)
		}
		add(e.At, lastsFor(e), 0.09, where+" "+kind)
	}
	slices.SortStableFunc(all, func(a, b shownEvent) int { return cmp.Compare(a.at, b.at) })
	return all
}

// eventsTold is how many events are told by number below the picture; more are counted.
const eventsTold = 8

// eventsInWords says what is shaded, by number, as a sentence behind another; nothing where nothing is.
func eventsInWords(c *edgewise.Comparison) string {
	all := shownEvents(c)
	if len(all) == 0 {
		return ""
	}
	var told []string
	for i, e := range all[:min(len(all), eventsTold)] {
		s := fmt.Sprintf("%d %s", i+1, e.says)
		if e.lasts > 0 {
			s += " for " + words.Duration(e.lasts)
		}
		told = append(told, s)
	}
	if more := len(all) - len(told); more > 0 {
		told = append(told, fmt.Sprintf("and %d more", more))
	}
	return " Shaded: " + strings.Join(told, "; ") + "."
}

// shadesOf returns what is shaded on the axis of a panel.
func shadesOf(c *edgewise.Comparison, in func(time.Duration) float64, from, to float64) shades {
	all := shades{{from, in(c.WarmUp), 0.06}}
	for _, e := range shownEvents(c) {
		at := in(e.at)
		all = append(all, shade{at, max(in(e.at+e.lasts), at+float64(0.004*(to-from))), e.opacity}) // an instant is a line
	}
	return all
}

// An eventNumber is the number of an event, at its place on the axis of a panel.
type eventNumber struct {
	at     float64
	number int
}

// eventNumbers returns the numbers of events, where they begin or the axis does.
func eventNumbers(c *edgewise.Comparison, in func(time.Duration) float64) (all []eventNumber) {
	for i, e := range shownEvents(c) {
		if i < eventsTold {
			all = append(all, eventNumber{in(max(e.at, c.WarmUp)), i + 1})
		}
	}
	return all
}

// drawEvents writes the numbers of events above the data; those that have no room beside one another share a place.
func (p *plotPanel) drawEvents(data draw.Canvas) {
	label := look.Text(look.NoteSize, look.Faint)
	label.XAlign, label.YAlign = draw.XCenter, text.YBottom
	type said struct {
		x, half vg.Length
		numbers string
	}
	var all []said
	for _, e := range p.events {
		one := said{x: data.X(p.plot.X.Norm(e.at)), numbers: strconv.Itoa(e.number)}
		one.half = vg.Length(label.Width(one.numbers) * widerFont / 2)
		for last := len(all) - 1; last >= 0 && one.x-one.half < all[last].x+all[last].half+eventGap; last-- {
			one.x, one.numbers = all[last].x, all[last].numbers+", "+one.numbers
			one.half = vg.Length(label.Width(one.numbers) * widerFont / 2)
			all = all[:last]
		}
		one.x = min(max(one.x, data.Min.X+one.half), data.Max.X-one.half)
		all = append(all, one)
	}
	for _, s := range all {
		data.FillText(label, vg.Point{X: s.x, Y: data.Max.Y + 2}, s.numbers)
	}
}

// eventGap is between the numbers of events.
const eventGap = 3 * vg.Length(1)
