package workload

import "github.com/edgewise-sim/edgewise/internal/invalid"

// Computed is the service of requests that must be computed: the calls of an API, pages made for one user. No cache
// may answer them.
type Computed struct {
	// ResponseBytes is the size of a response. Requests are taken to fit into the first window.
	ResponseBytes int64
	// Work is the time that a server of the compute site spends on a request.
	Work ServiceTime
	// Data says how often the answer needs a call to the data's home.
	Data DataCalls
	// Patience says for how long clients wait, and how often they ask again.
	Patience Patience
}

// Validate names the first field that is out of range.
func (c Computed) Validate() error {
	return invalid.First(
		invalid.Range("ResponseBytes", c.ResponseBytes, 0, maxObjectBytes),
		invalid.In("Work", c.Work.Validate()),
		invalid.In("Data", c.Data.Validate()),
		invalid.In("Patience", c.Patience.Validate()),
	)
}

func (c Computed) validate(w *Workload) error {
	if p, ok := w.Demand.(Poisson); ok {
		if err := invalid.Check(p.Objects == 0, "Demand.Objects", p.Objects, "0: what is computed is no object of a catalogue"); err != nil {
			return err
		}
	}
	return invalid.First(w.validatePatience(), invalid.In("Service", c.Validate()))
}
