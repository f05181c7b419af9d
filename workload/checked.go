package workload

import (
	"fmt"
	"math"
)

// A checkedSource watches over a source. What breaks the contract of [Source] would otherwise show as wrong results, or
// far from its cause.
type checkedSource struct {
	source    Source
	what      string // the demand and the metro, for errors
	catalogue int
	last      int64
	err       error
}

// checked returns sources that are watched over, unless the demand is one that draws all that they give by itself: not a
// [Trace], whose requests somebody recorded, nor one from outside this package.
func (w *Workload) checked(open func(audience int) Source, audiences []Audience) func(audience int) Source {
	switch w.Demand.(type) {
	case Poisson, Mixture, Sessions:
		return open
	}
	catalogue := 0
	if d, ok := w.Demand.(Catalogued); ok {
		catalogue = d.Catalogue()
	}
	return func(i int) Source {
		what := fmt.Sprintf("workload %q: the requests of %T from metro %q", w.Name, w.Demand, audiences[i].Metro)
		return &checkedSource{source: open(i), what: what, catalogue: catalogue}
	}
}

// Draw draws nothing more after an error.
func (s *checkedSource) Draw(to int64, b *Batch) int {
	if s.err != nil {
		return 0
	}
	if s.source == nil {
		s.err = fmt.Errorf("%s: no source", s.what)
		return 0
	}
	n := s.source.Draw(to, b)
	if err, ok := s.source.(interface{ Err() error }); ok && err.Err() != nil {
		s.err = fmt.Errorf("%s: %w", s.what, err.Err())
	} else if s.err = s.check(to, b, n); s.err == nil {
		return n
	}
	return 0
}

// check returns what is wrong with the n requests of a batch.
func (s *checkedSource) check(to int64, b *Batch, n int) error {
	if n < 0 || n > b.Len() {
		return fmt.Errorf("%s: %d were drawn into a batch of %d", s.what, n, b.Len())
	}
	for i, at := range b.At[:n] {
		switch {
		case at < s.last:
			return fmt.Errorf("%s: one is at %d ns, the one before it at %d ns; want them in order of time, from 0", s.what, at, s.last)
		case i < n-1 && at >= to:
			return fmt.Errorf("%s: one more was drawn behind that at %d ns, which does not come before %d ns", s.what, at, to)
		case b.Object != nil && at != math.MaxInt64 && int64(b.Object[i]) >= int64(s.catalogue):
			return fmt.Errorf("%s: one is for object %d; want 0 to %d", s.what, b.Object[i], s.catalogue-1)
		case b.Bytes != nil && at != math.MaxInt64 && b.Bytes[i] < 1:
			return fmt.Errorf("%s: one is for %d bytes; want 1 or more", s.what, b.Bytes[i])
		case b.Stay != nil && b.Stay[i] < 0:
			return fmt.Errorf("%s: one stays for %d ns; want 0 or more", s.what, b.Stay[i])
		}
		s.last = at
	}
	return nil
}

// Err returns what was wrong with the requests, nil if nothing was.
func (s *checkedSource) Err() error { return s.err }
