package workload

import (
	"fmt"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
)

// Mixture is a demand of independent requests, as [Poisson], for a catalogue of several classes of objects, each with
// a popularity and sizes of its own, and for objects that are asked for once and never again. So it can follow a
// measured curve of hit ratios where one Zipf law cannot, in requests and in bytes, and no cache hits all the time,
// however large it is.
//
// Objects are numbered class by class, in the order of popularity within a class; those that are asked for once come
// behind them.
type Mixture struct {
	// RequestsPerSecond is the mean over a day, of all metros together: more than 0, 1e9 at most.
	RequestsPerSecond float64
	// Classes are the objects that are asked for again and again: one class or more, 64 at most.
	Classes []Class
	// Once are the objects that are asked for once. The zero value means that there are none.
	Once Once
	// Churn is the share of the objects of all classes that new ones take the place of in a day, each with the popularity and the size of
	// the one before it: an object lives for a day by it, so that 24 lets it live an hour. 0, for objects that are there for ever, to 10,000.
	Churn float64
}

// A Class is objects of like sizes whose popularity falls as a Zipf law.
type Class struct {
	// Requests is the weight of the class, more than 0, 1e9 at most: classes share the requests that are not for Once in
	// proportion to it.
	Requests float64
	// Objects is the number of objects, 1 or more; a catalogue has 2^31 at most.
	Objects int
	// ZipfExponent is as [Poisson.ZipfExponent], within the class. 0 to 10.
	ZipfExponent float64
	// Sizes is the law of the sizes. They are spread evenly over the law in the order of popularity, from the median
	// on: any few neighbours have small and large sizes in their right shares, the same with every seed.
	Sizes Sizes
}

// Once is an endless supply of objects that are asked for once each: compulsory misses.
type Once struct {
	// Requests is the share of all requests that ask for such objects: 0 or more, less than 1.
	Requests float64
	// Sizes is the law of their sizes, each drawn on its own.
	Sizes Sizes
}

const (
	maxClasses = 64
	// askedInRun is how many numbers there are for objects that are asked for once in a run. When they are used up they
	// begin anew: after 1.5 days at 1,000 such requests a second.
	askedInRun = 1 << 27
	maxRegular = 1 << 31
	maxChurn   = 10_000 // lifetimes of 8.64 s
)

// Validate names the first field that is out of range.
func (m Mixture) Validate() error {
	errs := []error{
		invalid.Check(m.RequestsPerSecond > 0 && m.RequestsPerSecond <= 1e9, "RequestsPerSecond", m.RequestsPerSecond, "more than 0, 1e9 at most"),
		invalid.Check(len(m.Classes) >= 1 && len(m.Classes) <= maxClasses, "Classes", fmt.Sprintf("of length %d", len(m.Classes)), "1 to 64"),
	}
	objects := 0
	for i, c := range m.Classes {
		errs = append(errs, invalid.In(fmt.Sprintf("Classes[%d]", i), c.validate()))
		objects += min(max(c.Objects, 0), maxRegular)
	}
	errs = append(errs,
		invalid.Check(m.Once.Requests >= 0 && m.Once.Requests < 1, "Once.Requests", m.Once.Requests, "0 or more, less than 1"),
		invalid.In("Once.Sizes", m.Once.Sizes.Validate()),
		invalid.Range("Churn", m.Churn, 0, maxChurn),
		invalid.Check(m.Churn == 0 || objects <= maxRegular/generations, "Classes", fmt.Sprintf("of %d objects", objects), fmt.Sprintf("%d at most beside Churn", maxRegular/generations)),
		invalid.Check(objects <= maxRegular, "Classes", fmt.Sprintf("of %d objects", objects), "2147483648 at most"),
	)
	return invalid.First(errs...)
}

func (c Class) validate() error {
	return invalid.First(
		invalid.Check(c.Requests > 0 && c.Requests <= 1e9, "Requests", c.Requests, "more than 0, 1e9 at most"),
		invalid.Check(c.Objects >= 1 && c.Objects <= maxRegular, "Objects", c.Objects, "1 to 2147483648"),
		invalid.Range("ZipfExponent", c.ZipfExponent, 0, 10),
		invalid.In("Sizes", c.Sizes.Validate()),
	)
}

// Catalogue returns how many numbers objects have, with those for objects that are asked for once.
func (m Mixture) Catalogue() int {
	n := m.renewed()
	if m.Once.Requests > 0 {
		n += askedInRun + AskedBefore
	}
	return n
}

// Regular returns the number of objects that are asked for again and again.
func (m Mixture) Regular() (n int) {
	for _, c := range m.Classes {
		n += c.Objects
	}
	return n
}

// renewed returns the number of objects that are asked for again and again, with those that take their places.
func (m Mixture) renewed() int {
	if m.Churn > 0 {
		return generations * m.Regular()
	}
	return m.Regular()
}

// RenewalOf says which objects there are when in one replication.
func (m Mixture) RenewalOf(workload string, seed, replication uint64) Renewal {
	return newRenewal(m.Churn, m.Regular(), workload, seed, replication)
}

// PerSecond returns the mean rate.
func (m Mixture) PerSecond() float64 { return m.RequestsPerSecond }

func (m Mixture) dayMean() (mean float64, unit string) {
	return m.RequestsPerSecond, "requests per second"
}

// follow returns the day of the arrivals, for a request is there at once.
func (m Mixture) follow(arrivals *[daySteps]float64) [daySteps]float64 { return *arrivals }

// WithRequestsPerSecond returns a copy with another rate.
func (m Mixture) WithRequestsPerSecond(perSecond float64) Demand {
	m.RequestsPerSecond = perSecond
	return m
}

// WithObjects returns a copy with so many objects that are asked for again and again: each class has about as many times
// the objects that it had, and one at least. Hit ratios come out about the same with caches that are as many times as
// large, but for classes of few objects.
func (m Mixture) WithObjects(objects int) Demand {
	if objects < 1 {
		return unfit{m, invalid.New("Objects", objects, "1 or more")}
	}
	factor := float64(objects) / float64(m.Regular())
	m.Classes = slices.Clone(m.Classes)
	before, now := 0, 0 // objects up to the class
	for i := range m.Classes {
		before += m.Classes[i].Objects
		upTo := max(int(math.Round(float64(before)*factor)), now+1)
		m.Classes[i].Objects, now = upTo-now, upTo
	}
	return m
}

// WithSizes returns a copy in which the sizes of all objects follow one law.
func (m Mixture) WithSizes(s Sizes) Mixture {
	m.Classes = slices.Clone(m.Classes)
	for i := range m.Classes {
		m.Classes[i].Sizes = s
	}
	if m.Once.Requests > 0 {
		m.Once.Sizes = s
	}
	return m
}

// Popularity returns the share of the requests that ask for each object, without those that are asked for once.
func (m Mixture) Popularity() ([]float64, error) {
	shares := make([]float64, 0, m.Regular())
	sum := m.sumOfWeights()
	for _, c := range m.Classes {
		zipf, err := random.NewZipf(c.Objects, c.ZipfExponent)
		if err != nil {
			return nil, err
		}
		share := float64((1 - m.Once.Requests) * (c.Requests / sum))
		for k := range uint32(c.Objects) {
			shares = append(shares, float64(share*zipf.Probability(k)))
		}
	}
	return shares, nil
}

func (m Mixture) sumOfWeights() (sum float64) {
	for _, c := range m.Classes {
		sum += c.Requests
	}
	return sum
}

// AskedOnce returns the share of the requests that ask for an object which nobody asks for again.
func (m Mixture) AskedOnce() float64 { return m.Once.Requests }

// SizesOf returns the sizes of the objects in one replication.
func (m Mixture) SizesOf(workload string, seed, replication uint64) Catalogue {
	others := m.Once.Sizes
	if m.Once.Requests == 0 {
		others = m.Classes[0].Sizes // there are no others
	}
	c := others.Catalogue(workload, seed, replication)
	c.same = 0 // other objects have other sizes
	first := uint32(0)
	for _, class := range m.Classes {
		c.classes = append(c.classes, spread{newSizeLaw(class.Sizes), first})
		first += uint32(class.Objects)
	}
	c.regular, c.renewed = first, uint32(m.renewed())
	return c
}

// Open makes the tables of popularity.
func (m Mixture) Open(audiences []Audience, env Env) (func(audience int) Source, error) {
	shares, err := Shares(audiences)
	if err != nil {
		return nil, err
	}
	objects, err := m.open(env)
	if err != nil {
		return nil, err
	}
	// Metros share the numbers as they share the requests, so that they use them up at about the same time.
	begins, before := make([]uint32, len(audiences)), 0.0
	for i, share := range shares {
		begins[i] = uint32(before*askedInRun) % askedInRun
		before += share
	}
	return func(i int) Source {
		a := &audiences[i]
		return &mixtureSource{
			arrivals: env.newInstants(a, m.RequestsPerSecond*shares[i]),
			objects:  env.stream(a.Metro, purpose.Object), mixtureObjects: objects, next: begins[i],
		}
	}, nil
}

// open makes the tables of popularity.
func (m Mixture) open(env Env) (*mixtureObjects, error) {
	sum := m.sumOfWeights()
	weights := make([]float64, 0, len(m.Classes)+1)
	of := &mixtureObjects{classes: make([]openClass, len(m.Classes)), once: uint32(m.renewed()), renewal: m.RenewalOf(env.Workload, env.Seed, env.Replication)}
	first := uint32(0)
	for i, c := range m.Classes {
		zipf, err := random.NewZipf(c.Objects, c.ZipfExponent)
		if err != nil {
			return nil, err
		}
		of.classes[i] = openClass{zipf, first}
		first += uint32(c.Objects)
		weights = append(weights, float64((1-m.Once.Requests)*(c.Requests/sum)))
	}
	var err error
	of.which, err = random.NewAlias(append(weights, m.Once.Requests))
	return of, err
}

// popularityOf returns the share of the requests that ask for an object which is asked for again and again.
func (m Mixture) popularityOf(object uint32) (float64, error) {
	sum := m.sumOfWeights()
	for _, c := range m.Classes {
		if object < uint32(c.Objects) {
			zipf, err := random.NewZipf(c.Objects, c.ZipfExponent)
			if err != nil {
				return 0, err
			}
			return float64((1-m.Once.Requests)*(c.Requests/sum)) * zipf.Probability(object), nil
		}
		object -= uint32(c.Objects)
	}
	return 0, nil
}

// An openClass draws the objects of a class, of which the first has a number.
type openClass struct {
	zipf  *random.Zipf
	first uint32
}

// A mixtureObjects draws the objects of a mixture, in one replication.
type mixtureObjects struct {
	which   *random.Alias
	classes []openClass
	// once is the number of the first object that is asked for once.
	once    uint32
	renewal Renewal
}

// draw draws an object that is there at an instant; false where it is one that is asked for once.
func (m *mixtureObjects) draw(s *random.Stream, at int64) (object uint32, again bool) {
	class := m.which.Draw(s)
	if class == len(m.classes) {
		return 0, false
	}
	c := &m.classes[class]
	object = c.first + c.zipf.Draw(s)
	if m.renewal.Lifetime > 0 {
		object = m.renewal.Object(object, at)
	}
	return object, true
}

// A mixtureSource draws the requests of one metro.
type mixtureSource struct {
	*mixtureObjects
	arrivals instants
	objects  random.Stream
	// next is how many numbers behind the first the next object comes that is asked for once.
	next uint32
}

// Draw draws instants and objects.
func (s *mixtureSource) Draw(to int64, b *Batch) int {
	n := s.arrivals.drawPast(to, b)
	if b.Object == nil {
		return n
	}
	for i := range b.Object[:n] {
		object, again := s.draw(&s.objects, b.At[i])
		if !again {
			object = s.once + s.next
			s.next = (s.next + 1) % askedInRun
		}
		b.Object[i] = object
	}
	return n
}
