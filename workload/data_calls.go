package workload

import "github.com/edgewise-sim/edgewise/internal/invalid"

// DataCalls says how often the work on a request needs the data's home: the site where the data lives. Away from
// there a call is a round trip to it; at the home itself calls have no way to go, and wait for its servers like those
// from elsewhere.
type DataCalls struct {
	// Home is the id of a site of the network, which a placement need not use. "" means that under each placement the data
	// lives in one place: the first region that computes the workload, or else the parent of the first Local Zone.
	Home string
	// Replicated says that every region has a copy that answers calls, and keeps up with the others at no cost: then a
	// region is a home of its own, and a Local Zone calls its parent region. Home must be "".
	Replicated bool
	// Probability that a request needs the data at all, in [0, 1].
	Probability float64
	// Calls is the number of calls that such a request makes, 0 to 1000.
	Calls int
	// Parallel lets all calls leave at once: the request goes on when the slowest has its answer, and fails with
	// the first that fails. Otherwise each leaves when the one before has its answer.
	Parallel bool
	// Service is the work of one call at the home.
	Service ServiceTime
	// Waits lets a call that is not answered, because the home is down, be made again when it is up;
	// otherwise the request fails.
	Waits bool
}

// Validate names the first field that is out of range.
func (d DataCalls) Validate() error {
	return invalid.First(
		invalid.Check(!d.Replicated || d.Home == "", "Replicated", d.Replicated, "false beside a Home"),
		invalid.Range("Probability", d.Probability, 0, 1),
		invalid.Range("Calls", d.Calls, 0, 1000),
		invalid.In("Service", d.Service.Validate()),
	)
}

// DataCalls returns the calls that the workload's service makes to the home of its data; none where it makes none.
func (w *Workload) DataCalls() DataCalls {
	switch s := w.Service.(type) {
	case Computed:
		return s.Data
	case Matched:
		return s.Data
	}
	return DataCalls{}
}

// CallsHome reports whether the workload's service makes any calls to the home of its data.
func (w *Workload) CallsHome() bool {
	if m, ok := w.Service.(Matched); ok && m.Market.Login.Count+m.Market.Start.Count > 0 {
		return true
	}
	data := w.DataCalls()
	return data.Calls > 0 && data.Probability > 0
}

// SetDataHome sets the home of the data that the workload's service makes calls to, a site's id; nothing where it makes
// none.
func (w *Workload) SetDataHome(site string) {
	switch s := w.Service.(type) {
	case Computed:
		s.Data.Home = site
		w.Service = s
	case Matched:
		s.Data.Home = site
		w.Service = s
	}
}
