package cache

import (
	"fmt"
	"math"
	"strings"
)

// maxObjects is the largest number of objects one cache can hold: slots are numbered by uint32.
const maxObjects = math.MaxInt32

// A Config says which cache to build. Exactly one of CapacityBytes and CapacityObjects is set.
type Config struct {
	// Policy names the eviction policy, for example "lru" (the default); [Policies] lists them.
	Policy string
	// CapacityBytes is the largest sum of object sizes, in bytes.
	CapacityBytes int64
	// CapacityObjects is the largest number of objects, whatever their sizes.
	CapacityObjects int64
	// DenseKeys promises that most keys are below it (0: no promise). A table of 4 bytes for each
	// such key then replaces hashing, which is about three times as fast; use it for one cache
	// over a numbered catalogue, not for a hundred caches over a large one.
	DenseKeys int
	// OnEvict, if set, is called once for every object that the policy evicts, after it has left.
	// It must not call the cache.
	OnEvict func(key uint64, sizeBytes int64)
}

// New returns an empty cache, or an error that names the field, its value and what is allowed.
func New(cfg Config) (Cache, error) {
	name := cfg.Policy
	if name == "" {
		name = "lru"
	}
	base, err := newCore(cfg)
	if err != nil {
		return nil, err
	}
	for _, p := range policies {
		if p.name == name {
			return p.build(base), nil
		}
	}
	return nil, fmt.Errorf("cache: Policy is %q; allowed are %s", cfg.Policy, strings.Join(Policies(), ", "))
}

// Policies returns the names that [Config.Policy] takes, in the order of the documentation.
func Policies() []string {
	names := make([]string, len(policies))
	for i, p := range policies {
		names[i] = p.name
	}
	return names
}

// A policy is one row of the list of eviction policies.
type policy struct {
	name  string
	build func(core) Cache
}

var policies = []policy{
	{"lru", newLRU},
}
