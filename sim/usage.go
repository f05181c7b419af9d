package sim

// A usage is how busy a pool of servers was over recorded time. Times are in ns.
type usage struct {
	// steps holds how long its servers worked, all together, in each step of the run; a step is as long as a batch of a [Timeline].
	steps []int64
	shift uint8
	busy  int64 // in all steps
	last  int64 // until when any server worked
	// full is how long all servers were busy, up to fullTo.
	full, fullTo int64
	course       *busyCourse // nil where nobody asks for it
}

// newUsage returns the usage of a run that ends at an instant.
func newUsage(end int64) usage {
	shift := timelineShift(end)
	return usage{steps: make([]int64, end>>shift+1), shift: shift}
}

// add notes that so many servers were busy from an instant to another, both in recorded time.
func (u *usage) add(from, to, servers int64) {
	u.busy += (to - from) * servers
	u.last = max(u.last, to)
	if u.course != nil {
		u.course.add(from, to, servers)
	}
	first, last := from>>(u.shift&63), (to-1)>>(u.shift&63)
	if first == last {
		u.steps[first] += (to - from) * servers
		return
	}
	for ; from < to; first++ {
		ends := min((first+1)<<(u.shift&63), to)
		u.steps[first] += (ends - from) * servers
		from = ends
	}
}

// fill notes that all servers are busy from an instant to another; instants that have been noted count once.
func (u *usage) fill(from, to int64) {
	if from = max(from, u.fullTo); from < to {
		u.full += to - from
		u.fullTo = to
	}
}

// peak returns how long the servers worked in the busiest step.
func (u *usage) peak() (most int64) {
	for _, ns := range u.steps {
		most = max(most, ns)
	}
	return most
}
