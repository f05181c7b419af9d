package main

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/random"
)

// A toy is the CDN of W3. Requests come to each PoP as a Poisson process and ask for objects by a Zipf
// law. A hit takes the time hit; a miss takes the time fill longer, and after the time fill from the request
// the object is put into the PoP's LRU cache. Requests for an object under way go to the origin as well.
type toy struct {
	pops, objects, capacity int
	perSecond, exponent     float64
	hit, fill               time.Duration
}

var standardToy = toy{
	pops: 100, objects: 1_000_000, capacity: 10_000,
	perSecond: 1000, exponent: 0.9,
	hit: 5 * time.Millisecond, fill: 50 * time.Millisecond,
}

func w3Events(_, requests int) (outcome, error) { return standardToy.events(requests) }
func w3Sites(_, requests int) (outcome, error)  { return standardToy.sites(requests) }

// The purposes of the streams of a PoP.
const (
	arrivalsPurpose = iota
	objectsPurpose
)

// A pop is the state of one PoP.
type pop struct {
	arrivals, objects random.Stream
	cache             *lru
}

func (t toy) newPop(i int) (pop, error) {
	cache, err := newLRU(t.capacity)
	return pop{
		arrivals: random.New(1, 0, uint64(i), arrivalsPurpose),
		objects:  random.New(1, 0, uint64(i), objectsPurpose),
		cache:    cache,
	}, err
}

func (t toy) outcome(requests, hits int, cpu int64, latencies *histogram) (outcome, error) {
	want := float64(t.hit) + float64(t.fill)*(1-float64(hits)/float64(requests))
	if got := latencies.mean(); got < 0.99*want || got > 1.01*want {
		return outcome{}, fmt.Errorf("the mean latency recorded is %v, that of the hits counted %v", got, want)
	}
	return outcome{requests, cpu, float64(hits) / float64(requests)}, nil
}

// A toyRun is the toy with every arrival and every fill as an event of one simulation.
type toyRun struct {
	toy
	zipf          *random.Zipf
	pops          []pop
	arrive, fills event.HandlerID
	meanGap       float64
	toCome, hits  int
	latencies     histogram
}

func (t toy) events(requests int) (outcome, error) {
	zipf, err := random.NewZipf(t.objects, t.exponent)
	if err != nil {
		return outcome{}, err
	}
	var s event.Simulation
	r := &toyRun{toy: t, zipf: zipf, pops: make([]pop, t.pops), meanGap: float64(time.Second) / t.perSecond, toCome: requests}
	r.arrive = s.Register((*toyArrival)(r))
	r.fills = s.Register((*toyFill)(r))
	for i := range r.pops {
		if r.pops[i], err = t.newPop(i); err != nil {
			return outcome{}, err
		}
		s.After(time.Duration(r.pops[i].arrivals.Exp()*r.meanGap), r.arrive, uint64(i))
	}
	cpu, err := timed(func() error { return s.Run(event.Forever) })
	if err != nil {
		return outcome{}, err
	}
	return t.outcome(requests, r.hits, cpu, &r.latencies)
}

type toyArrival toyRun

func (r *toyArrival) Handle(s *event.Simulation, arg uint64) {
	p := &r.pops[arg]
	object := r.zipf.Draw(&p.objects)
	if p.cache.get(object) {
		r.hits++
		r.latencies.record(int64(r.hit))
	} else {
		r.latencies.record(int64(r.hit + r.fill))
		s.After(r.fill, r.fills, arg<<32|uint64(object))
	}
	s.After(time.Duration(p.arrivals.Exp()*r.meanGap), r.arrive, arg)
	if r.toCome--; r.toCome == 0 {
		s.Stop()
	}
}

type toyFill toyRun

func (r *toyFill) Handle(_ *event.Simulation, arg uint64) {
	r.pops[arg>>32].cache.put(uint32(arg))
}

// sites runs the toy one PoP after the other, as PoPs share nothing: arrivals and objects are drawn in
// blocks ahead, the cache is told what will be asked for, and only fills are events.
func (t toy) sites(requests int) (outcome, error) {
	zipf, err := random.NewZipf(t.objects, t.exponent)
	if err != nil {
		return outcome{}, err
	}
	hits, latencies := 0, &histogram{}
	cpu, err := timed(func() error {
		for i := range t.pops {
			p, err := t.newPop(i)
			if err != nil {
				return err
			}
			n := requests*(i+1)/t.pops - requests*i/t.pops
			h, err := t.site(&p, zipf, n, latencies)
			if err != nil {
				return err
			}
			hits += h
		}
		return nil
	})
	if err != nil {
		return outcome{}, err
	}
	return t.outcome(requests, hits, cpu, latencies)
}

func (t toy) site(p *pop, zipf *random.Zipf, requests int, latencies *histogram) (hits int, err error) {
	source, err := event.NewPoisson(0, t.perSecond, p.arrivals)
	if err != nil {
		return 0, err
	}
	var fills event.Queue
	nextFill := event.Never
	var block [256]uint32
	for left := requests; left > 0; {
		objects := block[:min(left, len(block))]
		zipf.DrawAll(&p.objects, objects)
		p.cache.expect(objects)
		for _, object := range objects {
			now := int64(source.Next())
			for nextFill <= now {
				p.cache.put(uint32(fills.Pop().Arg))
				nextFill = fills.NextTime()
			}
			if p.cache.get(object) {
				hits++
				latencies.record(int64(t.hit))
				continue
			}
			latencies.record(int64(t.hit + t.fill))
			fills.Push(now+int64(t.fill), 0, uint64(object))
			nextFill = min(nextFill, now+int64(t.fill))
		}
		left -= len(objects)
	}
	return hits, nil
}
