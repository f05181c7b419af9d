package evidence

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// A Group is a table of errors: the samples of a validation, divided in one way.
type Group struct {
	// Title heads the table, By its first column, for example "Server cities by distance" and "km".
	Title, By string
	Rows      []Row
}

// A Row sums up the samples that have something in common.
type Row struct {
	Name string
	calibrate.Accuracy
}

// leastSamples is how many samples a row needs to be shown: a percentile of fewer says nothing.
const leastSamples = 10

// TooFew reports whether the row rests on too few samples to say anything.
func (r Row) TooFew() bool { return r.N < leastSamples }

func newRow(name string, samples []calibrate.Sample) Row {
	return Row{name, calibrate.AccuracyOf(samples)}
}

// Groups returns the errors of a validation by set, by distance, by pair of continents and, where there
// are users, by access technology and by distance.
func Groups(v *calibrate.Validation) []Group {
	groups := []Group{bySet(v), byDistance("Server cities by distance", v.Cities), byContinents(v.Cities)}
	if len(v.Players) > 0 {
		groups = append(groups, byDistance("Players by distance", v.Players))
	}
	if len(v.Access) > 0 {
		groups = append(groups, byTechnology(v.Access))
	}
	return groups
}

func bySet(v *calibrate.Validation) Group {
	unseen := func(s calibrate.Sample) bool { return s.BothUnseen }
	seen := func(s calibrate.Sample) bool { return !s.BothUnseen }
	g := Group{"By set", "round trips", []Row{
		newRow("server cities, both unseen", calibrate.Where(v.Cities, unseen)),
		newRow("server cities, one unseen", calibrate.Where(v.Cities, seen)),
		newRow("AWS regions, one or both unseen", v.Regions),
		newRow("home users to cloud regions", v.Access),
	}}
	if len(v.Abroad) > 0 {
		g.Rows = append(g.Rows,
			newRow("server cities, both countries unseen", calibrate.Where(v.Abroad, unseen)),
			newRow("server cities, one country unseen", calibrate.Where(v.Abroad, seen)))
	}
	if len(v.Players) > 0 {
		g.Rows = append(g.Rows, newRow("players to nine sites", v.Players))
	}
	if len(v.PlayersAbroad) > 0 {
		g.Rows = append(g.Rows, newRow("players, country unseen", v.PlayersAbroad))
	}
	if len(v.AccessAbroad) > 0 {
		g.Rows = append(g.Rows, newRow("home users, country unseen", v.AccessAbroad))
	}
	return g
}

func byDistance(title string, samples []calibrate.Sample) Group {
	g := Group{Title: title, By: "km"}
	low := 0.0
	for _, high := range []float64{200, 500, 1000, 2500, 6000, 12000, math.Inf(1)} {
		name := fmt.Sprintf("%g-%g", low, high)
		if math.IsInf(high, 1) {
			name = fmt.Sprintf("over %g", low)
		}
		g.Rows = append(g.Rows, newRow(name, calibrate.Where(samples, func(s calibrate.Sample) bool { return s.Km >= low && s.Km < high })))
		low = high
	}
	return g
}

func byContinents(samples []calibrate.Sample) Group {
	g := Group{Title: "Server cities by pair of continents", By: "between"}
	pairs := make(map[string][]calibrate.Sample)
	for _, s := range samples {
		ends := []string{catalog.Continent(s.From.Country), catalog.Continent(s.To.Country)}
		slices.Sort(ends)
		name := ends[0] + " - " + ends[1]
		pairs[name] = append(pairs[name], s)
	}
	for _, name := range slices.Sorted(maps.Keys(pairs)) {
		g.Rows = append(g.Rows, newRow(name, pairs[name]))
	}
	return g
}

func byTechnology(samples []calibrate.Sample) Group {
	g := Group{Title: "Home users by access technology", By: "technology"}
	for t := range topology.Technology(topology.NumTechnologies) {
		if of := calibrate.Where(samples, func(s calibrate.Sample) bool { return s.Technology == t }); len(of) > 0 {
			g.Rows = append(g.Rows, newRow(t.String(), of))
		}
	}
	return g
}
