package sim

import "github.com/edgewise-sim/edgewise/workload"

// courseAnswers put the requests of some clients into the steps of a recorder, which they may have in common with others. What is asked in the latest step is not
// put there one by one: that step gets what the tally of the clients has counted since, and their latencies many at a time.
type courseAnswers struct {
	to *recorder
	of *latencies // of the clients, known from the first answer on
	// now is the latest step, by its number, and asked the instant at which it begins; ahead is its length. It is nil, and ahead 0, while nothing is to be put into it.
	now    *CourseStep
	number int
	asked  int64
	ahead  uint64
	// outcomes and bytes are what the steps have of the tally, taken how many of the latencies that are not in the tally yet.
	outcomes [NumOutcomes]uint64
	bytes    uint64
	taken    uint
}

// newAnswers returns what puts the requests of some clients into its steps.
func (r *recorder) newAnswers() *courseAnswers {
	a := &courseAnswers{to: r}
	r.answers = append(r.answers, a)
	return a
}

// isElsewhere reports whether a request was asked in another step than the latest.
func (a *courseAnswers) isElsewhere(asked int64) bool { return uint64(asked-a.asked) >= a.ahead }

// answer is told of an answered request that is asked elsewhere, and that the clients have counted last.
func (a *courseAnswers) answer(of *latencies, asked, ttfb, ttlb int64, s *served) {
	// What steps get until this one's is known is without it.
	of.count--
	of.tally.Outcomes[s.outcome]--
	of.tally.OutcomeBytes[s.outcome] -= uint64(s.bytes)
	at := a.to.at(asked)
	switch n := a.to.last; {
	case a.now == nil || n > a.number:
		if a.of == nil {
			a.of = of
		}
		a.settle()
		a.now, a.number, a.asked, a.ahead = at, n, a.to.lastFrom, uint64(a.to.length)
	case n < a.number:
		a.late(at, ttfb, ttlb, s)
	}
	of.count++
	of.tally.Outcomes[s.outcome]++
	of.tally.OutcomeBytes[s.outcome] += uint64(s.bytes)
}

// late puts a request into a step before the latest.
func (a *courseAnswers) late(at *CourseStep, ttfb, ttlb int64, s *served) {
	a.catchUp()
	a.taken++
	latency := ttfb
	if a.to.judged == workload.LastByte {
		latency = ttlb
	}
	at.Latency.Record(latency)
	at.SumNs += uint64(latency)
	at.Bytes += uint64(s.bytes)
	at.Outcomes[s.outcome]++
	a.bytes += uint64(s.bytes)
	a.outcomes[s.outcome]++
}

// fail puts a request without an answer into its step, which the clients have counted.
func (a *courseAnswers) fail(asked int64, why Reason) {
	a.outcomes[why.outcome()]++
	a.to.fail(asked, why)
}

// take puts what there is of latencies into steps, before they are forgotten.
func (a *courseAnswers) take(l *latencies) {
	if l.count > 0 {
		a.catchUp()
		a.taken = 0
	}
}

// catchUp puts the latencies that it has not taken into the latest step.
func (a *courseAnswers) catchUp() {
	if a.taken == a.of.count {
		return
	}
	all := a.of.first[a.taken:a.of.count]
	if a.to.judged == workload.LastByte {
		all = a.of.second[a.taken:a.of.count]
	}
	a.now.addLatencies(all)
	a.taken = a.of.count
}

// settle puts into the latest step what is not there yet; nothing is put there any more.
func (a *courseAnswers) settle() {
	if a.now == nil {
		return
	}
	a.catchUp()
	t, bytes := a.of.tally, uint64(0)
	for i, n := range t.Outcomes {
		a.now.Outcomes[i] += n - a.outcomes[i]
		bytes += t.OutcomeBytes[i]
	}
	a.now.Bytes += bytes - a.bytes
	a.outcomes, a.bytes = t.Outcomes, bytes
	a.now, a.ahead = nil, 0
}
