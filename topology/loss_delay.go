package topology

import (
	"math"
	"time"
)

// maxResends bounds how often a message is sent again; the timeout has grown 63-fold by then.
const maxResends = 6

// LossDelay returns the p-quantile of what packet loss adds to the delivery of one message: a message
// that is lost (with the probability loss, see [Routes.Loss]) is sent again after timeout, which doubles
// every time (RFC 6298, 5.5), up to 6 times. For TCP the timeout is at least 200 ms on most systems
// (assumed; RFC 6298 asks for 1 s); where other packets follow, so that the loss is noticed at once, it
// is about a round trip. The result grows with p and is 0 for p up to 1 - loss; p and loss outside [0, 1]
// count as the nearer end, NaN as 0.
func LossDelay(p, loss float64, timeout time.Duration) time.Duration {
	p, loss = clampP(p, 1), clampP(loss, 1)
	if timeout <= 0 || loss == 0 {
		return 0
	}
	resends, unlucky := 0, loss                           // the probability of more than that many losses in a row
	for resends < maxResends && 1-p < unlucky*(1-1e-12) { // 1 - 0.9 is a little less than 0.1
		resends++
		unlucky *= loss
	}
	if resends == 0 {
		return 0
	}
	factor := time.Duration(1)<<resends - 1
	if timeout > math.MaxInt64/factor {
		return math.MaxInt64
	}
	return timeout * factor
}
