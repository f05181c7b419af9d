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
	key  random.Key
	same int64   // the size of every object, 0 where sizes differ
	law  sizeLaw // of the objects from the number regular on
	// classes are those of the objects with lower numbers, in the order of the numbers.
	classes []spread
	regular uint32
	// renewed is the number behind those that take the places of the objects of classes, whose sizes they have.
	renewed uint32
}

// Catalogue returns the sizes of a workload's objects in one replication.
func (s Sizes) Catalogue(workload string, seed, replication uint64) Catalogue {
	law := newSizeLaw(s)
	return Catalogue{key: random.NewKey(seed, replication, random.Entity(workload), purpose.Size), same: law.same, law: law}
}

// SizeBytes returns the size of an object.
func (c *Catalogue) SizeBytes(object uint32) int64 {
	if c.same != 0 {
		return c.same
	}
	return c.draw(object)
}

// AreSame reports whether all objects have one size.
func (c *Catalogue) AreSame() bool { return c.same != 0 }

// MedianBytes returns the median of the sizes, that of the class with the smallest where there are classes.
func (c *Catalogue) MedianBytes() float64 {
	ln := c.law.LnMean
	for i := range c.classes {
		ln = min(ln, c.classes[i].LnMean)
	}
	return portable.Exp(ln)
}

func (c *Catalogue) draw(object uint32) int64 {
	if object < c.regular {
		return c.spread(object)
	}
	if object < c.renewed {
		return c.spread(object % c.regular)
	}
	if c.law.same != 0 {
		return c.law.same
	}
	stream := c.key.StreamAt(uint64(object))
	return c.law.clamp(stream.Lognormal(c.law.LnMean, c.law.LnSD))
}

// spread returns the size of an object of a class.
func (c *Catalogue) spread(object uint32) int64 {
	i := len(c.classes) - 1
	for c.classes[i].first > object {
		i--
	}
	return c.classes[i].at(object)
}

// A sizeLaw is a law of sizes with its bounds.
type sizeLaw struct {
	Sizes
	low, high int64
	same      int64 // the size of every object, 0 where sizes differ
}

func newSizeLaw(s Sizes) sizeLaw {
	l := sizeLaw{Sizes: s}
	l.low, l.high = s.bounds()
	if s.LnSD == 0 {
		l.same = l.clamp(portable.Exp(s.LnMean))
	}
	return l
}

func (l *sizeLaw) clamp(bytes float64) int64 {
	if bytes >= float64(l.high) {
		return l.high
	}
	return max(int64(bytes+0.5), l.low)
}

// A spread gives the objects of a class, from the first number on, sizes that are spread evenly over a law: their
// probabilities are those of the sequence of Weyl with the golden ratio, from a half on.
type spread struct {
	sizeLaw
	first uint32
}

// golden is the golden ratio less 1, of 2^64.
const golden = 0x9E3779B97F4A7C15

func (s *spread) at(object uint32) int64 {
	if s.same != 0 {
		return s.same
	}
	place := 1<<63 + uint64(object-s.first)*golden
	p := (float64(place>>12) + 0.5) * 0x1p-52 // in (0, 1)
	return s.clamp(portable.Exp(s.LnMean + float64(s.LnSD*portable.NormalQuantile(p))))
}
