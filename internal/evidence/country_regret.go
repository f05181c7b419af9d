package evidence

import (
	"fmt"
	"math"

	"github.com/edgewise-sim/edgewise/topology/calibrate"
)

// mostCountries is how many of the countries that lose most are shown.
const mostCountries = 10

// leastCountries is how many countries a table needs.
const leastCountries = 2

// A CountryChoice says what the users of countries lose who are sent to the nearest site by a model that saw nothing of their
// country.
type CountryChoice struct {
	// Who says whose round trips judge, for example "players".
	Who string
	// Counts are the numbers of sites to choose among, 0 for all of them, and Regrets the countries for each, the worst first.
	Counts  []int
	Regrets [][]calibrate.CountryRegret
}

// CountryChoices returns what the players and the homes of countries lose. What there are too few countries of is left out.
func CountryChoices(v *calibrate.Validation) []CountryChoice {
	var all []CountryChoice
	for _, set := range []struct {
		who     string
		samples []calibrate.Sample
	}{{"players", v.PlayersAbroad}, {"home users", v.AccessAbroad}} {
		c := CountryChoice{Who: set.who}
		for _, count := range []int{2, 3, 5, 0} {
			if r := calibrate.RegretsByCountry(set.samples, count); len(r) >= leastCountries {
				c.Counts, c.Regrets = append(c.Counts, count), append(c.Regrets, r)
			}
		}
		if len(c.Counts) > 0 {
			all = append(all, c)
		}
	}
	return all
}

// CountText returns for example "2 of them", or "all".
func CountText(count int) string {
	if count == 0 {
		return "all"
	}
	return fmt.Sprintf("%d of them", count)
}

// MeanLost returns what the countries of a table lose on average, each counting the same, in ms; NaN of none.
func MeanLost(regrets []calibrate.CountryRegret) float64 {
	sum := 0.0
	for _, r := range regrets {
		sum += r.LostMs
	}
	if len(regrets) == 0 {
		return math.NaN()
	}
	return sum / float64(len(regrets))
}

// Worst returns the countries that lose most where all sites are to choose among, ten at most, and none that loses nothing.
func (c CountryChoice) Worst() []calibrate.CountryRegret {
	var worst []calibrate.CountryRegret
	for _, r := range c.Regrets[len(c.Regrets)-1] {
		if r.LostMs > 0 && len(worst) < mostCountries {
			worst = append(worst, r)
		}
	}
	return worst
}

// countryChoices writes what countries lose.
func (p *page) countryChoices(all []CountryChoice) {
	if len(all) == 0 {
		return
	}
	p.line("")
	p.line("## Which countries lose by a choice of sites by the model")
	p.line("")
	p.line("Every user is sent to the nearest site by a model that saw nothing of the user's country: no server, no region, no player and no")
	p.line("home. Lost are ms against the nearest site by what was measured, on average over the country's users and over all sets of so many")
	p.line("sites; the mean is of countries, each counting the same.")
	p.line("")
	p.line("| whose round trips | sites to choose among | countries | mean lost, ms | worst country | lost, ms |")
	p.line("|---|---|--:|--:|---|--:|")
	for _, c := range all {
		for k, r := range c.Regrets {
			p.line("| %s | %s | %d | %.2f | %s | %.1f |", c.Who, CountText(c.Counts[k]), len(r), MeanLost(r), r[0].Country, r[0].LostMs)
		}
	}
	for _, c := range all {
		worst := c.Worst()
		if len(worst) == 0 {
			continue
		}
		p.line("")
		p.line("The countries of %s that lose most among all sites, and their user who loses most:", c.Who)
		p.line("")
		p.line("| country | users | lost, ms | lost within 50 ms, points | within 100 ms | user | sent to | nearest | lost, ms |")
		p.line("|---|--:|--:|--:|--:|---|---|---|--:|")
		for _, r := range worst {
			p.line("| %s | %d | %.1f | %.1f | %.1f | %s | %s | %s | %.1f |", r.Country, r.Users, r.LostMs, r.Lost50, r.Lost100, r.WorstUser, r.WorstSite, r.BestSite, r.WorstMs)
		}
	}
}
