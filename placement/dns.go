package placement

import (
	"fmt"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// DNS says for how long resolvers keep an answer. A user who asks at an instant goes where the answer says that the resolver fetched last; it
// fetches one every lifetime, at instants that are uniform. So users whose resolvers keep answers for a lifetime follow a change after half of it on
// the mean, the last of them after all of it.
type DNS struct {
	// TTLs are the lifetimes of answers, by the share of the requests behind resolvers that keep them so long. Shares sum to 1 with Never.
	TTLs []TTL
	// Never is the share of the requests that never follow a change while a run lasts: from programs and resolvers that keep the first answer.
	Never float64
}

// A TTL is how long some resolvers keep an answer: what the record says, or what they make of it.
type TTL struct {
	// For is the lifetime, 1 ns to 7 days; Share that of the requests, 0 to 1.
	For   time.Duration
	Share float64
}

// mostTTL bounds lifetimes; resolvers cap them at a day or a week (RFC 8767 recommends a week at most).
const mostTTL = 7 * 24 * time.Hour

// Validate names the first field that is out of range.
func (d *DNS) Validate() error {
	if d == nil {
		return nil
	}
	sum := d.Never
	if !(d.Never >= 0 && d.Never <= 1) {
		return invalid.New("Never", d.Never, "0 to 1")
	}
	for i, t := range d.TTLs {
		if t.For < 1 || t.For > mostTTL {
			return invalid.New(fmt.Sprintf("TTLs[%d].For", i), t.For, "1ns to %v", mostTTL)
		}
		if !(t.Share >= 0 && t.Share <= 1) {
			return invalid.New(fmt.Sprintf("TTLs[%d].Share", i), t.Share, "0 to 1")
		}
		sum += t.Share
	}
	if math.Abs(sum-1) > 1e-6 {
		return invalid.New("TTLs", fmt.Sprintf("shares that sum to %.6g", sum), "shares that sum to 1, with that of those who never follow")
	}
	return nil
}
