package workload

import (
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/transport"
)

// A Dynamic workload is a stream of requests that must be computed: the calls of an API, pages made for
// one user. No cache may answer them.
type Dynamic struct {
	// Name tells the workload apart in results and addresses its random numbers.
	Name string
	// Metros are the ids of the metros whose users take part; empty means all.
	Metros []string
	// RequestsPerSecond is the mean over a day, of all metros together.
	RequestsPerSecond float64
	// ResponseBytes is the size of a response. Requests are taken to fit into the first window.
	ResponseBytes int64
	// Service is the time that a server of the compute site spends on a request.
	Service Service
	// Data says how often the answer needs the data's home.
	Data DataCalls
	// Day is the shape of the load over local time; the zero value means [Flat].
	Day Profile
	// Client says how clients connect.
	Client transport.Connection
	// Deadlines are the latencies whose shares of requests are counted exactly.
	Deadlines []time.Duration
	// Assumed lists the parameters that a preset set by assumption.
	Assumed []Assumption
}

// Validate names the first field that is out of range.
func (d *Dynamic) Validate() error {
	if d.Name == "" {
		return invalid.New("Name", `""`, "a name")
	}
	return inWorkload(d.Name, invalid.First(
		validateRate(d.RequestsPerSecond),
		invalid.Range("ResponseBytes", d.ResponseBytes, 0, maxObjectBytes),
		invalid.In("Service", d.Service.Validate()),
		invalid.In("Data", d.Data.Validate()),
		invalid.In("Day", dayOf(d.Day).Validate()),
		invalid.In("Client", d.Client.Validate()),
		validateDeadlines(d.Deadlines),
	))
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
		stream := random.New(seed, replication, purpose.EntityOf(d.Name, a.Metro), purpose.Arrival)
		streams[i] = NewArrivals(stream, d.RequestsPerSecond*shares[i], dayOf(d.Day), start, a.Zone)
	}
	return streams, nil
}
