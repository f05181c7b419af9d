package report

import (
	"fmt"
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

// alikeInCell is how many placements a cell names beside the first.
const alikeInCell = 2

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
	return []string{fmt.Sprintf("Exactly like %s: %s.", r.placement, strings.Join(r.alike, "; "))}
}

// rowsOf returns a row a placement, those that are alike in one.
func rowsOf(c *edgewise.Comparison, workload string) (rows []tableRow) {
	for i := range c.Placements {
		w := workloadOf(&c.Placements[i], workload)
		if w == nil {
			continue
		}
		if at := slices.IndexFunc(rows, func(r tableRow) bool { return isAlike(r.workload, w) }); at >= 0 {
			rows[at].alike = append(rows[at].alike, c.Placements[i].Name)
			continue
		}
		rows = append(rows, tableRow{placement: c.Placements[i].Name, workload: w})
	}
	return rows
}

// isAlike reports whether two placements do the same to a workload, figure by figure and site by site.
func isAlike(a, b *edgewise.WorkloadResult) bool {
	return slices.EqualFunc(valuesOf(a.Figures), valuesOf(b.Figures), isSameFigure) &&
		slices.EqualFunc(a.Metros, b.Metros, func(a, b edgewise.MetroResult) bool {
			return a.ID == b.ID && slices.EqualFunc(valuesOf(a.Figures), valuesOf(b.Figures), isSameFigure)
		}) &&
		slices.EqualFunc(a.Sites, b.Sites, func(a, b edgewise.SiteResult) bool {
			return a.ID == b.ID && slices.EqualFunc(valuesOf(a.Figures), valuesOf(b.Figures), isSameFigure)
		})
}

// valuesOf leaves out figures that are differences, which the baseline does not have.
func valuesOf(all edgewise.Figures) edgewise.Figures {
	return slices.DeleteFunc(slices.Clone(all), func(f edgewise.Figure) bool { return strings.HasPrefix(f.Statistic, distanceStatistic) })
}

func isSameFigure(a, b edgewise.Figure) bool {
	return a.Metric == b.Metric && a.Statistic == b.Statistic && a.Estimate == b.Estimate
}
