package workload

import (
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/random"
)

// A Service is the law of the time that a server spends on one request.
type Service struct {
	// Mean is the mean time; 0 means that the work takes no time.
	Mean time.Duration
	// Exponential makes the time exponentially distributed; otherwise it is constant.
	Exponential bool
}

// Validate reports a mean that is negative.
func (s Service) Validate() error {
	if s.Mean < 0 || s.Mean > time.Hour {
		return invalid.New("Mean", s.Mean, "0 to 1h")
	}
	return nil
}

// At returns the service time of the request with the given number, in ns.
func (s Service) At(key random.Key, number uint64) int64 {
	if !s.Exponential {
		return int64(s.Mean)
	}
	return s.drawAt(key, number)
}

func (s Service) drawAt(key random.Key, number uint64) int64 {
	stream := key.StreamAt(number)
	return s.Draw(&stream)
}

// Draw returns one service time in ns.
func (s Service) Draw(stream *random.Stream) int64 {
	if !s.Exponential {
		return int64(s.Mean)
	}
	return int64(float64(s.Mean) * stream.Exp())
}

// DataCalls says how often the work on a request needs the data's home: the site where the data lives. Away from
// there a call is a round trip to it; at the home itself calls stay inside and cost only their service time.
type DataCalls struct {
	// Home is the id of a site of the network, which a placement need not use. "" means that every Local Zone
	// calls its parent region, and every region is a home of its own.
	Home string
	// Probability that a request needs the data at all, in [0, 1].
	Probability float64
	// Calls is the number of calls that such a request makes, 0 to 1000.
	Calls int
	// Parallel lets all calls leave at once: the request goes on when the slowest has its answer, and fails with
	// the first that fails. Otherwise each leaves when the one before has its answer.
	Parallel bool
	// Service is the work of one call at the home.
	Service Service
	// Waits lets a call that is not answered, because the home is down, be made again when it is up;
	// otherwise the request fails.
	Waits bool
}

// Validate names the first field that is out of range.
func (d DataCalls) Validate() error {
	return invalid.First(
		invalid.Range("Probability", d.Probability, 0, 1),
		invalid.Range("Calls", d.Calls, 0, 1000),
		invalid.In("Service", d.Service.Validate()),
	)
}
