package sim

import "github.com/edgewise-sim/edgewise/workload"

// A recorder puts what happens to the users of one site, or to some of them, into steps. The latest steps are open: counted in where they lie. Those before them are
// packed, which is a tenth of the memory. What is recorded later than that opens them again, and more are kept open from then on.
type recorder struct {
	ruler
	judged workload.Byte // which byte latencies are of
	// meetsEdge says that these users meet the first tier of caches.
	meetsEdge bool
	// window holds the open steps from low to high, high not included: step n at n modulo its length, nil where nothing has happened yet.
	window    []*CourseStep
	low, high int
	packed    packedSteps // those before low
	now       *CourseStep // that of the ruler's last instant
	// answers are those that put requests into open steps.
	answers []*courseAnswers
}

// openSteps is how many steps are open at first: most of what ends in a step was asked in it or in the one before.
const openSteps = 2

// newRecorder returns a recorder of a plan's steps, for a workload by its number.
func (p *Plan) newRecorder(number int) *recorder {
	r := &recorder{ruler: p.newRuler(), judged: p.scenario.Workloads[number].Judged}
	r.window = make([]*CourseStep, min(openSteps, r.steps))
	r.now = r.open(0)
	return r
}

// at returns the step of an instant, which is that of now from then on.
func (r *recorder) at(instant int64) *CourseStep {
	if uint64(instant-r.lastFrom) >= uint64(r.length) {
		r.turn(instant)
	}
	return r.now
}

// turn lets the step of another instant be that of now.
func (r *recorder) turn(instant int64) {
	r.now = r.open(r.find(instant))
}

// open returns a step, which is open from then on until one comes that is as much later as the window is long.
func (r *recorder) open(n int) *CourseStep {
	if n < r.low {
		r.reopen(n)
	}
	r.pack(n + 1 - len(r.window))
	r.high = max(r.high, n+1)
	at := &r.window[n%len(r.window)]
	if *at == nil {
		*at = new(CourseStep)
	}
	return *at
}

// pack packs the open steps before one.
func (r *recorder) pack(until int) {
	for ; r.low < until; r.low++ {
		for _, a := range r.answers {
			if a.number == r.low {
				a.settle()
			}
		}
		s := r.window[r.low%len(r.window)]
		if s == nil {
			s = new(CourseStep)
			r.window[r.low%len(r.window)] = s
		}
		if r.meetsEdge {
			s.countFirstTier()
		}
		r.packed.add(s)
		s.reset()
	}
}

// reopen makes the window twice as long, or as long as it takes for a step to be in it that is packed.
func (r *recorder) reopen(n int) {
	long := min(max(2*len(r.window), r.high-n), r.steps)
	window := make([]*CourseStep, long)
	for k := r.low; k < r.high; k++ {
		window[k%long] = r.window[k%len(r.window)]
	}
	low := max(0, r.high-long)
	for k, s := range r.packed.cutAt(low) {
		window[(low+k)%long] = s
	}
	r.window, r.low = window, low
}

// finish returns all steps, of which the recorder keeps none.
func (r *recorder) finish() packedSteps {
	r.pack(r.high)
	r.packed.trim()
	return r.packed
}

// fail records a request without an answer.
func (r *recorder) fail(asked int64, why Reason) {
	at := r.at(asked)
	at.Outcomes[why.outcome()]++
	at.Failures[why]++
}

// stay records that so many players were there from one instant to another, and whether they waited.
func (r *recorder) stay(from, to int64, players int, waiting bool) {
	from, to = max(from, r.from), min(to, r.from+int64(r.steps)*r.length)
	for from < to {
		at := r.at(from)
		until := min(to, from-(from-r.from)%r.length+r.length)
		us := usOf(players, from, until)
		at.PlayerUs += us
		if waiting {
			at.WaitingUs += us
		}
		from = until
	}
}

// An originRecorder puts what one site asks of one origin into steps.
type originRecorder struct {
	ruler
	steps []originStep
}

type originStep struct{ requests, bytes uint64 }

func (s *originStep) add(bytes int64) {
	s.requests++
	s.bytes += uint64(bytes)
}

func (p *Plan) newOriginRecorder() *originRecorder {
	r := &originRecorder{ruler: p.newRuler()}
	r.steps = make([]originStep, r.ruler.steps)
	return r
}

// addTo adds it to steps of as many.
func (r *originRecorder) addTo(steps []CourseStep) {
	for i := range r.steps {
		steps[i].OriginRequests += r.steps[i].requests
		steps[i].OriginBytes += r.steps[i].bytes
	}
}
