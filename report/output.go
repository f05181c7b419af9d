package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"gonum.org/v1/plot/font"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/look"
)

// OwnDir is the directory of the files that a study's own outputs write: whatever they are called, none takes the
// place of another file of the report.
const OwnDir = "own"

// outputs are the files of every report, one a row, besides the manifest and what it names.
var outputs = slices.Concat([]edgewise.Output{
	{Name: "comparison.json", About: "all figures and verdicts, for programs", Write: WriteJSON},
	{Name: "comparison.csv", About: "one figure a row, for R or pandas", Write: WriteCSV},
	{Name: "bill.csv", About: "what each placement costs in a month, line by line", Where: hasBill, Write: WriteBillCSV},
	{Name: "occupancy.csv", About: "what games have at each site, hour by hour", Where: hasGames, Write: WriteOccupancyCSV},
	{Name: "pairs.csv", About: "how players of two metros meet in matches", Where: hasGames, Write: WritePairsCSV},
	{Name: "comparison.md", About: "tables and verdicts, for people", Write: writeSummary},
}, drawings)

// drawings are the pictures among them.
var drawings = []edgewise.Output{
	{Name: "latency_cdf.svg", About: "the latency of every placement, whole", Write: svg(latencyCDF)},
	{Name: "latency_cdf.png", About: "the same in pixels", Write: png(latencyCDF)},
	{Name: "latency_ccdf.svg", About: "its tail", Where: hasTails, Write: svg(latencyCCDF)},
	{Name: "metros.svg", About: "who gains and who loses, metro by metro", Where: hasMetros, Write: svg(metros)},
	{Name: "quantile_shift.svg", About: "who gains and who loses, quantile by quantile", Where: hasShifts, Write: svg(quantileShift)},
	{Name: "hit_ratio.svg", About: "what the caches hit", Where: hasCaches, Write: svg(hitRatios)},
	{Name: "occupancy.svg", About: "the matches of every site, hour by hour", Where: hasHours, Write: svg(occupancy)},
	{Name: "worst_players.svg", About: "the worst player of every match, and what players see", Where: hasWorstPlayers, Write: svg(worstPlayers)},
	{Name: "waits.svg", About: "what further sites do to the wait for a match", Where: hasWaits, Write: svg(waitsAgainstSites)},
}

// Outputs returns the files of reports, in their order. Pictures that would be empty are left out of a report: see
// [OutputsOf].
func Outputs() []edgewise.Output { return slices.Clone(outputs) }

// OutputsOf returns the files of the report of a comparison, in their order: those of [Outputs] that have content, and the
// study's own, below [OwnDir].
func OutputsOf(c *edgewise.Comparison) []edgewise.Output {
	return slices.DeleteFunc(slices.Concat(outputs, own(c)), func(o edgewise.Output) bool { return o.Where != nil && !o.Where(c) })
}

// isComparison reports whether there is more than the baseline.
func isComparison(c *edgewise.Comparison) bool { return len(c.Placements) > 1 }

// hasTails reports whether there are requests enough for a tail, or none of which that is known.
func hasTails(c *edgewise.Comparison) bool {
	return anyWorkload(c, func(w *edgewise.WorkloadResult) bool {
		m := distributionOf(w, "")
		return m == nil || hasTail(&curve{pooled: m.Pooled})
	})
}

// hasShifts reports whether there is more than one placement, and enough for percentiles.
func hasShifts(c *edgewise.Comparison) bool { return isComparison(c) && hasTails(c) }

// hasMetros reports whether there is more than one metro and one placement.
func hasMetros(c *edgewise.Comparison) bool {
	return isComparison(c) && anyWorkload(c, func(w *edgewise.WorkloadResult) bool { return len(w.Metros) > 1 })
}

// hasCaches reports whether some request passes a cache.
func hasCaches(c *edgewise.Comparison) bool {
	return anyWorkload(c, func(w *edgewise.WorkloadResult) bool { return has(w, "cache") })
}

// own returns the study's own outputs, where they stand in the report.
func own(c *edgewise.Comparison) []edgewise.Output {
	all := slices.Clone(c.Outputs)
	for i := range all {
		all[i].Name = OwnDir + "/" + all[i].Name
	}
	return all
}

func latencyCDF(c *edgewise.Comparison) (*Picture, error)    { return LatencyCDF(c, "", "") }
func latencyCCDF(c *edgewise.Comparison) (*Picture, error)   { return LatencyCCDF(c, "", "") }
func quantileShift(c *edgewise.Comparison) (*Picture, error) { return QuantileShift(c, "", "") }
func metros(c *edgewise.Comparison) (*Picture, error)        { return Metros(c, "") }
func hitRatios(c *edgewise.Comparison) (*Picture, error)     { return HitRatios(c, "") }

func occupancy(c *edgewise.Comparison) (*Picture, error) { return Occupancy(c, "") }
func waitsAgainstSites(c *edgewise.Comparison) (*Picture, error) {
	return WaitsAgainstSites(c, "")
}

// svg writes what draw draws as SVG.
func svg(draw func(*edgewise.Comparison) (*Picture, error)) func(io.Writer, *edgewise.Comparison) error {
	return drawn(draw, (*Picture).WriteSVG)
}

// png writes what draw draws as PNG.
func png(draw func(*edgewise.Comparison) (*Picture, error)) func(io.Writer, *edgewise.Comparison) error {
	return drawn(func(c *edgewise.Comparison) (*Picture, error) {
		p, err := draw(c)
		if err == nil && hasLettersWithoutFont(c) {
			p.caption = strings.TrimSpace(p.caption + " □ stands for a letter that the font of this file lacks; the SVG file has it.")
		}
		return p, err
	}, (*Picture).WritePNG)
}

// hasLettersWithoutFont reports whether a title or name has letters that the font of pictures in pixels lacks.
func hasLettersWithoutFont(c *edgewise.Comparison) bool {
	face := font.DefaultCache.Lookup(look.Text(look.LabelSize, look.Ink).Font, look.LabelSize)
	names := []string{c.Title}
	for i := range c.Placements {
		names = append(names, c.Placements[i].Name)
		for _, w := range c.Placements[i].Workloads {
			names = append(names, w.Name)
		}
	}
	return slices.ContainsFunc(names, func(name string) bool { return look.HasMissing(face, name) })
}

func drawn(draw func(*edgewise.Comparison) (*Picture, error), write func(*Picture, io.Writer) error) func(io.Writer, *edgewise.Comparison) error {
	return func(w io.Writer, c *edgewise.Comparison) error {
		shown, leftOut := few(c, mostDrawn)
		p, err := draw(shown)
		if err != nil {
			return err
		}
		if leftOut != "" {
			p.subtitle += "; " + leftOut
		}
		return write(p, w)
	}
}

// writeSummary writes the page for people.
func writeSummary(w io.Writer, c *edgewise.Comparison) error {
	if _, err := fmt.Fprintf(markdownWriter{w}, "## %s\n\n", c.Title); err != nil {
		return err
	}
	if err := writeWarnings(w, c); err != nil {
		return err
	}
	p := asMarkdown()
	if err := p.page(c, true); err != nil {
		return err
	}
	if _, err := io.WriteString(markdownWriter{w}, p.String()); err != nil {
		return err
	}
	return writePictureLinks(w, c)
}

// writePictureLinks shows the pictures that lie beside the page.
func writePictureLinks(w io.Writer, c *edgewise.Comparison) error {
	var out strings.Builder
	for _, o := range drawings {
		if strings.HasSuffix(o.Name, ".svg") && (o.Where == nil || o.Where(c)) {
			fmt.Fprintf(&out, "\n![%s](%s)\n", o.About, o.Name)
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}
