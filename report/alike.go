package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
)

// A tableRow is what one placement does to a workload, or several that do the same.
type tableRow struct {
	placement string
	workload  *edgewise.WorkloadResult
	// alike are the other placements of which every figure is the same.
	alike []string
}

// alikeInCell is how many placements a cell names beside the first, alikeNamed how many a sentence does.
const alikeInCell, alikeNamed = 2, 50

// name returns the names of the row's placements; where they are many, how many are like the first.
func (r *tableRow) name() string {
	if len(r.alike) > alikeInCell {
		return fmt.Sprintf("%s\n= %d others", r.placement, len(r.alike))
	}
	return strings.Join(append([]string{r.placement}, r.alike...), "\n= ")
}

// alikeNote names the placements that [tableRow.name] counts, in a sentence; nothing where it names them.
func (r *tableRow) alikeNote() []string {
	if len(r.alike) <= alikeInCell {
		return nil
	}
	return []string{fmt.Sprintf("Exactly like %s: %s.", r.placement, r.alikeNames())}
}

// alikeNames names the placements that are like the first, as far as anybody reads.
func (r *tableRow) alikeNames() string {
	names := strings.Join(r.alike[:min(alikeNamed, len(r.alike))], "; ")
	if more := len(r.alike) - alikeNamed; more > 0 {
		names += fmt.Sprintf("; and %d more", more)
	}
	return names
}

// rowsOf returns a row a placement, those that are alike in one.
func rowsOf(c *edgewise.Comparison, workload string) (rows []tableRow) {
	byDigest := make(map[uint64][]int) // rows that may be alike
	for i := range c.Placements {
		w := workloadOf(&c.Placements[i], workload)
		if w == nil {
			continue
		}
		digest := digestOf(w.Figures)
		candidates := byDigest[digest]
		if at := slices.IndexFunc(candidates, func(row int) bool { return isAlike(rows[row].workload, w) }); at >= 0 {
			rows[candidates[at]].alike = append(rows[candidates[at]].alike, c.Placements[i].Name)
			continue
		}
		byDigest[digest] = append(candidates, len(rows))
		rows = append(rows, tableRow{placement: c.Placements[i].Name, workload: w})
	}
	return rows
}

// digestOf returns a number that is the same for figures that are the same.
func digestOf(all edgewise.Figures) uint64 {
	const prime = 1099511628211 // of FNV-1a
	digest := uint64(14695981039346656037)
	for i := range all {
		if isOfOne(&all[i]) {
			digest = (digest ^ math.Float64bits(all[i].Value)) * prime
		}
	}
	return digest
}

// isAlike reports whether two placements do the same to a workload, figure by figure and site by site.
func isAlike(a, b *edgewise.WorkloadResult) bool {
	return sameFigures(a.Figures, b.Figures) &&
		slices.EqualFunc(a.Metros, b.Metros, func(a, b edgewise.MetroResult) bool {
			return a.ID == b.ID && sameFigures(a.Figures, b.Figures)
		}) &&
		slices.EqualFunc(a.Sites, b.Sites, func(a, b edgewise.SiteResult) bool {
			return a.ID == b.ID && sameFigures(a.Figures, b.Figures)
		})
}

// isOfOne reports whether a figure is of one placement and not of a difference, which the baseline does not have.
func isOfOne(f *edgewise.Figure) bool { return !strings.HasPrefix(f.Statistic, distanceStatistic) }

// sameFigures compares the figures that are of one placement.
func sameFigures(a, b edgewise.Figures) bool {
	for {
		for len(a) > 0 && !isOfOne(&a[0]) {
			a = a[1:]
		}
		for len(b) > 0 && !isOfOne(&b[0]) {
			b = b[1:]
		}
		if len(a) == 0 || len(b) == 0 {
			return len(a) == len(b)
		}
		if a[0].Metric != b[0].Metric || a[0].Statistic != b[0].Statistic || a[0].Estimate != b[0].Estimate {
			return false
		}
		a, b = a[1:], b[1:]
	}
}
