package workload

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
)

// A Flash is a flash crowd: for a while, users ask Factor times as often as otherwise, for some objects and in some metros. Of a [Sessions] demand
// players come Factor times as often. What is asked for besides is a Poisson process of its own, whose rate is Factor-1 times that of the others and
// follows the day as theirs does, times a shape: it rises in a straight line, stays, and decays exponentially. Of a [Trace] it is Factor-1 times that of what was recorded
// near each instant, within [CrowdSpread], and asks for the same objects.
type Flash struct {
	// At is when it begins, since the start of the run, warm-up included.
	At time.Duration
	// Rise is how long it rises, For how long it stays then; Decay is how long it takes to fall to 1/e after that. One of For and Decay must be
	// more than 0. It is over 8 times Decay after it has begun to fall, when 1/3000 is left.
	Rise, For, Decay time.Duration
	// Factor is more than 1, 1e6 at most.
	Factor float64
	// Objects are numbers of objects, the most popular of which is 0; empty means all, each as popular as otherwise. Of a demand without
	// objects it must be empty. Of a [Mixture] they are of those that are asked for again and again; with all of them a crowd asks for others once, too.
	// Of a [Trace] the most popular is that which it asks for most often, of two the one that it asks for first.
	Objects []uint32
	// Metros are the ids of metros; empty means all.
	Metros []string
}

// decays is how many times Decay a flash crowd falls for, fades after how many of them a twentieth of it is left.
const (
	decays = 8
	fades  = 3
)

// maxFlashes bounds the flash crowds of a workload.
const maxFlashes = 100

// End returns when it is over, since the start of the run.
func (f *Flash) End() time.Duration { return f.At + f.Rise + f.For + decays*f.Decay }

// Fades returns when a twentieth of it is left, since the start of the run.
func (f *Flash) Fades() time.Duration { return f.At + f.Rise + f.For + fades*f.Decay }

// Shape returns which part of its peak it has at an instant since the start of the run, 0 to 1.
func (f *Flash) Shape(at time.Duration) float64 {
	switch since := at - f.At; {
	case since < 0 || at >= f.End():
		return 0
	case since < f.Rise:
		return float64(since) / float64(f.Rise)
	case since < f.Rise+f.For:
		return 1
	default:
		return portable.Exp(-float64(since-f.Rise-f.For) / float64(f.Decay))
	}
}

// integral returns the integral of its shape from one instant to another, in seconds.
func (f *Flash) integral(from, to time.Duration) float64 { return f.upTo(to) - f.upTo(from) }

// upTo returns the integral of its shape up to an instant, in seconds.
func (f *Flash) upTo(at time.Duration) float64 {
	since := min(max(at, f.At), f.End()) - f.At
	rise, decay := f.Rise.Seconds(), f.Decay.Seconds()
	switch {
	case since < f.Rise:
		t := since.Seconds()
		return t * t / (2 * rise)
	case since < f.Rise+f.For || f.Decay == 0:
		return float64(rise/2) + (since - f.Rise).Seconds()
	}
	return float64(rise/2) + f.For.Seconds() + float64(decay*(1-portable.Exp(-float64(since-f.Rise-f.For)/float64(f.Decay))))
}

// validate names the first field that is out of range, of a demand for so many objects.
func (f *Flash) validate(objects int) error {
	const most = 366 * 24 * time.Hour
	for _, d := range []struct {
		name  string
		value time.Duration
	}{{"At", f.At}, {"Rise", f.Rise}, {"For", f.For}, {"Decay", f.Decay}} {
		if d.value < 0 || d.value > most {
			return invalid.New(d.name, d.value, "0s to %v", most)
		}
	}
	if f.For+f.Decay == 0 {
		return invalid.New("For", f.For, "more than 0s, or a decay of more than 0s")
	}
	if !(f.Factor > 1 && f.Factor <= 1e6) {
		return invalid.New("Factor", f.Factor, "more than 1, 1e6 at most")
	}
	if objects == 0 && len(f.Objects) > 0 {
		return invalid.New("Objects", f.Objects, "none: nobody asks for objects here")
	}
	for i, o := range f.Objects {
		if int64(o) >= int64(objects) {
			return invalid.New(fmt.Sprintf("Objects[%d]", i), o, "an object of the catalogue, 0 to %d", objects-1)
		}
		if slices.Contains(f.Objects[:i], o) {
			return invalid.New(fmt.Sprintf("Objects[%d]", i), o, "another object: it is there already")
		}
	}
	return nil
}

// validateFlashes names the first flash crowd that is out of range.
func (w *Workload) validateFlashes() error {
	if len(w.Flashes) == 0 {
		return nil
	}
	objects := 0
	switch d := w.Demand.(type) {
	case Poisson:
		objects = d.Objects
	case Mixture:
		objects = d.Regular()
	case Trace:
		objects = d.Catalogue()
	case Sessions:
	default:
		return invalid.New("Flashes", fmt.Sprintf("%d flash crowds", len(w.Flashes)), "none: %s is none of workload.Poisson, workload.Mixture, workload.Trace and workload.Sessions", typeOf(w.Demand))
	}
	if len(w.Flashes) > maxFlashes {
		return invalid.New("Flashes", fmt.Sprintf("%d flash crowds", len(w.Flashes)), "%d at most", maxFlashes)
	}
	for i := range w.Flashes {
		if err := w.Flashes[i].validate(objects); err != nil {
			return invalid.In(fmt.Sprintf("Flashes[%d]", i), err)
		}
	}
	return nil
}

// flashes adds to the sources of a workload what flash crowds ask for; those of the demand itself are not watched over.
func (w *Workload) flashes(open, ofDemand func(audience int) Source, audiences []Audience, env Env) (func(audience int) Source, error) {
	if len(w.Flashes) == 0 {
		return open, nil
	}
	shares, err := Shares(audiences)
	if err != nil {
		return nil, err
	}
	crowds, err := w.crowds(env)
	if err != nil {
		return nil, err
	}
	// What crowds ask for once takes the numbers of a metro from behind, what is asked for otherwise from the first one on.
	ends, before := make([]uint32, len(audiences)), 0.0
	for i, share := range shares {
		before += share
		ends[i] = uint32(min(before, 1) * askedInRun)
	}
	return func(i int) Source {
		a := &audiences[i]
		s := &crowdedSource{base: open(i), batch: w.NewBatch(crowdBatch)}
		left := new(uint32)
		*left = ends[i]
		key := random.NewKey(env.Seed, env.Replication, purpose.EntityOf(env.Workload, a.Metro), purpose.Flash)
		for k := range crowds {
			c := &crowds[k]
			if !c.in(a.Metro) {
				continue
			}
			if recorded, ok := ofDemand(i).(*recordedSource); ok && c.isRecorded {
				of := crowdSource{crowd: c, recorded: newRecordedCrowd(c, recorded, key, uint64(k))}
				of.advance()
				s.crowds = append(s.crowds, of)
				continue
			}
			// An arrival takes one stream, whether it is there and what it asks for another.
			draws, perSecond := key.StreamAt(uint64(2*k+1)), c.perSecond*shares[i]
			if env.visits != nil {
				perSecond /= env.visits.Requests
			}
			of := crowdSource{crowd: c, left: left, crowdArrivals: &crowdArrivals{
				flash: c.flash, arrivals: NewArrivals(key.StreamAt(uint64(2*k)), perSecond, a.day(env.Day), env.Start.Add(c.flash.At), a.Zone), draws: draws,
			}}
			if env.visits != nil {
				of.visits = newVisiting(env.visits, of.crowdArrivals, key.StreamAt(uint64(k)|1<<32))
			}
			of.advance()
			s.crowds = append(s.crowds, of)
		}
		return s
	}, nil
}

// A crowd is a flash crowd made ready.
type crowd struct {
	flash *Flash
	// times is how many requests it has at its peak for each of the workload's others, perSecond how many a second that is on the mean of a day.
	times, perSecond float64
	zipf             *random.Zipf    // where it asks for all objects of a Zipf law
	mixture          *mixtureObjects // where it asks for all objects of a mixture
	shares           []float64       // the cumulated shares of its objects
	renewal          Renewal         // of what takes the place of its objects
	length           *Weibull        // how long its players stay
	// isRecorded says that it is of a trace, and chosen which objects of that it asks for; nil is all.
	isRecorded bool
	chosen     map[uint32]bool
}

// crowds makes the flash crowds of a workload ready.
func (w *Workload) crowds(env Env) ([]crowd, error) {
	all := make([]crowd, len(w.Flashes))
	for i := range all {
		c := &all[i]
		c.flash = &w.Flashes[i]
		c.times = c.flash.Factor - 1
		switch d := w.Demand.(type) {
		case Sessions:
			c.length = &d.Length
		case Poisson:
			if err := c.chooseOf(d); err != nil {
				return nil, err
			}
		case Mixture:
			if err := c.chooseOfMixture(d, env); err != nil {
				return nil, err
			}
		case Trace:
			c.isRecorded = true
			c.chooseOfTrace(d.Recording)
		}
		c.perSecond = c.times * w.Demand.(Rated).PerSecond()
	}
	return all, nil
}

// chooseOf looks up how often its objects are asked for otherwise.
func (c *crowd) chooseOf(d Poisson) error {
	if d.Objects == 0 {
		return nil
	}
	zipf, err := random.NewZipf(d.Objects, d.ZipfExponent)
	if err != nil || len(c.flash.Objects) == 0 {
		c.zipf = zipf
		return err
	}
	return c.share(func(object uint32) (float64, error) { return zipf.Probability(object), nil })
}

// chooseOfMixture does the same where the objects are of several classes.
func (c *crowd) chooseOfMixture(d Mixture, env Env) (err error) {
	if len(c.flash.Objects) == 0 {
		c.mixture, err = d.open(env)
		return err
	}
	c.renewal = d.RenewalOf(env.Workload, env.Seed, env.Replication)
	return c.share(d.popularityOf)
}

// share cumulates the shares of its objects, of which a crowd that asks for no others has as much less.
func (c *crowd) share(popularity func(object uint32) (float64, error)) error {
	sum := 0.0
	for _, o := range c.flash.Objects {
		share, err := popularity(o)
		if err != nil {
			return err
		}
		sum += share
		c.shares = append(c.shares, sum)
	}
	c.times *= sum
	return nil
}

// in reports whether it is in a metro.
func (c *crowd) in(metro string) bool {
	return len(c.flash.Metros) == 0 || slices.Contains(c.flash.Metros, metro)
}

// crowdBatch is how many requests are drawn ahead of those that a crowd asks besides.
const crowdBatch = 64

// A crowdSource draws what a crowd asks for in one metro.
type crowdSource struct {
	*crowd
	recorded       *recordedCrowd // of a trace; nil of others
	*crowdArrivals                // of others
	visits         *visiting      // whose requests they are, which begin as they arrive; nil where each is on its own
	left           *uint32        // numbers of its metro for objects that are asked for once, of all its crowds
	at             int64          // math.MaxInt64 when it is over
	object         uint32
	bytes          int64
	stay           int64
	visit          Visit
}

// crowdArrivals draws when those come, one by one, whom a crowd brings to one metro.
type crowdArrivals struct {
	flash    *Flash
	arrivals Arrivals
	draws    random.Stream
}

// Next returns the next instant.
func (c *crowdArrivals) Next() int64 {
	for {
		next := c.arrivals.Next()
		if next >= int64(c.flash.End()-c.flash.At) {
			return math.MaxInt64
		}
		if next += int64(c.flash.At); c.draws.Float64() < c.flash.Shape(time.Duration(next)) {
			return next
		}
	}
}

// advance draws the next request.
func (c *crowdSource) advance() {
	if c.recorded != nil {
		next := c.recorded.next()
		c.at, c.object, c.bytes = next.at, next.object, next.bytes
		return
	}
	if c.visits != nil {
		c.at, c.visit = c.visits.draw()
	} else {
		c.at = c.Next()
	}
	switch {
	case c.at == math.MaxInt64:
	case c.length != nil:
		c.stay = c.length.draw(&c.draws)
	case c.zipf != nil:
		c.object = c.zipf.Draw(&c.draws)
	case c.mixture != nil:
		object, again := c.mixture.draw(&c.draws, c.at)
		if !again {
			*c.left = (*c.left + askedInRun - 1) % askedInRun
			object = c.mixture.once + *c.left
		}
		c.object = object
	case c.shares != nil:
		last := len(c.shares) - 1
		u := c.draws.Float64() * c.shares[last]
		which := 0
		for which < last && u >= c.shares[which] {
			which++
		}
		c.object = c.crowd.flash.Objects[which]
		if c.renewal.Lifetime > 0 {
			c.object = c.renewal.Object(c.object, c.at)
		}
	}
}

// A crowdedSource draws the requests of a source and those of crowds, in order of time.
type crowdedSource struct {
	base   Source
	batch  Batch // drawn ahead
	n, pos int
	dry    bool
	crowds []crowdSource
	seats  joinedSeats
}

// Draw draws requests in order of time; those of the source come first at the same instant.
func (s *crowdedSource) Draw(to int64, b *Batch) int {
	n := 0
	for n < b.Len() && (n == 0 || b.At[n-1] < to) {
		at, from := s.soonest()
		if at == math.MaxInt64 {
			break
		}
		b.At[n] = at
		object, bytes, stay, visit, writes := uint32(0), int64(0), int64(0), Visit(0), false
		if from < 0 {
			if s.batch.Bytes != nil {
				bytes = s.batch.Bytes[s.pos]
			}
			if s.batch.Object != nil {
				object = s.batch.Object[s.pos]
			}
			if s.batch.Stay != nil {
				stay = s.batch.Stay[s.pos]
			}
			if s.batch.Visit != nil {
				visit = s.batch.Visit[s.pos]
			}
			if s.batch.Writes != nil {
				writes = s.batch.Writes[s.pos]
			}
			s.pos++
		} else {
			of := &s.crowds[from]
			object, bytes, stay, visit = of.object, of.bytes, of.stay, of.visit
			of.advance()
		}
		if b.Object != nil {
			b.Object[n] = object
		}
		if b.Bytes != nil {
			b.Bytes[n] = bytes
		}
		if b.Stay != nil {
			b.Stay[n] = stay
		}
		if b.Visit != nil {
			b.Visit[n] = s.seats.of(from+1, visit)
		}
		if b.Writes != nil {
			b.Writes[n] = writes
		}
		n++
	}
	return n
}

// Err returns what was wrong with the requests of the source, nil if nothing was.
func (s *crowdedSource) Err() error {
	if source, ok := s.base.(interface{ Err() error }); ok {
		return source.Err()
	}
	return nil
}

// soonest returns the next instant, and the number of the crowd that asks then, -1 of the source itself.
func (s *crowdedSource) soonest() (at int64, from int) {
	if s.pos == s.n && !s.dry {
		s.n, s.pos = s.base.Draw(math.MaxInt64, &s.batch), 0
		s.dry = s.n == 0
	}
	at, from = math.MaxInt64, -1
	if s.pos < s.n {
		at = s.batch.At[s.pos]
	}
	for i := range s.crowds {
		if s.crowds[i].at < at {
			at, from = s.crowds[i].at, i
		}
	}
	return at, from
}
