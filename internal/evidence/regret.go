package evidence

import (
	"fmt"
	"maps"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// mostSites is up to how many sites sets are judged.
const mostSites = 5

// leastUsers is how many users a table of choices needs: the best set of fewer is a matter of chance.
const leastUsers = 10

// A Choice says what sets of sites lose that are chosen by the model.
type Choice struct {
	// Who says whose round trips judge, for example "players, world".
	Who string
	// Users and Sites are how many there are.
	Users, Sites int
	Regrets      []calibrate.Regret
}

// Choices returns what choices lose for the players of the world and of each continent, weighted by who lives there, and for
// home users, each counting the same. What there are too few users of is left out.
func Choices(v *calibrate.Validation) []Choice {
	var all []Choice
	add := func(who string, samples []calibrate.Sample) {
		if f := calibrate.FieldOf(samples); f != nil && len(f.Weights) >= leastUsers {
			all = append(all, Choice{who, len(f.Weights), len(f.Sites), f.Regrets(mostSites)})
		}
	}
	add("players, "+topology.World, v.Players)
	byContinent := make(map[string][]calibrate.Sample)
	for _, s := range v.Players {
		c := catalog.Continent(s.From.Country)
		byContinent[c] = append(byContinent[c], s)
	}
	for _, c := range slices.Sorted(maps.Keys(byContinent)) {
		add("players, "+c, byContinent[c])
	}
	add("home users", v.Access)
	return all
}

// SetsOfSites draws, for each number of sites, the mean round trip of every set by the model over the measured one. It needs
// a table of users and sites.
func SetsOfSites(f *calibrate.Field, title string) (*plot.Plot, error) {
	if f == nil {
		return nil, fmt.Errorf("sets of sites %q: no users with two sites", title)
	}
	p := newPlot(title)
	p.X.Label.Text, p.Y.Label.Text = "measured mean round trip, ms", "modelled mean round trip, ms"
	p.Add(grid())
	low, high := 0.0, 0.0
	for count := 1; count <= min(mostSites, len(f.Sites)); count++ {
		var dots plotter.XYs
		for k, s := range f.Sets(count) {
			dots = append(dots, plotter.XY{X: s.MeasuredMs, Y: s.ModelMs})
			if count == 1 && k == 0 {
				low, high = s.MeasuredMs, s.MeasuredMs
			}
			low, high = min(low, s.MeasuredMs, s.ModelMs), max(high, s.MeasuredMs, s.ModelMs)
		}
		scatter, err := plotter.NewScatter(dots)
		if err != nil {
			return nil, fmt.Errorf("sets of sites %q: %w", title, err)
		}
		scatter.GlyphStyle = draw.GlyphStyle{Color: look.Line(count).Color, Radius: vg.Points(2), Shape: shapes[(count-1)%len(shapes)]}
		p.Add(scatter)
		p.Legend.Add(countedSites(count), scatter)
	}
	agreement, err := plotter.NewLine(plotter.XYs{{X: low, Y: low}, {X: high, Y: high}})
	if err != nil {
		return nil, fmt.Errorf("sets of sites %q: %w", title, err)
	}
	agreement.LineStyle = look.Line(0)
	agreement.Dashes = nil
	p.Add(agreement)
	p.Legend.Add("model = measurement", agreement)
	place(&p.Legend, true, true)
	p.X.Min, p.Y.Min, p.X.Max, p.Y.Max = low, low, high, high
	p.X.Tick.Marker, p.Y.Tick.Marker = roundTicks(low, high), roundTicks(low, high)
	return p, nil
}

// shapes tell sets of one size from others where colours do not.
var shapes = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.PlusGlyph{}, draw.CrossGlyph{}}

func countedSites(count int) string {
	if count == 1 {
		return "1 site"
	}
	return fmt.Sprintf("%d sites", count)
}

// choices writes what choices by the model lose.
func (p *page) choices(all []Choice, figures []Figure) {
	if len(all) == 0 {
		return
	}
	p.line("")
	p.line("## What a choice of sites by the model loses")
	p.line("")
	p.line("Of all sets of so many sites the one with the least mean round trip by the model is judged by what was measured, against")
	p.line("the best set by what was measured; users take the nearest site of a set. Lost are ms of the mean round trip, and points of users")
	p.line("within 50 and 100 ms where a set is chosen for that. Rank is Spearman's correlation between model and measurement over all sets.")
	p.line("Players count by the Internet users of their metro, homes each the same. What is said of players is by a model that saw none of their block and none of their site.")
	p.line("")
	p.line("| whose round trips | users | sites | of | sets | best mean, ms | lost, ms | lost within 50 ms, points | within 100 ms | rank |")
	p.line("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, c := range all {
		for _, r := range c.Regrets {
			p.line("| %s | %d | %d | %d | %d | %.1f | %.2f | %.2f | %.2f | %s |", c.Who, c.Users, r.Count, c.Sites, r.Sets, r.BestMs, r.LostMs(), r.Lost50, r.Lost100, RankText(r))
		}
	}
	for _, f := range figures {
		if f.File == setsFile {
			p.line("")
			p.line("![%s](%s)", f.Title, f.File)
		}
	}
}

// RankText returns the rank correlation of a regret to three decimals, or a dash where there are too few sets for one.
func RankText(r calibrate.Regret) string {
	if r.Sets < 3 {
		return "-"
	}
	return fmt.Sprintf("%.3f", r.Rank)
}
