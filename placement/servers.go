package placement

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A Spread is how the objects of a cache are spread over its servers.
type Spread uint8

const (
	// Pooled is one cache of the whole size, however many servers there are. It is the zero value.
	Pooled Spread = iota
	// Sharded gives every object its server, by consistent hashing: nearly as good as one pool, but for the chance by which some
	// servers have more than others.
	Sharded
	// Independent lets any server serve any request and keep what it has served, so that each holds what all hold: of n servers the
	// size is worth an n-th.
	Independent
)

var spreads = [...]string{Pooled: "pooled", Sharded: "sharded", Independent: "independent"}

// String returns the name that scenario files use, for example "sharded".
func (s Spread) String() string {
	if int(s) >= len(spreads) {
		return fmt.Sprintf("spread(%d)", uint8(s))
	}
	return spreads[s]
}

// ParseSpread returns the spread of a name.
func ParseSpread(name string) (Spread, error) {
	for s, of := range spreads {
		if of == name {
			return Spread(s), nil
		}
	}
	return 0, invalid.New("spread over servers", strconv.Quote(name), "one of %s", strings.Join(spreads[:], ", "))
}

// Servers are those of a cache, which have its size among them; the zero value is one.
type Servers struct {
	// Count is the number of servers; 0 means one.
	Count int
	// Spread is how objects are spread over them.
	Spread Spread
	// MemoryBytes is the size of all their memories, under LRU, over disks that have the size of the cache; 0 leaves them away.
	MemoryBytes int64
	// DiskRead is how long the first byte takes of what is on the disk and not in the memory.
	DiskRead time.Duration
}

// IsOne reports whether the cache is one of one level, whatever stands behind it.
func (s Servers) IsOne() bool {
	return (s.Spread == Pooled || s.Count <= 1) && s.MemoryBytes == 0 && s.DiskRead == 0
}

// Apart returns the number of caches that there are, 1 where the servers are pooled.
func (s Servers) Apart() int {
	if s.Spread == Pooled {
		return 1
	}
	return max(s.Count, 1)
}

// validate refuses servers of a cache of a size.
func (s Servers) validate(c *Cache) error {
	return invalid.In("Servers", invalid.First(
		invalid.Range("Count", s.Count, 0, cache.MaxServers),
		invalid.Check(int(s.Spread) < len(spreads), "Spread", uint8(s.Spread), "one of pooled, sharded, independent"),
		invalid.Check(s.Spread == Pooled || s.Count > 1, "Count", s.Count, "2 or more, where objects are spread over servers"),
		invalid.Check(s.MemoryBytes == 0 || s.MemoryBytes >= int64(s.Apart()) && s.MemoryBytes < c.CapacityBytes, "MemoryBytes", s.MemoryBytes, "0, or less than the size of the cache"),
		invalid.Check(s.DiskRead >= 0 && s.DiskRead <= time.Minute, "DiskRead", s.DiskRead, "0 to 1m"),
	))
}
