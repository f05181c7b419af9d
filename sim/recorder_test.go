package sim

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/workload"
)

// Whatever the order in which steps are recorded, what comes out is what plain steps have that are all in memory: in time, some late, far back, and at random.
func TestRecordersHaveWhatPlainStepsHave(t *testing.T) {
	const steps = 300
	rng := rand.New(rand.NewPCG(1, 2))
	for name, stepOf := range map[string]func(i int) int{
		"in time":     func(i int) int { return i / 50 },
		"some late":   func(i int) int { return max(0, i/50-rng.IntN(4)*rng.IntN(2)) },
		"very late":   func(i int) int { return max(0, i/50-rng.IntN(100)*(1-min(1, rng.IntN(500)))) },
		"at random":   func(int) int { return rng.IntN(steps) },
		"back":        func(i int) int { return steps - 1 - i/50 },
		"with breaks": func(i int) int { return i / 1000 * 20 },
		"at the end":  func(int) int { return steps - 1 },
	} {
		t.Run(name, func(t *testing.T) {
			p := &Plan{scenario: Scenario{WarmUp: 5, Duration: steps * time.Second, Timeline: &Steps{Step: time.Second}, Workloads: make([]workload.Workload, 1)}}
			r := p.newRecorder(0)
			// Two clients put their requests into the same steps.
			var tallies [2]Tally
			var of [2]*latencies
			var answers [2]*courseAnswers
			for i := range of {
				tallies[i], answers[i] = newTally(Cacheable, 0), r.newAnswers()
				of[i] = &latencies{tally: &tallies[i], course: answers[i]}
			}
			plain := make([]CourseStep, steps)
			for i := range 50 * steps {
				n := stepOf(i)
				at := 5 + int64(n)*int64(time.Second) + rng.Int64N(int64(time.Second))
				s, to := &served{outcome: Outcome(rng.IntN(int(Played))), bytes: rng.Int64N(1e6)}, &plain[n]
				latency := int64(1 + rng.ExpFloat64()*1e8)
				who := rng.IntN(2)
				c, a := of[who], answers[who]
				if rng.IntN(50) == 0 {
					c.tally.fail(QueueFull, 0)
					a.fail(at, QueueFull)
					to.Outcomes[Rejected]++
					to.Failures[QueueFull]++
					continue
				}
				c.put(latency, 0)
				c.tally.Outcomes[s.outcome]++
				c.tally.OutcomeBytes[s.outcome] += uint64(s.bytes)
				if a.isElsewhere(at) {
					a.answer(c, at, latency, 0, s)
				}
				if c.isFull() {
					c.record()
				}
				to.Outcomes[s.outcome]++
				to.Bytes += uint64(s.bytes)
				to.SumNs += uint64(latency)
				to.Latency.Record(latency)
			}
			c := newCourse(time.Second, workload.FirstByte, steps)
			c.add(r.finish())
			require.Zero(t, r.low-r.high, "all are packed")
			n := 0
			for i, got := range c.All() {
				require.Equal(t, i, n)
				require.Equal(t, plain[i].appendTo(nil), got.appendTo(nil), "step %d", i)
				require.True(t, got.Latency.Equal(&plain[i].Latency))
				require.Equal(t, plain[i].Outcomes, got.Outcomes)
				require.Equal(t, plain[i].SumNs, got.SumNs)
				n++
			}
			require.Equal(t, steps, n)
		})
	}
}

// Every counter of a step comes back from where it is packed, alone and with all others.
func TestStepsArePackedWhole(t *testing.T) {
	var all CourseStep
	for n := range numNumbers {
		var one CourseStep
		*one.number(n), *all.number(n) = uint64(n+1)<<n, uint64(n+1)<<n
		requirePacked(t, &one, fmt.Sprintf("counter %d", n))
	}
	all.Tiers = []TierStep{{}, {Requests: 300, Hits: 2}, {Requests: 1}}
	for _, ns := range []int64{1, 1, 2, 1 << 20, 1<<63 - 1} {
		for range ns%1000 + 1 {
			all.Latency.Record(ns)
		}
	}
	requirePacked(t, &all, "all")
	require.Equal(t, []byte{0}, new(CourseStep).appendTo(nil), "nothing is a byte of 0")
}

func requirePacked(t *testing.T, s *CourseStep, what string) {
	t.Helper()
	packed := s.appendTo(nil)
	var read CourseStep
	rest, err := read.unpack(append(packed[:len(packed):len(packed)], 7))
	require.NoError(t, err, what)
	require.Equal(t, []byte{7}, rest, what)
	require.True(t, s.Latency.Equal(&read.Latency), what)
	read.Latency = s.Latency
	require.Equal(t, *s, read, what)
	for n := range packed {
		_, err := new(CourseStep).unpack(packed[:n])
		require.Error(t, err, "%s, cut after %d bytes", what, n)
	}
}
