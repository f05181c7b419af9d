package evidence

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// bandsKm are the upper ends of the distance bands.
var bandsKm = []float64{200, 500, 1000, 2500, 6000, 12000, math.Inf(1)}

// leastSamples is how many samples a row needs to be shown: a percentile of fewer says nothing.
const leastSamples = 10

// WriteMarkdown writes the accuracy page: errors by set, by distance, by pair of continents and by access
// technology from a cross-validation, who reaches which sites, and what the model cannot know. how says how
// the cross-validation was made, for example "5 folds of cities, 3 times"; see [CatalogReach] for reach.
func WriteMarkdown(w io.Writer, v *calibrate.Validation, how string, reach []ReachTable) error {
	out := &page{Writer: bufio.NewWriter(w)}
	out.line("# How far modelled delays are from measured ones")
	out.line("")
	out.line("Every figure compares the model with round trips that it was not fitted to: cross-validation,")
	out.line("%s, each place left out with all its round trips.", how)
	out.line("Error is the absolute difference between the modelled and the measured round trip, in ms and in")
	out.line("percent of the measured one; bias is the median signed error, above 0 where the model is slow; n")
	out.line("counts pairs, each as often as the validation was made.")
	out.line("")
	out.line("Two servers in one metro disagree by a median 5.4 %% towards the same third city, so no model of")
	out.line("geography gets below that.")
	out.sets(v)
	out.bands(v.Cities)
	out.continents(v.Cities)
	out.technologies(v.Access)
	for _, r := range reach {
		out.reach(r)
	}
	out.limits()
	return out.Flush()
}

// A page writes lines; its errors show when it is flushed.
type page struct {
	*bufio.Writer
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

// table writes a head and one row of figures a group.
func (p *page) table(title, first string) {
	p.line("")
	p.line("## %s", title)
	p.line("")
	p.line("| %s | n | median error, ms | p90, ms | median error, %% | p90, %% | bias, %% |", first)
	p.line("|---|---|---|---|---|---|---|")
}

func (p *page) row(name string, samples []calibrate.Sample) {
	a := calibrate.AccuracyOf(samples)
	if a.N < leastSamples {
		p.line("| %s | %d | too few | | | | |", name, a.N)
		return
	}
	p.line("| %s | %d | %.1f | %.1f | %.1f | %.1f | %+.1f |", name, a.N, a.MedianMs, a.P90Ms, a.MedianPercent, a.P90Percent, a.BiasPercent)
}

func (p *page) sets(v *calibrate.Validation) {
	p.table("By set", "round trips")
	p.row("server cities, both unseen", calibrate.Where(v.Cities, func(s calibrate.Sample) bool { return s.BothUnseen }))
	p.row("server cities, one unseen", calibrate.Where(v.Cities, func(s calibrate.Sample) bool { return !s.BothUnseen }))
	p.row("AWS regions, one or both unseen", v.Regions)
	p.row("home users to cloud regions", v.Access)
}

func (p *page) bands(samples []calibrate.Sample) {
	p.table("Server cities by distance", "km")
	low := 0.0
	for _, high := range bandsKm {
		name := fmt.Sprintf("%g-%g", low, high)
		if math.IsInf(high, 1) {
			name = fmt.Sprintf("over %g", low)
		}
		p.row(name, calibrate.Where(samples, func(s calibrate.Sample) bool { return s.Km >= low && s.Km < high }))
		low = high
	}
}

func (p *page) continents(samples []calibrate.Sample) {
	p.table("Server cities by pair of continents", "between")
	groups := make(map[string][]calibrate.Sample)
	for _, s := range samples {
		ends := []string{catalog.Continent(s.From.Country), catalog.Continent(s.To.Country)}
		slices.Sort(ends)
		groups[ends[0]+" - "+ends[1]] = append(groups[ends[0]+" - "+ends[1]], s)
	}
	names := make([]string, 0, len(groups))
	for name := range groups {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		p.row(name, groups[name])
	}
}

func (p *page) technologies(samples []calibrate.Sample) {
	if len(samples) == 0 {
		return
	}
	p.table("Home users by access technology", "technology")
	for t := range topology.Technology(topology.NumTechnologies) {
		group := calibrate.Where(samples, func(s calibrate.Sample) bool { return s.Technology == t })
		if len(group) > 0 {
			p.row(t.String(), group)
		}
	}
}

// reach writes how many users have a site near.
func (p *page) reach(r ReachTable) {
	p.line("")
	p.line("## Internet users by round trip to the nearest %s", r.Sites)
	p.line("")
	p.line("Share of users whose median round trip, last mile included, is at most that. The mix of access")
	p.line("technologies is assumed to be the same everywhere.")
	p.line("")
	head, rule := "| continent | users, millions |", "|---|---|"
	for _, limit := range r.Limits {
		head += fmt.Sprintf(" %g ms |", limit.Seconds()*1000)
		rule += "---|"
	}
	p.line("%s", head)
	p.line("%s", rule)
	for _, row := range r.Rows {
		cells := fmt.Sprintf("| %s | %.0f |", row.Area, row.Users/1e6)
		for _, share := range row.Within {
			cells += fmt.Sprintf(" %.0f %% |", 100*share)
		}
		p.line("%s", cells)
	}
}

func (p *page) limits() {
	p.line("")
	p.line("## What the model cannot know")
	p.line("")
	for _, l := range []string{
		"How well one server or one provider is connected: a host with a poor uplink is slow to everywhere, and its neighbour is not.",
		"Where two networks exchange traffic today. Neighbours in the Middle East, Africa and Central Asia are often joined over Europe or Singapore; the model knows this only where a city nearby was measured.",
		"The hour of the day, congestion and outages: the tables hold means over a day and medians over weeks.",
		"A user's own operator. Technologies differ by their medians here; two LTE networks in one city differ as much.",
		"Routes that differ by direction: a round trip is taken as twice the one-way delay.",
		"Changes since the measurements were made (2020, 2023 and 2025).",
	} {
		p.line("- %s", l)
	}
}
