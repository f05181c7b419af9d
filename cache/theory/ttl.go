package theory

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/internal/portable"
)

// A Lifetime says when the life of a cached object begins anew.
type Lifetime uint8

const (
	// FromInsertion: an object expires a fixed time after it was fetched, as HTTP caches do.
	FromInsertion Lifetime = iota
	// FromLastHit: every hit begins the time anew.
	FromLastHit
)

// TTL returns the hit ratio for one object in a cache without a capacity, with Poisson requests at a rate
// per second and a time to live. Fetching takes no time.
func TTL(ratePerSecond float64, ttl time.Duration, from Lifetime) (float64, error) {
	if err := checkTTL(ratePerSecond, ttl, 0); err != nil {
		return 0, err
	}
	x := float64(ratePerSecond * ttl.Seconds())
	if from == FromLastHit {
		return -portable.Expm1(-x), nil
	}
	return x / (1 + x), nil
}

// A FetchShare is how requests for one object end where fetching takes time and requests that meet a
// fetch in flight wait for it.
type FetchShare struct {
	// Hit, Delayed and Miss are shares of the requests; they sum to 1.
	Hit, Delayed, Miss float64
	// MeanWait is the mean over all requests of the time spent waiting for a fetch.
	MeanWait time.Duration
	// FetchesPerSecond is the rate at which the origin is asked.
	FetchesPerSecond float64
}

// TTLWithFetch returns what becomes of Poisson requests at a rate per second for one object, in a cache
// without a capacity, that lives for ttl from the moment its fetch ends; a fetch takes the time given.
// A cycle has one miss, then delayed requests during the fetch, then hits until the object expires.
func TTLWithFetch(ratePerSecond float64, ttl, fetch time.Duration) (FetchShare, error) {
	if err := checkTTL(ratePerSecond, ttl, fetch); err != nil {
		return FetchShare{}, err
	}
	d := fetch.Seconds()
	delayed, hits := float64(ratePerSecond*d), float64(ratePerSecond*ttl.Seconds())
	cycle := 1 + delayed + hits
	return FetchShare{
		Hit:              hits / cycle,
		Delayed:          delayed / cycle,
		Miss:             1 / cycle,
		MeanWait:         time.Duration(math.Round((d + float64(float64(delayed*d)/2)) / cycle * 1e9)),
		FetchesPerSecond: ratePerSecond / cycle,
	}, nil
}

func checkTTL(ratePerSecond float64, ttl, fetch time.Duration) error {
	if !(ratePerSecond > 0) || math.IsInf(ratePerSecond, 1) {
		return wrong("ratePerSecond", ratePerSecond, "a finite number above 0")
	}
	if ttl < 0 {
		return wrong("ttl", ttl, "0 or more")
	}
	if fetch < 0 {
		return wrong("fetch", fetch, "0 or more")
	}
	return nil
}
