package edgewise

import "slices"

// cut ends the intervals of figures at 0 that cannot be less. What the figures of placements have in common was measured by whole ones.
func (e *estimator) cut(results []WorkloadResult) {
	for _, r := range results {
		cutAtZero(r.Figures, e.rows.all)
		for _, m := range r.Metros {
			cutAtZero(m.Figures, e.rows.byMetro)
		}
		for _, s := range r.Sites {
			cutAtZero(s.Figures, e.rows.bySite)
		}
	}
}

// cutAtZero does so with the figures in some rows.
func cutAtZero(all Figures, rows []Measure) {
	var signed []Label
	for i := range rows {
		if _, is := rows[i].Of.(rest); is {
			signed = append(signed, rows[i].Label)
		}
	}
	for i := range all {
		f := &all[i]
		if !slices.ContainsFunc(signed, func(l Label) bool { return l.Metric == f.Metric && l.Statistic == f.Statistic }) {
			f.Estimate = f.Estimate.CutAt(0)
		}
	}
}
