package cache

// released is the rule of a cache that was released: it holds nothing and takes nothing in.
type released struct{ core }

// newReleased returns what takes the place of a rule on a core, whose capacity it keeps.
func newReleased(c *core) *released {
	return &released{core{capacity: c.capacity, byObjects: c.byObjects}}
}

func (*released) access(uint32) bool { return false }

func (*released) insert(uint64, uint32, int64) bool { return false }

func (*released) remove(uint32) {}

func (*released) replay(r *Requests) (m missed) {
	for i := range r.IDs {
		m.add(r.size(i))
	}
	return m
}
