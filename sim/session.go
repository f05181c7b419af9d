package sim

import (
	"math"

	"github.com/edgewise-sim/edgewise/workload"
)

// A session is one player's stay.
type session struct {
	// At is when the player arrives, in ns since the start of the run; 0 for those found playing.
	At int64
	// LengthNs is how long the player stays from then on.
	LengthNs int64
	// Number counts the sessions of the metro from 0; it addresses the player's random numbers.
	Number uint64
}

// A sessionStream draws the sessions of one metro in order of time.
type sessionStream struct {
	ahead
	number uint64
}

func newSessionStream(s workload.Source, w *workload.Workload) sessionStream {
	return sessionStream{ahead: ahead{source: s, batch: w.NewBatch(aheadRequests)}}
}

// next returns the next session; its At is math.MaxInt64 when no more players come before an instant.
func (s *sessionStream) next(end int64) session {
	i, ok := s.ahead.next(end)
	if !ok {
		return session{At: math.MaxInt64}
	}
	n := s.number
	s.number++
	return session{At: s.batch.At[i], LengthNs: s.batch.Stay[i], Number: n}
}
