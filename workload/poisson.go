package workload

import (
	"math"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
)

// Poisson is a demand of independent requests: a Poisson process that follows each metro's local time of day, and
// objects by a Zipf law.
type Poisson struct {
	// RequestsPerSecond is the mean over a day, of all metros together: more than 0, 1e9 at most.
	RequestsPerSecond float64
	// Objects is the size of the catalogue, 1 to 2^32-1; 0 makes requests without objects, for what is computed.
	Objects int
	// ZipfExponent says how uneven popularity is: object k of the catalogue is asked for in proportion to
	// k^-exponent, the same in every metro. 0 to 10; 0 makes all objects equal.
	ZipfExponent float64
}

// Validate names the first field that is out of range.
func (p Poisson) Validate() error {
	return invalid.First(
		invalid.Check(p.RequestsPerSecond > 0 && p.RequestsPerSecond <= 1e9, "RequestsPerSecond", p.RequestsPerSecond, "more than 0, 1e9 at most"),
		invalid.Check(p.Objects >= 0 && p.Objects <= math.MaxUint32, "Objects", p.Objects, "1 to 4294967295, or 0 for requests without objects"),
		invalid.Range("ZipfExponent", p.ZipfExponent, 0, 10),
	)
}

// Catalogue returns the number of objects.
func (p Poisson) Catalogue() int { return p.Objects }

// PerSecond returns the mean rate.
func (p Poisson) PerSecond() float64 { return p.RequestsPerSecond }

func (p Poisson) dayMean() (mean float64, unit string) {
	return p.RequestsPerSecond, "requests per second"
}

// follow returns the day of the arrivals, for a request is there at once.
func (p Poisson) follow(arrivals *[daySteps]float64) [daySteps]float64 { return *arrivals }

// WithRequestsPerSecond returns a copy with another rate.
func (p Poisson) WithRequestsPerSecond(perSecond float64) Demand {
	p.RequestsPerSecond = perSecond
	return p
}

// WithObjects returns a copy with so many objects.
func (p Poisson) WithObjects(objects int) Demand {
	p.Objects = objects
	return p
}

// Popularity returns the share of the requests that ask for each object.
func (p Poisson) Popularity() ([]float64, error) {
	zipf, err := random.NewZipf(p.Objects, p.ZipfExponent)
	if err != nil {
		return nil, err
	}
	shares := make([]float64, p.Objects)
	for k := range shares {
		shares[k] = zipf.Probability(uint32(k))
	}
	return shares, nil
}

// Open makes the table of popularity.
func (p Poisson) Open(audiences []Audience, env Env) (func(audience int) Source, error) {
	shares, err := Shares(audiences)
	if err != nil {
		return nil, err
	}
	var zipf *random.Zipf
	if p.Objects > 0 {
		if zipf, err = random.NewZipf(p.Objects, p.ZipfExponent); err != nil {
			return nil, err
		}
	}
	return func(i int) Source {
		a := &audiences[i]
		arrivals := env.newInstants(a, p.RequestsPerSecond*shares[i])
		if zipf == nil {
			return &arrivalSource{arrivals}
		}
		return &objectSource{arrivals: arrivals, objects: env.stream(a.Metro, purpose.Object), zipf: zipf}
	}, nil
}

// An arrivalSource draws the requests of one metro that are for no object.
type arrivalSource struct{ arrivals instants }

// Draw draws instants.
func (s *arrivalSource) Draw(to int64, b *Batch) int { return s.arrivals.drawPast(to, b) }

// An objectSource draws the requests of one metro, each for an object.
type objectSource struct {
	arrivals instants
	objects  random.Stream
	zipf     *random.Zipf
}

// Draw draws instants and objects.
func (s *objectSource) Draw(to int64, b *Batch) int {
	n := s.arrivals.drawPast(to, b)
	if b.Object != nil {
		s.zipf.DrawAll(&s.objects, b.Object[:n])
	}
	return n
}
