package evidence

import (
	"bufio"
	"fmt"
	"io"

	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
)

// WriteMarkdown writes the accuracy page: errors by set, by distance, by pair of continents and by access
// technology from a cross-validation, who reaches which sites, and what the model cannot know. how says how
// the cross-validation was made, for example "5 folds, 3 times"; see [CatalogReach] for reach. Figures are
// files beside the page; see [Draw].
func WriteMarkdown(w io.Writer, v *calibrate.Validation, how string, reach []ReachTable, figures []Figure) error {
	out := &page{Writer: bufio.NewWriter(w)}
	out.line("# How far modelled delays are from measured ones")
	out.line("")
	out.line("Every figure compares the model with round trips that it was not fitted to: cross-validation,")
	out.line("%s, each place left out with all its round trips; for countries unseen, all places of a country.", how)
	out.line("Error is the absolute difference between the modelled and the measured round trip, in ms and in")
	out.line("percent of the measured one; bias is the median signed error, above 0 where the model is slow; n")
	out.line("counts pairs, each as often as the validation was made.")
	out.line("")
	out.line("Two servers in one metro disagree by a median 5.4 %% towards the same third city, so no model of")
	out.line("geography gets below that.")
	out.line("")
	out.line("The model blends three guesses that are wrong in different ways: a straight line in the distance,")
	out.line("the path through the exchange towns, and the way over %d hubs where networks meet, by the nearest and by where transit is bought. What was measured", len(calibrate.Default().Trunks.Hubs))
	out.line("nearby corrects the blend; see the package topology/calibrate. Hubs, weights and kernels were chosen")
	out.line("with these tables in sight and are the same in every fold, so expect errors a little above these for")
	out.line("places that neither the model nor its makers have seen.")
	for _, g := range Groups(v) {
		out.group(g)
	}
	out.coverages(v.Coverages())
	out.choices(Choices(v), figures)
	out.countryChoices(CountryChoices(v))
	out.figures(figures)
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

// group writes one table of errors.
func (p *page) group(g Group) {
	p.line("")
	p.line("## %s", g.Title)
	p.line("")
	if g.Note != "" {
		p.line("%s", g.Note)
		p.line("")
	}
	p.line("| %s | n | median error, ms | p90, ms | median error, %% | p90, %% | bias, %% |", g.By)
	p.line("|---|---|---|---|---|---|---|")
	for _, r := range g.Rows {
		if r.TooFew() {
			p.line("| %s | %d | too few | | | | |", r.Name, r.N)
			continue
		}
		p.line("| %s | %d | %.1f | %.1f | %.1f | %.1f | %s |", r.Name, r.N, r.MedianMs, r.P90Ms, r.MedianPercent, r.P90Percent, words.Signed(r.BiasPercent, 1))
	}
}

// coverages writes how often intervals hold what was measured.
func (p *page) coverages(all []calibrate.Coverage) {
	p.line("")
	p.line("## Intervals")
	p.line("")
	p.line("An interval of `edgewise rtt --explain` is to hold 80 %% of the round trips that are measured. Those of a fifth of the")
	p.line("places are judged here by intervals made from the round trips of all others.")
	p.line("")
	p.line("| round trips | n | in their interval |")
	p.line("|---|---|---|")
	for _, c := range all {
		p.line("| %s | %d | %.1f %% |", c.Set, c.Count, 100*c.Share)
	}
}

// figures shows the pictures.
func (p *page) figures(all []Figure) {
	if len(all) == 0 {
		return
	}
	p.line("")
	p.line("## Measured and modelled")
	for _, f := range all {
		if f.File == setsFile {
			continue // stands with its table
		}
		p.line("")
		p.line("![%s](%s)", f.Title, f.File)
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
