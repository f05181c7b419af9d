package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/edgewise-sim/edgewise/internal/evidence"
	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// calibrateCmd fits the delay model to measured round trips.
type calibrateCmd struct {
	Dir     string `arg:"" help:"Directory with cities_train.csv (columns city_id, iso2, lat, lon), city_rtt_train.csv (a, b, rtt_avg_ms), aws_region_rtt_train.csv (a, b, p50_ms) and, optional, access_rtt_train.csv (probe_id, country, lat, lon, tech, dst_lat, dst_lon, rtt_p50_ms) and players_cloud_train.csv (metro_id, site, site_lat, site_lon, mean_rtt_ms)." type:"path"`
	Transit string `help:"Fit with who buys transit where: a CSV (country, hub, weight and, optional, km, source), or world for what comes with the program."`
	Out     string `short:"o" help:"File for the fitted model, JSON, in a directory that exists." type:"path"`
	Page    string `help:"File for the page of errors and figures, Markdown, in a directory that exists; the pictures go beside it." type:"path"`
	Folds   int    `default:"5" help:"Parts of the cross-validation: the places of each are left out in turn."`
	Repeats int    `default:"3" help:"How often the cross-validation is made, with the places dealt anew."`
	Seed    uint64 `default:"1" help:"Deals the places."`
	FitOnly bool   `help:"Only fit: no cross-validation, which takes some fifty times as long. No errors are printed, and the model has no intervals. Needs -o; not with --page or --regret."`
	Regret  bool   `help:"Print as well what choosing 1 to 5 sites by the model loses on measured round trips of players and of homes, and which countries lose most whose users are sent to the nearest site by a model that saw nothing of their country. Needs players_cloud_train.csv or access_rtt_train.csv."`
	Quiet   bool   `short:"q" help:"No progress, no table."`
	printFlag
}

// Run fits the model, says how far off it is for places that it has not seen, and writes what is asked
// for. Nothing is written unless all of it could be made.
func (c *calibrateCmd) Run(ctx context.Context, s *streams) error {
	deal := calibrate.Deal{Folds: c.Folds, Repeats: c.Repeats, Seed: c.Seed}
	if c.Folds < 2 || c.Repeats < 1 {
		return &usageError{fmt.Errorf("--folds is %d, --repeats is %d; want at least 2 and 1", c.Folds, c.Repeats)}
	}
	if c.FitOnly && (c.Out == "" || c.Page != "" || c.Regret) {
		return &usageError{errors.New("--fit-only leaves out the errors that --page and --regret tell; want it with -o FILE and without those")}
	}
	tableFiles := []string{calibrate.CitiesFile, calibrate.CityRTTFile, calibrate.RegionRTTFile, calibrate.AccessRTTFile, calibrate.PlayersFile}
	for i, name := range tableFiles {
		tableFiles[i] = filepath.Join(c.Dir, name)
	}
	if err := checkOutputs([]string{c.Out, c.Page}, append(tableFiles, c.Transit)); err != nil {
		return &usageError{err}
	}
	if is, err := os.Stat(c.Dir); err != nil || !is.IsDir() {
		return &usageError{fmt.Errorf("%s is no directory; want one with %s, %s and %s", c.Dir, calibrate.CitiesFile, calibrate.CityRTTFile, calibrate.RegionRTTFile)}
	}
	tables, err := calibrate.ReadTables(os.DirFS(c.Dir), catalog.Regions(catalog.ProviderAWS), catalog.Metros(), s.warn)
	if err != nil {
		var all []error
		for _, each := range text.Each(err) { // each begins with the name of its file
			all = append(all, fmt.Errorf("%s%c%w", c.Dir, filepath.Separator, each))
		}
		return &usageError{errors.Join(all...)}
	}
	if c.Transit != "" {
		if tables.Transit, err = c.transit(ctx, s); err != nil {
			return unlessStopped(ctx, &usageError{err})
		}
	}
	model, err := calibrate.Fit(catalog.Fabric(), tables)
	if err != nil {
		return &usageError{err}
	}
	if c.FitOnly {
		return c.writeModel(s, model)
	}
	shown := s.progress(c.Quiet)
	shown.phase("fitting")
	deal.Progress = func(done, total int) {
		shown.update(float64(done)/float64(total), fmt.Sprintf("%d of %s", done, counted(float64(total), "fit")))
	}
	v, err := calibrate.CrossValidate(ctx, catalog.Fabric(), tables, deal)
	shown.finish()
	if err != nil {
		return stopped(err)
	}
	model.Spans = calibrate.SpansOf(tables, v)
	var files []madeFile
	if c.Out != "" {
		var text bytes.Buffer
		if err := model.Write(&text); err != nil {
			return err
		}
		files = append(files, madeFile{c.Out, text.Bytes()})
	}
	if c.Page != "" {
		page, err := c.page(v, deal)
		if err != nil {
			return err
		}
		files = append(files, page...)
	}
	var choices []evidence.Choice
	var countries []evidence.CountryChoice
	if c.Regret {
		countries = evidence.CountryChoices(v)
		if choices = evidence.Choices(v); len(choices) == 0 {
			return &usageError{fmt.Errorf("--regret: %s has no table of 10 users or more who reach the same two sites; want %s or %s", c.Dir, calibrate.PlayersFile, calibrate.AccessRTTFile)}
		}
	}
	out := s.out
	if c.printsJSON() {
		out = io.Discard // what would be printed for want of a file
	}
	if err := writeOutputs(files, out); err != nil {
		return err
	}
	if c.Quiet && !c.printsJSON() {
		return nil
	}
	return c.print(s.out, errorsFound(v, deal, choices, countries), func(w io.Writer) error {
		if err := writeErrors(w, v, deal); err != nil {
			return err
		}
		if err := writeChoices(w, choices); err != nil {
			return err
		}
		return writeCountryChoices(w, countries)
	})
}

// writeModel writes a model whose errors nobody has asked for.
func (c *calibrateCmd) writeModel(s *streams, model *calibrate.Model) error {
	var text bytes.Buffer
	if err := model.Write(&text); err != nil {
		return err
	}
	if err := writeOutput(c.Out, s.out, text.Bytes()); err != nil {
		return err
	}
	if c.Quiet && !c.printsJSON() {
		return nil
	}
	return c.print(s.out, modelOnly{File: c.Out}, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "Fitted without cross-validation: how far off the model is, is not known, and it has no intervals. It is in %s.\n", c.Out)
		return err
	})
}

// modelOnly is what JSON says of a model that was only fitted.
type modelOnly struct {
	Validation *string `json:"cross_validation"` // null: there was none
	File       string  `json:"model"`
}

// transit reads who buys transit where.
func (c *calibrateCmd) transit(ctx context.Context, s *streams) (map[string][]calibrate.Purchase, error) {
	if c.Transit == "world" {
		return calibrate.WorldTransit()
	}
	f, err := openInput(ctx, c.Transit)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return calibrate.ReadTransit(c.Transit, f, s.warn)
}

// page makes the page of the evidence and its pictures.
func (c *calibrateCmd) page(v *calibrate.Validation, deal calibrate.Deal) ([]madeFile, error) {
	figures, err := evidence.Draw(v)
	if err != nil {
		return nil, err
	}
	reach, err := evidence.CatalogReach()
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if err := evidence.WriteMarkdown(&text, v, deal.String(), reach, figures); err != nil {
		return nil, err
	}
	var files []madeFile
	for _, f := range figures {
		files = append(files, madeFile{filepath.Join(filepath.Dir(c.Page), f.File), f.Data})
	}
	return append(files, madeFile{c.Page, text.Bytes()}), nil
}

// writeErrors prints how far off the model is.
func writeErrors(w io.Writer, v *calibrate.Validation, deal calibrate.Deal) error {
	if _, err := fmt.Fprintf(w, "Errors for places that the model has not seen: cross-validation, %v.\n", deal); err != nil {
		return err
	}
	for _, g := range evidence.Groups(v) {
		rows := []table.Row{{g.By, "n", "median ms", "p90 ms", "median %", "p90 %", "bias %"}}
		for _, r := range g.Rows {
			if r.TooFew() {
				rows = append(rows, table.Row{r.Name, r.N, "too few"})
				continue
			}
			rows = append(rows, table.Row{
				r.Name, r.N, tenths(r.MedianMs), tenths(r.P90Ms), tenths(r.MedianPercent), tenths(r.P90Percent), words.Signed(r.BiasPercent, 1),
			})
		}
		if _, err := fmt.Fprintf(w, "\n%s\n", newTable(g.Title, rows).Render()); err != nil {
			return err
		}
	}
	return nil
}

// A delayError is what JSON says of how far off the model is for some pairs of places; the errors are null where there are too few.
type delayError struct {
	By            string   `json:"by"`
	Pairs         string   `json:"pairs"`
	Count         int      `json:"n"`
	MedianMs      *float64 `json:"median_ms"`
	P90Ms         *float64 `json:"p90_ms"`
	MedianPercent *float64 `json:"median_percent"`
	P90Percent    *float64 `json:"p90_percent"`
	BiasPercent   *float64 `json:"bias_percent"`
}

// delayErrors are all of them, and how they were found.
type delayErrors struct {
	Validation string       `json:"cross_validation"`
	Errors     []delayError `json:"errors"`
	Regrets    []lostChoice `json:"regrets,omitempty"`
	// Countries are those that the model saw nothing of.
	Countries []lostCountry `json:"regrets_by_country,omitempty"`
}

func errorsFound(v *calibrate.Validation, deal calibrate.Deal, choices []evidence.Choice, countries []evidence.CountryChoice) delayErrors {
	found := delayErrors{Validation: deal.String()}
	for _, g := range evidence.Groups(v) {
		for _, r := range g.Rows {
			e := delayError{By: g.Title, Pairs: r.Name, Count: r.N}
			if !r.TooFew() {
				e.MedianMs, e.P90Ms, e.MedianPercent, e.P90Percent, e.BiasPercent = &r.MedianMs, &r.P90Ms, &r.MedianPercent, &r.P90Percent, &r.BiasPercent
			}
			found.Errors = append(found.Errors, e)
		}
	}
	found.Regrets, found.Countries = choicesFound(choices), countriesFound(countries)
	return found
}
