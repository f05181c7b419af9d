package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/workload/trace"
)

// cacheCmd replays traces through caches.
type cacheCmd struct {
	Traces    []string  `arg:"" name:"file" help:"Request traces; gzip, zstd and xz are recognised. Standard input for -."`
	Policy    listFlag  `placeholder:"lru,..." help:"Eviction policies, comma-separated, parameters after colons: lru,clock:bits=2. Known: ${policies}. lru, if left out."`
	Admission listFlag  `placeholder:"always,..." help:"Admission rules, comma-separated, like policies. Known: ${admissions}. always, if left out."`
	Size      listFlag  `placeholder:"1%,..." help:"Cache sizes, comma-separated: 1000, 10% (of the trace's footprint, rounded down) or 1GiB; units are B, kB, MB, GB, TB, PB (powers of 1000) and KiB, MiB, GiB, TiB, PiB (powers of 1024). ${sizes}, but at least 1, if left out."`
	Unit      string    `default:"auto" enum:"auto,objects,bytes" help:"What sizes count: ${enum}. auto: bytes for sizes like 1GiB, objects for all others."`
	By        string    `placeholder:"COLUMN" help:"Split each trace by what stands in a column, such as x-edge-location; with :3 behind it, by its first three letters."`
	Skip      skipFlag  `placeholder:"1h|50%" help:"Requests that fill the caches and are not counted: those of a time, or a share of them."`
	TTL       listFlag  `name:"ttl" placeholder:"60s,..." help:"Replay also with objects that are fresh for so long, comma-separated: what is older goes to the origin, to be confirmed or fetched anew."`
	Memory    string    `default:"2GiB" help:"Most memory to use. A trace whose requests take more than half of it is read again for each replay."`
	Seed      uint64    `help:"Seed of the policies that draw at random."`
	Workers   int       `short:"w" help:"Replays at a time; 0 means one a core. Use 1 to measure speed."`
	Out       string    `short:"o" help:"File to write the rows to as CSV, in a directory that exists." type:"path"`
	Curve     curveFlag `help:"Draw the miss-ratio curves of the policies into FILE (.svg, .png or .pdf), or without =FILE beside the rows."`
	Hit       *string   `help:"Also say how large the cache must be for this hit ratio, like 95%, or that none is."`

	traceFlags `embed:""`
	printFlag

	options trace.Options
	memory  int64 // bytes
	ttls    []time.Duration
}

// Run replays every trace for every policy, admission and size. Rows are printed as a table on a
// terminal and as CSV elsewhere. Files are written when all is done: a mistake leaves none.
func (c *cacheCmd) Run(ctx context.Context, s *streams) error {
	c.fillIn()
	ask, err := c.check()
	if err != nil {
		return &usageError{err}
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(c.memory))
	rows := [][]string{c.header()}
	var pictures []madeFile
	answers := []cacheAnswer{}
	for _, path := range c.Traces {
		parts, err := c.load(ctx, s, path)
		if err != nil {
			return unlessStopped(ctx, &usageError{err})
		}
		for _, part := range parts {
			made, err := c.examine(ctx, part, ask)
			if err != nil {
				return stopped(err)
			}
			rows = append(rows, made.rows...)
			pictures = append(pictures, made.pictures...)
			answers = append(answers, made.answers...)
		}
	}
	files := pictures
	if c.Out != "" && c.Out != "-" { // the rows are printed in any case
		table, err := rowsAsCSV(rows)
		if err != nil {
			return err
		}
		files = append(files, madeFile{c.Out, table})
	}
	if err := writeOutputs(files, io.Discard); err != nil {
		return err
	}
	for _, f := range pictures {
		fmt.Fprintf(s.err, "edgewise: miss-ratio curves written to %s\n", f.path)
	}
	found := struct {
		Replays  []map[string]any `json:"replays"`
		Answers  []cacheAnswer    `json:"answers"`
		Pictures []string         `json:"pictures"`
	}{c.records(rows), answers, []string{}}
	for _, f := range pictures {
		found.Pictures = append(found.Pictures, f.path)
	}
	return c.print(s.out, found, func(w io.Writer) error {
		if err := printRows(w, rows); err != nil {
			return err
		}
		for _, a := range answers {
			fmt.Fprintln(s.err, "edgewise:", a.Text)
		}
		return nil
	})
}

// records returns the rows behind the header as JSON has them: a key a column, numbers as such, null where a cell is empty.
func (c *cacheCmd) records(rows [][]string) []map[string]any {
	isText := map[string]bool{"trace": true, "policy": true, "unit": true, "ttl": true}
	column, _ := c.by()
	all := make([]map[string]any, len(rows)-1)
	for i, row := range rows[1:] {
		all[i] = make(map[string]any)
		for j, cell := range row {
			name := rows[0][j]
			switch {
			case isText[name] || j == 1 && column != "":
				all[i][name] = cell
			case cell == "":
				all[i][name] = nil
			default:
				all[i][name] = json.Number(cell)
			}
		}
	}
	return all
}

// fillIn puts the defaults in the place of what was left out, except for the sizes.
func (c *cacheCmd) fillIn() {
	if c.Policy == nil {
		c.Policy = listFlag{"lru"}
	}
	if c.Admission == nil {
		c.Admission = listFlag{"always"}
	}
}

// A cacheQuestion is what is asked of every trace.
type cacheQuestion struct {
	sizes    []cacheSize
	hitRatio float64 // 0 where none is asked for
}

// check finds what is wrong with the command line and, as far as can be seen at once, with the files.
func (c *cacheCmd) check() (q cacheQuestion, err error) {
	if c.Workers < 0 {
		return q, fmt.Errorf("--workers is %d; want 0 or more", c.Workers)
	}
	if c.memory, err = parseMemory(c.Memory); err != nil {
		return q, err
	}
	if c.options, err = c.traceFlags.options(); err != nil {
		return q, err
	}
	if c.By != "" && c.Curve.asked {
		return q, errCurveBy
	}
	if c.Size == nil {
		q.sizes, err = defaultCacheSizes(c.Unit)
	} else {
		q.sizes, err = parseCacheSizes(c.Size, c.Unit)
	}
	if err != nil {
		return q, err
	}
	if c.ttls, err = parseTTLs(c.TTL); err != nil {
		return q, err
	}
	if c.Hit != nil {
		if q.hitRatio, err = parseHitRatio(*c.Hit); err != nil {
			return q, err
		}
	}
	if err := c.Curve.check(); err != nil {
		return q, err
	}
	if err := checkOutputs(c.files(), c.Traces); err != nil {
		return q, err
	}
	inputs := 0
	for _, path := range c.Traces {
		if path == "-" {
			if inputs++; inputs > 1 {
				return q, errors.New("- is standard input, which can be read once; it is given twice")
			}
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			return q, err
		}
		if !info.Mode().IsRegular() {
			continue // what is read from a pipe now is not there later
		}
		options := c.options
		if options.IgnoreTime = true; c.By != "" {
			column, _ := c.by()
			options.FurtherColumns = []string{column}
		}
		r, err := trace.Open(path, options)
		if err != nil {
			return q, err
		}
		r.Close()
	}
	return q, nil
}

// refuseBytes returns an error if something is asked for in bytes of a trace that does not say how large its
// objects are: one byte each would be an answer to another question.
func (c *cacheCmd) refuseBytes(name string) error {
	const remedy = "the trace has no sizes, so only objects can be counted: want --unit objects and sizes such as 1000 or 10%"
	if c.Unit == "bytes" {
		return fmt.Errorf("%s: --unit is bytes, but %s", name, remedy)
	}
	for _, text := range c.Size {
		if size, err := parseCacheSize(text, c.Unit); err == nil && size.bytes {
			return fmt.Errorf("%s: --size is %s, but %s", name, text, remedy)
		}
	}
	return nil
}

// findings are what the command says of one trace.
type findings struct {
	rows     [][]string
	pictures []madeFile
	answers  []cacheAnswer
}

// examine answers the question for one trace.
func (c *cacheCmd) examine(ctx context.Context, t *loadedTrace, q cacheQuestion) (f findings, err error) {
	if f.rows, err = c.replay(ctx, t, q.sizes); err != nil {
		return f, err
	}
	if c.Curve.asked {
		if f.pictures, err = c.drawCurve(ctx, t); err != nil {
			return f, fmt.Errorf("%s: %w", t.name, err)
		}
	}
	if q.hitRatio > 0 {
		if f.answers, err = c.answer(ctx, t, q.hitRatio); err != nil {
			return f, fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return f, nil
}

// header returns the names of the columns.
func (c *cacheCmd) header() []string {
	header := []string{"trace"}
	if column, _ := c.by(); column != "" {
		header = append(header, words.Cell(column))
	}
	header = append(header, "policy", "unit", "size", "requests", "misses",
		"request_miss_ratio", "byte_miss_ratio", "requests_per_second")
	if c.Skip.text != "" {
		header = append(header, "skipped", "request_miss_ratio_with_skipped", "byte_miss_ratio_with_skipped")
	}
	if len(c.ttls) > 0 {
		header = append(header, "ttl", "expired")
	}
	return header
}

// replay returns the rows of one trace.
func (c *cacheCmd) replay(ctx context.Context, t *loadedTrace, sizes []cacheSize) ([][]string, error) {
	var cfgs []cache.Config
	seen := make(map[int64]bool)
	for _, size := range sizes {
		capacity, err := size.of(t.replayer)
		if err != nil {
			return nil, &usageError{fmt.Errorf("%s: %w", t.name, err)}
		}
		if size.usual && seen[capacity] { // nobody asked for it twice
			continue
		}
		seen[capacity] = true
		for _, policy := range c.Policy {
			for _, admission := range c.Admission {
				cfg := cache.Config{Policy: policy, Admission: admission, Seed: c.Seed}
				if size.bytes {
					cfg.CapacityBytes = capacity
				} else {
					cfg.CapacityObjects = capacity
				}
				if err := t.refuseOffline(cfg); err != nil {
					return nil, &usageError{err}
				}
				if err := t.replayer.Check(cfg); err != nil {
					return nil, &usageError{err}
				}
				cfgs = append(cfgs, cfg)
			}
		}
	}
	results, err := c.replayAll(ctx, t, cfgs)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.name, err)
	}
	var rows [][]string
	for i, cfg := range cfgs {
		row := c.row(t, cfg, results[i])
		if len(c.ttls) > 0 {
			row = append(row, "", "0") // objects never expire
		}
		rows = append(rows, row)
		aged, err := c.replayTTLs(ctx, t, cfg)
		if err != nil {
			return nil, err
		}
		rows = append(rows, aged...)
	}
	return rows, nil
}

// files lists what will be written.
func (c *cacheCmd) files() []string {
	files := []string{c.Out}
	if c.Curve.asked {
		for _, path := range c.Traces {
			files = append(files, c.curveFiles(path)...)
		}
	}
	return files
}

func (c *cacheCmd) workers() int {
	if c.Workers == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return c.Workers
}

func (c *cacheCmd) row(t *loadedTrace, cfg cache.Config, w cache.Warm) []string {
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	ofBytes := func(r cache.Result) string {
		if !t.hasSizes {
			return ""
		}
		return number(r.ByteMissRatio())
	}
	unit, capacity := "objects", cfg.CapacityObjects
	if cfg.CapacityBytes > 0 {
		unit, capacity = "bytes", cfg.CapacityBytes
	}
	all := w.All()
	row := []string{words.Cell(t.path)}
	if column, _ := c.by(); column != "" {
		row = append(row, words.Cell(t.group))
	}
	row = append(row, withAdmission(cfg.Policy, cfg.Admission), unit, strconv.FormatInt(capacity, 10),
		strconv.FormatInt(w.Counted.Requests, 10), strconv.FormatInt(w.Counted.Misses, 10),
		number(w.Counted.RequestMissRatio()), ofBytes(w.Counted),
		strconv.FormatFloat(float64(all.Requests)/max(w.Took.Seconds(), 1e-9), 'f', 0, 64))
	if c.Skip.text != "" {
		row = append(row, strconv.FormatInt(w.Skipped.Requests, 10), number(all.RequestMissRatio()), ofBytes(all))
	}
	return row
}

func rowsAsCSV(rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	err := csv.NewWriter(&b).WriteAll(rows)
	return b.Bytes(), err
}

// printRows prints rows as a table on a terminal and as CSV elsewhere.
func printRows(w io.Writer, rows [][]string) error {
	if f, ok := w.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return csv.NewWriter(w).WriteAll(rows)
	}
	shown := make([]table.Row, len(rows))
	for i, r := range rows {
		shown[i] = make(table.Row, len(r))
		for j, cell := range r {
			switch {
			case i == 0 || cell == "":
			case strings.Contains(rows[0][j], "_ratio"):
				ratio, _ := strconv.ParseFloat(cell, 64) // row has just written it
				cell = strconv.FormatFloat(ratio, 'f', 4, 64)
			case rows[0][j] == "size" && r[j-1] == "bytes":
				size, _ := strconv.ParseUint(cell, 10, 64)
				cell = fmt.Sprintf("%s (%s)", humanize.Bytes(size), cell)
			}
			shown[i][j] = cell
		}
	}
	t := newTable("", shown)
	t.Style().Format.Header = text.FormatDefault
	var columns []table.ColumnConfig
	for i := range rows[0] {
		if i >= 3 {
			columns = append(columns, table.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
	}
	t.SetColumnConfigs(columns)
	_, err := fmt.Fprintln(w, t.Render())
	return err
}
