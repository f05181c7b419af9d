package stats

import (
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
	value, each, reason := quantiles(replications, p, level)
	if reason != "" {
		return Estimate{Unsupported: reason}
	}
	return sectioned(value, each, level).Scaled(1e-6)
}

// QuantileDifferenceMs estimates the quantile p of a minus that of b in milliseconds. The value is
// the difference of the pooled quantiles, the interval comes from the replications' own differences,
// replication i of a paired with replication i of b. See [QuantileMs].
func QuantileDifferenceMs(a, b []*Sketch, p, level float64) Estimate {
	if len(a) != len(b) {
		return unpaired(len(a), len(b))
	}
	value, each, reason := quantiles(a, p, level)
	if reason != "" {
		return Estimate{Unsupported: reason}
	}
	base, eachBase, reason := quantiles(b, p, level)
	if reason != "" {
		return Estimate{Unsupported: reason}
	}
	for i := range each {
		each[i] -= eachBase[i]
	}
	return sectioned(value-base, each, level).Scaled(1e-6)
}

// scratch holds sketches whose values nobody needs: a comparison pools the same replications for every quantile.
var scratch = sync.Pool{New: func() any { return new(Sketch) }}

// quantiles returns the pooled quantile and that of each replication in nanoseconds, or the reason
// why there is none. The quantile of an empty replication is NaN.
func quantiles(replications []*Sketch, p, level float64) (pooledNs float64, eachNs []float64, reason string) {
	if reason := checkLevel(level); reason != "" {
		return 0, nil, reason
	}
	if !(p > 0 && p < 1) {
		return 0, nil, fmt.Sprintf("quantile %v is not between 0 and 1", p)
	}
	if len(replications) == 0 {
		return 0, nil, "no replications"
	}
	pooled := scratch.Get().(*Sketch)
	defer scratch.Put(pooled)
	pooled.Reset()
	for _, s := range replications {
		pooled.Merge(s)
	}
	beyond := min(p, 1-p) * float64(pooled.Count())
	// 1-p is not exact in binary: 100,000 values must do for p99.9.
	if beyond < MinExceedances*(1-1e-9) {
		return 0, nil, fmt.Sprintf("%d values: %.3g beyond the quantile, %d needed", pooled.Count(), beyond, MinExceedances)
	}
	eachNs = make([]float64, len(replications))
	for i, s := range replications {
		eachNs[i] = s.QuantileNs(p)
	}
	return pooled.QuantileNs(p), eachNs, ""
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
