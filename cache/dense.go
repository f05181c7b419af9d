package cache

// dense is what a policy is built on in a replay of numbered objects that all count one: the whole state of
// an object is one byte, found by its key, so that a million of them fit into the processor's own memory,
// and queues hold keys. The slot of an object is its key plus one.
//
// The loops for a full cache avoid branches that depend on whether a request hits: which it does is hard to
// foresee, and a wrong guess costs more than all the rest.
type dense struct{ core }

// isDense reports whether a policy can be built on dense.
func (c *core) isDense() bool { return c.byObjects && !c.keepSizes && c.denseKeys > 0 }

func newDense(c core) dense {
	c.states = make([]uint8, c.denseKeys)
	return dense{c}
}

// leaves evicts a key.
func (c *dense) leaves(key uint32) {
	c.states[key] = 0
	c.countOut(key)
}

// countOut counts a key out that the policy evicts.
func (c *dense) countOut(key uint32) {
	c.leave(key + 1)
	if c.onEvict != nil {
		c.onEvict(uint64(key), 1)
	}
}
