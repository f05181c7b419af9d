package edgewise

import (
	"fmt"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// showOwn sees to it that an own figure which is judged is in a table.
func (m *Measure) showOwn() {
	if m.Judged == "" || m.Column != "" {
		return
	}
	m.Column = m.Judged
	if m.Unit != "share" && m.Unit != "bytes" && m.Unit != "ms" {
		m.Column += ", " + m.Unit
	}
}

// validateMeasures names the first own measure that cannot be shown.
func (s *Study) validateMeasures() error {
	seen := make(map[[2]string]bool)
	for _, m := range measures {
		seen[[2]string{m.Metric, m.Statistic}] = true
	}
	var errs []error
	for i, m := range s.Measures {
		refuse := func(field string, value any, want string, args ...any) {
			errs = append(errs, fmt.Errorf("edgewise: %w", invalid.New(fmt.Sprintf("Measures[%d].%s", i, field), value, want, args...)))
		}
		for _, name := range []struct{ field, value string }{{"Metric", m.Metric}, {"Statistic", m.Statistic}, {"Unit", m.Unit}} {
			if name.value == "" {
				refuse(name.field, "empty", "a name")
			}
		}
		if m.Of == nil {
			refuse("Of", "nil", "how the figure is made, such as ShareOf")
		}
		if m.Judged != "" && m.Better == Neither {
			refuse("Better", "Neither", "Less or More, for the figure is judged")
		}
		if m.Table != "" && m.Column == "" && m.Judged == "" {
			refuse("Table", m.Table, "none, for the figure has no Column")
		}
		if m.SiteColumn != "" && !m.BySite {
			refuse("SiteColumn", m.SiteColumn, "none, for the figure is not made BySite")
		}
		if m.BySite && m.Of != nil {
			if metric, ok := m.Of.sampled(); ok {
				refuse("BySite", true, "false, for the distribution of %v, of which the figure is made, is not known by site", metric)
			}
		}
		if m.Bar != "" && m.Unit != "share" {
			refuse("Bar", m.Bar, "none, for the figure is no share")
		}
		if q, ok := m.Of.(quantile); ok && !(q.p > 0 && q.p < 1) {
			refuse("Of", q.p, "a probability between 0 and 1")
		}
		name := [2]string{m.Metric, m.Statistic}
		if seen[name] {
			refuse("Statistic", m.Statistic, "a name that no other figure of %q has", m.Metric)
		}
		seen[name] = true
	}
	return invalid.First(errs...)
}
