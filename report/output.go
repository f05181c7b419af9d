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
var outputs = []edgewise.Output{
	{Name: "comparison.json", About: "all figures and verdicts, for programs", Write: WriteJSON},
	{Name: "comparison.csv", About: "one figure a row, for R or pandas", Write: WriteCSV},
	{Name: "comparison.md", About: "tables and verdicts, for people", Write: writeSummary},
	{Name: "latency_cdf.svg", About: "the latency of every placement, whole", Write: svg(latencyCDF)},
	{Name: "latency_cdf.png", About: "the same in pixels", Write: png(latencyCDF)},
	{Name: "latency_ccdf.svg", About: "its tail", Write: svg(latencyCCDF)},
	{Name: "quantile_shift.svg", About: "who gains and who loses, quantile by quantile", Write: svg(quantileShift)},
	{Name: "hit_ratio.svg", About: "what the caches hit", Write: svg(hitRatios)},
}

// Outputs returns the files of every report, in their order.
func Outputs() []edgewise.Output { return slices.Clone(outputs) }

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
func hitRatios(c *edgewise.Comparison) (*Picture, error)     { return HitRatios(c, "") }

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

// writeSummary writes the tables and the verdicts for people.
func writeSummary(w io.Writer, c *edgewise.Comparison) error {
	if _, err := fmt.Fprintf(markdownWriter{w}, "## %s\n\n", c.Title); err != nil {
		return err
	}
	if err := writeWarnings(w, c); err != nil {
		return err
	}
	if err := WriteMarkdown(w, c); err != nil {
		return err
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return err
	}
	if err := WriteVerdictsMarkdown(w, c, Margins{}); err != nil {
		return err
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return err
	}
	return WriteSitesMarkdown(w, c)
}
