package workload

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/random"
)

// A Dynamic workload is a stream of requests that must be computed: the calls of an API, pages made for
// one user. No cache may answer them.
type Dynamic struct {
	// Name tells the workload apart in results and addresses its random numbers.
	Name string
	// RequestsPerSecond is the mean over a day, of all metros together.
	RequestsPerSecond float64
	// RequestBytes and ResponseBytes are the sizes of the two messages.
	RequestBytes, ResponseBytes int64
	// Service is the time that a server of the compute site spends on a request.
	Service Service
	// Parent says how often a Local Zone needs its parent region for the answer.
	Parent ParentCalls
	// Day is the shape of the load over local time; the zero value means [Flat].
	Day Profile
	// Client says how clients connect.
	Client Connection
	// Deadlines are the latencies whose shares of requests are counted exactly.
	Deadlines []time.Duration
	// Note lists the parameters that a preset set by assumption.
	Note []string
}

// Validate names the first field that is out of range.
func (d *Dynamic) Validate() error {
	if d.Name == "" {
		return fmt.Errorf("workload: a dynamic workload has no name")
	}
	err := validateRate(d.RequestsPerSecond)
	switch {
	case err != nil:
	case d.RequestBytes < 0 || d.RequestBytes > maxObjectBytes:
		err = fmt.Errorf("request is %d bytes; want 0 to %d", d.RequestBytes, int64(maxObjectBytes))
	case d.ResponseBytes < 0 || d.ResponseBytes > maxObjectBytes:
		err = fmt.Errorf("response is %d bytes; want 0 to %d", d.ResponseBytes, int64(maxObjectBytes))
	default:
		err = firstError(d.Service.Validate(), d.Parent.Validate(), dayOf(d.Day).Validate(), d.Client.Validate(), validateDeadlines(d.Deadlines))
	}
	if err != nil {
		return fmt.Errorf("workload %q: %w", d.Name, err)
	}
	return nil
}

// Streams returns the arrivals of each audience, in their order.
func (d *Dynamic) Streams(audiences []Audience, start time.Time, seed, replication uint64) ([]Arrivals, error) {
	if err := d.Validate(); err != nil {
		return nil, err
	}
	shares, err := Shares(audiences)
	if err != nil {
		return nil, err
	}
	streams := make([]Arrivals, len(audiences))
	for i, a := range audiences {
		stream := random.New(seed, replication, EntityOf(d.Name, a.Metro), PurposeArrival)
		streams[i] = NewArrivals(stream, d.RequestsPerSecond*shares[i], dayOf(d.Day), start, a.Zone)
	}
	return streams, nil
}
