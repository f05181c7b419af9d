package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/edgewise-sim/edgewise/workload/trace"
)

// traceFlags say how to read traces and access logs.
type traceFlags struct {
	InputFormat trace.Format    `complete:"traces" default:"auto" help:"Format of the traces: auto, oracle, tis, csv, ids, combined (apache, nginx, varnish), w3c (cloudfront, iis), json, squid, twitter, ibm or msr."`
	TimeColumn  string          `help:"Name of the time column of a CSV trace, or of a W3C or JSON log."`
	KeyColumn   string          `help:"Name of the id column, or of several with a + between them, which make the id together."`
	SizeColumn  string          `help:"Name of the size column, or of several with a + between them, whose sum is the size."`
	OpColumn    string          `help:"Name of the column of a CSV trace with operations: get, set, delete and the like."`
	Columns     listFlag        `placeholder:"time,key,-,..." help:"Names of the columns of a CSV without header, in their order; - for those without interest."`
	Separator   string          `help:"What stands between the cells of a CSV: a character, or tab. Found out, if left out."`
	TimeUnit    time.Duration   `help:"Unit of times that are numbers; 1s, or what the format says, if left out."`
	Key         listFlag        `placeholder:"host,path,..." help:"Which parts of a request in an access log make an object: host, path, query, method. host,path,query, if left out."`
	Status      listFlag        `placeholder:"200,..." help:"Which responses in an access log count. 200,203,206,304, if left out."`
	ObjectSize  trace.SizeRule  `default:"auto" help:"How large objects are: largest (their largest whole response; so in access logs) or recorded (what each line says; so elsewhere)."`
	HeaderBytes *int64          `help:"What the headers of a response take in logs that count them; 400, if left out."`
	Writes      trace.WriteRule `default:"auto" help:"What writes do: fill the cache (so where lines have operations), remove the object, pass it by (so in access logs), or ignore, and deletes too."`
}

// options returns the options of a trace.
func (f *traceFlags) options() (o trace.Options, err error) {
	o = trace.Options{Format: f.InputFormat, TimeColumn: f.TimeColumn, KeyColumn: f.KeyColumn, SizeColumn: f.SizeColumn, OpColumn: f.OpColumn,
		Header: f.Columns, TimeUnit: f.TimeUnit, Rules: trace.Rules{Key: f.Key, Sizes: f.ObjectSize, HeaderBytes: f.HeaderBytes, Writes: f.Writes}}
	if f.TimeUnit < 0 {
		return o, fmt.Errorf("--time-unit is %v; want more than 0s", f.TimeUnit)
	}
	switch r := []rune(f.Separator); {
	case f.Separator == "tab" || f.Separator == `\t`:
		o.Separator = '\t'
	case len(r) == 1 && r[0] > ' ' && r[0] != '"' && r[0] < 0x7f:
		o.Separator = r[0]
	case len(r) > 0:
		return o, fmt.Errorf("--separator is %q; want one character, or tab", f.Separator)
	}
	for _, text := range f.Status {
		status, err := strconv.Atoi(text)
		if err != nil {
			return o, fmt.Errorf("--status is %q; want statuses such as 200,206", text)
		}
		o.Statuses = append(o.Statuses, status)
	}
	return o, o.Validate()
}
