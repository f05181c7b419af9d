package workload

import (
	"fmt"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/random"
)

// A ServiceTime is the law of the time that a server spends on one request.
type ServiceTime struct {
	// Mean is the mean time, up to an hour; 0 means that the work takes no time.
	Mean time.Duration
	// Law is how the times lie about their mean; all alike unless it says otherwise.
	Law ServiceLaw
	// Variation is the standard deviation over the mean, above 0 to 20, of [GammaTime] and [LognormalTime]; 0 with other laws.
	Variation float64
	// Times are what [EmpiricalTime] draws from, 1 to 100,000 of 0 to an hour each, the least first; none with other laws. Mean
	// must be theirs: see [Empirical].
	Times []time.Duration
}

// Empirical returns the law of measured times, 1 or more in any order: each draw is one of them.
func Empirical(times ...time.Duration) ServiceTime {
	return ServiceTime{Mean: meanOf(times), Law: EmpiricalTime, Times: slices.Sorted(slices.Values(times))}
}

// meanOf returns the mean of times, rounded down; 0 of none.
func meanOf(times []time.Duration) time.Duration {
	var sum time.Duration
	for _, t := range times {
		sum += t
	}
	return sum / time.Duration(max(len(times), 1))
}

const (
	mostServiceTime = time.Hour
	mostTimes       = 100_000
)

// Validate names the first field that is out of range, or has no effect.
func (s ServiceTime) Validate() error {
	if s.Mean < 0 || s.Mean > mostServiceTime {
		return invalid.New("Mean", s.Mean, "0 to 1h")
	}
	if int(s.Law) >= len(serviceLaws) {
		return invalid.New("Law", uint8(s.Law), "one of %q", serviceLaws)
	}
	if s.Law.hasVariation() {
		if !(s.Variation > 0 && s.Variation <= 20) {
			return invalid.New("Variation", s.Variation, "above 0 to 20, the standard deviation over the mean")
		}
	} else if s.Variation != 0 {
		return invalid.New("Variation", s.Variation, "0 with the law %v", s.Law)
	}
	return s.validateTimes()
}

func (s ServiceTime) validateTimes() error {
	if s.Law != EmpiricalTime {
		return invalid.Check(len(s.Times) == 0, "Times", fmt.Sprintf("%d times", len(s.Times)), "none with the law "+s.Law.String())
	}
	if n := len(s.Times); n == 0 || n > mostTimes {
		return invalid.New("Times", fmt.Sprintf("%d times", n), "1 to %d", mostTimes)
	}
	for i, t := range s.Times {
		if t < 0 || t > mostServiceTime {
			return invalid.New(fmt.Sprintf("Times[%d]", i), t, "0 to 1h")
		}
		if i > 0 && t < s.Times[i-1] {
			return invalid.New(fmt.Sprintf("Times[%d]", i), t, "%v or more, as the one before", s.Times[i-1])
		}
	}
	if mean := meanOf(s.Times); s.Mean != mean {
		return invalid.New("Mean", s.Mean, "%v, the mean of Times", mean)
	}
	return nil
}

// At returns the service time of the request with the given number, in ns.
func (s *ServiceTime) At(key random.Key, number uint64) int64 {
	if s.Law == ConstantTime {
		return int64(s.Mean)
	}
	return s.drawAt(key, number)
}

func (s *ServiceTime) drawAt(key random.Key, number uint64) int64 {
	stream := key.StreamAt(number)
	return s.drawByLaw(&stream)
}

// Draw returns one service time in ns.
func (s *ServiceTime) Draw(stream *random.Stream) int64 {
	if s.Law == ConstantTime {
		return int64(s.Mean)
	}
	return s.drawByLaw(stream)
}
