package sim

// The keys of a connection are of use for so long alone, which is looked after where a run is longer than that.

// beginKeys notes how old the keys are with which a visit begins at an instant: those of an earlier one are new (assumed), those of a visit that is under way as the run begins as old as the
// last use of its connection (assumed).
func (v *visits) beginKeys(p *visitor, place uint32, at int64) {
	switch keyed := &v.keyed[place]; {
	case !p.hasKeys:
		*keyed = never
	case p.conn.WasReady(at):
		*keyed = p.conn.ReadyAt()
	default:
		*keyed = at
	}
}

// hasFreshKeys reports whether a visit has keys at an instant that are not too old, which came with answers over connections that were ready at another, a round trip before.
func (v *visits) hasFreshKeys(p *visitor, place uint32, at, ready int64) bool {
	keyed := &v.keyed[place]
	for n := range v.connections(p) {
		if conn := v.conn(p, n); conn.WasReady(ready) {
			*keyed = max(*keyed, conn.ReadyAt())
		}
	}
	return at-*keyed <= int64(v.TicketTime())
}
