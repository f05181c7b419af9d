package main

import (
	"bytes"
	"context"
	"encoding/csv"
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

	"github.com/edgewise-sim/edgewise/sim/cache"
	"github.com/edgewise-sim/edgewise/workload/trace"
)

// cacheCmd replays traces through caches.
type cacheCmd struct {
	Traces     []string     `arg:"" name:"file" help:"Request traces; gzip, zstd and xz are recognised."`
	Policy     []string     `default:"lru" help:"Eviction policies, comma-separated, parameters after colons: lru,clock:bits=2. Known: ${policies}."`
	Admission  []string     `default:"always" help:"Admission rules, comma-separated, like policies. Known: ${admissions}."`
	Size       []string     `default:"0.1%,1%,10%" help:"Cache sizes, comma-separated: 1000, 10% (of the trace's footprint, rounded down) or 1GiB."`
	Unit       string       `default:"auto" enum:"auto,objects,bytes" help:"What sizes count: ${enum}. auto: bytes for sizes like 1GiB, objects for all others."`
	Format     trace.Format `default:"auto" help:"Format of the traces: auto, oracle, tis, csv or ids."`
	TimeColumn string       `help:"Name of the time column of a CSV trace."`
	KeyColumn  string       `help:"Name of the id column of a CSV trace."`
	SizeColumn string       `help:"Name of the size column of a CSV trace."`
	Seed       uint64       `help:"Seed of the policies that draw at random."`
	Workers    int          `short:"w" help:"Replays at a time; 0 means one a core. Use 1 to measure speed."`
	Out        string       `short:"o" help:"File to write the rows to as CSV." type:"path"`
	Curve      curveFlag    `help:"Draw the miss-ratio curves of the policies into FILE (.svg or .png), or without =FILE beside the rows."`
	Hit        string       `help:"Also say how large the cache must be for this hit ratio, like 95%, or that none is."`
}

// Run replays every trace for every policy, admission and size. Rows are printed as a table on a
// terminal and as CSV elsewhere.
func (c *cacheCmd) Run(ctx context.Context, s *streams) error {
	if c.Workers < 0 {
		return &usageError{fmt.Errorf("--workers is %d; want 0 or more", c.Workers)}
	}
	sizes, err := parseCacheSizes(c.Size, c.Unit)
	if err != nil {
		return &usageError{err}
	}
	hitRatio, err := parseHitRatio(c.Hit)
	if err != nil {
		return &usageError{err}
	}
	if err := c.Curve.check(); err != nil {
		return &usageError{err}
	}
	for _, file := range c.files() {
		if err := checkOutput(file); err != nil {
			return &usageError{err}
		}
	}
	rows := [][]string{cacheHeader}
	var answers []string
	for _, path := range c.Traces {
		replayer, err := c.load(s, path)
		if err != nil {
			return &usageError{err}
		}
		more, err := c.replay(ctx, path, replayer, sizes)
		if err != nil {
			return err
		}
		rows = append(rows, more...)
		if c.Curve.asked {
			if err := c.drawCurve(ctx, s, path, replayer); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
		}
		if hitRatio > 0 {
			more, err := c.answer(ctx, path, replayer, hitRatio)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			answers = append(answers, more...)
		}
	}
	if c.Out != "" {
		if err := writeRows(c.Out, rows); err != nil {
			return err
		}
	}
	if err := printRows(s.out, rows); err != nil {
		return err
	}
	for _, a := range answers {
		fmt.Fprintln(s.err, a)
	}
	return nil
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
	for _, size := range sizes {
		capacity, err := size.of(replayer)
		if err != nil {
			return nil, &usageError{fmt.Errorf("%s: %w", path, err)}
		}
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

func (c *cacheCmd) load(s *streams, path string) (*cache.Replayer, error) {
	r, err := trace.Open(path, trace.Options{
		Format: c.Format, TimeColumn: c.TimeColumn, KeyColumn: c.KeyColumn, SizeColumn: c.SizeColumn, IgnoreTime: true})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	d, err := trace.ReadDense(r)
	if err != nil {
		return nil, err
	}
	if d.Empty > 0 {
		fmt.Fprintf(s.err, "edgewise: %s: %d requests of size 0 are left out\n", path, d.Empty)
	}
	return cache.NewReplayer(cache.Requests{IDs: d.IDs, Objects: len(d.Keys),
		ObjectSizes: d.ObjectSizes, RequestSizes: d.RequestSizes})
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

// writeRows writes rows as CSV.
func writeRows(path string, rows [][]string) error {
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		return err
	}
	return writeOutput(path, io.Discard, b.Bytes())
}

// printRows prints rows as a table on a terminal and as CSV elsewhere.
func printRows(w io.Writer, rows [][]string) error {
	if f, ok := w.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return csv.NewWriter(w).WriteAll(rows)
	}
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	var columns []table.ColumnConfig
	for i := range rows[0] {
		if i >= 3 {
			columns = append(columns, table.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
	}
	t.SetColumnConfigs(columns)
	for i, r := range rows {
		cells := make(table.Row, len(r))
		for j, cell := range r {
			if i > 0 && strings.HasSuffix(rows[0][j], "_ratio") {
				ratio, _ := strconv.ParseFloat(cell, 64) // row has just written it
				cell = strconv.FormatFloat(ratio, 'f', 4, 64)
			}
			cells[j] = cell
		}
		if i == 0 {
			t.AppendHeader(cells)
		} else {
			t.AppendRow(cells)
		}
	}
	_, err := fmt.Fprintln(w, t.Render())
	return err
}
