package sim

import "slices"

// A LinkTally is what crossed a link whose capacity is shared, in recorded time.
type LinkTally struct {
	// From and To are the ends of the link, Sites are who sends over it.
	From  string   `cbor:"from"`
	To    string   `cbor:"to"`
	Sites []string `cbor:"sites"`
	// Sharing is how its capacity is given to what crosses it, for example "fifo".
	Sharing string `cbor:"sharing"`
	// BitsPerSecond is its capacity.
	BitsPerSecond float64 `cbor:"bits_per_second"`
	// Workloads is what crossed it of each workload, in the order of [Result.Workloads].
	Workloads []LinkUse `cbor:"workloads"`
	// BusyUs is how long it has sent, of TotalUs in all; PeakBusyUs how long in its busiest step, which is StepUs long, as a batch of a
	// [Timeline].
	BusyUs     uint64 `cbor:"busy_us"`
	TotalUs    uint64 `cbor:"total_us"`
	PeakBusyUs uint64 `cbor:"peak_busy_us"`
	StepUs     uint64 `cbor:"step_us"`
	// Course is the same over the recorded time, of all workloads; nil where [Scenario.Timeline] does not ask for it.
	Course *LinkCourse `cbor:"course,omitempty"`
}

// A LinkUse is what crossed a link of one workload: of requests in recorded time.
type LinkUse struct {
	// Responses came to the link, with so many Bytes.
	Responses uint64 `cbor:"responses"`
	Bytes     uint64 `cbor:"bytes"`
	// WaitedNs is how much longer they took over it than each would have taken alone, all together.
	WaitedNs uint64 `cbor:"waited_ns"`
}

// newTally returns the tally of a link before a run with so many workloads.
func (l *plannedLink) newTally(p *Plan) LinkTally {
	return LinkTally{
		From: l.From, To: l.To, Sites: p.sendersOf(l), Sharing: l.Sharing.String(), BitsPerSecond: l.CapacityBitsPerSecond,
		Workloads: make([]LinkUse, len(p.workloads)),
	}
}

// Sum returns what crossed the link of all workloads.
func (t *LinkTally) Sum() (sum LinkUse) {
	for i := range t.Workloads {
		sum.add(t.Workloads[i])
	}
	return sum
}

func (u *LinkUse) add(o LinkUse) {
	u.Responses += o.Responses
	u.Bytes += o.Bytes
	u.WaitedNs += o.WaitedNs
}

// merge adds another tally of the link.
func (t *LinkTally) merge(o *LinkTally) {
	for i := range t.Workloads {
		t.Workloads[i].add(o.Workloads[i])
	}
	t.BusyUs += o.BusyUs
	t.TotalUs += o.TotalUs
	t.PeakBusyUs = max(t.PeakBusyUs, o.PeakBusyUs)
	t.Course = t.Course.plus(o.Course)
}

// isOfTheSame reports whether two tallies are of the same link.
func (t LinkTally) isOfTheSame(o LinkTally) bool {
	return t.From == o.From && t.To == o.To && slices.Equal(t.Sites, o.Sites) && t.Sharing == o.Sharing && t.BitsPerSecond == o.BitsPerSecond && t.StepUs == o.StepUs && len(t.Workloads) == len(o.Workloads) && t.Course.matches(o.Course)
}

// count counts a crossing that comes to the link at an instant; one counts that comes in recorded time.
func (l *sharedLink) count(x *crossing, now int64) {
	if l.from <= now && now < l.end {
		of := &l.tally.Workloads[x.number]
		of.Responses++
		of.Bytes += uint64(x.bytes)
		l.course.comes(now, x.bytes)
	}
}

// countWait counts what a crossing has waited that came at an instant.
func (l *sharedLink) countWait(x *crossing, came, waited int64) {
	if l.from <= came && came < l.end {
		l.tally.Workloads[x.number].WaitedNs += uint64(max(waited, 0))
		l.course.waits(came, uint64(max(waited, 0)))
	}
}

// settle returns what was counted.
func (l *sharedLink) settle() LinkTally {
	t := l.tally
	t.BusyUs, t.PeakBusyUs, t.TotalUs = uint64(l.use.busy/nsPerUs), uint64(l.use.peak()/nsPerUs), usOf(1, l.from, l.end)
	t.StepUs = (uint64(1) << l.use.shift) / uint64(nsPerUs)
	if l.course != nil {
		t.Course = l.course.finish(l.use.course.inUs())
	}
	return t
}
