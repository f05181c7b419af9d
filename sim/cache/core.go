package cache

import "fmt"

// A core is what every policy is built on: the slots, the account of what is cached, and the
// capacity. Weights are bytes, or 1 an object where the capacity counts objects.
type core struct {
	table
	capacity  int64 // the largest weight
	used      int64 // the weight of what is cached
	bytes     int64 // the bytes of what is cached
	objects   int   // the number of objects cached
	byObjects bool
	onEvict   func(key uint64, sizeBytes int64)
}

// newCore checks the part of a Config that all policies share.
func newCore(cfg Config) (core, error) {
	switch {
	case cfg.CapacityBytes < 0:
		return core{}, fmt.Errorf("cache: CapacityBytes is %d; it must be at least 1", cfg.CapacityBytes)
	case cfg.CapacityObjects < 0 || cfg.CapacityObjects > maxObjects:
		return core{}, fmt.Errorf("cache: CapacityObjects is %d; it must be from 1 to %d",
			cfg.CapacityObjects, maxObjects)
	case cfg.CapacityBytes == 0 && cfg.CapacityObjects == 0:
		return core{}, fmt.Errorf("cache: CapacityBytes and CapacityObjects are both 0; one of them must be set")
	case cfg.CapacityBytes > 0 && cfg.CapacityObjects > 0:
		return core{}, fmt.Errorf("cache: CapacityBytes is %d and CapacityObjects is %d; only one of them may be set",
			cfg.CapacityBytes, cfg.CapacityObjects)
	case cfg.DenseKeys < 0 || cfg.DenseKeys > maxObjects:
		return core{}, fmt.Errorf("cache: DenseKeys is %d; it must be from 0 to %d", cfg.DenseKeys, maxObjects)
	}
	c := core{
		capacity:  cfg.CapacityBytes + cfg.CapacityObjects,
		byObjects: cfg.CapacityObjects > 0,
		onEvict:   cfg.OnEvict,
		table:     table{keepSizes: true},
	}
	if cfg.DenseKeys > 0 {
		c.direct = make([]uint32, cfg.DenseKeys)
	}
	return c, nil
}

// Contains implements [Cache] for policies that keep no ghosts.
func (c *core) Contains(key uint64) bool { return c.find(key) != 0 }

// Len implements [Cache].
func (c *core) Len() int { return c.objects }

// UsedBytes implements [Cache].
func (c *core) UsedBytes() int64 { return c.bytes }

// CapacityBytes implements [Cache].
func (c *core) CapacityBytes() int64 {
	if c.byObjects {
		return 0
	}
	return c.capacity
}

// weigh returns what an object of the given size counts against the capacity.
func (c *core) weigh(sizeBytes int64) int64 {
	if c.byObjects {
		return 1
	}
	return sizeBytes
}

// enter counts a new object of the given size.
func (c *core) enter(sizeBytes int64) {
	c.objects++
	c.bytes += sizeBytes
	c.used += c.weigh(sizeBytes)
}

// leave counts an object out.
func (c *core) leave(sizeBytes int64) {
	c.objects--
	c.bytes -= sizeBytes
	c.used -= c.weigh(sizeBytes)
}

// evict unlinks the object in slot s, frees the slot and reports the eviction.
func (c *core) evict(s uint32) {
	key, size := c.entries[s].key, c.size(s)
	c.unlink(s)
	c.free(s)
	c.leave(size)
	if c.onEvict != nil {
		c.onEvict(key, size)
	}
}
