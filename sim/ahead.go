package sim

import "github.com/edgewise-sim/edgewise/workload"

// aheadRequests is how many requests are drawn ahead where they are looked at one by one.
const aheadRequests = 32

// An ahead holds requests of one source that were drawn ahead.
type ahead struct {
	source workload.Source
	batch  workload.Batch
	pos, n int
}

// next moves on to the next request and returns where it stands in the batch; ok is false when no more come before
// an instant.
func (a *ahead) next(end int64) (i int, ok bool) {
	if a.pos == a.n {
		a.n, a.pos = a.source.Draw(end, &a.batch), 0
		if a.n == 0 {
			return 0, false
		}
	}
	i = a.pos
	if a.batch.At[i] >= end {
		return i, false
	}
	a.pos++
	return i, true
}

// sourceError returns what a source from outside the module has done wrong.
func sourceError(s workload.Source) error {
	if failed, ok := s.(interface{ Err() error }); ok {
		return failed.Err()
	}
	return nil
}
