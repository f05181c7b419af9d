package transport

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
)

// A Congestion is what a sender makes of lost packets: its congestion control.
type Congestion uint8

const (
	// Steady is no protocol: from the first loss on bytes come at the rate that Reno keeps in the long run. It is the zero
	// value, the cheapest, and right for long transfers alone.
	Steady Congestion = iota
	// Reno halves its window at a loss, and adds a segment a round trip (RFC 5681).
	Reno
	// CUBIC takes its window to 0.7 and lets it grow by the cube of time, as fast as Reno at least (RFC 9438). As in Linux that
	// estimate of Reno grows alike at all times: above the window before the loss section 4.3 would have it grow by a segment a round trip.
	CUBIC
	// BBR takes no loss for a sign of congestion: it sends at the rate of the way, and what is lost again. While it looks for that rate its window does not
	// grow for the round trip after the sender has learnt of a loss: as many packets go as arrive, once until all is there that had been sent.
	BBR
)

var congestions = [...]string{Steady: "steady", Reno: "reno", CUBIC: "cubic", BBR: "bbr"}

// String returns the name that scenario files use, for example "cubic".
func (c Congestion) String() string {
	if int(c) >= len(congestions) {
		return fmt.Sprintf("congestion(%d)", uint8(c))
	}
	return congestions[c]
}

// ParseCongestion returns the congestion control of a name.
func ParseCongestion(name string) (Congestion, error) {
	for c, of := range congestions {
		if of == name {
			return Congestion(c), nil
		}
	}
	return 0, invalid.New("congestion control", strconv.Quote(name), "one of %s", strings.Join(congestions[:], ", "))
}

// SteadyBitsPerSecond returns the rate that a long TCP transfer keeps where packets of the connection's segment
// size are lost with a probability in (0, 1].
//
// Of [Steady] and [Reno] it is the model of Padhye, Firoiu, Towsley and Kurose, Modeling TCP Throughput (SIGCOMM 1998);
// RFC 5348 (section 3.1) uses it, too. Here every packet is acknowledged. For little loss it is segment/RTT * sqrt(3/2)/sqrt(loss)
// (Mathis, Semke, Mahdavi and Ott 1997). Of [CUBIC] it is the window of RFC 9438, section 5.1, where that is more. Of [BBR]
// it is the client's rate for all packets that are not lost, infinite where that has no bound.
func (c Connection) SteadyBitsPerSecond(rtt, timeout time.Duration, loss float64) float64 {
	reno := 8 * float64(c.segmentBytes()) / secondsPerPacket(rtt.Seconds(), timeout.Seconds(), loss)
	switch c.Congestion {
	case CUBIC:
		window := float64(cubicMean) * portable.Pow(rtt.Seconds()/loss, 0.75)
		return max(reno, 8*float64(c.segmentBytes())*window/rtt.Seconds())
	case BBR:
		if c.BitsPerSecond == 0 {
			return math.Inf(1)
		}
		return c.BitsPerSecond * (1 - loss)
	}
	return reno
}

// CUBIC's constants: what is left of the window, the factor of the cube, and the mean window's factor, the fourth root of
// C (3 + beta) / (4 (1 - beta)) (RFC 9438).
const (
	cubicBeta  = 0.7
	cubicC     = 0.4
	cubicMean  = 1.0538 // (0.4 * 3.7 / 1.2) ^ (1/4)
	cubicAlpha = 3 * (1 - cubicBeta) / (1 + cubicBeta)
)

// secondsPerPacket is the model's time for a packet. Products are rounded before they are added, so that
// machines with and without a fused multiply-add agree.
func secondsPerPacket(rtt, timeout, loss float64) float64 {
	resent := min(1, float64(3*math.Sqrt(float64(3*loss/8))))
	timeouts := float64(float64(timeout*resent) * float64(loss*(1+float64(32*loss*loss))))
	return float64(rtt*math.Sqrt(float64(2*loss/3))) + timeouts
}

// A sender is the window of a connection that loses packets, in packets.
type sender struct {
	congestion       Congestion
	keeps            float64 // what a loss leaves of a window
	window, slowTo   float64 // slow start goes to slowTo
	most             float64
	before, estimate float64 // CUBIC: the window before the loss, and what Reno would have
	since            int64   // the loss, in ns
	recovers         bool    // what was lost has not been acknowledged: nothing grows until then
	loses            bool    // BBR: packets were lost in the round trip before, from a part of its window to another
	from, to         float64
	rest             float64 // BBR: what the window grows by when recovers ends
	paced            float64 // BBR: what the window with which a connection begins lets go in a round trip, 0 of another
	flights          int     // BBR: round trips that are over
}

// senderOf returns a sender with a window of packets with so many bytes.
func (t *Transfer) senderOf(w Window, packetBytes int64) sender {
	segment := float64(packetBytes)
	s := sender{congestion: t.congestion, keeps: t.kept, window: max(float64(w.Bytes)/segment, 1), slowTo: math.Inf(1), most: float64(t.most) / segment}
	if w.SlowTo > 0 {
		s.slowTo = float64(w.SlowTo) / segment
		s.before, s.estimate = s.slowTo, max(s.slowTo, s.window) // which goes on where others have left it
	}
	return s
}

// windowOf returns the window of a sender, whose packets have so many bytes, in bytes.
func windowOf(s *sender, packetBytes int64) Window {
	w := Window{Bytes: int64(s.window * float64(packetBytes))}
	if !math.IsInf(s.slowTo, 1) {
		w.SlowTo = int64(s.slowTo * float64(packetBytes))
	}
	return w
}

// keeps returns what a loss leaves of a window.
func (c Congestion) keeps() float64 {
	if c == CUBIC {
		return cubicBeta
	}
	return 0.5
}

// grow is told of a round trip without loss that filled the window, which ends at an instant.
func (s *sender) grow(now int64) {
	if s.congestion == BBR {
		s.growBBR(s.window)
		s.loses = false
		return
	}
	if s.recovers {
		s.recovers, s.since = false, now
		return
	}
	switch {
	case s.window < s.slowTo:
		s.window = min(2*s.window, s.slowTo)
	case s.congestion == CUBIC:
		s.estimate += cubicAlpha
		k := cubeRoot(float64(s.before*(1-cubicBeta)) / cubicC)
		t := float64(now-s.since)/1e9 - k
		target := float64(cubicC*float64(float64(t*t)*t)) + s.before
		s.window = max(min(target, 1.5*s.window), s.estimate, s.window)
	default:
		s.window++
	}
	s.window = min(s.window, s.most)
}

// lose is told of a round trip in which packets were lost, after so many that arrived until so many had been sent: those that arrived had made the window larger still
// when the loss was seen.
func (s *sender) lose(now int64, arrived, until float64) {
	if s.congestion == BBR {
		s.loseBBR(arrived, until)
		return
	}
	if s.window < s.slowTo {
		s.window += arrived
	}
	beta := s.keeps
	if s.congestion == CUBIC {
		if s.window < s.before { // give way to others: fast convergence
			s.before = s.window * (1 + beta) / 2
		} else {
			s.before = s.window
		}
	}
	s.window = max(s.window*beta, 2)
	s.slowTo, s.estimate, s.since, s.recovers = s.window, s.window, now, true
}

// loseBBR is told of a round trip in which packets were lost from the first that did not arrive on until another. It begins another recovery if what was lost before is there by
// then, of which the sender learns a round trip after each.
func (s *sender) loseBBR(arrived, until float64) {
	from, to := min(arrived/s.window, 1), min(until/s.window, 1)
	goesOn := s.loses && from <= s.to
	s.loses, s.to = true, to
	if goesOn {
		s.growBBR(s.window)
		return
	}
	grows := arrived
	if s.recovers {
		grows = s.rest * (from - s.from) / (1 - s.from)
	}
	s.rest, s.from, s.recovers = float64(s.window*(1-from)), from, true
	s.window = min(s.window+grows, s.most)
	s.flights++
}

// growBBR is told of a round trip of BBR of which so many packets have arrived. In the one after a first loss as many go as arrive, until that loss is a round trip old.
func (s *sender) growBBR(arrived float64) {
	if s.recovers {
		arrived, s.recovers = s.rest, false
	}
	s.window = min(s.window+arrived, s.most)
	if s.flights++; s.flights == 2 && s.paced > 0 {
		s.window = min(s.window, s.paced)
	}
}

// begins is told that a window may be the one with which a connection begins. Then the first three windows of BBR go as fast as the first lets them, at [bbrGain] times that
// window a round trip. It goes at once, so that no more is known of the rate until the second has been acknowledged, and the third is no larger than what goes so in a round trip.
func (s *sender) begins(isFirst bool) {
	if s.congestion == BBR && isFirst {
		s.paced = bbrGain * s.window
	}
}

// bbrGain is how much faster than what arrives BBR sends while it looks for the rate of the way: 2/ln 2.
const bbrGain = 2.885

// spreadBBR returns how long after the first BBR sends the last of so many packets of a window. From the fourth window on it grows all the time, so that it takes a round trip.
func (s *sender) spreadBBR(rtt int64, packets float64) int64 {
	packets = max(packets-1, 0)
	switch trip := float64(rtt); {
	case s.paced > 0 && s.flights == 0:
		return 0 // Linux does not pace the first ten packets of a connection
	case s.paced > 0 && s.flights <= 2:
		return int64(trip * packets / s.paced)
	case s.flights == 0:
		return int64(trip * packets / (bbrGain * s.window))
	default:
		return int64(trip * portable.Log1p(packets/s.window) / math.Ln2)
	}
}

// timeOut is told that nothing came back for so long that all is sent again.
func (s *sender) timeOut(now int64) {
	if s.congestion == BBR {
		return
	}
	s.lose(now, 0, 0)
	s.window, s.recovers = 1, false
}

// cubeRoot returns the third root of a positive number.
func cubeRoot(x float64) float64 {
	if x <= 0 {
		return 0
	}
	return portable.Exp(portable.Log(x) / 3)
}
