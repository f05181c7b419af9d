package edgewise

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/stats"
)

// An Expectation is what a figure of all users is expected to be. A study says with its comparison which expectations hold.
type Expectation struct {
	// Placement is the name of one; "" means every placement but the baseline and, of a study of one, that.
	Placement string `json:"-"`
	Workload  string `json:"workload"`
	// Figure is the statistic of the headline latency, for example "p95", "mean" or "within 50 ms", or metric and statistic of any other figure,
	// for example "ttlb p99" or "failed share"; blanks do not count.
	Figure string `json:"figure"`
	// Relation is "<", "<=", ">" or ">=".
	Relation string `json:"relation"`
	// Value is in the unit of the figure: ms, a share in [0, 1], or others.
	Value float64 `json:"value"`
}

// Expected says whether an expectation holds under one placement.
type Expected struct {
	Expectation
	// Under is the placement.
	Under string `json:"placement"`
	// Metric, Statistic and Unit are those of the figure, and Is what it is.
	Metric    string         `json:"metric"`
	Statistic string         `json:"statistic"`
	Unit      string         `json:"unit"`
	Is        stats.Estimate `json:"is"`
	// Met says that the figure is as expected. It is false where there is no figure, or the placement is refused: Why says so.
	Met bool   `json:"met"`
	Why string `json:"why,omitempty"`
	// ByChance says that the interval of the figure holds the bound: another run may say otherwise.
	ByChance bool `json:"by_chance,omitempty"`
}

// relations say whether a number is as expected.
var relations = map[string]func(x, bound float64) bool{
	"<":  func(x, bound float64) bool { return x < bound },
	"<=": func(x, bound float64) bool { return x <= bound },
	">":  func(x, bound float64) bool { return x > bound },
	">=": func(x, bound float64) bool { return x >= bound },
}

// FigureExpected returns the figure that an expectation is of. The error lists what there is.
func (s *Study) FigureExpected(e Expectation) (Label, error) {
	all, err := s.MeasuresOf(e.Workload)
	if err != nil {
		return Label{}, err
	}
	headline := s.HeadlineOf(e.Workload)
	var names []string
	for _, m := range all {
		if m.IsCalled(headline+" "+e.Figure) || m.IsCalled(e.Figure) {
			return m.Label, nil
		}
		if m.Metric == headline {
			names = append(names, m.Statistic)
		}
	}
	for _, m := range Measures() { // of what cannot happen in this study, such as failures
		if m.IsCalled(e.Figure) && m.Unit == "share" && m.Better == Less {
			return m.Label, nil
		}
	}
	return Label{}, invalid.New("Figure", fmt.Sprintf("%q", e.Figure), "one of %s, or a metric of comparison.csv with its statistic, such as \"failed share\"", strings.Join(names, ", "))
}

// validateExpectations names the first expectation that no comparison could meet or miss.
func (s *Study) validateExpectations() error {
	var errs []error
	for i, e := range s.Expect {
		at := fmt.Sprintf("Expect[%d]", i)
		_, err := s.FigureExpected(e)
		errs = append(errs, invalid.In(at, err))
		if _, ok := relations[e.Relation]; !ok {
			errs = append(errs, invalid.New(at+".Relation", fmt.Sprintf("%q", e.Relation), "<, <=, > or >="))
		}
		isCalled := func(p placement.Placement) bool { return p.Name == e.Placement }
		if e.Placement != "" && !slices.ContainsFunc(s.Placements, isCalled) {
			errs = append(errs, invalid.New(at+".Placement", fmt.Sprintf("%q", e.Placement), "the name of a placement"))
		}
	}
	if err := invalid.First(errs...); err != nil {
		return fmt.Errorf("edgewise: %w", err)
	}
	return nil
}

// expected looks what of the expectations holds, those of placements that are refused included.
func (s *Study) expected(c *Comparison) (all []Expected) {
	for _, e := range s.Expect {
		label, err := s.FigureExpected(e)
		if err != nil {
			continue // validated
		}
		for i := range s.Placements {
			name := s.Placements[i].Name
			if e.Placement != name && (e.Placement != "" || i == 0 && len(s.Placements) > 1) {
				continue
			}
			x := Expected{Expectation: e, Under: name, Metric: label.Metric, Statistic: label.Statistic, Unit: label.Unit}
			f, err := c.Placement(name).Workload(e.Workload).Figure(label.Metric, label.Statistic)
			switch {
			case isRefused(c, name):
				x.Why = "the placement is refused as overloaded"
			case err != nil && label.Unit == "share" && label.Better == Less && f.Unsupported == "":
				x.Is, x.Met = stats.Estimate{N: c.Replications, Unsupported: "nothing of the kind has happened"}, relations[e.Relation](0, e.Value)
			case err != nil:
				x.Why = "there is no such figure"
				if f.Unsupported != "" {
					x.Why += ": " + f.Unsupported
				}
			default:
				x.Is, x.Met = f.Estimate, relations[e.Relation](f.Value, e.Value)
				x.ByChance = f.HasInterval() && f.Low <= e.Value && e.Value <= f.High
			}
			all = append(all, x)
		}
	}
	return all
}

func isRefused(c *Comparison, placement string) bool {
	return slices.ContainsFunc(c.Refused, func(r Refusal) bool { return r.Placement == placement })
}

// Unmet returns the expectations that do not hold.
func (c *Comparison) Unmet() (all []Expected) {
	for _, e := range c.Expected {
		if !e.Met {
			all = append(all, e)
		}
	}
	return all
}
