package scenario

import (
	"math"
	"strconv"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/text"
)

// readReplications reads a number of replications, or a rule that decides how many.
func (r *reader) readReplications(v value) {
	if v.resolve().node.Kind != mappingKind {
		if v.integer(&r.study.Replications) && r.study.Replications < 1 {
			v.problem("is %d; want 1 or more", r.study.Replications)
		}
		return
	}
	u := new(edgewise.Until)
	seen := v.fields(
		field{"min", func(v value) { v.integer(&u.MinReplications) }},
		field{"max", func(v value) { v.integer(&u.MaxReplications) }},
		field{"until", func(v value) { r.readUntil(v, u) }},
	)
	if _, ok := seen["until"]; !ok {
		v.problem("the key \"until\" is missing")
	}
	r.study.Until = u
}

// readUntil reads what to wait for: {mean: 2%} or {p95: 2%, workload: site}, or {best_known: 95%,
// workload: site, by: p95, indifference: 1ms}, or by another figure {best_known: 95%, workload: shooter, by: player_rtt within 50ms,
// matters: 1%}.
func (r *reader) readUntil(v value, u *edgewise.Until) {
	watched := make([]field, 0, 8)
	for _, name := range []string{"mean", "p50", "p90", "p95", "p99", "p99.9"} {
		watched = append(watched, field{name, func(v value) {
			v.percent(&u.RelativeError)
			if p, ok := quantileOf(name); ok {
				u.Quantiles = append(u.Quantiles, p)
			}
		}})
	}
	var matters amount
	seen := v.fields(append(watched,
		field{"best_known", func(v value) { v.percent(&u.BestKnown) }},
		field{"by", func(v value) { readBy(v, u) }},
		field{"indifference", func(v value) { v.duration(&u.Indifference) }},
		field{"better", func(v value) { readDirection(v, &u.Better) }},
		field{"matters", func(v value) { matters = v.amount(&u.Matters) }},
		field{"workload", func(v value) { v.text(&u.Workload) }},
	)...)
	precision := 0
	for _, f := range watched {
		if _, ok := seen[f.key]; ok {
			precision++
		}
	}
	_, best := seen["best_known"]
	switch {
	case precision == 0 && !best:
		v.problem("names no figure; want one of mean, p50, p90, p95, p99, p99.9 with its precision, or best_known")
	case precision > 1 || precision == 1 && best:
		v.problem("names more than one goal; want one")
	}
	for _, key := range []string{"by", "indifference", "better", "matters"} {
		if at, ok := seen[key]; ok && !best {
			at.problem("goes with best_known only")
		}
	}
	if u.By == "" {
		for _, key := range []string{"better", "matters"} {
			if at, ok := seen[key]; ok {
				at.problem("goes with a figure of a name in by only, for example player_rtt within 50ms; a latency has indifference")
			}
		}
		return
	}
	if at, ok := seen["indifference"]; ok {
		at.problem("is for the latency alone by which the workload is judged; want matters")
	}
	if _, ok := seen["matters"]; !ok {
		v.problem("the key \"matters\" is missing: the smallest difference of %q that matters, for example 1%% or 2ms", u.By)
	}
	r.onceBuilt = append(r.onceBuilt, func() {
		if label, err := u.LabelIn(&r.study); err == nil {
			matters.isOf(label.Unit)
		}
	})
}

// readBy reads the figure by which placements are ranked: mean or a quantile of the latency by which the workload is judged, or another
// by its name.
func readBy(v value, u *edgewise.Until) {
	name, ok := v.scalar("mean, a quantile, or a figure by its name")
	if !ok || name == "mean" {
		return
	}
	if p, ok := quantileOf(name); ok {
		u.Quantiles = []float64{p}
		return
	}
	if !strings.Contains(name, " ") && name != edgewise.BillTotal {
		v.problem("is %s; want mean or a quantile, for example p95, or a figure by its name, for example player_rtt within 50ms", text.Quote(name))
	}
	u.By = name
}

// quantileOf returns 0.95 for "p95".
func quantileOf(name string) (p float64, ok bool) {
	digits, ok := strings.CutPrefix(name, "p")
	if !ok {
		return 0, false
	}
	x, err := strconv.ParseFloat(digits, 64)
	if err != nil || !(x > 0 && x < 100) {
		return 0, false
	}
	// 99.9/100 is not the float 0.999: go by the decimals.
	p = math.Round(x*1e6) / 1e8
	return p, true
}

// percent reads a share written in per cent.
func (v value) percent(to *float64) {
	const want = "a share above 0 and below 100 in per cent, for example 2%"
	if v.asks(aPercentage) {
		return
	}
	s, ok := v.scalar(want)
	if !ok {
		return
	}
	digits, ok := strings.CutSuffix(s, "%")
	x, err := strconv.ParseFloat(digits, 64)
	if !ok || err != nil || !(x > 0 && x < 100) {
		v.problem("is %s; want %s", text.Quote(s), want)
		return
	}
	*to = x / 100
}
