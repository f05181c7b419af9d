package topology

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// An AccessMix is the share of users on each [Technology], by its number. Shares are at least 0 and
// sum to 1; the zero value stands for [DefaultAccessMix].
type AccessMix [NumTechnologies]float64

// DefaultAccessMix returns the mix of a metro of which nothing is known. Assumed: about half of the
// users at home on Wi-Fi or a mobile phone on LTE, the rest spread over the other lines.
func DefaultAccessMix() AccessMix {
	return AccessMix{Fiber: 0.08, Cable: 0.06, DSL: 0.05, WiFi: 0.40, LTE: 0.30, FiveG: 0.10, Starlink: 0.01}
}

// OrDefault returns the mix, or the default one in place of the zero value.
func (m AccessMix) OrDefault() AccessMix {
	if m == (AccessMix{}) {
		return DefaultAccessMix()
	}
	return m
}

// Validate returns an error if a share is negative or not finite, or the shares do not sum to 1 within
// a millionth. The zero value is valid.
func (m AccessMix) Validate() error {
	if m == (AccessMix{}) {
		return nil
	}
	sum := 0.0
	for t, share := range m {
		if !(share >= 0 && share <= 1) {
			return invalid.New(Technology(t).String(), share, "a share from 0 to 1")
		}
		sum += share
	}
	if math.Abs(sum-1) > 1e-6 {
		return invalid.New("", fmt.Sprintf("a mix whose shares sum to %v", sum), "a sum of 1")
	}
	return nil
}

// MedianRTT returns the median over the mix's users of their median last-mile round trip.
func (m AccessMix) MedianRTT() time.Duration {
	type users struct {
		rtt   time.Duration
		share float64
	}
	const steps = 400 // users taken a technology: the median moves by less than 0.1 ms beyond it
	mix := m.OrDefault()
	var all []users
	for t, share := range mix {
		if share <= 0 {
			continue
		}
		technology := Technology(t)
		jitter := technology.JitterRTT(0.5)
		for k := range steps {
			rtt := technology.BaseRTT((float64(k)+0.5)/steps) + jitter
			all = append(all, users{rtt, share / steps})
		}
	}
	slices.SortFunc(all, func(a, b users) int { return cmp.Compare(a.rtt, b.rtt) })
	below := 0.0
	for _, u := range all {
		below += u.share
		if below >= 0.5-1e-9 {
			return u.rtt
		}
	}
	return 0
}

// ShareWithin returns the share of the mix's users, in [0, 1], whose median last-mile round trip is at
// most rtt.
func (m AccessMix) ShareWithin(rtt time.Duration) float64 {
	sum := 0.0
	for t, share := range m.OrDefault() {
		if share > 0 {
			sum += float64(share * Technology(t).shareWithin(rtt))
		}
	}
	return sum
}

// shareWithin returns the share of a technology's users whose median round trip is at most rtt: the
// inverse of its quantile function, by halving.
func (t Technology) shareWithin(rtt time.Duration) float64 {
	rtt -= t.JitterRTT(0.5)
	low, high := 0.0, 1.0
	switch {
	case rtt < t.BaseRTT(low):
		return 0
	case rtt >= t.BaseRTT(high):
		return 1
	}
	for range 30 {
		if middle := (low + high) / 2; t.BaseRTT(middle) <= rtt {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}
