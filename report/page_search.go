package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/edgewise-sim/edgewise/search"
)

// A pageSearch is an answer of a search, as it is drawn.
type pageSearch struct {
	Objectives   []pageObjective   `json:"objectives"`
	Alternatives []pageAlternative `json:"alternatives"`
	Sites        []pageChosen      `json:"sites,omitempty"`
	Tornado      []pageMoved       `json:"tornado,omitempty"`
	// ChosenNote and MovedNote say how to read the two.
	ChosenNote string `json:"chosen_note,omitempty"`
	MovedNote  string `json:"moved_note,omitempty"`
}

// A pageObjective is a figure that was made small or large.
type pageObjective struct {
	Name   string `json:"name"`
	Unit   string `json:"unit"`
	Better string `json:"better"`
}

// A pageAlternative is a set of sites: the baseline comes last.
type pageAlternative struct {
	Name       string          `json:"name"`
	IsBaseline bool            `json:"baseline,omitempty"`
	Values     []roughEstimate `json:"v"`
	Expected   []rough         `json:"expected"`
	Best       *float64        `json:"best,omitempty"`
	OnFront    bool            `json:"front,omitempty"`
	Breaks     string          `json:"breaks,omitempty"`
	Money      roughEstimate   `json:"money,omitempty"`
}

// A pageChosen says how often a site is among the best.
type pageChosen struct {
	Site   string `json:"site"`
	Share  rough  `json:"share"`
	IsBest bool   `json:"is_best,omitempty"`
}

// A pageMoved says what one input does to the objective.
type pageMoved struct {
	Input string `json:"input"`
	Low   rough  `json:"low"`
	High  rough  `json:"high"`
	Else  string `json:"else,omitempty"`
}

// newPageSearch returns what is drawn of an answer, nil where sites were not searched for.
func newPageSearch(a *search.Answer) *pageSearch {
	if a == nil {
		return nil
	}
	s := new(pageSearch)
	factors := make([]float64, len(a.Objectives))
	for i, o := range a.Objectives {
		unit := o.Unit
		factors[i] = 1
		if unit == "share" {
			unit, factors[i] = "%", 100
		}
		s.Objectives = append(s.Objectives, pageObjective{Name: strings.TrimSpace(o.Workload + " " + o.Figure), Unit: unit, Better: o.Better})
	}
	add := func(x *search.Alternative, isBaseline bool) {
		p := pageAlternative{Name: x.Name, IsBaseline: isBaseline, Best: x.Best, OnFront: x.OnFront, Breaks: x.Breaks}
		for i, factor := range factors {
			value, expected := roughEstimate(nil), rough(math.NaN())
			if i < len(x.Figures) {
				value = roughly(x.Figures[i].Estimate, factor)
			}
			if i < len(x.Expected) {
				expected = rough(x.Expected[i] * factor)
			}
			p.Values, p.Expected = append(p.Values, value), append(p.Expected, expected)
		}
		if x.Money != nil {
			p.Money = roughly(x.Money.Estimate, 1)
		}
		s.Alternatives = append(s.Alternatives, p)
	}
	for i := range a.Alternatives {
		add(&a.Alternatives[i], false)
	}
	for _, x := range a.BaselineApart() {
		add(&x, true)
	}
	if r := a.Robustness; r != nil {
		s.ChosenNote, s.MovedNote = robustnessNotes(r, a.Objectives)
		for _, site := range r.Sites {
			s.Sites = append(s.Sites, pageChosen{Site: site.Site, Share: rough(100 * site.Share), IsBest: site.IsBest})
		}
		for _, m := range r.Tornado {
			moved := pageMoved{Input: m.Input, Low: rough(m.Low * factors[0]), High: rough(m.High * factors[0])}
			var other []string
			if len(m.IfLow) > 0 {
				other = append(other, "if less: "+strings.Join(m.IfLow, ", "))
			}
			if len(m.IfHigh) > 0 {
				other = append(other, "if more: "+strings.Join(m.IfHigh, ", "))
			}
			moved.Else = strings.Join(other, "; ")
			s.Tornado = append(s.Tornado, moved)
		}
	}
	return s
}

// robustnessNotes say how to read how often sites are chosen, and what moves the objective.
func robustnessNotes(r *search.Robustness, objectives []search.Named) (chosen, moved string) {
	chosen = fmt.Sprintf("In %d variations of %s, as the surrogate sees it. Dark: chosen as things are.", r.Variations, movedInputs(r))
	moved = "One input a fifth less (dark) and a fifth more (light). ◆: others would be the best then."
	if r.OfFront {
		chosen += " A site counts where an alternative of the front has it."
		moved = fmt.Sprintf("At the end of the front that is best by %s: one input a fifth less (dark) and a fifth more (light). ◆: another alternative would be at that end.", objectives[0].Figure)
	}
	if r.AsRouted {
		chosen += " Users go to the sites that the routing rule sends them to now."
	}
	if r.AsRuled {
		chosen += " Players go where the routing rule sends them: games were not run again."
	}
	return chosen, moved
}
