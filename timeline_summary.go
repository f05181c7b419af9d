package edgewise

import (
	"encoding/binary"
	"iter"

	"github.com/edgewise-sim/edgewise/sim"
)

// A timelineSummary is the timeline of one run that the warm-up is judged by, by workload and by tier, and its courses. It is packed, for
// every run has some hundred batches, of small numbers.
type timelineSummary struct {
	workloads []packedTimeline
	tiers     []packedFill
	courses   []packedCourses // by workload; empty where nobody asks for a timeline
}

func newTimelineSummary(r *sim.Result) (s timelineSummary, err error) {
	for i := range r.Workloads {
		s.workloads = append(s.workloads, packTimeline(&r.Workloads[i].Timeline))
		courses, err := packCourses(r, &r.Workloads[i])
		if err != nil {
			return s, err
		}
		s.courses = append(s.courses, courses)
	}
	for i := range r.Tiers {
		s.tiers = append(s.tiers, packFill(&r.Tiers[i].Fill))
	}
	return s, nil
}

// A packedTimeline is a [sim.Timeline] with numbers of variable length.
type packedTimeline struct {
	batchNs int64
	count   int
	anyHits bool
	packed  []byte
}

func packTimeline(t *sim.Timeline) packedTimeline {
	p := packedTimeline{batchNs: t.BatchNs, count: len(t.Batches)}
	var packed []byte
	for _, b := range t.Batches {
		p.anyHits = p.anyHits || b.Hits > 0
		for _, v := range [...]uint64{b.Requests, b.SumNs, b.Hits} {
			packed = binary.AppendUvarint(packed, v)
		}
	}
	p.packed = append(p.packed, packed...) // without the room to grow
	return p
}

// batches yields the batches.
func (p *packedTimeline) batches() iter.Seq[sim.TimelineBatch] {
	return func(yield func(sim.TimelineBatch) bool) {
		rest := p.packed
		next := func() uint64 {
			v, n := binary.Uvarint(rest)
			rest = rest[n:]
			return v
		}
		for len(rest) > 0 {
			if !yield(sim.TimelineBatch{Requests: next(), SumNs: next(), Hits: next()}) {
				return
			}
		}
	}
}

// A packedFill is a [sim.FillTimeline] as differences of variable length.
type packedFill struct {
	batchNs       int64
	capacityBytes int64
	count         int
	packed        []byte
}

func packFill(t *sim.FillTimeline) packedFill {
	p := packedFill{batchNs: t.BatchNs, capacityBytes: t.CapacityBytes, count: len(t.UsedBytes)}
	var packed []byte
	before := int64(0)
	for _, used := range t.UsedBytes {
		packed = binary.AppendVarint(packed, used-before)
		before = used
	}
	p.packed = append(p.packed, packed...)
	return p
}

// usedBytes yields the contents with their batch.
func (p *packedFill) usedBytes() iter.Seq2[int, int64] {
	return func(yield func(int, int64) bool) {
		rest, used := p.packed, int64(0)
		for i := range p.count {
			change, n := binary.Varint(rest)
			rest = rest[n:]
			used += change
			if !yield(i, used) {
				return
			}
		}
	}
}
