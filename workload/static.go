package workload

import (
	"fmt"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/random"
)

// Purposes of the random numbers of a workload. They are part of a stream's address, so they never
// change meaning.
const (
	PurposeArrival uint64 = iota + 1
	PurposeObject
	PurposeSize
	PurposeClient // connection reuse, access technology, last mile, jitter
	PurposeService
	PurposeSession
	PurposePlayer
	PurposeMatch
)

// A Static workload fetches cacheable objects.
type Static struct {
	// Name tells the workload apart in results and addresses its random numbers.
	Name string
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
	Client Connection
	// OriginService is the time that the origin spends on a request.
	OriginService Service
	// Deadlines are the latencies whose shares of requests are counted exactly.
	Deadlines []time.Duration
	// Note lists the parameters that a preset set by assumption.
	Note []string
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
	switch {
	case !(math.Abs(s.LnMean) <= 50):
		return fmt.Errorf("mean of ln(size in bytes) is %v; want a finite number, 50 at most", s.LnMean)
	case !(s.LnSD >= 0 && s.LnSD <= 10):
		return fmt.Errorf("standard deviation of ln(size) is %v; want 0 to 10", s.LnSD)
	case s.MinBytes < 0:
		return fmt.Errorf("smallest size is %d bytes; want 0 (1 byte) or more", s.MinBytes)
	case s.MaxBytes < 0 || s.MaxBytes > 1<<50:
		return fmt.Errorf("largest size is %d bytes; want 0 (30 GB) to 2^50", s.MaxBytes)
	}
	if low, high := s.bounds(); low > high {
		return fmt.Errorf("smallest size is %d bytes, above the largest of %d", low, high)
	}
	return nil
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
}

// Catalogue returns the sizes of the workload's objects in one replication.
func (s *Static) Catalogue(seed, replication uint64) Catalogue {
	low, high := s.Sizes.bounds()
	return Catalogue{key: random.NewKey(seed, replication, random.Entity(s.Name), PurposeSize), sizes: s.Sizes, low: low, high: high}
}

// SizeBytes returns the size of an object.
func (c *Catalogue) SizeBytes(object uint32) int64 {
	if c.sizes.LnSD == 0 {
		return c.clamp(math.Exp(c.sizes.LnMean))
	}
	stream := c.key.StreamAt(uint64(object))
	return c.clamp(math.Exp(c.sizes.LnMean + float64(c.sizes.LnSD*stream.Normal())))
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
		return fmt.Errorf("workload: a static workload has no name")
	}
	err := validateRate(s.RequestsPerSecond)
	switch {
	case err != nil:
	case s.Objects < 1 || s.Objects > math.MaxUint32:
		err = fmt.Errorf("catalogue has %d objects; want 1 to %d", s.Objects, uint32(math.MaxUint32))
	case !(s.ZipfExponent >= 0 && s.ZipfExponent <= 10):
		err = fmt.Errorf("Zipf exponent is %v; want 0 to 10", s.ZipfExponent)
	default:
		err = firstError(s.Sizes.Validate(), dayOf(s.Day).Validate(), s.Client.Validate(), s.OriginService.Validate(), validateDeadlines(s.Deadlines))
	}
	if err != nil {
		return fmt.Errorf("workload %q: %w", s.Name, err)
	}
	return nil
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
		return nil, fmt.Errorf("workload %q: %w", s.Name, err)
	}
	streams := make([]StaticStream, len(audiences))
	for i, a := range audiences {
		entity := EntityOf(s.Name, a.Metro)
		streams[i] = StaticStream{
			arrivals: NewArrivals(random.New(seed, replication, entity, PurposeArrival), s.RequestsPerSecond*shares[i], dayOf(s.Day), start, a.Zone),
			objects:  random.New(seed, replication, entity, PurposeObject),
			zipf:     zipf,
		}
	}
	return streams, nil
}

// Next returns the instant of the next request in ns since the start of the run, and its object.
func (s *StaticStream) Next() (at int64, object uint32) {
	return s.arrivals.Next(), s.zipf.Draw(&s.objects)
}

// EntityOf returns the entity that addresses the random numbers of a workload in a metro.
func EntityOf(workload, metro string) uint64 {
	return random.Entity(workload + "\x00" + metro)
}

// dayOf returns the profile, or a flat one for the zero value.
func dayOf(p Profile) Profile {
	if p == (Profile{}) {
		return Flat()
	}
	return p
}

func validateRate(perSecond float64) error {
	if !(perSecond > 0) || perSecond > 1e9 {
		return fmt.Errorf("rate is %v requests a second; want more than 0, 1e9 at most", perSecond)
	}
	return nil
}

// maxDeadlines bounds the exact counters of a workload.
const maxDeadlines = 8

func validateDeadlines(deadlines []time.Duration) error {
	if len(deadlines) > maxDeadlines {
		return fmt.Errorf("%d deadlines; want %d at most", len(deadlines), maxDeadlines)
	}
	for i, d := range deadlines {
		if d <= 0 {
			return fmt.Errorf("deadline %d is %v; want more than 0", i+1, d)
		}
		if i > 0 && d <= deadlines[i-1] {
			return fmt.Errorf("deadline %d is %v, not above the one before (%v); want them in ascending order", i+1, d, deadlines[i-1])
		}
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
