package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/edgewise-sim/edgewise"
)

// HDRLogOutput is the distributions as a log for the tools of HdrHistogram, for those who ask for it.
var HDRLogOutput = edgewise.Output{Name: "latency.hlog", About: "the distributions for the tools of HdrHistogram", Write: WriteHDRLog}

// hdrDigits is the precision of the histograms: finer than the sketch is.
const hdrDigits = 3

// WriteHDRLog writes the distributions as an interval log of HdrHistogram, version 1.3: a histogram a placement, workload and metric, of
// all replications, in ns, under a tag such as "region/site/ttfb" in which what is no letter, digit, - or . is _. All have the
// interval that is recorded. A latency stands in the middle of the sketch's cell. Requests without an answer are in no histogram.
func WriteHDRLog(w io.Writer, c *edgewise.Comparison) error {
	buffered := bufio.NewWriter(w)
	log := hdrhistogram.NewHistogramLogWriter(buffered)
	start := c.Start.Add(c.WarmUp).UnixMilli()
	err := log.OutputComment("[Latencies by edgewise, in ns]")
	for _, write := range []func() error{
		log.OutputLogFormatVersion,
		func() error { return log.OutputStartTime(start) },
		log.OutputLegend,
	} {
		if err == nil {
			err = write()
		}
	}
	eachWorkload(c, func(at []cell, _ int, of *edgewise.WorkloadResult) {
		for _, d := range of.Latency {
			if err != nil || d.Pooled.Count() == 0 {
				continue
			}
			h := hdrhistogram.New(1, max(d.Pooled.MaxNs(), 2), hdrDigits)
			h.SetTag(strings.Join([]string{hdrTag(at[0].text), hdrTag(of.Name), d.Metric}, "/"))
			h.SetStartTimeMs(start)
			h.SetEndTimeMs(start + c.Duration.Milliseconds())
			for cell := range d.Pooled.Cells() {
				low, high := max(cell.LowNs, d.Pooled.MinNs()), min(cell.HighNs, d.Pooled.MaxNs())
				if err = h.RecordValues(low+(high-low)/2, int64(cell.Count)); err != nil {
					return
				}
			}
			err = log.OutputIntervalHistogram(h)
		}
	})
	if err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		return fmt.Errorf("write HdrHistogram log: %w", err)
	}
	return nil
}

// hdrTag returns a name for a tag, which has no commas and spaces.
func hdrTag(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.':
			return r
		}
		return '_'
	}, name)
}
