package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload/fit"
	"github.com/edgewise-sim/edgewise/workload/trace"
)

// fitCmd finds the workload that a trace is like.
type fitCmd struct {
	File        string  `arg:"" name:"trace" help:"Trace or access log; gzip, zstd and xz are recognised."`
	Out         string  `short:"o" placeholder:"FILE" help:"File for the workload, as the block workloads of a scenario; printed, if left out."`
	Plot        string  `short:"p" placeholder:"FILE" help:"File for a picture of the fit beside the trace: .svg, .png or .pdf."`
	Name        string  `help:"Name of the workload; that of the file, if left out."`
	ByRank      bool    `help:"Write classes of objects by popularity, each with the popularity and sizes that the trace has there, in place of one Zipf law."`
	SampleKeys  float64 `placeholder:"SHARE" help:"Take this share of the keys, each with all of its requests, of a trace that is too long."`
	Zone        string  `default:"UTC" help:"Zone of whose hours the day is to be, such as Europe/Berlin."`
	Provider    string  `default:"aws" help:"Whose sites --site-column names."`
	MetroColumn string  `help:"Column of a CSV or a log with ids of metros."`
	LatColumn   string  `help:"Column with the client's latitude in degrees; with --lon-column. Requests go to the nearest metro."`
	LonColumn   string  `help:"Column with the client's longitude."`
	SiteColumn  string  `help:"Column with the id of the site that logged the request, such as x-edge-location. Requests go to the metro nearest to it."`

	traceFlags `embed:""`
	printFlag
}

// fitted is what JSON says of a fit; the workload is as in the file.
type fitted struct {
	Name              string      `json:"name"`
	Requests          int         `json:"requests"`
	Objects           int         `json:"objects"`
	Seconds           float64     `json:"seconds"`
	RequestsPerSecond float64     `json:"requests_per_second"`
	CatalogueObjects  int         `json:"catalogue_objects"` // those that the trace happens not to ask for included
	ZipfExponent      float64     `json:"zipf_exponent"`
	Once              float64     `json:"once"` // share of the requests that ask for an object just once
	Churn             float64     `json:"churn"`
	SizeByRank        float64     `json:"size_by_rank"`
	Misses            []fittedLRU `json:"misses"`
	Doubts            []string    `json:"doubts"`
	Workloads         string      `json:"workloads"` // YAML
}

// fittedLRU are the shares of requests that an LRU cache of a size misses.
type fittedLRU struct {
	CapacityBytes int64   `json:"capacity_bytes"`
	Trace         float64 `json:"trace"`
	Zipf          float64 `json:"zipf"`
	ByRank        float64 `json:"by_rank"`
}

func fittedOf(f *fit.Fit, name string, block []byte) fitted {
	found := fitted{
		Name: name, Requests: f.Requests, Objects: f.Objects, Seconds: f.Length.Seconds(), RequestsPerSecond: f.PerSecond,
		CatalogueObjects: f.Popularity.Objects, ZipfExponent: f.ZipfExponent, Once: f.Once, Churn: f.Churn, SizeByRank: f.SizeByRank,
		Misses: []fittedLRU{}, Doubts: append([]string{}, f.Doubts()...), Workloads: string(block),
	}
	for _, m := range f.Misses {
		found.Misses = append(found.Misses, fittedLRU{m.Capacity, m.Trace.Requests, m.Zipf.Requests, m.ByRank.Requests})
	}
	return found
}

// Run fits a workload to the trace and writes it with how well it fits.
func (c *fitCmd) Run(ctx context.Context, s *streams) error {
	found, picture, err := c.fit(ctx, s)
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	var files []madeFile
	if c.Plot != "" {
		files = append(files, madeFile{c.Plot, picture})
	}
	if !c.printsJSON() || !isStandardOutput(c.Out) {
		files = append([]madeFile{{c.Out, []byte(found.Workloads)}}, files...)
	}
	if err := writeOutputs(files, s.out); err != nil {
		return err
	}
	return c.print(s.out, found, saidAlready)
}

func (c *fitCmd) fit(ctx context.Context, s *streams) (made fitted, picture []byte, err error) {
	outputs := []string{c.Out}
	if c.Plot != "" {
		outputs = append(outputs, c.Plot)
		if kind := strings.ToLower(filepath.Ext(c.Plot)); !slices.Contains(pictureEndings, kind) {
			return made, nil, fmt.Errorf("--plot is %s; want a name that ends in .svg, .png or .pdf", c.Plot)
		}
	}
	if err := checkOutputs(outputs, []string{c.File}); err != nil {
		return made, nil, err
	}
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return made, nil, fmt.Errorf("--zone is %s; want a zone of the time zone database, such as Europe/Berlin", c.Zone)
	}
	provider, err := catalog.ParseProvider(c.Provider)
	if err != nil {
		return made, nil, fmt.Errorf("--provider: %w", err)
	}
	options, err := c.options()
	if err != nil {
		return made, nil, err
	}
	options.Warn = func(warning string) { fmt.Fprintf(s.err, "edgewise: %s\n", strings.TrimPrefix(warning, "trace: ")) }
	begins, err := c.begins(ctx, options, zone)
	if err != nil {
		return made, nil, err
	}
	recording, err := c.record(ctx, options)
	if err != nil {
		return made, nil, err
	}
	metros, err := metrosOf(recording, provider)
	if err != nil {
		return made, nil, err
	}
	found, err := fit.Of(ctx, recording, fit.Options{Begins: begins})
	if err != nil {
		return made, nil, fmt.Errorf("%s: %w", c.File, err)
	}
	name := cmp.Or(c.Name, plainName(c.File))
	var block bytes.Buffer
	err = scenario.WriteFitted(&block, found, scenario.Fitted{Name: name, Trace: filepath.Base(c.File), ByRank: c.ByRank, Metros: metros, Zone: c.Zone})
	if err != nil {
		return made, nil, err
	}
	made = fittedOf(found, name, block.Bytes())
	if c.Plot == "" {
		return made, nil, nil
	}
	p, err := report.FitPicture(found, filepath.Base(c.File))
	if err != nil {
		return made, nil, err
	}
	var drawn bytes.Buffer
	err = writePicture(&drawn, p, c.Plot)
	return made, drawn.Bytes(), err
}

// record reads the trace.
func (c *fitCmd) record(ctx context.Context, options trace.Options) (*trace.Recording, error) {
	in, err := openInput(ctx, c.File)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return trace.ReadRecording(in, c.File, trace.RecordingOptions{
		Options: options, SampleKeys: c.SampleKeys, MetroColumn: c.MetroColumn, LatColumn: c.LatColumn, LonColumn: c.LonColumn, SiteColumn: c.SiteColumn,
	})
}

// begins returns the instant of the first request of the file, in a zone: where times are since 1970; midnight, where they are since
// something else.
func (c *fitCmd) begins(ctx context.Context, options trace.Options, zone *time.Location) (time.Time, error) {
	in, err := openInput(ctx, c.File)
	if err != nil {
		return time.Time{}, err
	}
	defer in.Close()
	options.Warn = nil
	reader, err := trace.NewReader(in, c.File, options)
	if err != nil {
		return time.Time{}, err
	}
	defer reader.Close()
	first, err := reader.Read()
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: %w", c.File, err)
	}
	const year = 365 * 24 * time.Hour
	if first.Time < 20*year {
		return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), nil
	}
	return time.Unix(0, int64(first.Time)).In(zone), nil
}

// metrosOf counts the requests of each metro, where the trace says where they came from.
func metrosOf(r *trace.Recording, provider catalog.Provider) (map[string]int, error) {
	if len(r.Clients()) == 0 {
		return nil, nil
	}
	metros := catalog.Metros()
	isMetro := func(id string) bool {
		return slices.ContainsFunc(metros, func(m topology.Node) bool { return m.ID == id })
	}
	err := r.Resolve(isMetro, func(id string) (topology.Place, bool) { return scenario.PlaceOfSite(provider, id) })
	if err != nil {
		return nil, invalid.All(err)[0]
	}
	var places []topology.Place
	for _, m := range metros {
		places = append(places, topology.Place{LatDeg: m.LatDeg, LonDeg: m.LonDeg})
	}
	index := topology.NewPlaceIndex(places)
	home := make([]string, len(r.Clients()))
	for i, client := range r.Clients() {
		home[i] = client.Metro
		if client.Metro == "" {
			home[i] = metros[index.Nearest(client.Place, 1)[0]].ID
		}
	}
	all := make(map[string]int)
	for i := range r.Requests() {
		all[home[r.ClientOf(i)]]++
	}
	return all, nil
}

var unplain = regexp.MustCompile(`[^A-Za-z0-9_-]+`)

// plainName returns the name of a file without what is behind the first dot.
func plainName(path string) string {
	name, _, _ := strings.Cut(filepath.Base(path), ".")
	if name = strings.Trim(unplain.ReplaceAllString(name, "-"), "-"); name == "" {
		return "trace"
	}
	return name
}
