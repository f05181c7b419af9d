package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
)

// A Change is one figure of all users in two comparisons.
type Change struct {
	Placement string `json:"placement"`
	Workload  string `json:"workload"`
	Metric    string `json:"metric"`
	Statistic string `json:"statistic"`
	Unit      string `json:"unit"`
	// Judged is what verdicts call the figure, "" where it is not judged.
	Judged string `json:"judged,omitempty"`
	// Before and After are the figure in the first and in the second, Difference the second less the first.
	Before     stats.Estimate `json:"before"`
	After      stats.Estimate `json:"after"`
	Difference stats.Estimate `json:"difference"`
	// Verdict says whether the second is better; empty where the figure has no better side.
	Verdict stats.Verdict `json:"verdict,omitempty"`
	// P is the corrected p-value behind it.
	P float64 `json:"corrected_p,omitempty"`
	// IsEqual says that the two are equal to the bit.
	IsEqual bool `json:"equal"`
}

// Changes are what differs between two comparisons, figure by figure.
type Changes struct {
	// Paired says that both have the same seed and number of replications, so that their users are the same: differences are then those
	// of pairs, and else of independent runs ([stats.IndependentDifferenceOf]).
	Paired bool `json:"paired"`
	// Level is the confidence level of the intervals, and of all verdicts together.
	Level   float64  `json:"level"`
	Figures []Change `json:"figures"`
	// OnlyBefore and OnlyAfter name the placements and workloads that one of the two lacks.
	OnlyBefore []string `json:"only_before,omitempty"`
	OnlyAfter  []string `json:"only_after,omitempty"`
	// Others are further things in which they differ, each in words.
	Others []string `json:"others,omitempty"`
}

// Diff compares two comparisons that are whole ([ReadComparison]): every figure of all users that both have, under placements and of
// workloads of the same name. Those that are judged get a verdict with the default margins; all verdicts together are right with the
// probability of the level ([stats.Judge]). All is of every figure, where otherwise it is of those that are judged.
func Diff(before, after *edgewise.Comparison, all bool) (*Changes, error) {
	d := &Changes{
		Paired: before.Seed == after.Seed && before.Replications == after.Replications && before.Start.Equal(after.Start),
		Level:  min(before.Level, after.Level),
	}
	other := func(what string, was, is any) {
		if was != is {
			d.Others = append(d.Others, fmt.Sprintf("the %s was %v and is %v", what, was, is))
		}
	}
	other("title", before.Title, after.Title)
	other("seed", before.Seed, after.Seed)
	other("number of replications", before.Replications, after.Replications)
	other("start", before.Start.UTC(), after.Start.UTC())
	other("duration", before.Duration, after.Duration)
	other("warm-up", before.WarmUp, after.WarmUp)
	other("number of metros", len(before.Metros), len(after.Metros))
	var questions []stats.Question
	var asked []int
	m := Margins{}.orDefaults()
	for i := range before.Placements {
		was := &before.Placements[i]
		is := placementOf(after, was.Name)
		if is == nil {
			d.OnlyBefore = append(d.OnlyBefore, fmt.Sprintf("placement %q", was.Name))
			continue
		}
		for k := range was.Workloads {
			w := &was.Workloads[k]
			now := workloadOf(is, w.Name)
			if now == nil {
				d.OnlyBefore = append(d.OnlyBefore, fmt.Sprintf("placement %q, workload %q", was.Name, w.Name))
				continue
			}
			for n := range w.Figures {
				f := &w.Figures[n]
				g, ok := now.Figures.Find(f.Metric, f.Statistic)
				if !ok || f.Judged == "" && !all || !f.HasValue() && !g.HasValue() {
					continue
				}
				c := Change{Placement: was.Name, Workload: w.Name, Metric: f.Metric, Statistic: f.Statistic, Unit: f.Unit, Judged: f.Judged,
					Before: f.Estimate, After: g.Estimate, IsEqual: f.Estimate == g.Estimate}
				c.Difference = d.difference(f, &g)
				if f.Judged != "" && f.Better != 0 && !c.IsEqual {
					margin := m.Share
					if f.Unit != "share" {
						margin = m.Relative * math.Abs(f.Value)
					}
					questions = append(questions, stats.Question{
						Name: fmt.Sprintf("%s, %s, %s", was.Name, w.Name, f.Judged), Difference: c.Difference, Level: d.Level, Margin: margin,
						MoreIsBetter: f.Better == edgewise.More,
					})
					asked = append(asked, len(d.Figures))
				}
				d.Figures = append(d.Figures, c)
			}
		}
		for k := range is.Workloads {
			if workloadOf(was, is.Workloads[k].Name) == nil {
				d.OnlyAfter = append(d.OnlyAfter, fmt.Sprintf("placement %q, workload %q", was.Name, is.Workloads[k].Name))
			}
		}
	}
	for i := range after.Placements {
		if placementOf(before, after.Placements[i].Name) == nil {
			d.OnlyAfter = append(d.OnlyAfter, fmt.Sprintf("placement %q", after.Placements[i].Name))
		}
	}
	answers, err := stats.Judge(questions, d.Level)
	if err != nil {
		return nil, fmt.Errorf("compare reports: %w", err)
	}
	for i, at := range asked {
		d.Figures[at].Verdict, d.Figures[at].P = answers[i].Verdict, answers[i].P
	}
	return d, nil
}

// placementOf returns the placement of a name, nil if there is none.
func placementOf(c *edgewise.Comparison, name string) *edgewise.PlacementResult {
	i := slices.IndexFunc(c.Placements, func(p edgewise.PlacementResult) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return &c.Placements[i]
}

// difference estimates by how much a figure has changed.
func (d *Changes) difference(was, is *edgewise.Figure) stats.Estimate {
	switch {
	case !was.HasValue() || !is.HasValue():
		return stats.Estimate{Unsupported: "one of the two has no such figure"}
	case len(was.Replicates) == 0 || len(is.Replicates) == 0:
		return stats.Estimate{Value: is.Value - was.Value, Low: is.Value - was.Value, High: is.Value - was.Value, N: 1, Unsupported: "what replications say of it is not kept"}
	case d.Paired && len(was.Replicates) == len(is.Replicates):
		return stats.DifferenceOf(is.Replicates, was.Replicates, d.Level)
	}
	return stats.IndependentDifferenceOf(is.Replicates, was.Replicates, d.Level)
}

// IsSame reports whether the two say the same: no figure differs beyond chance, and no placement or workload is there in one alone. What
// else differs ([Changes].Others) may well have been meant.
func (d *Changes) IsSame() bool {
	return len(d.OnlyBefore)+len(d.OnlyAfter) == 0 && !slices.ContainsFunc(d.Figures, func(c Change) bool {
		return c.Verdict == stats.Better || c.Verdict == stats.Worse
	})
}

// IsEqual reports whether every figure is equal to the bit.
func (d *Changes) IsEqual() bool {
	return len(d.OnlyBefore)+len(d.OnlyAfter) == 0 && !slices.ContainsFunc(d.Figures, func(c Change) bool { return !c.IsEqual })
}
