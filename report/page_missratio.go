package report

import "github.com/edgewise-sim/edgewise"

// A pageMissCurve joins placements whose first caches differ in size alone.
type pageMissCurve struct {
	// Name is that of the policy and admission.
	Name   string          `json:"name"`
	Points []pageMissPoint `json:"points"`
}

// A pageMissPoint is a placement by its number, the size of each first cache in bytes, and the % of the requests that miss.
type pageMissPoint struct {
	Placement int           `json:"p"`
	Bytes     int64         `json:"bytes"`
	Missed    roughEstimate `json:"missed"`
}

// newPageMissCurves returns the curves of a workload; none where no two placements differ in the size of their caches alone.
func newPageMissCurves(c *edgewise.Comparison, workload string) (all []pageMissCurve) {
	for _, m := range missCurvesOf(c, workload) {
		if !m.isLine() {
			continue
		}
		of := pageMissCurve{Name: m.name}
		for _, p := range m.points {
			of.Points = append(of.Points, pageMissPoint{p.placement, p.bytes, roughly(p.missed, 100)})
		}
		all = append(all, of)
	}
	return all
}
