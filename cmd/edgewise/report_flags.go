package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
)

// reportFlags say what of a comparison is printed and written besides what is usual.
type reportFlags struct {
	Format  []string `complete:"table json svg png pdf" placeholder:"NAME,..." help:"What is printed: table, the default, or json, the comparison as in comparison.json. And formats of all pictures, besides the usual ones: svg, png, pdf. For example json,pdf."`
	Parquet bool     `help:"Write the tables distributions, metros, sites, replications and series as Parquet, too."`
	HDR     bool     `name:"hdr" help:"Write latency.hlog, too: the distributions for the tools of HdrHistogram."`
}

// printFormats are what can be printed.
var printFormats = []string{"table", "json"}

// check names the first format that there is not.
func (f *reportFlags) check() error {
	known := append(slices.Clone(printFormats), report.PictureFormats()...)
	for _, name := range f.Format {
		if !slices.Contains(known, name) {
			return fmt.Errorf("--format is %q; want %s", name, strings.Join(known, ", "))
		}
	}
	return nil
}

// printsJSON reports whether JSON is to be printed in place of tables and sentences.
func (f *reportFlags) printsJSON() bool { return slices.Contains(f.Format, "json") }

// outputs returns the further files.
func (f *reportFlags) outputs() (all []edgewise.Output) {
	all = report.PicturesAs(slices.DeleteFunc(slices.Clone(f.Format), func(name string) bool { return slices.Contains(printFormats, name) })...)
	if f.Parquet {
		all = append(all, report.ParquetOutputs()...)
	}
	if f.HDR {
		all = append(all, report.HDRLogOutput)
	}
	return all
}

// print prints a comparison as JSON or, with the layout, as tables.
func (f *reportFlags) print(w io.Writer, c *edgewise.Comparison, layout report.Layout) error {
	if f.printsJSON() {
		return report.WriteJSON(w, c)
	}
	layout.Width = widthOf(w)
	if err := report.WriteScreen(w, c, layout); err != nil {
		return err
	}
	return sayStopping(w, c)
}
