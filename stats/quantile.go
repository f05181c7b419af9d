package stats

import (
	"cmp"
	"fmt"
	"sync"
)

// MinExceedances is the number of values, over all replications, that must lie beyond a quantile
// (above it for p >= 0.5, below it for p < 0.5) for the quantile to be shown: p99.9 needs 100,000
// requests, p99 10,000, the median 200. It is a convention of simulation practice, not a law.
const MinExceedances = 100

// QuantileMs estimates the quantile p of a latency in milliseconds from one sketch a replication.
// The value is the quantile of all replications pooled, which is the one a CDF of the pooled
// requests shows and the least biased one in the tail. The interval is Student-t on the spread of the
// replications' own quantiles around it ("sectioning": Asmussen and Glynn, Stochastic Simulation, 2007,
// III.5).
//
// A quantile with fewer than [MinExceedances] values beyond it is suppressed: N is 0 and Unsupported
// says how many there were.
func QuantileMs(replications []*Sketch, p, level float64) Estimate {
	q := quantiles(replications, []float64{p}, level)[0]
	if q.reason != "" {
		return Estimate{Unsupported: q.reason}
	}
	return sectioned(q.pooledNs, q.eachNs, level).Scaled(1e-6)
}

// QuantileDifferenceMs estimates the quantile p of a minus that of b in milliseconds. The value is
// the difference of the pooled quantiles, the interval comes from the replications' own differences,
// replication i of a paired with replication i of b. See [QuantileMs].
func QuantileDifferenceMs(a, b []*Sketch, p, level float64) Estimate {
	return QuantileDifferencesMs(a, b, []float64{p}, level)[0]
}

// QuantileDifferencesMs is [QuantileDifferenceMs] for each of some quantiles, which must ascend, for little more than the
// price of one.
func QuantileDifferencesMs(a, b []*Sketch, ps []float64, level float64) []Estimate {
	all := make([]Estimate, len(ps))
	if len(a) != len(b) {
		for i := range all {
			all[i] = unpaired(len(a), len(b))
		}
		return all
	}
	of, base := quantiles(a, ps, level), quantiles(b, ps, level)
	for i := range all {
		if reason := cmp.Or(of[i].reason, base[i].reason); reason != "" {
			all[i] = Estimate{Unsupported: reason}
			continue
		}
		for r := range of[i].eachNs {
			of[i].eachNs[r] -= base[i].eachNs[r]
		}
		all[i] = sectioned(of[i].pooledNs-base[i].pooledNs, of[i].eachNs, level).Scaled(1e-6)
	}
	return all
}

// scratch holds sketches whose values nobody needs: a comparison pools the same replications for every quantile.
var scratch = sync.Pool{New: func() any { return new(Sketch) }}

// A quantile is that of all replications pooled and that of each, NaN of an empty one; or the reason why there is none.
type quantile struct {
	pooledNs float64
	eachNs   []float64
	reason   string
}

// quantiles returns the quantiles of ascending shares.
func quantiles(replications []*Sketch, ps []float64, level float64) []quantile {
	all := make([]quantile, len(ps))
	pooled := scratch.Get().(*Sketch)
	defer scratch.Put(pooled)
	pooled.Reset()
	for _, s := range replications {
		pooled.Merge(s)
	}
	values := pooled.QuantilesNs(ps)
	lacks := 0
	for i, p := range ps {
		switch reason := checkQuantile(len(replications), pooled.Count(), p, level); {
		case i > 0 && p < ps[i-1]:
			all[i].reason = fmt.Sprintf("quantile %v comes after %v", p, ps[i-1])
		case reason != "":
			all[i].reason = reason
		default:
			all[i] = quantile{pooledNs: values[i], eachNs: make([]float64, len(replications))}
			continue
		}
		lacks++
	}
	if lacks == len(ps) {
		return all
	}
	for r, s := range replications {
		for i, ns := range s.QuantilesNs(ps) {
			if all[i].reason == "" {
				all[i].eachNs[r] = ns
			}
		}
	}
	return all
}

// checkQuantile says why the quantile of so many values of some replications is none, "" where it is one.
func checkQuantile(replications int, values uint64, p, level float64) string {
	// 1-p is not exact in binary: 100,000 values must do for p99.9.
	beyond := min(p, 1-p) * float64(values)
	switch reason := checkLevel(level); {
	case reason != "":
		return reason
	case !(p > 0 && p < 1):
		return fmt.Sprintf("quantile %v is not between 0 and 1", p)
	case replications == 0:
		return "no replications"
	case beyond < MinExceedances*(1-1e-9):
		return fmt.Sprintf("%d values: %.3g beyond the quantile, %d needed", values, beyond, MinExceedances)
	}
	return ""
}

// sectioned returns value with the interval given by the spread of the replications around it.
func sectioned(value float64, each []float64, level float64) Estimate {
	for i, x := range each {
		if !isFinite(x) {
			return withoutInterval(value, len(each), fmt.Sprintf("replication %d recorded nothing: no interval", i))
		}
	}
	return around(value, squaredDeviations(each, value), len(each), level)
}
