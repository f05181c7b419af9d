package workload

import (
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
)

// A markedSource says of which visits the requests of one metro are whose instants are given: recorded, or of a demand from outside this package. There
// are as many visits at a time as the mean rate and the gap make, one at least, and any of them asks next; by a coin it ends first, and another takes its place.
type markedSource struct {
	Source
	key     random.Key
	coin    uint64  // of 2^32, that a visit begins
	going   []Visit // by place, 0 where that is with which the run begins
	request uint64  // number of the next
}

// marked says of which visits the requests of sources are, where the sources do not say so themselves.
func (w *Workload) marked(open func(audience int) Source, audiences []Audience, env *Env) (func(audience int) Source, error) {
	if w.Visits.Requests == 0 || w.DrawsVisits() {
		return open, nil
	}
	shares, err := Shares(audiences)
	if err != nil {
		return nil, err
	}
	perSecond := w.Demand.(Rated).PerSecond()
	return func(i int) Source {
		places := max(int(portable.Round(w.Visits.AtATime(float64(perSecond*shares[i])))), 1)
		return &markedSource{
			Source: open(i), key: random.NewKey(env.Seed, env.Replication, purpose.EntityOf(env.Workload, audiences[i].Metro), purpose.Visit),
			coin: uint64(1 / w.Visits.Requests * (1 << 32)), going: make([]Visit, places),
		}
	}, nil
}

// Draw marks what the source draws.
func (s *markedSource) Draw(to int64, b *Batch) int {
	n := s.Source.Draw(to, b)
	if b.Visit == nil {
		s.request += uint64(n)
		return n
	}
	for i := range b.Visit[:n] {
		b.Visit[i] = s.next()
	}
	return n
}

// next returns the visit of the next request.
func (s *markedSource) next() Visit {
	u := s.key.At(s.request)
	s.request++
	place := u & (1<<32 - 1) * uint64(len(s.going)) >> 32
	v := &s.going[place]
	switch {
	case u>>32 < s.coin:
		*v = visitOf(s.request, uint32(place))
	case *v == 0:
		*v = foundVisit | visitOf(place+1, uint32(place))
	}
	return *v
}

// Err returns what was wrong with the requests, nil if nothing was.
func (s *markedSource) Err() error {
	if source, ok := s.Source.(interface{ Err() error }); ok {
		return source.Err()
	}
	return nil
}
