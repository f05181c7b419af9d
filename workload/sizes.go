package workload

import (
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
)

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

// Catalogue returns the sizes of a workload's objects in one replication.
func (s Sizes) Catalogue(workload string, seed, replication uint64) Catalogue {
	low, high := s.bounds()
	c := Catalogue{key: random.NewKey(seed, replication, random.Entity(workload), purpose.Size), sizes: s, low: low, high: high}
	if c.sizes.LnSD == 0 {
		c.same = c.clamp(portable.Exp(c.sizes.LnMean))
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
