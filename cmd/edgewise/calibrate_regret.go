package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/edgewise-sim/edgewise/internal/evidence"
)

// writeChoices prints what choosing sites by the model loses.
func writeChoices(w io.Writer, choices []evidence.Choice) error {
	for _, c := range choices {
		rows := []table.Row{{"sites", "of sets", "chosen by the model", "best measured", "mean ms", "lost ms", "lost <= 50 ms", "lost <= 100 ms", "rank"}}
		for _, r := range c.Regrets {
			rows = append(rows, table.Row{
				r.Count, r.Sets, strings.Join(r.Chosen, ", "), strings.Join(r.Best, ", "), tenths(r.BestMs), hundredths(r.LostMs()),
				hundredths(r.Lost50), hundredths(r.Lost100), evidence.RankText(r),
			})
		}
		title := fmt.Sprintf("What choosing by the model loses: %s, %d users, %d sites; lost within 50 and 100 ms in points of users", c.Who, c.Users, c.Sites)
		if _, err := fmt.Fprintf(w, "\n%s\n", newTable(title, rows).Render()); err != nil {
			return err
		}
	}
	return nil
}

// writeCountryChoices prints which countries lose by choosing sites by the model.
func writeCountryChoices(w io.Writer, choices []evidence.CountryChoice) error {
	for _, c := range choices {
		rows := []table.Row{{"sites", "countries", "mean lost ms", "worst country", "lost ms"}}
		for k, r := range c.Regrets {
			rows = append(rows, table.Row{evidence.CountText(c.Counts[k]), len(r), hundredths(evidence.MeanLost(r)), r[0].Country, tenths(r[0].LostMs)})
		}
		title := fmt.Sprintf("What countries lose that the model saw nothing of: %s, each sent to the nearest of so many sites; the mean of all sets of them", c.Who)
		if _, err := fmt.Fprintf(w, "\n%s\n", newTable(title, rows).Render()); err != nil {
			return err
		}
		rows = []table.Row{{"country", "users", "lost ms", "lost <= 50 ms", "lost <= 100 ms", "worst user", "sent to", "nearest", "lost ms"}}
		for _, r := range c.Worst() {
			rows = append(rows, table.Row{r.Country, r.Users, tenths(r.LostMs), tenths(r.Lost50), tenths(r.Lost100), r.WorstUser, r.WorstSite, r.BestSite, tenths(r.WorstMs)})
		}
		if len(rows) == 1 {
			continue // nobody loses
		}
		if _, err := fmt.Fprintf(w, "\n%s\n", newTable(fmt.Sprintf("The countries that lose most: %s, all sites; lost within 50 and 100 ms in points of users", c.Who), rows).Render()); err != nil {
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
