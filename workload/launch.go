package workload

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// validateTimes names what is out of range of when a workload begins and ends.
func (w *Workload) validateTimes() error {
	const most = 2 * 366 * 24 * time.Hour
	switch {
	case w.Begins < 0 || w.Begins > most:
		return invalid.New("Begins", w.Begins, "0s to %v", most)
	case w.Ends < 0 || w.Ends > most:
		return invalid.New("Ends", w.Ends, "0s (never) to %v", most)
	case w.Ends > 0 && w.Ends <= w.Begins:
		return invalid.New("Ends", w.Ends, "more than %v, when it begins", w.Begins)
	}
	return nil
}

// LoadInTime returns a function that says how many times as often as its day has it users of a metro come, on the mean between two instants since the
// start of a run: 1 but for flash crowds, and before a workload begins and after it ends. Where requests come in visits, those of a crowd follow it for as long as its visits go
// on. It is nil where that is always 1. For a metro without a name
// it counts the flash crowds of all metros, which is a bound.
func (w *Workload) LoadInTime() (func(metro string, from, to time.Duration) float64, error) {
	if len(w.Flashes) == 0 && w.Begins == 0 && w.Ends == 0 {
		return nil, nil
	}
	crowds, err := w.crowds(Env{}) // whatever replication it is, they are as large
	if err != nil {
		return nil, inWorkload(w.Name, err)
	}
	visits := w.visitLoad()
	return func(metro string, from, to time.Duration) float64 {
		length := (to - from).Seconds()
		from = max(from, w.Begins)
		if w.Ends > 0 {
			to = min(to, w.Ends)
		}
		if from >= to {
			return 0
		}
		sum := (to - from).Seconds()
		for i := range crowds {
			if c := &crowds[i]; metro == "" || c.in(metro) {
				sum += float64(c.times * visits.integral(c.flash, from, to))
			}
		}
		return sum / length
	}, nil
}

// timed leaves of sources what is asked for, and who comes, while the workload lasts.
func (w *Workload) timed(open func(audience int) Source) func(audience int) Source {
	if w.Begins == 0 && w.Ends == 0 {
		return open
	}
	ends := int64(w.Ends)
	if ends == 0 {
		ends = math.MaxInt64
	}
	return func(i int) Source { return &timedSource{Source: open(i), begins: int64(w.Begins), ends: ends} }
}

// A timedSource passes on what comes between two instants.
type timedSource struct {
	Source
	begins, ends int64
	over         bool
}

// Draw draws requests and leaves those out that come too early; the first that comes too late ends the source.
func (s *timedSource) Draw(to int64, b *Batch) int {
	for !s.over {
		n := s.Source.Draw(to, b)
		if n == 0 {
			s.over = true
			break
		}
		kept := 0
		for i, at := range b.At[:n] {
			if at >= s.ends {
				s.over = true
				break
			}
			if at < s.begins {
				continue
			}
			b.At[kept] = at
			if b.Object != nil {
				b.Object[kept] = b.Object[i]
			}
			if b.Bytes != nil {
				b.Bytes[kept] = b.Bytes[i]
			}
			if b.Stay != nil {
				b.Stay[kept] = b.Stay[i]
			}
			if b.Visit != nil {
				b.Visit[kept] = b.Visit[i]
			}
			if b.Writes != nil {
				b.Writes[kept] = b.Writes[i]
			}
			kept++
		}
		if kept > 0 {
			return kept
		}
	}
	return 0
}

// Err returns what was wrong with the requests, nil if nothing was.
func (s *timedSource) Err() error {
	if source, ok := s.Source.(interface{ Err() error }); ok {
		return source.Err()
	}
	return nil
}
