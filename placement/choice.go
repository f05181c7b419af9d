package placement

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A Choice is how those who ask a tier choose among its caches.
type Choice uint8

const (
	// NearestCache asks the cache that is nearest by round trip, as Amazon CloudFront does of regional edge caches. It is the zero
	// value.
	NearestCache Choice = iota
	// HashedCache asks one of all by the object, by consistent hashing: every object has its cache, the same for all who ask, so that the tier
	// holds it once. One that is down leaves its objects to the others, and those of others stay where they are.
	HashedCache
	// CacheByOrigin asks the cache that is nearest to the origin of the fetch, by round trip, as an origin shield is chosen.
	CacheByOrigin
)

var choices = [...]string{NearestCache: "nearest", HashedCache: "hash", CacheByOrigin: "origin"}

// String returns the name that scenario files use, for example "hash".
func (c Choice) String() string {
	if int(c) >= len(choices) {
		return fmt.Sprintf("choice(%d)", uint8(c))
	}
	return choices[c]
}

// ParseChoice returns the choice of a name.
func ParseChoice(name string) (Choice, error) {
	for c, of := range choices {
		if of == name {
			return Choice(c), nil
		}
	}
	return 0, invalid.New("choice of a cache", strconv.Quote(name), "one of %s", strings.Join(choices[:], ", "))
}

// Copies says which caches keep what passes through them, on its way from where it is found: an admission across tiers, besides
// that of each cache.
type Copies uint8

const (
	// CopiesEverywhere leaves a copy at every cache on the way. It is the zero value, and what deployed caches do.
	CopiesEverywhere Copies = iota
	// CopyDown leaves one in the tier below where the object is found, and none below that: so it comes nearer with every
	// request (Laoutaris, Che and Stavrakakis, The LCD interconnection of LRU caches and its analysis, 2006).
	CopyDown
	// CopyAtEdge leaves one in the first tier alone.
	CopyAtEdge
)

var copies = [...]string{CopiesEverywhere: "everywhere", CopyDown: "down", CopyAtEdge: "edge"}

// String returns the name that scenario files use, for example "down".
func (c Copies) String() string {
	if int(c) >= len(copies) {
		return fmt.Sprintf("copies(%d)", uint8(c))
	}
	return copies[c]
}

// ParseCopies returns the rule of a name.
func ParseCopies(name string) (Copies, error) {
	for c, of := range copies {
		if of == name {
			return Copies(c), nil
		}
	}
	return 0, invalid.New("copies", strconv.Quote(name), "one of %s", strings.Join(copies[:], ", "))
}
