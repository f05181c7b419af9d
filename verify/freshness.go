package verify

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/cache/theory"
)

// fetches counts what became of the requests for one object.
type fetches struct {
	hits, delayed, misses int
	// waited is the sum over all requests of the time spent waiting for a fetch.
	waited time.Duration
}

func (f fetches) share(n int) float64 { return float64(n) / float64(f.hits+f.delayed+f.misses) }

func (f fetches) meanWaitMs() float64 { return f.share(int(f.waited)) / float64(time.Millisecond) }

// freshness checks one object with a time to live in a cache that never evicts it.
func freshness() []check {
	var all []check
	for _, row := range []struct {
		ratePerSecond float64
		ttl           time.Duration
	}{{10, time.Second}, {2, 500 * time.Millisecond}} {
		expected, err := theory.TTL(row.ratePerSecond, row.ttl, theory.FromInsertion)
		if err != nil {
			expected = math.NaN() // shows as a row outside
		}
		all = append(all, fresh(row.ratePerSecond, row.ttl, 0, "hit ratio", "", "lambda T/(1 + lambda T)", expected,
			func(f fetches) float64 { return f.share(f.hits) }))
	}
	const ratePerSecond, ttl, fetch = 10, time.Second, 100 * time.Millisecond
	expected, err := theory.TTLWithFetch(ratePerSecond, ttl, fetch)
	if err != nil {
		nan := math.NaN()
		expected = theory.FetchShare{Hit: nan, Delayed: nan, Miss: nan, MeanWait: -1} // show as rows outside
	}
	for _, row := range []struct {
		what, unit string
		expected   float64
		of         func(fetches) float64
	}{
		{"share of hits", "", expected.Hit, func(f fetches) float64 { return f.share(f.hits) }},
		{"share of delayed hits", "", expected.Delayed, func(f fetches) float64 { return f.share(f.delayed) }},
		{"share of misses", "", expected.Miss, func(f fetches) float64 { return f.share(f.misses) }},
		{"mean wait for the fetch", "ms", float64(expected.MeanWait) / 1e6, fetches.meanWaitMs},
	} {
		all = append(all, fresh(ratePerSecond, ttl, fetch, row.what, row.unit, "renewal cycle of a fetch", row.expected, row.of))
	}
	return all
}

// fresh is a check of one object that takes a time to fetch and then lives for ttl.
func fresh(ratePerSecond float64, ttl, fetch time.Duration, what, unit, source string, expected float64, of func(fetches) float64) check {
	return check{
		group: "Freshness", source: source, unit: unit, expected: expected,
		name: fmt.Sprintf("%g requests a second, %v to fetch, fresh for %v: %s", ratePerSecond, fetch, ttl, what),
		simulate: func(_ context.Context, t trial) (float64, error) {
			f, err := t.fetches(ratePerSecond, ttl, fetch, 400_000)
			return of(f), err
		},
	}
}

// fetches simulates Poisson requests for one object, after a warm-up. Requests that meet a fetch in flight
// wait for it.
func (t trial) fetches(ratePerSecond float64, ttl, fetch time.Duration, requests int) (fetches, error) {
	const object, warmUp = 1, 1000
	c, err := cache.NewFresher(cache.Config{CapacityObjects: 1})
	if err != nil {
		return fetches{}, err
	}
	fetch = t.slowed(fetch)
	ttl = time.Duration(float64(ttl) * (1 + t.broken.fresher))
	s := t.stream(1)
	var counted fetches
	var now, arrives time.Duration
	inFlight := false
	for i := -warmUp; i < t.scaled(requests); i++ {
		if i == 0 {
			counted = fetches{}
		}
		now += time.Duration(s.Exp() / ratePerSecond * float64(time.Second))
		if inFlight && now >= arrives {
			c.Insert(arrives, object, 1, ttl)
			inFlight = false
		}
		_, state := c.Lookup(now, object)
		switch {
		case state == cache.Fresh:
			counted.hits++
		case inFlight:
			counted.delayed++
			counted.waited += arrives - now
		default:
			counted.misses++
			counted.waited += fetch
			arrives, inFlight = now+fetch, true
		}
	}
	return counted, nil
}
