package transport

import (
	"math"

	"github.com/edgewise-sim/edgewise/random"
)

// CarriedBitsPerSecond returns how many bits of answers a second one connection carries at most in the long run, as answers over it go: one behind another, as
// one row under one window. More than that waits, longer and longer. It is the mean of one long row with draws of its own, so that it is the same
// at any time: within 3 % of the long run where one packet in 100,000 is lost or more, and near the model of Padhye et al. ([Connection.SteadyBitsPerSecond]). Where
// nothing is lost, or connections are always open, answers share no window, and it is the rate of the way, infinite where that has no bound.
func (d *LossyDialer) CarriedBitsPerSecond() float64 {
	const losses, mostTrips = 2000, 200_000
	l := &d.lossy
	if l.loss == 0 || d.alwaysOpen {
		if d.transfer.nsPerByte == 0 {
			return math.Inf(1)
		}
		return 8e9 / d.transfer.nsPerByte
	}
	window := min(l.idle, l.mostPackets(d.rtt, l.searched))
	packets := max(min(losses/l.loss, mostTrips*window), 1)
	bytes := int64(packets) * l.segment
	kept := int64(window * float64(l.segment))
	draws := random.Key(0).Stream()
	takes, _ := l.Rounds(bytes, d.ResendNs(), Window{kept, kept}, false, steady(d.rtt), &draws)
	return 8e9 * float64(bytes) / float64(takes)
}
