package report

import (
	"fmt"

	"github.com/edgewise-sim/edgewise"
)

// expected says which expectations hold, those that do not first.
func (p *paper) expected(c *edgewise.Comparison) {
	if len(c.Expected) == 0 {
		return
	}
	unmet := c.Unmet()
	title := fmt.Sprintf("Expected: %s, all met", countOf(len(c.Expected), "figure", "figures"))
	if len(unmet) > 0 {
		title = fmt.Sprintf("Expected: %d of %s not met", len(unmet), countOf(len(c.Expected), "figure", "figures"))
	}
	var items []string
	for _, met := range []bool{false, true} {
		for i := range c.Expected {
			if c.Expected[i].Met == met {
				items = append(items, ExpectedInWords(&c.Expected[i]))
			}
		}
	}
	p.heading(title)
	p.items(items)
	p.gap()
}

// ExpectedInWords says of an expectation in a line whether it holds, and what the figure is.
func ExpectedInWords(e *edgewise.Expected) string {
	verdict := "not met"
	if e.Met {
		verdict = "met"
	}
	text := fmt.Sprintf("%s: %s, %s %s %s %s: ", verdict, e.Under, e.Workload, e.Metric+" "+e.Statistic, e.Relation, figureIn(e.Value, e.Unit))
	switch {
	case e.Why != "":
		return text + e.Why
	case e.Is.HasInterval():
		text += fmt.Sprintf("%s (%s to %s)", figureIn(e.Is.Value, e.Unit), figureIn(e.Is.Low, e.Unit), figureIn(e.Is.High, e.Unit))
	default:
		text += figureIn(e.Is.Value, e.Unit)
	}
	if e.ByChance {
		text += ", which is within chance"
	}
	return text
}

// figureIn writes a number with its unit, shares in per cent.
func figureIn(x float64, unit string) string {
	switch unit {
	case "share":
		return fmt.Sprintf("%.4g %%", 100*x)
	case "":
		return fmt.Sprintf("%.4g", x)
	}
	return fmt.Sprintf("%.4g %s", x, unit)
}
