package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/sync/errgroup"
	"golang.org/x/term"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/workload/trace"
)

// cacheCmd replays traces through caches.
type cacheCmd struct {
	Traces     []string     `arg:"" name:"file" help:"Request traces; gzip, zstd and xz are recognised. Standard input for -."`
	Policy     listFlag     `placeholder:"lru,..." help:"Eviction policies, comma-separated, parameters after colons: lru,clock:bits=2. Known: ${policies}. lru, if left out."`
	Admission  listFlag     `placeholder:"always,..." help:"Admission rules, comma-separated, like policies. Known: ${admissions}. always, if left out."`
	Size       listFlag     `placeholder:"1%,..." help:"Cache sizes, comma-separated: 1000, 10% (of the trace's footprint, rounded down) or 1GiB; units are B, kB, MB, GB, TB, PB (powers of 1000) and KiB, MiB, GiB, TiB, PiB (powers of 1024), in upper or lower case. ${sizes}, but at least 1, if left out."`
	Unit       string       `default:"auto" enum:"auto,objects,bytes" help:"What sizes count: ${enum}. auto: bytes for sizes like 1GiB, objects for all others."`
	Format     trace.Format `default:"auto" help:"Format of the traces: auto, oracle, tis, csv or ids."`
	TimeColumn string       `help:"Name of the time column of a CSV trace."`
	KeyColumn  string       `help:"Name of the id column of a CSV trace."`
	SizeColumn string       `help:"Name of the size column of a CSV trace."`
	Seed       uint64       `help:"Seed of the policies that draw at random."`
	Workers    int          `short:"w" help:"Replays at a time; 0 means one a core. Use 1 to measure speed."`
	Out        string       `short:"o" help:"File to write the rows to as CSV, in a directory that exists." type:"path"`
	Curve      curveFlag    `help:"Draw the miss-ratio curves of the policies into FILE (.svg or .png), or without =FILE beside the rows."`
	Hit        *string      `help:"Also say how large the cache must be for this hit ratio, like 95%, or that none is."`
}

// Run replays every trace for every policy, admission and size. Rows are printed as a table on a
// terminal and as CSV elsewhere. Files are written when all is done: a mistake leaves none.
func (c *cacheCmd) Run(ctx context.Context, s *streams) error {
	c.fillIn()
	ask, err := c.check()
	if err != nil {
		return &usageError{err}
	}
	rows := [][]string{cacheHeader}
	var pictures []madeFile
	var answers []string
	for _, path := range c.Traces {
		loaded, err := c.load(ctx, s, path)
		if err != nil {
			if ctx.Err() != nil {
				return stopped(ctx.Err())
			}
			return &usageError{err}
		}
		made, err := c.examine(ctx, loaded, ask)
		if err != nil {
			return stopped(err)
		}
		rows = append(rows, made.rows...)
		pictures = append(pictures, made.pictures...)
		answers = append(answers, made.answers...)
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
	if err := printRows(s.out, rows); err != nil {
		return err
	}
	for _, a := range answers {
		fmt.Fprintln(s.err, a)
	}
	return nil
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
	if c.Size == nil {
		q.sizes, err = defaultCacheSizes(c.Unit)
	} else {
		q.sizes, err = parseCacheSizes(c.Size, c.Unit)
	}
	if err != nil {
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
		r, err := trace.Open(path, c.options())
		if err != nil {
			return q, err
		}
		r.Close()
	}
	return q, nil
}

func (c *cacheCmd) options() trace.Options {
	return trace.Options{Format: c.Format, TimeColumn: c.TimeColumn, KeyColumn: c.KeyColumn, SizeColumn: c.SizeColumn, IgnoreTime: true}
}

// A loadedTrace is a trace in memory.
type loadedTrace struct {
	path     string
	replayer *cache.Replayer
}

// load reads a trace.
func (c *cacheCmd) load(ctx context.Context, s *streams, path string) (*loadedTrace, error) {
	input, name := interruptibly(ctx, s.in), "standard input"
	if path != "-" {
		f, err := openInput(ctx, path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		input, name = f, path
	}
	r, err := trace.NewReader(input, name, c.options())
	if err != nil {
		return nil, err
	}
	defer r.Close()
	d, err := trace.ReadDense(r)
	if err != nil {
		return nil, err
	}
	switch {
	case len(d.IDs) == 0 && d.Empty > 0:
		return nil, fmt.Errorf("%s: no requests but %d of size 0, which are left out", name, d.Empty)
	case len(d.IDs) == 0:
		return nil, fmt.Errorf("%s: no requests", name)
	case d.Empty > 0:
		fmt.Fprintf(s.err, "edgewise: %s: %d requests of size 0 are left out\n", name, d.Empty)
	}
	if !r.HasSizes() {
		if err := c.refuseBytes(name); err != nil {
			return nil, err
		}
	}
	replayer, err := cache.NewReplayer(cache.Requests{IDs: d.IDs, Objects: len(d.Keys),
		ObjectSizes: d.ObjectSizes, RequestSizes: d.RequestSizes})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &loadedTrace{path, replayer}, nil
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
	answers  []string
}

// examine answers the question for one trace.
func (c *cacheCmd) examine(ctx context.Context, t *loadedTrace, q cacheQuestion) (f findings, err error) {
	if f.rows, err = c.replay(ctx, t.path, t.replayer, q.sizes); err != nil {
		return f, err
	}
	if c.Curve.asked {
		if f.pictures, err = c.drawCurve(ctx, t.path, t.replayer); err != nil {
			return f, fmt.Errorf("%s: %w", t.path, err)
		}
	}
	if q.hitRatio > 0 {
		if f.answers, err = c.answer(ctx, t.path, t.replayer, q.hitRatio); err != nil {
			return f, fmt.Errorf("%s: %w", t.path, err)
		}
	}
	return f, nil
}

var cacheHeader = []string{"trace", "policy", "unit", "size", "requests", "misses",
	"request_miss_ratio", "byte_miss_ratio", "requests_per_second"}

// replay returns the rows of one trace.
func (c *cacheCmd) replay(ctx context.Context, path string, replayer *cache.Replayer, sizes []cacheSize) ([][]string, error) {
	type job struct {
		name string
		cfg  cache.Config
		size cacheSize
	}
	var jobs []job
	seen := make(map[int64]bool)
	for _, size := range sizes {
		capacity, err := size.of(replayer)
		if err != nil {
			return nil, &usageError{fmt.Errorf("%s: %w", path, err)}
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
				if err := replayer.Check(cfg); err != nil {
					return nil, &usageError{err}
				}
				jobs = append(jobs, job{withAdmission(policy, admission), cfg, size})
			}
		}
	}
	rows := make([][]string, len(jobs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(c.workers())
	for i, j := range jobs {
		group.Go(func() error {
			start := time.Now()
			result, err := replayer.Replay(ctx, j.cfg)
			if err != nil {
				return err
			}
			rows[i] = row(path, j.name, j.size, j.cfg, result, time.Since(start))
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
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

func row(path, name string, size cacheSize, cfg cache.Config, r cache.Result, took time.Duration) []string {
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	unit, capacity := "objects", cfg.CapacityObjects
	if size.bytes {
		unit, capacity = "bytes", cfg.CapacityBytes
	}
	return []string{path, name, unit, strconv.FormatInt(capacity, 10),
		strconv.FormatInt(r.Requests, 10), strconv.FormatInt(r.Misses, 10),
		number(r.RequestMissRatio()), number(r.ByteMissRatio()),
		strconv.FormatFloat(float64(r.Requests)/max(took.Seconds(), 1e-9), 'f', 0, 64)}
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
			if i > 0 && strings.HasSuffix(rows[0][j], "_ratio") {
				ratio, _ := strconv.ParseFloat(cell, 64) // row has just written it
				cell = strconv.FormatFloat(ratio, 'f', 4, 64)
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
