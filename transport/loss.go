package transport

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/random"
)

// A LossyTransfer is a [Connection] on a way that loses packets, made ready for the simulator.
//
// A transfer goes as on a way without loss up to the first packet that is lost. That costs a round trip, and
// what is left comes at the rate that TCP's congestion control keeps in the long run, unless the client's rate
// is less (after Cardwell, Savage and Anderson, Modeling TCP Latency, INFOCOM 2000). Packets are lost
// independently, and the first of a response is none of these: its loss delays the first byte already.
type LossyTransfer struct {
	Transfer
	loss    float64
	segment int64
	perLog  float64 // packets before a loss for each unit of an exponential number
}

// LossyTransfer returns the connection made ready for a way on which a packet is lost with a probability in (0, 1].
func (c Connection) LossyTransfer(loss float64) LossyTransfer {
	return LossyTransfer{Transfer: c.Transfer(), loss: loss, segment: c.segmentBytes(), perLog: -1 / portable.Log1p(-loss)}
}

// Intact draws the bytes of a response that arrive before a packet is lost.
func (l *LossyTransfer) Intact(s *random.Stream) int64 {
	packets := 1 + float64(s.Exp()*l.perLog) // a geometric number, by its integer part
	return int64(min(packets, 1<<40)) * l.segment
}

// Time returns the time in ns from the first to the last byte of a response of which so many bytes arrive
// before a packet is lost. timeoutNs is how long TCP waits for an acknowledgement. It is never less than without
// loss: the steady rate is that of a window that has grown, which that of a new connection has not.
func (l *LossyTransfer) Time(bytes, rttNs, timeoutNs int64, isNew bool, intact int64) int64 {
	return lossyTime(l, bytes, rttNs, timeoutNs, isNew, intact, steady(rttNs))
}

// TimeOver is Time on a connection whose round trips differ while it grows its window; rttNs is then the one that
// counts for what is lost.
func (l *LossyTransfer) TimeOver(bytes, rttNs, timeoutNs int64, isNew bool, intact int64, trips RoundTrips) int64 {
	return lossyTime(l, bytes, rttNs, timeoutNs, isNew, intact, trips)
}

func lossyTime[T RoundTrips](l *LossyTransfer, bytes, rttNs, timeoutNs int64, isNew bool, intact int64, trips T) int64 {
	before := min(bytes, intact)
	total := transferTime(&l.Transfer, before, isNew, trips)
	if intact >= bytes {
		return total
	}
	perByte := max(l.nsPerByte, secondsPerPacket(float64(rttNs)/1e9, float64(timeoutNs)/1e9, l.loss)*1e9/float64(l.segment))
	return max(total+rttNs+int64(float64(float64(bytes-intact)*perByte)+0.5), transferTime(&l.Transfer, bytes, isNew, trips))
}

// SteadyBitsPerSecond returns the rate that a long TCP transfer keeps where packets of the connection's segment
// size are lost with a probability in (0, 1]: the model of Padhye, Firoiu, Towsley and Kurose, Modeling TCP
// Throughput (SIGCOMM 1998); RFC 5348 (section
// 3.1) uses it, too. Here every packet is acknowledged. For
// little loss it is segment/RTT * sqrt(3/2)/sqrt(loss) (Mathis, Semke, Mahdavi and Ott 1997). It is a model of
// Reno; CUBIC is faster where loss is rare and the RTT long (RFC 9438), BBR where loss is no sign of congestion.
func (c Connection) SteadyBitsPerSecond(rtt, timeout time.Duration, loss float64) float64 {
	return 8 * float64(c.segmentBytes()) / secondsPerPacket(rtt.Seconds(), timeout.Seconds(), loss)
}

// secondsPerPacket is the model's time for a packet. Products are rounded before they are added, so that
// machines with and without a fused multiply-add agree.
func secondsPerPacket(rtt, timeout, loss float64) float64 {
	resent := min(1, float64(3*math.Sqrt(float64(3*loss/8))))
	timeouts := float64(float64(timeout*resent) * float64(loss*(1+float64(32*loss*loss))))
	return float64(rtt*math.Sqrt(float64(2*loss/3))) + timeouts
}
