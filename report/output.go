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
	{Name: tailsFile, About: "what the slowest requests waited for, one cause a row", Where: hasTailCauses, Write: WriteTailsCSV},
}, dataOutputs(), []edgewise.Output{
	{Name: sketchesFile, About: "the distributions whole, from which edgewise report draws anew", Write: writeSketches},
	{Name: "comparison.md", About: "tables and verdicts, for people", Write: writeSummary},
	{Name: pageFile, About: "all of it as a page that explains itself: answer, distributions, maps, who loses", Write: WritePage},
}, usualPictures())

// A drawing is a picture of a report.
type drawing struct {
	// name is that of its files without the format, about says what it shows.
	name, about string
	// where, if set, leaves it out where it would have no content.
	where func(*edgewise.Comparison) bool
	draw  func(*edgewise.Comparison) (*Picture, error)
}

// drawings are the pictures of a report, one a row.
var drawings = []drawing{
	{"latency_cdf", "the latency of every placement, whole", nil, latencyCDF},
	{"latency_ccdf", "its tail", hasTails, latencyCCDF},
	{"breakdown", "where the time goes", hasBreakdown, breakdown},
	{"map", "where users are, and what they feel", hasMap, worldMaps},
	{"metros", "who gains and who loses, metro by metro", hasMetros, metros},
	{"quantile_shift", "who gains and who loses, quantile by quantile", hasShifts, quantileShift},
	{"tails", "what the slowest requests waited for", hasTailCauses, tailBars},
	{"tails_metros", "what the slowest requests of each metro waited for", hasMetroTails, metroTailBars},
	{"hit_ratio", "what the caches hit", hasCaches, hitRatios},
	{"miss_ratio", "what the caches miss by their size", hasMissRatios, missRatiosBySize},
	{"occupancy", "the matches of every site, hour by hour", hasHours, occupancy},
	{"worst_players", "the worst player of every match, and what players see", hasWorstPlayers, worstPlayers},
	{"waits", "what further sites do to the wait for a match", hasWaits, waitsAgainstSites},
	{"timeline", "latency over the time of the runs", hasSeries, timeline},
}

// as returns the picture as an output in a format among [PictureFormats].
func (d drawing) as(format string) edgewise.Output {
	o := edgewise.Output{Name: d.name + "." + format, About: d.about, Where: d.where}
	switch format {
	case "png":
		o.About, o.Write = "the same in pixels", drawn(visibly(d.draw), (*Picture).WritePNG)
	case "pdf":
		o.About, o.Write = "the same for papers", drawn(visibly(d.draw), (*Picture).WritePDF)
	default:
		o.Write = drawn(d.draw, (*Picture).WriteSVG)
	}
	return o
}

// usualPictures returns the files that every report has: all as SVG, and the first in pixels, too.
func usualPictures() (all []edgewise.Output) {
	for i, d := range drawings {
		all = append(all, d.as("svg"))
		if i == 0 {
			all = append(all, d.as("png"))
		}
	}
	return all
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

// hasBreakdown reports whether the mean of some latency is taken apart.
func hasBreakdown(c *edgewise.Comparison) bool {
	return anyWorkload(c, func(w *edgewise.WorkloadResult) bool {
		return slices.ContainsFunc(w.Figures, func(f edgewise.Figure) bool { return f.Metric == "breakdown" && f.HasValue() })
	})
}

// hasMap reports whether metros have places.
func hasMap(c *edgewise.Comparison) bool { return len(c.Metros) > 0 && hasAnyMetros(c) }

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

func tailBars(c *edgewise.Comparison) (*Picture, error)      { return TailBars(c, "") }
func latencyCDF(c *edgewise.Comparison) (*Picture, error)    { return LatencyCDF(c, "", "") }
func latencyCCDF(c *edgewise.Comparison) (*Picture, error)   { return LatencyCCDF(c, "", "") }
func quantileShift(c *edgewise.Comparison) (*Picture, error) { return QuantileShift(c, "", "") }
func metros(c *edgewise.Comparison) (*Picture, error)        { return Metros(c, "") }
func breakdown(c *edgewise.Comparison) (*Picture, error)     { return Breakdown(c, "") }
func worldMaps(c *edgewise.Comparison) (*Picture, error)     { return Maps(c, "") }
func timeline(c *edgewise.Comparison) (*Picture, error)      { return Timeline(c, "") }
func hitRatios(c *edgewise.Comparison) (*Picture, error)     { return HitRatios(c, "") }

func occupancy(c *edgewise.Comparison) (*Picture, error) { return Occupancy(c, "") }
func waitsAgainstSites(c *edgewise.Comparison) (*Picture, error) {
	return WaitsAgainstSites(c, "")
}

// visibly says in the caption what stands for letters that the font of a file lacks.
func visibly(draw func(*edgewise.Comparison) (*Picture, error)) func(*edgewise.Comparison) (*Picture, error) {
	return func(c *edgewise.Comparison) (*Picture, error) {
		p, err := draw(c)
		if err == nil && hasLettersWithoutFont(c) {
			p.caption = strings.TrimSpace(p.caption + " □ stands for a letter that the font of this file lacks; the SVG file has it.")
		}
		return p, err
	}
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
	for _, d := range drawings {
		if d.where == nil || d.where(c) {
			fmt.Fprintf(&out, "\n![%s](%s.svg)\n", d.about, d.name)
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}
