package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
)

var csvHeader = []string{
	"placement", "workload", "metro", "metric", "statistic", "unit",
	"value", "low", "high", "n", "difference", "difference_low", "difference_high", "unsupported",
	"variance_reduction",
}

// WriteCSV writes every figure of the comparison, one a row: where it belongs (placement, workload,
// metro or empty for all users), what it is (metric, statistic, unit), the estimate with its interval
// and the number of replications, and its paired difference from the first placement. A number that
// the data cannot carry is an empty field; the column unsupported says why. The last column has the
// variance reduction of the pairing where it is known. Shares are between 0 and 1, latencies in
// milliseconds.
func WriteCSV(w io.Writer, c *edgewise.Comparison) error {
	out := csv.NewWriter(w)
	rows := csvRows{write: func(fields []string) { _ = out.Write(fields) }} // csv.Writer keeps its first error
	rows.write(csvHeader)
	for i := range c.Placements {
		p := &c.Placements[i]
		for j := range p.Workloads {
			rows.at = [3]string{p.Name, p.Workloads[j].Name, ""}
			rows.workload(&p.Workloads[j])
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write comparison as CSV: %w", err)
	}
	return nil
}

// csvRows writes figures as rows.
type csvRows struct {
	write func(fields []string)
	at    [3]string // placement, workload, metro
}

func (r *csvRows) workload(w *edgewise.WorkloadResult) {
	r.row("requests", "count", "requests", w.Requests)
	for _, m := range w.Latency {
		r.latency(m.Name, m.Mean, m.Quantiles)
		for _, d := range m.Within {
			r.row(m.Name, "within "+duration(d.Deadline), "share", d.Share)
		}
		if m.Wasserstein != nil {
			r.row(m.Name, "Wasserstein distance from the baseline", "ms", edgewise.Figure{Estimate: *m.Wasserstein})
		}
	}
	for _, o := range w.Outcomes {
		r.row("outcome", o.Outcome, "share", o.Share)
	}
	if f := w.Failed; f != nil {
		r.row("failed", "count", "requests", f.Requests)
		r.row("failed", "share", "share", f.Share)
		r.row("failed", "mean time to error", "ms", f.TimeToError)
		for _, why := range f.Reasons {
			r.row("failed", why.Reason, "share", why.Share)
		}
	}
	if s := w.Sessions; s != nil {
		r.row("sessions", "count", "sessions", s.Sessions)
		r.row("sessions", "lost", "sessions", s.Lost)
		r.row("sessions", "lost share", "share", s.LostShare)
	}
	if w.Cache != nil {
		r.row("cache", "request hit ratio", "share", w.Cache.RequestHitRatio)
		r.row("cache", "byte hit ratio", "share", w.Cache.ByteHitRatio)
		if mid := w.Cache.MidTier; mid != nil {
			r.row("mid-tier cache", "request hit ratio", "share", mid.RequestHitRatio)
			r.row("mid-tier cache", "byte hit ratio", "share", mid.ByteHitRatio)
		}
		r.row("origin offload", "by requests", "share", w.Cache.OriginOffload)
		r.row("origin offload", "by bytes", "share", w.Cache.ByteOriginOffload)
	}
	if w.Origin != nil {
		r.row("origin", "requests", "requests", w.Origin.Requests)
		r.row("origin", "bytes", "bytes", w.Origin.Bytes)
	}
	for _, b := range w.Breakdown {
		r.row("breakdown", b.Cause, "ms", b.Mean)
	}
	headline := ""
	if len(w.Latency) > 0 {
		headline = w.Latency[0].Name
	}
	for _, m := range w.Metros {
		r.at[2] = m.ID
		r.row("requests", "count", "requests", m.Requests)
		r.latency(headline, m.Mean, m.Quants)
		if m.Failed != nil {
			metric := "failed"
			if w.Sessions != nil {
				metric = "sessions lost"
			}
			r.row(metric, "share", "share", *m.Failed)
		}
	}
	r.at[2] = ""
}

func (r *csvRows) latency(metric string, mean edgewise.Figure, quantiles []edgewise.QuantileResult) {
	r.row(metric, "mean", "ms", mean)
	for _, q := range quantiles {
		r.row(metric, quantileName(q.P), "ms", q.At)
	}
}

func (r *csvRows) row(metric, statistic, unit string, f edgewise.Figure) {
	fields := append([]string{}, r.at[:]...)
	fields = append(fields, metric, statistic, unit)
	fields = append(fields, numbers(f.Estimate)...)
	fields = append(fields, strconv.Itoa(f.N))
	difference := stats.Estimate{}
	if f.Difference != nil {
		difference = *f.Difference
	}
	fields = append(fields, numbers(difference)...)
	reduction := ""
	if f.VarianceReduction > 0 {
		reduction = exact(f.VarianceReduction)
	}
	r.write(append(fields, f.Unsupported, reduction))
}

// numbers returns value, low and high, empty where there are none.
func numbers(e stats.Estimate) []string {
	fields := []string{"", "", ""}
	if e.HasValue() {
		fields[0] = exact(e.Value)
	}
	if e.HasInterval() {
		fields[1], fields[2] = exact(e.Low), exact(e.High)
	}
	return fields
}

// exact writes a number so that reading it gives the same bits.
func exact(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
