package search

import (
	"fmt"
	"math"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/stats"
)

// sentence says the answer in words.
func (e *Exploration) sentence(a *Answer) string {
	if len(a.Alternatives) == 0 {
		return "No alternative could be simulated."
	}
	best := &a.Alternatives[0]
	if len(best.Figures) == 0 {
		return "No alternative could be simulated: " + best.Breaks
	}
	f := e.problem.objectives[0]
	value := writeEstimate(f, best.Figures[0].Estimate)
	switch {
	case !a.IsReached && math.IsInf(best.misses, 1):
		return fmt.Sprintf("No set that was simulated can be valued. Of %s: %s.", best.Name, best.Breaks)
	case !a.IsReached:
		return fmt.Sprintf("No set reaches it. The nearest, %s, has a %s of %s: %s.", best.Name, f.measure.Name(), value, best.Breaks)
	case len(a.Objectives) == 2:
		n, behind := 0, 0
		for i := range a.Alternatives {
			if a.Alternatives[i].OnFront {
				n++
			}
			if a.Alternatives[i].BehindBaseline {
				behind++
			}
		}
		text := fmt.Sprintf("%d of %d alternatives that were simulated are on the front of %s and %s: no other is better in both", n, len(a.Alternatives), a.Objectives[0].Figure, a.Objectives[1].Figure)
		if behind > 0 {
			text += fmt.Sprintf(", nor is %s as it is, which beats %d of the others", a.Baseline.Name, behind)
		}
		return text + "."
	}
	text := fmt.Sprintf("Choose %s: %s of %s", strings.TrimPrefix(best.Name, "+ "), f.measure.Name(), value)
	if d := best.Figures[0].Difference; d != nil && d.HasValue() {
		text += fmt.Sprintf(", %s against %s", writeDifference(f, *d), a.Baseline.Name)
	}
	switch {
	case a.Selection == nil || best.Best == nil:
	case a.Selection.IsKnown:
		text += fmt.Sprintf(". It is the best, or within %s of the best, with a probability of %.4g %%", writeSize(f.measure.Unit, e.matters()), 100*a.Selection.Confidence)
	default:
		text += fmt.Sprintf(". Which is the best is not known after %d replications: this one with a probability of %.0f %%", a.Selection.Replications, 100**best.Best)
	}
	return text + "."
}

func writeEstimate(f *figure, e stats.Estimate) string {
	if !e.HasValue() {
		return "unknown"
	}
	if !e.HasInterval() {
		return f.write(e.Value)
	}
	return f.write(e.Value) + " ± " + f.write(e.HalfWidth())
}

// writeDifference writes a difference with its sign; of shares in points.
func writeDifference(f *figure, e stats.Estimate) string {
	value, unit := e.Value, f.measure.Unit
	if unit == "share" {
		value, unit = 100*value, "points"
	}
	return words.Signed(value, 1) + " " + unit
}

// boundInWords names the bound of an objective.
func (r *SurrogateReport) boundInWords(objective Named) string {
	if strings.HasPrefix(objective.Figure, edgewise.WorstMetro+" ") {
		return "the bound of a p-center"
	}
	return "a Lagrangian bound"
}

// gapInWords writes a gap, of which less than a hundredth of a per cent is nothing.
func gapInWords(gap float64) string { return fmt.Sprintf("%.2g %%", math.Max(100*gap, 0.01)) }

// Steps says in words how the answer was found.
func (a *Answer) Steps() (all []string) {
	r := &a.Surrogate
	first := fmt.Sprintf("1. The surrogate scored all %.0f alternatives", r.Total)
	if !r.IsWhole {
		first = fmt.Sprintf("1. The surrogate scored %.0f of %.4g alternatives, greedily and by swaps", r.Scored, r.Total)
		if r.Gap != nil {
			first += fmt.Sprintf("; none is better than its best by more than %s, by %s", gapInWords(*r.Gap), r.boundInWords(a.Objectives[0]))
		}
		for i, b := range r.Bounds {
			first += fmt.Sprintf("%s none is better than its best in %s by more than %s", []string{";", " and"}[i], b.Figure, gapInWords(b.Gap))
		}
		if len(r.Bounds) > 0 {
			first += ", by Lagrangian bounds"
		}
		if r.Covered != nil {
			first += fmt.Sprintf("; its front dominates at least %.0f %% of what any could", math.Floor(100**r.Covered))
		}
		if r.GapUnknown != "" {
			first += "; how much better another may be is not known, for " + r.GapUnknown
		}
	}
	if r.Proxy != "" {
		first += fmt.Sprintf(", by %s, for it does not know %s before a run", r.Proxy, a.Objectives[0].Figure)
	}
	if r.LeftOut != "" {
		first += ", without " + r.LeftOut
	}
	if r.Compiled != "" {
		first += ", each compiled, for " + r.Compiled
	}
	if r.Games != "" {
		of := "each"
		if r.Sampled > 0 {
			of = fmt.Sprintf("the best %d by where the routing rule sends players", r.Sampled)
		}
		first += fmt.Sprintf("; of %s it ran once in short, on other players, who plays where, who waits and who goes (%s)", of, r.Games)
	}
	if len(r.Unseen) > 0 {
		first += ". It does not know of " + strings.Join(r.Unseen, "; of ")
	}
	if len(r.Refused) > 0 {
		first += ". It left out " + refusedInWords(r.Refused)
	}
	n := 0
	if a.Comparison != nil {
		n = a.Comparison.Replications
	}
	second := fmt.Sprintf("2. The best %d were simulated with the same users, %d times each", len(a.Alternatives), n)
	if r.RankCorrelation != nil {
		second += fmt.Sprintf("; the ranks of what was expected and of what was simulated correlate at %.2f", *r.RankCorrelation)
	}
	if r.Proxy == "" && r.MeanError != nil {
		second += fmt.Sprintf("; simulated less expected is %s on the mean", writeError(a.Objectives[0], *r.MeanError))
	}
	all = append(all, first+".", second+".")
	switch s := a.Selection; {
	case s == nil:
	case !a.IsReached && len(a.Alternatives) > 0 && math.IsInf(a.Alternatives[0].misses, 1):
		all = append(all, "3. None of them can be valued.")
	case !a.IsReached:
		all = append(all, "3. None of them keeps the constraints; they are in the order of how near they come.")
	default:
		third := fmt.Sprintf("3. By the procedure of Kim and Nelson the best is known with a probability of %.4g %%, or one within %s of it", 100*s.Confidence, writeSize(a.Objectives[0].Unit, a.Objectives[0].Matters))
		if !s.IsKnown {
			third = fmt.Sprintf("3. Which of them is best is not known with a probability of %.4g %%: they are too close, or there were too few replications", 100*s.Confidence)
		}
		all = append(all, third+".")
	}
	return all
}

func writeError(n Named, x float64) string {
	if n.Unit == "share" {
		return words.Signed(100*x, 2) + " points"
	}
	return fmt.Sprintf("%+.3g %s", x, n.Unit)
}

// writeSize writes a difference without its sign; of shares in points.
func writeSize(unit string, x float64) string {
	if unit == "share" {
		x, unit = 100*x, "points"
		if x == 1 {
			unit = "point"
		}
	}
	return fmt.Sprintf("%.3g %s", x, unit)
}
