package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/edgewise-sim/edgewise/workload/trace"
)

// traceCmd is about traces.
type traceCmd struct {
	Convert convertCmd `cmd:"" help:"Write a trace or an access log in another format."`
}

// convertCmd converts a trace.
type convertCmd struct {
	From   string       `arg:"" help:"Trace or access log; gzip, zstd and xz are recognised."`
	To     string       `arg:"" help:"File to write, in a directory that exists; compressed, if its name ends in .gz, .zst or .xz." type:"path"`
	As     trace.Format `default:"auto" help:"Format to write: csv, tis, ids or oracle. By the name of the file, if left out: .csv, .tis, .ids, .oracleGeneral."`
	Keep   listFlag     `placeholder:"COLUMN,..." help:"Columns to keep in a CSV, such as x-edge-location."`
	Memory string       `default:"2GiB" help:"Most memory to use."`
	printFlag

	traceFlags `embed:""`
}

// Run converts a trace and says what was written.
func (c *convertCmd) Run(ctx context.Context, s *streams) error {
	made, err := c.convert(ctx, s)
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	text := fmt.Sprintf("%s lines of %v, for %s objects, written to %s", humanize.Comma(made.Requests), made.Format, humanize.Comma(made.Objects), c.To)
	if made.Writes+made.Deletes > 0 {
		text += fmt.Sprintf("; writes: %s, deletes: %s", humanize.Comma(made.Writes), humanize.Comma(made.Deletes))
	}
	if made.Assumed > 0 {
		text += fmt.Sprintf("; the sizes of %s objects are assumed, the median of the others", humanize.Comma(made.Assumed))
	}
	if !made.HasSizes {
		text += "; it does not say how large objects are, so each has one byte"
	}
	if !made.HasTimes {
		text += "; it does not say when requests came, so each came at 0"
	}
	found := convertedTrace{c.To, made.Format.String(), made.Requests, made.Objects, made.Writes, made.Deletes, made.Assumed, made.HasSizes, made.HasTimes}
	fmt.Fprintf(s.err, "edgewise: %s\n", text)
	return c.print(s.out, found, saidAlready)
}

// A convertedTrace is what JSON says of a trace that was written.
type convertedTrace struct {
	File         string `json:"file"`
	Format       string `json:"format"`
	Lines        int64  `json:"lines"`
	Objects      int64  `json:"objects"`
	Writes       int64  `json:"writes"`
	Deletes      int64  `json:"deletes"`
	AssumedSizes int64  `json:"assumed_sizes"`
	HasSizes     bool   `json:"has_sizes"`
	HasTimes     bool   `json:"has_times"`
}

func (c *convertCmd) convert(ctx context.Context, s *streams) (trace.Conversion, error) {
	options, err := c.options()
	if err != nil {
		return trace.Conversion{}, err
	}
	memory, err := parseMemory(c.Memory)
	if err != nil {
		return trace.Conversion{}, err
	}
	format, err := c.format()
	if err != nil {
		return trace.Conversion{}, err
	}
	if format != trace.CSV && len(c.Keep) > 0 {
		return trace.Conversion{}, fmt.Errorf("--keep is %s, but %v has no further columns; want csv", strings.Join(c.Keep, ","), format)
	}
	if isStandardOutput(c.To) || isDevice(c.To) {
		return trace.Conversion{}, fmt.Errorf("write %s: is no file; want one", c.To)
	}
	if err := checkOutputs([]string{c.To}, []string{c.From}); err != nil {
		return trace.Conversion{}, err
	}
	info, err := os.Stat(c.From)
	if err != nil {
		return trace.Conversion{}, err
	}
	if !info.Mode().IsRegular() {
		return trace.Conversion{}, fmt.Errorf("%s: is no regular file, and it must be read twice; want a file", c.From)
	}
	options.FurtherColumns = c.Keep
	options.Warn = func(warning string) { fmt.Fprintf(s.err, "edgewise: %s\n", strings.TrimPrefix(warning, "trace: ")) }
	source := trace.Source{Name: c.From, Open: func() (io.ReadCloser, error) { return openInput(ctx, c.From) }}
	return trace.Convert(ctx, target(c.To), format, source, trace.ConvertOptions{Options: options, MemoryBytes: memory})
}

// format returns the format to write.
func (c *convertCmd) format() (trace.Format, error) {
	if c.As != trace.Auto {
		if c.As > trace.IDs {
			return c.As, fmt.Errorf("--as is %v, which can be read alone; want csv, tis, ids or oracle", c.As)
		}
		return c.As, nil
	}
	name := strings.ToLower(c.To)
	for _, ending := range []string{".gz", ".zst", ".zstd", ".xz"} {
		name = strings.TrimSuffix(name, ending)
	}
	for ending, format := range map[string]trace.Format{".csv": trace.CSV, ".tis": trace.TIS, ".ids": trace.IDs, ".oraclegeneral": trace.Oracle, ".oraclegeneral.bin": trace.Oracle} {
		if strings.HasSuffix(name, ending) {
			return format, nil
		}
	}
	return trace.Auto, errors.New("the name of the file to write does not tell its format; want --as csv, tis, ids or oracle")
}
