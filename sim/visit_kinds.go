package sim

// The kinds of clients besides those of their services: their visits take another way.
const (
	// agingVisits are of those whose objects age at the first tier.
	agingVisits = numKinds + iota
	// serverVisits are of those who meet several servers, or a memory over disks.
	serverVisits
	// tracedVisits are of those of which one is followed, so that no other run looks for a tracer.
	tracedVisits
	// patientVisits are of those who do not wait for ever, or ask again.
	patientVisits
	// rangeVisits are of those who ask for parts of objects, or meet caches that keep slices.
	rangeVisits
	// queuedVisits are of those who may wait for connections over HTTP/1.1.
	queuedVisits
)

// visitOther serves a user's request that is not for an object which is fresh for ever.
func (s *site) visitOther(v *arrival, c *clients, kind Kind) {
	switch kind {
	case agingVisits:
		s.visitAging(v, c)
	case serverVisits:
		s.visitServers(v, c)
	case tracedVisits:
		s.trace.visits(s, v, c)
		s.visitCacheable(v, c)
	case patientVisits:
		s.visitPatiently(v, c)
	case rangeVisits:
		s.visitRange(v, c)
	case queuedVisits:
		s.visitInTurn(v, c)
	default:
		s.visitComputed(v, c)
	}
}
