package cache

import "github.com/edgewise-sim/edgewise/random"

// A pool is a core whose cached slots can be drawn at random.
type pool struct {
	core
	slots []uint32 // in no particular order
	place []uint32 // by slot: its place in slots
	draws random.Stream
}

func newPool(c core, s *spec) pool {
	c.mostSlots = c.slotsFor(1)
	c.makeLists(1)
	return pool{core: c, draws: random.New(s.seed, 0, random.Entity(s.name), 0)}
}

// draw returns a cached slot; each is as likely as any other.
func (c *pool) draw() uint32 { return c.slots[c.draws.Uint64N(uint64(len(c.slots)))] }

// add puts in a new object and returns its slot.
func (c *pool) add(key uint64, sizeBytes int64) uint32 {
	s := c.take(key, sizeBytes)
	if n := cap(c.entries); n > len(c.place) {
		c.place = lengthen(c.place, n)
	}
	c.place[s] = uint32(len(c.slots))
	c.slots = append(c.slots, s)
	c.enter(sizeBytes)
	return s
}

// pull takes slot s out of the pool.
func (c *pool) pull(s uint32) {
	last := len(c.slots) - 1
	moved := c.slots[last]
	c.slots[c.place[s]], c.place[moved] = moved, c.place[s]
	c.slots = c.slots[:last]
}

func (c *pool) remove(s uint32) {
	c.pull(s)
	c.free(s)
}
