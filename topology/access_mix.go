package topology

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
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

// PlayersMixName is what files call [PlayersMix].
const PlayersMixName = "players"

// PlayersMix returns the mix of people who play online games at home. Assumed: 30 % on a cable, 70 % on Wi-Fi, a median of 8.2 ms. The
// two bracket what the last miles of real players come to (round trips of 500 metros to nine cities, December 2022); their shares are
// those, to a tenth, with which the median error of round trips to sites less than 1,000 km away is next to 0.
func PlayersMix() AccessMix { return AccessMix{Cable: 0.3, WiFi: 0.7} }

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
func (m AccessMix) MedianRTT() time.Duration { return m.users().medianBehind(Spread{}) }

// mixUsers are users of a mix, the fastest first.
type mixUsers []mixUser

type mixUser struct {
	rtt   time.Duration // median of the last mile
	below float64       // the share of users who are as fast, or faster
}

// users takes users of every technology of the mix.
func (m AccessMix) users() (all mixUsers) {
	const steps = 400 // users taken a technology: the median moves by less than 0.1 ms beyond it
	for t, share := range m.OrDefault() {
		if share <= 0 {
			continue
		}
		technology := Technology(t)
		jitter := technology.JitterRTT(0.5)
		for k := range steps {
			rtt := technology.BaseRTT((float64(k)+0.5)/steps) + jitter
			all = append(all, mixUser{rtt, share / steps})
		}
	}
	slices.SortFunc(all, func(a, b mixUser) int { return cmp.Compare(a.rtt, b.rtt) })
	sum := 0.0
	for i := range all {
		sum += all[i].below
		all[i].below = sum
	}
	return all
}

// shareWithin returns the share of users whose last mile takes at most rtt.
func (u mixUsers) shareWithin(rtt time.Duration) float64 {
	i := sort.Search(len(u), func(i int) bool { return u[i].rtt > rtt })
	if i == 0 {
		return 0
	}
	return u[i-1].below
}

// medianBehind returns the median round trip of users who have the way of a spread before the last mile: the least at which
// half of them are within it.
func (u mixUsers) medianBehind(s Spread) time.Duration {
	if s == (Spread{}) {
		return u[sort.Search(len(u)-1, func(i int) bool { return u[i].below >= 0.5-1e-9 })].rtt
	}
	longest := u[len(u)-1].rtt + s.RTT(SpreadParts-1)
	var away [SpreadParts]time.Duration
	for part := range away {
		away[part] = s.RTT(part)
	}
	us := sort.Search(int(longest/time.Microsecond), func(us int) bool {
		sum := 0.0
		for _, rtt := range away {
			sum += u.shareWithin(time.Duration(us)*time.Microsecond - rtt)
		}
		return sum/SpreadParts >= 0.5-1e-9
	})
	return time.Duration(us) * time.Microsecond
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
