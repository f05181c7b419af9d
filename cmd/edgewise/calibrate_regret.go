package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/edgewise-sim/edgewise/internal/evidence"
)

// aboutChoices says how to read the tables of what choices lose.
const aboutChoices = `
What choosing by the model loses. Of all sets of so many sites the one with the least mean round trip by the model is judged by
what was measured, against the best set by what was measured; users take the nearest site of a set. "mean ms" is that of the best
set, "lost ms" by how much the chosen one is longer. "lost <= 50 ms" are points of users within 50 ms, where a set is chosen for
that. "rank" is Spearman's correlation of modelled and measured means over all sets. Players count by the Internet users of their
metro, and the model saw none of their block and none of their site; homes count all the same.`

// aboutCountries says how to read the tables of what countries lose.
const aboutCountries = `
What countries lose that the model saw nothing of, no server, player or home: each user is sent to the nearest site by the model.
Where sites are "of them", it is the mean over all sets of so many. A user of players is a metro, a home user is a home.`

// writeChoices prints what choosing sites by the model loses.
func writeChoices(w io.Writer, choices []evidence.Choice) error {
	for k, c := range choices {
		if k == 0 {
			if _, err := fmt.Fprintln(w, aboutChoices); err != nil {
				return err
			}
		}
		rows := []table.Row{{"sites", "of sets", "chosen by the model", "best measured", "mean ms", "lost ms", "lost <= 50 ms", "lost <= 100 ms", "rank"}}
		for _, r := range c.Regrets {
			rows = append(rows, table.Row{
				r.Count, r.Sets, strings.Join(r.Chosen, ", "), strings.Join(r.Best, ", "), tenths(r.BestMs), hundredths(r.LostMs()),
				hundredths(r.Lost50), hundredths(r.Lost100), evidence.RankText(r),
			})
		}
		if err := writeUnder(w, fmt.Sprintf("Choices for %s, of %d sites", usersOf(c.Who, c.Users), c.Sites), rows); err != nil {
			return err
		}
	}
	return nil
}

// usersOf returns for example "players, Asia (165 metros)".
func usersOf(who string, count int) string {
	of := "home"
	if strings.HasPrefix(who, "players") {
		of = "metro"
	}
	return fmt.Sprintf("%s (%s)", who, counted(float64(count), of))
}

// writeUnder prints a table under a line of its own, which may be longer than the table is wide.
func writeUnder(w io.Writer, title string, rows []table.Row) error {
	_, err := fmt.Fprintf(w, "\n%s\n%s\n", title, newTable("", rows).Render())
	return err
}

// writeCountryChoices prints which countries lose by choosing sites by the model.
func writeCountryChoices(w io.Writer, choices []evidence.CountryChoice) error {
	for k, c := range choices {
		if k == 0 {
			if _, err := fmt.Fprintln(w, aboutCountries); err != nil {
				return err
			}
		}
		rows := []table.Row{{"sites", "countries", "mean lost ms", "worst country", "lost ms"}}
		for k, r := range c.Regrets {
			rows = append(rows, table.Row{evidence.CountText(c.Counts[k]), len(r), hundredths(evidence.MeanLost(r)), r[0].Country, tenths(r[0].LostMs)})
		}
		if err := writeUnder(w, "Countries of "+c.Who, rows); err != nil {
			return err
		}
		rows = []table.Row{{"country", "users", "lost ms", "lost <= 50 ms", "lost <= 100 ms", "worst user", "sent to", "nearest", "lost ms"}}
		for _, r := range c.Worst() {
			rows = append(rows, table.Row{r.Country, r.Users, tenths(r.LostMs), tenths(r.Lost50), tenths(r.Lost100), r.WorstUser, r.WorstSite, r.BestSite, tenths(r.WorstMs)})
		}
		if len(rows) == 1 {
			continue // nobody loses
		}
		if err := writeUnder(w, fmt.Sprintf("Countries of %s that lose most among all sites", c.Who), rows); err != nil {
			return err
		}
	}
	return nil
}

func hundredths(x float64) string { return fmt.Sprintf("%.2f", x) }

// A lostChoice is what JSON says of what the best set of some sites by the model loses.
type lostChoice struct {
	Who      string   `json:"who"`
	Users    int      `json:"users"`
	Sites    int      `json:"sites"`
	Of       int      `json:"of"`
	Sets     int      `json:"sets"`
	Chosen   []string `json:"chosen"`
	Best     []string `json:"best"`
	ChosenMs float64  `json:"chosen_ms"`
	BestMs   float64  `json:"best_ms"`
	LostMs   float64  `json:"lost_ms"`
	Lost50   float64  `json:"lost_within_50_ms_points"`
	Lost100  float64  `json:"lost_within_100_ms_points"`
	Rank     *float64 `json:"rank_correlation"` // null for fewer than 3 sets
}

func choicesFound(choices []evidence.Choice) []lostChoice {
	var found []lostChoice
	for _, c := range choices {
		for _, r := range c.Regrets {
			l := lostChoice{
				Who: c.Who, Users: c.Users, Sites: r.Count, Of: c.Sites, Sets: r.Sets, Chosen: r.Chosen, Best: r.Best,
				ChosenMs: r.ChosenMs, BestMs: r.BestMs, LostMs: r.LostMs(), Lost50: r.Lost50, Lost100: r.Lost100,
			}
			if r.Sets >= 3 {
				l.Rank = &r.Rank
			}
			found = append(found, l)
		}
	}
	return found
}

// A lostCountry is what JSON says of what a country loses.
type lostCountry struct {
	Who       string  `json:"who"`
	Sites     *int    `json:"sites"` // null for all
	Country   string  `json:"country"`
	Users     int     `json:"users"`
	LostMs    float64 `json:"lost_ms"`
	Lost50    float64 `json:"lost_within_50_ms_points"`
	Lost100   float64 `json:"lost_within_100_ms_points"`
	WorstUser string  `json:"worst_user,omitempty"`
	SentTo    string  `json:"sent_to,omitempty"`
	Nearest   string  `json:"nearest,omitempty"`
	WorstMs   float64 `json:"worst_lost_ms"`
}

func countriesFound(choices []evidence.CountryChoice) []lostCountry {
	var found []lostCountry
	for _, c := range choices {
		for k, regrets := range c.Regrets {
			for _, r := range regrets {
				l := lostCountry{
					Who: c.Who, Country: r.Country, Users: r.Users, LostMs: r.LostMs, Lost50: r.Lost50, Lost100: r.Lost100,
					WorstUser: r.WorstUser, SentTo: r.WorstSite, Nearest: r.BestSite, WorstMs: r.WorstMs,
				}
				if count := c.Counts[k]; count > 0 {
					l.Sites = &count
				}
				found = append(found, l)
			}
		}
	}
	return found
}
