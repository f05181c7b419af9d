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
	// Title heads the table, By its first column, for example "Server cities by distance" and "km". Note says what to know of it, if anything.
	Title, By, Note string
	Rows            []Row
}

// A Row sums up the samples that have something in common.
type Row struct {
	Name string
	calibrate.Accuracy
}

// The titles of the tables of what no model of geography knows, and what they say.
const (
	twinsTitle = "Next to what was measured"
	twinsNote  = "What is measured from one place says of the next, no more than 60 km away and towards the same third place, no more than this: the median of the others there " +
		"is taken in place of the model. No map tells the two apart, so a model of places has about these errors at the least where few were measured."
	inCommonTitle = "What errors have in common"
	inCommonNote  = "Each round trip is multiplied by the median ratio of measured to modelled of the others that are named, never by its own. What the errors lose is " +
		"what those have in common and the model did not know: of a site, of where the networks of a continent or a country go towards it, of one's own line. What is left is noise, or one's own."
)

// leastSamples is how many samples a row needs to be shown: a percentile of fewer says nothing.
const leastSamples = 10

// TooFew reports whether the row rests on too few samples to say anything.
func (r Row) TooFew() bool { return r.N < leastSamples }

func newRow(name string, samples []calibrate.Sample) Row {
	return Row{name, calibrate.AccuracyOf(samples)}
}

// Groups returns the errors of a validation by set, by distance, by pair of continents and, where there
// are users, by access technology and by distance, and what geography cannot know of them.
func Groups(v *calibrate.Validation) []Group {
	groups := []Group{bySet(v), byDistance("Server cities by distance", v.Cities), byContinents(v.Cities)}
	if len(v.Players) > 0 {
		groups = append(groups, byDistance("Players by distance", v.Players), bySite(v.Players))
	}
	if len(v.Access) > 0 {
		groups = append(groups, byTechnology(v.Access))
	}
	return append(groups, byTwins(v), inCommon(v))
}

// byTwins says how far off those are who stand next to what was measured.
func byTwins(v *calibrate.Validation) Group {
	g := Group{Title: twinsTitle, Note: twinsNote, By: "round trips, and who says them"}
	add := func(name string, twins func([]calibrate.Sample) (byModel, byTwins []calibrate.Sample), of []calibrate.Sample) {
		model, twin := twins(of)
		g.Rows = append(g.Rows, newRow(name+": the model", model), newRow(name+": the others next to it", twin))
	}
	add("a server with others in its metro", calibrate.CityTwins, v.Cities)
	add("a home with others near it, on its technology", calibrate.HomeTwins, v.Access)
	return g
}

// inCommon says what is left of errors when what they have in common is known.
func inCommon(v *calibrate.Validation) Group {
	g := Group{Title: inCommonTitle, Note: inCommonNote, By: "round trips, and what is known of the errors"}
	add := func(name string, samples []calibrate.Sample, key func(calibrate.Sample) string) {
		g.Rows = append(g.Rows, newRow(name, calibrate.Corrected(samples, key)))
	}
	country := func(s calibrate.Sample) string { return s.From.Country }
	countryAndSite := func(s calibrate.Sample) string { return s.From.Country + " " + s.Site }
	for _, of := range []struct {
		name    string
		samples []calibrate.Sample
	}{{"players", v.Players}, {"homes", v.Access}} {
		g.Rows = append(g.Rows, newRow(of.name+": nothing", of.samples))
		add(of.name+": those of others to the same site", of.samples, func(s calibrate.Sample) string { return s.Site })
		add(of.name+": those of others from the same continent to the same site", of.samples, func(s calibrate.Sample) string { return catalog.Continent(s.From.Country) + s.Site })
		add(of.name+": those from the same country to all sites", of.samples, country)
		add(of.name+": those of others from the same country to the same site", of.samples, countryAndSite)
		add(of.name+": one's own to other sites", of.samples, func(s calibrate.Sample) string { return s.User })
	}
	add("homes: those of others on the same technology", v.Access, func(s calibrate.Sample) string { return s.Technology.String() })
	return g
}

func bySet(v *calibrate.Validation) Group {
	unseen := func(s calibrate.Sample) bool { return s.BothUnseen }
	seen := func(s calibrate.Sample) bool { return !s.BothUnseen }
	g := Group{Title: "By set", By: "round trips", Rows: []Row{
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

// bySite tells the ways of players apart by where they lead and, where these are ten or more, by where from.
func bySite(samples []calibrate.Sample) Group {
	g := Group{Title: "Players by site", By: "to, from", Note: "The site and the players are unseen, both: what is said of ways to a site is said by players of other sites, by servers and by backbones."}
	ways := make(map[string][]calibrate.Sample)
	for _, s := range samples {
		ways[s.Site] = append(ways[s.Site], s)
		from := s.Site + ", " + catalog.Continent(s.From.Country)
		ways[from] = append(ways[from], s)
	}
	for _, name := range slices.Sorted(maps.Keys(ways)) {
		if len(ways[name]) >= leastSamples {
			g.Rows = append(g.Rows, newRow(name, ways[name]))
		}
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
