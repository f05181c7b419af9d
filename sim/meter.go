package sim

import "sync/atomic"

// A Meter says how far a run is while it goes on: see [Plan.RunOn]. It may be read at any time, and serve several runs.
type Meter struct {
	requests, updates atomic.Int64
}

// Steps returns what has been simulated since the meter was made, in the unit of [Work.Steps].
func (m *Meter) Steps() float64 {
	return float64(m.requests.Load()) + float64(updateCost*float64(m.updates.Load()))
}

// addRequests counts requests; a nil meter counts nothing.
func (m *Meter) addRequests(n int) {
	if m != nil {
		m.requests.Add(int64(n))
	}
}

// addUpdates counts updates of games; a nil meter counts nothing.
func (m *Meter) addUpdates(n int64) {
	if m != nil {
		m.updates.Add(n)
	}
}
