package workload

import (
	"fmt"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/transport"
)

// A Static workload fetches cacheable objects.
type Static struct {
	// Name tells the workload apart in results and addresses its random numbers.
	Name string
	// Metros are the ids of the metros whose users take part; empty means all.
	Metros []string
	// RequestsPerSecond is the mean over a day, of all metros together.
	RequestsPerSecond float64
	// Objects is the size of the catalogue, 1 to 2^32-1.
	Objects int
	// ZipfExponent says how uneven popularity is: object k of the catalogue is asked for in
	// proportion to k^-exponent, the same in every metro. 0 makes all objects equal.
	ZipfExponent float64
	// Sizes is the law of object sizes, independent of popularity.
	Sizes Sizes
	// Day is the shape of the load over local time; the zero value means [Flat].
	Day Profile
	// Client says how clients connect.
	Client transport.Connection
	// OriginService is the time that the origin spends on a request.
	OriginService Service
	// Deadlines are the latencies whose shares of requests are counted exactly.
	Deadlines []time.Duration
	// Assumed lists the parameters that a preset set by assumption.
	Assumed []Assumption
}

// Sizes is a lognormal law of object sizes. The logarithm of the size in bytes is normal with mean
// LnMean and standard deviation LnSD; sizes are rounded to whole bytes and held in [MinBytes, MaxBytes].
type Sizes struct {
	LnMean, LnSD float64
	// MinBytes and MaxBytes bound a size; 0 means 1 byte and 30 GB, the largest object that
	// CloudFront caches (CloudFront Developer Guide, 2023).
	MinBytes, MaxBytes int64
}

// maxObjectBytes is the largest object that CloudFront caches.
const maxObjectBytes = 30_000_000_000

// Validate names the first field that is out of range.
func (s Sizes) Validate() error {
	low, high := s.bounds()
	return invalid.First(
		invalid.Range("LnMean", s.LnMean, -50, 50),
		invalid.Range("LnSD", s.LnSD, 0, 10),
		invalid.Range("MaxBytes", s.MaxBytes, 0, 1<<50),
		invalid.Range("MinBytes", s.MinBytes, 0, high),
		invalid.Range("MinBytes", low, 1, high),
	)
}

func (s Sizes) bounds() (low, high int64) {
	low, high = max(s.MinBytes, 1), s.MaxBytes
	if high == 0 {
		high = maxObjectBytes
	}
	return low, high
}

// A Catalogue answers the size of an object from its number alone, without a table: the size is drawn
// at the address (seed, replication, workload, object), so that every site and every placement sees the
// same one.
type Catalogue struct {
	key       random.Key
	sizes     Sizes
	low, high int64
	same      int64 // the size of every object, 0 where sizes differ
}

// Catalogue returns the sizes of the workload's objects in one replication.
func (s *Static) Catalogue(seed, replication uint64) Catalogue {
	low, high := s.Sizes.bounds()
	c := Catalogue{key: random.NewKey(seed, replication, random.Entity(s.Name), purpose.Size), sizes: s.Sizes, low: low, high: high}
	if c.sizes.LnSD == 0 {
		c.same = c.clamp(math.Exp(c.sizes.LnMean))
	}
	return c
}

// SizeBytes returns the size of an object.
func (c *Catalogue) SizeBytes(object uint32) int64 {
	if c.same != 0 {
		return c.same
	}
	return c.draw(object)
}

func (c *Catalogue) draw(object uint32) int64 {
	stream := c.key.StreamAt(uint64(object))
	return c.clamp(stream.Lognormal(c.sizes.LnMean, c.sizes.LnSD))
}

func (c *Catalogue) clamp(bytes float64) int64 {
	if bytes >= float64(c.high) {
		return c.high
	}
	return max(int64(bytes+0.5), c.low)
}

// Validate names the first field that is out of range.
func (s *Static) Validate() error {
	if s.Name == "" {
		return invalid.New("Name", `""`, "a name")
	}
	return inWorkload(s.Name, invalid.First(
		validateRate(s.RequestsPerSecond),
		invalid.Range("Objects", s.Objects, 1, math.MaxUint32),
		invalid.Range("ZipfExponent", s.ZipfExponent, 0, 10),
		invalid.In("Sizes", s.Sizes.Validate()),
		invalid.In("Day", dayOf(s.Day).Validate()),
		invalid.In("Client", s.Client.Validate()),
		invalid.In("OriginService", s.OriginService.Validate()),
		validateDeadlines(s.Deadlines),
	))
}

// A StaticStream draws the requests of one metro in order of time.
type StaticStream struct {
	arrivals Arrivals
	objects  random.Stream
	zipf     *random.Zipf
}

// Streams returns one stream an audience, in their order.
func (s *Static) Streams(audiences []Audience, start time.Time, seed, replication uint64) ([]StaticStream, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	shares, err := Shares(audiences)
	if err != nil {
		return nil, err
	}
	zipf, err := random.NewZipf(s.Objects, s.ZipfExponent)
	if err != nil {
		return nil, inWorkload(s.Name, err)
	}
	streams := make([]StaticStream, len(audiences))
	for i, a := range audiences {
		entity := purpose.EntityOf(s.Name, a.Metro)
		streams[i] = StaticStream{
			arrivals: NewArrivals(random.New(seed, replication, entity, purpose.Arrival), s.RequestsPerSecond*shares[i], dayOf(s.Day), start, a.Zone),
			objects:  random.New(seed, replication, entity, purpose.Object),
			zipf:     zipf,
		}
	}
	return streams, nil
}

// RatesAt returns the requests per second of each audience at an instant.
func (s *Static) RatesAt(audiences []Audience, at time.Time) ([]float64, error) {
	rates, err := Shares(audiences)
	if err != nil {
		return nil, err
	}
	day := dayOf(s.Day)
	for i, a := range audiences {
		zone := a.Zone
		if zone == nil {
			zone = time.UTC
		}
		local := at.In(zone)
		rates[i] *= s.RequestsPerSecond * day.At(float64(local.Hour())+float64(local.Minute())/60)
	}
	return rates, nil
}

// Next returns the instant of the next request in ns since the start of the run, and its object.
func (s *StaticStream) Next() (at int64, object uint32) {
	return s.arrivals.Next(), s.zipf.Draw(&s.objects)
}

// DrawPast fills at and objects, which are equally long, with what as many calls of Next return, but not further
// than the first request that does not come before the instant to. It returns how many it has drawn and is
// faster than Next for each.
func (s *StaticStream) DrawPast(to int64, at []int64, objects []uint32) int {
	n := s.arrivals.DrawPast(to, at)
	s.zipf.DrawAll(&s.objects, objects[:n])
	return n
}

// dayOf returns the profile, or a flat one for the zero value.
func dayOf(p Profile) Profile {
	if p == (Profile{}) {
		return Flat()
	}
	return p
}

// inWorkload says whose field an error is about.
func inWorkload(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("workload %q: %w", name, err)
}

func validateRate(perSecond float64) error {
	if !(perSecond > 0) || perSecond > 1e9 {
		return invalid.New("RequestsPerSecond", perSecond, "more than 0, 1e9 at most")
	}
	return nil
}

// maxDeadlines bounds the exact counters of a workload.
const maxDeadlines = 8

func validateDeadlines(deadlines []time.Duration) error {
	if len(deadlines) > maxDeadlines {
		return invalid.New("Deadlines", deadlines, "%d at most", maxDeadlines)
	}
	for i, d := range deadlines {
		if d <= 0 || i > 0 && d <= deadlines[i-1] {
			return invalid.New("Deadlines", deadlines, "times above 0 in ascending order")
		}
	}
	return nil
}
