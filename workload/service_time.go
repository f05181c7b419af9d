package workload

import (
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/random"
)

// A ServiceTime is the law of the time that a server spends on one request.
type ServiceTime struct {
	// Mean is the mean time; 0 means that the work takes no time.
	Mean time.Duration
	// Exponential makes the time exponentially distributed; otherwise it is constant.
	Exponential bool
}

// Validate reports a mean that is negative.
func (s ServiceTime) Validate() error {
	if s.Mean < 0 || s.Mean > time.Hour {
		return invalid.New("Mean", s.Mean, "0 to 1h")
	}
	return nil
}

// At returns the service time of the request with the given number, in ns.
func (s ServiceTime) At(key random.Key, number uint64) int64 {
	if !s.Exponential {
		return int64(s.Mean)
	}
	return s.drawAt(key, number)
}

func (s ServiceTime) drawAt(key random.Key, number uint64) int64 {
	stream := key.StreamAt(number)
	return s.Draw(&stream)
}

// Draw returns one service time in ns.
func (s ServiceTime) Draw(stream *random.Stream) int64 {
	if !s.Exponential {
		return int64(s.Mean)
	}
	return int64(float64(s.Mean) * stream.Exp())
}
