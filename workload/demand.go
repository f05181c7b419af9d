package workload

import (
	"time"

	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
)

// A Demand says who asks for what, and when. Anybody may write one; what a [Service] needs to know of it beyond
// that it says by further methods: [Catalogued], [Sized], [Writing], [Stocked], [Rated], [Popular], [Endless], [Staying].
//
// A demand is a value that several runs use at the same time, so its methods must not change it.
type Demand interface {
	// Validate returns an error that names the first parameter that is out of range.
	Validate() error
	// Open makes what the requests of one replication have in common, such as tables, and returns a function
	// that gives the requests of an audience by its number, from the first one on. It may be asked for the same
	// audience several times, where several sites share its users. An audience without users has no requests.
	// [Shares] says which part of the whole an audience is.
	//
	// What a source draws must follow from the demand, its audience and env alone, random numbers too, so that
	// all placements meet the same requests. Sources are used on several cores at the same time; what they
	// share they must only read.
	Open(audiences []Audience, env Env) (func(audience int) Source, error)
}

// A Source draws the requests of one metro in order of time, many at a time.
type Source interface {
	// Draw fills the batch with the next requests, not further than the first one that does not come before
	// the instant to, in ns since the start of the run: that one is the last. It returns how many it has drawn,
	// b.Len() at most; 0 means that no more requests will ever come. The next call goes on behind the last one.
	//
	// How many requests are drawn at a time must not change what they are.
	Draw(to int64, b *Batch) int
}

// A Batch is a place for requests, a column for each property of a request. Columns that the workload's service does
// not ask for are nil; the others are equally long, and a source fills them.
type Batch struct {
	// At holds the instants at which users ask, in ns since the start of the run, ascending. An instant of
	// math.MaxInt64 stands for never.
	At []int64
	// Object holds the objects asked for, numbers below the demand's catalogue, for a [Cacheable] service.
	Object []uint32
	// Bytes holds the sizes of what is asked for, 1 or more, for a [Cacheable] service of a [Sized] demand.
	Bytes []int64
	// Writes says which requests write or delete their objects, for a [Cacheable] service of a [Writing] demand.
	Writes []bool
	// Stay holds how long the users stay from then on, in ns, for a [Matched] service.
	Stay []int64
	// Visit holds of which visit each request is, for a workload that has [Visits]. Only [Poisson] and [Mixture] fill it: requests of other demands are
	// marked when they are drawn.
	Visit []Visit
}

// Len returns the number of requests that the batch has room for.
func (b *Batch) Len() int { return len(b.At) }

// NewBatch returns a batch of n requests with the columns that the workload's service asks for.
func (w *Workload) NewBatch(n int) Batch {
	b := Batch{At: make([]int64, n)}
	switch w.Service.(type) {
	case Cacheable:
		b.Object = make([]uint32, n)
		if w.RecordsSizes() {
			b.Bytes = make([]int64, n)
		}
		if w.Writes() {
			b.Writes = make([]bool, n)
		}
	case Matched:
		b.Stay = make([]int64, n)
	}
	if w.Visits.Requests > 0 {
		b.Visit = make([]Visit, n)
	}
	return b
}

// A Catalogued demand asks for objects: its sources fill [Batch].Object. A [Cacheable] service needs one.
type Catalogued interface {
	Demand
	// Catalogue returns the number of objects, 1 to 2^32-1; 0 means that requests are for nothing in
	// particular.
	Catalogue() int
}

// A Sized demand may know how large the objects are that it asks for. Where it does, its sources fill [Batch].Bytes,
// and a [Cacheable] service has no law of sizes of its own.
//
// An object may change its size from one request to the next. A cache keeps the size at the request that fetched the
// object, and has it whatever its size is later; users get, and tallies count, the size at their own request. That is
// what a replay of package cache does.
type Sized interface {
	Catalogued
	// RecordsSizes reports whether the demand knows sizes.
	RecordsSizes() bool
}

// RecordsSizes reports whether the sizes of objects come from the demand, and not from a law of the service.
func (w *Workload) RecordsSizes() bool {
	d, ok := w.Demand.(Sized)
	return ok && d.RecordsSizes()
}

// A Writing demand may write and delete objects besides asking for them. Where it does, its sources fill [Batch].Writes. What writes passes by
// all caches to the origin. Its answer has the size of its request ([Sized]) or, where nobody knows it, that of the object.
type Writing interface {
	Catalogued
	// HasWrites reports whether any request writes.
	HasWrites() bool
}

// Writes reports whether requests of the workload may write what caches keep.
func (w *Workload) Writes() bool {
	d, ok := w.Demand.(Writing)
	return ok && d.HasWrites()
}

// A Rated demand knows how many requests to expect. Where it is not, only speed suffers: work is shared out by
// this number.
type Rated interface {
	Demand
	// PerSecond returns the requests per second, on the mean over a day, of all metros together.
	PerSecond() float64
}

// A Popular demand draws each object independently of all that came before, from Poisson arrivals which follow the
// workload's day. The content of a cache in its steady state follows from that, so that caches can be preloaded.
type Popular interface {
	Catalogued
	Rated
	// Popularity returns the share of the requests that ask for each object of the catalogue, but for those that an
	// [Endless] demand asks for once.
	Popularity() ([]float64, error)
}

// An Endless demand is popular, and asks also for objects that nobody has asked for before or will ask for again. Their
// numbers are behind those of the others. The highest [AskedBefore] numbers of the catalogue stand for objects that were asked
// for before the run: a source never asks for them.
type Endless interface {
	Popular
	// Regular returns the number of the other objects, for which Popularity has shares.
	Regular() int
	// AskedOnce returns the share of the requests that ask for such objects, 0 or more, less than 1.
	AskedOnce() float64
}

// AskedBefore is how many numbers of the catalogue of an [Endless] demand stand for objects that were asked for before the run.
const AskedBefore = 1 << 27

// A Stocked demand knows the sizes of its objects, which depend on how popular they are. A [Cacheable] service has no law
// of sizes of its own then.
type Stocked interface {
	Catalogued
	// SizesOf returns the sizes of a workload's objects in one replication.
	SizesOf(workload string, seed, replication uint64) Catalogue
}

// A Staying demand has users who come for a while: its sources fill [Batch].Stay, and begin with the users who are
// there already when the run starts, at the instant 0. A [Matched] service needs one.
type Staying interface {
	Demand
	// Concurrent returns how many users are there at once, on the mean over a day, of all metros together.
	Concurrent() float64
}

// An Env is the run that a demand is opened for. Its random numbers are addressed: they depend on the seed, the
// replication, the workload's name, the metro and the purpose, and on nothing else.
type Env struct {
	// Workload is the workload's name.
	Workload string
	// Start is the instant at which the run begins.
	Start time.Time
	// Day is the shape of the load over local time, never the zero value. A demand that knows better, a
	// recorded one, need not follow it.
	Day Profile
	// Begun says in which state users are found who are there already when the run begins.
	Begun State
	// Seed and Replication tell runs apart.
	Seed, Replication uint64

	visits *Visits // whose requests are drawn; nil where nobody visits
}

// Stream returns random numbers, to be drawn one after another, for a purpose that a demand names itself, for
// example "think time". Names never collide with what the simulator draws numbers for.
func (e *Env) Stream(metro, what string) random.Stream {
	return random.New(e.Seed, e.Replication, purpose.EntityOf(e.Workload, metro), purpose.Named(what))
}

// Key returns random numbers by index, for example one a request, for a purpose that a demand names itself.
// Those of a stream and of a key of the same purpose are not independent: give them two names.
func (e *Env) Key(metro, what string) random.Key {
	return random.NewKey(e.Seed, e.Replication, purpose.EntityOf(e.Workload, metro), purpose.Named(what))
}

// stream returns the random numbers of a purpose of the simulator's own.
func (e *Env) stream(metro string, what uint64) random.Stream {
	return random.New(e.Seed, e.Replication, purpose.EntityOf(e.Workload, metro), what)
}
