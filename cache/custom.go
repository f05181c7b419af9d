package cache

import "fmt"

// A Policy is an eviction policy of your own; hand it in as [Config.NewPolicy]. It orders slots: small
// numbers that stand for the objects in the cache, each from [Policy.Inserted] until [Policy.Removed],
// after which the number may stand for another object. The cache does all else: it finds keys, keeps
// sizes, and asks for victims while a new object does not fit.
type Policy interface {
	// Inserted notes a new object.
	Inserted(slot uint32)
	// Hit notes a request for an object.
	Hit(slot uint32)
	// Victim returns the slot of the object to evict next. At least one object is there.
	Victim() uint32
	// Removed notes that an object is gone, evicted or not.
	Removed(slot uint32)
}

// Slots tells a [Policy] about its cache and the objects in its slots.
type Slots struct {
	core   *core
	limits Limits
}

// Limits returns the capacity and the seed of the cache.
func (s Slots) Limits() Limits { return s.limits }

// Key returns the key of the object in a slot.
func (s Slots) Key(slot uint32) uint64 { return s.core.entries[slot].key }

// SizeBytes returns the stored size of the object in a slot, or 1 in a replay where the capacity counts
// objects.
func (s Slots) SizeBytes(slot uint32) int64 { return s.core.size(slot) }

// custom runs a [Policy]. An object larger than the capacity is not inserted.
type custom struct {
	core
	policy Policy
}

func newCustom(c core, cfg Config) (rule, error) {
	c.mostSlots = c.slotsFor(1)
	c.keepMarks = true
	c.makeLists(1)
	p := &custom{core: c}
	p.policy = cfg.NewPolicy(Slots{&p.core, cfg.limits()})
	if p.policy == nil {
		return nil, wrong("NewPolicy", "a function that returned nil", "one that returns a Policy")
	}
	return p, nil
}

// occupied marks the slots that hold an object.
const occupied = 1

func (c *custom) access(s uint32) bool {
	c.policy.Hit(s)
	return true
}

func (c *custom) insert(key uint64, _ uint32, sizeBytes int64) bool {
	weight := c.weigh(sizeBytes)
	if weight > c.capacity {
		return false
	}
	for c.used > c.capacity-weight {
		victim := c.policy.Victim()
		if int(victim) >= len(c.entries) || c.marks[victim] != occupied {
			panic(fmt.Sprintf("cache: %T.Victim returned slot %d, which holds no object", c.policy, victim))
		}
		c.policy.Removed(victim)
		c.marks[victim] = 0
		c.evict(victim)
	}
	s := c.take(key, sizeBytes)
	c.marks[s] = occupied
	c.enter(sizeBytes)
	c.policy.Inserted(s)
	return true
}

func (c *custom) remove(s uint32) {
	c.policy.Removed(s)
	c.marks[s] = 0
	c.free(s)
}

func (c *custom) replay(r *Requests) (m missed) {
	for i, id := range r.IDs {
		if s := c.direct[id]; s != 0 {
			c.policy.Hit(s)
			continue
		}
		m.add(r.size(i))
		c.insert(uint64(id), 0, r.weight(i))
	}
	return m
}
