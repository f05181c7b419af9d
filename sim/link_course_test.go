package sim

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// linkSteps returns the steps of a link, in ms but for responses and bytes.
func linkSteps(t testing.TB, l *LinkTally) (all [][5]uint64) {
	t.Helper()
	require.NotNil(t, l.Course)
	for i, s := range l.Course.All() {
		require.Equal(t, len(all), i)
		for _, n := range []uint64{s.WaitedNs, s.BusyUs * nsPerUs, s.QueueUs * nsPerUs} {
			require.Zero(t, n%uint64(ms), "step %d: %d ns", i, n)
		}
		all = append(all, [5]uint64{s.Responses, s.Bytes, s.WaitedNs / uint64(ms), s.BusyUs * nsPerUs / uint64(ms), s.QueueUs * nsPerUs / uint64(ms)})
	}
	return all
}

func TestStepsOfALinkToTheNanosecond(t *testing.T) {
	// They come to the link at 40, 70, 80 and 540 ms, and take 100 ms each.
	w := answersOf([]uint32{0, 1, 2, 3}, 0, 30, 40, 500)
	for how, want := range map[topology.Sharing][][5]uint64{
		// From 40, 140, 240 and 540 ms on; two wait from 80 on, one from 140 until 240.
		topology.FirstCome: {{3, 300_000, 230, 60, 50}, {0, 0, 0, 100, 140}, {0, 0, 0, 100, 40}, {0, 0, 0, 40, 0}, {}, {1, 100_000, 0, 60, 0}},
		// Two from 70 on, three from 80 until 275, two until 335, one until 340: each but one of them waits.
		topology.EqualParts: {{3, 300_000, 460, 60, 50}, {0, 0, 0, 100, 200}, {0, 0, 0, 100, 175}, {0, 0, 0, 40, 35}, {}, {1, 100_000, 0, 60, 0}},
	} {
		s := Scenario{Network: sharedNodes(t, "region", "metro", how), Workloads: []workload.Workload{w}, Duration: 600 * time.Millisecond, Seed: 1, Timeline: &Steps{Step: 100 * time.Millisecond}}
		_, r := sightings(t, s, placement.RegionOnly("region"))
		require.Equal(t, want, linkSteps(t, &r.Links[0]), "%v", how)

		// What comes before the recording counts for how busy the link is, and who waits, from then on.
		s.WarmUp, s.Duration, s.Timeline.Step = 75*time.Millisecond, 525*time.Millisecond, 175*time.Millisecond
		_, r = sightings(t, s, placement.RegionOnly("region"))
		waited, queued := uint64(160), [3]uint64{65 + 160, 0, 0}
		if how == topology.EqualParts {
			waited, queued = 260-100, [3]uint64{5 + 2*170, 2*25 + 60, 0}
		}
		require.Equal(t, [][5]uint64{{1, 100_000, waited, 175, queued[0]}, {0, 0, 0, 90, queued[1]}, {1, 100_000, 0, 60, queued[2]}}, linkSteps(t, &r.Links[0]), "%v", how)
	}
}

func TestStepsOfALinkOfTwoSitesToTheNanosecond(t *testing.T) {
	// As in TestTwoSitesShareALinkToTheNanosecond: they come at 22, 82, 138, 168 (both) and 708 ms, and take 100 ms each.
	site, api := answersOf([]uint32{0, 0, 0, 0}, 0, 130, 160, 700), apiOf(40, 126)
	for how, want := range map[topology.Sharing][][5]uint64{
		topology.FirstCome: {
			{2, 200_000, 40, 78, 18}, {3, 300_000, 84 + 154 + 254, 100, 22 + 62 + 32 + 32}, {0, 0, 0, 100, 22 + 100 + 100}, {0, 0, 0, 100, 22 + 100},
			{0, 0, 0, 100, 22}, {0, 0, 0, 22, 0}, {}, {1, 100_000, 0, 92, 0}, {0, 0, 0, 8, 0},
		},
		// One until 82, two until 138, three until 168, five until 178, four until 418, three until 502, two until 522.
		topology.EqualParts: {
			{2, 200_000, 56 + 236, 78, 18}, {3, 300_000, 264 + 254 + 254, 100, 38 + 2*30 + 4*10 + 3*22}, {0, 0, 0, 100, 300}, {0, 0, 0, 100, 300},
			{0, 0, 0, 100, 3*18 + 2*82}, {0, 0, 0, 22, 2*2 + 20}, {}, {1, 100_000, 0, 92, 0}, {0, 0, 0, 8, 0},
		},
	} {
		s := Scenario{Network: lastMile(t, how), Workloads: []workload.Workload{site, api}, Duration: 900 * time.Millisecond, Seed: 1, Timeline: &Steps{Step: 100 * time.Millisecond}}
		p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(open)
		r := runOne(t, s, p)
		require.Equal(t, want, linkSteps(t, &r.Links[0]), "%v", how)
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		requireSame(t, r, advanceBy(t, plans[0], func(r *run) { advanceGlobally(t, r) }))
	}
}

func TestStepsOfALinkThatFailsToTheNanosecond(t *testing.T) {
	// The link is down from 100 until 200 ms. What is asked for at 130 is lost before it comes to the region; the answer that the link begins to send at 140 ms is lost there.
	w := answersOf([]uint32{0, 1, 2, 3, 4}, 0, 30, 40, 130, 500)
	s := Scenario{
		Network: sharedNodes(t, "region", "metro", topology.FirstCome), Workloads: []workload.Workload{w}, Duration: 600 * time.Millisecond, Seed: 1, Timeline: &Steps{Step: 100 * time.Millisecond},
		LinkFailures: []LinkFailure{{Between: [2]string{"region", "metro"}, At: 100 * time.Millisecond, For: 100 * time.Millisecond, Timeout: time.Second}},
	}
	plans, err := Compile(context.Background(), s, placement.RegionOnly("region"))
	require.NoError(t, err)
	outcomes := map[int64]Outcome{}
	r, err := plans[0].Watch(context.Background(), 0, func(is *Sighting) { outcomes[is.At/ms] = is.Outcome })
	require.NoError(t, err)
	require.Equal(t, map[int64]Outcome{0: Bypass, 30: Failed, 40: Bypass, 130: Failed, 500: Bypass}, outcomes)
	require.Equal(t, [][5]uint64{{3, 300_000, 230, 60, 50}, {0, 0, 0, 100, 140}, {0, 0, 0, 100, 40}, {0, 0, 0, 40, 0}, {}, {1, 100_000, 0, 60, 0}}, linkSteps(t, &r.Links[0]))
	failed := []uint64{}
	for _, step := range r.Workloads[0].Course.All() {
		failed = append(failed, step.Failures[LinkDown])
	}
	require.Equal(t, []uint64{1, 1, 0, 0, 0, 0}, failed, "by when they were asked")
}

func TestStepsOfLinksSumToTheirTotalsHoweverSitesAreAdvanced(t *testing.T) {
	for name, world := range map[string]func(testing.TB) (Scenario, placement.Placement){"one sender": linkedWorld, "several senders": metroWorld} {
		s, p := world(t)
		s.Timeline = &Steps{Step: 70 * time.Millisecond}
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		r, err := plans[0].Run(context.Background(), 0)
		require.NoError(t, err)
		require.NotEmpty(t, r.Links)
		for i := range r.Links {
			l := &r.Links[i]
			require.NoError(t, l.checkCourse(&s), name)
			var sum LinkStep
			for k, step := range l.Course.All() {
				require.LessOrEqual(t, step.BusyUs, uint64(70_001), "%s: step %d of %s -> %s", name, k, l.From, l.To)
				sum.add(step)
			}
			require.Equal(t, l.Sum(), LinkUse{Responses: sum.Responses, Bytes: sum.Bytes, WaitedNs: sum.WaitedNs}, name)
			require.Equal(t, l.BusyUs, sum.BusyUs, name)
		}
		requireSameHoweverAdvanced(t, plans[0])
	}
}

func TestCoursesOfLinksComeBackFromTheirEncoding(t *testing.T) {
	s, p := linkedWorld(t)
	s.Timeline = &Steps{Step: 500 * time.Millisecond}
	r := runOne(t, s, p)
	data, err := r.MarshalBinary()
	require.NoError(t, err)
	var read Result
	require.NoError(t, read.UnmarshalBinary(data))
	require.NoError(t, s.checkLinks(&read))
	require.Equal(t, r.Links, read.Links)
	require.NoError(t, read.Merge(r))
	for i := range r.Links {
		twice := r.Links[i].Course.sum()
		once := twice
		twice.add(&once)
		require.Equal(t, twice, read.Links[i].Course.sum())
	}

	course, err := r.Links[0].Course.MarshalBinary()
	require.NoError(t, err)
	for n := range course {
		require.Error(t, new(LinkCourse).UnmarshalBinary(course[:n]), "cut after %d bytes", n)
	}
	require.ErrorContains(t, new(LinkCourse).UnmarshalBinary(append(course, 0)), "behind the last step")
	require.ErrorContains(t, new(LinkCourse).UnmarshalBinary([]byte{1, 1, 0x20}), "counters 0x20 that there are none of")
	read.Links[0].Course = nil
	require.Error(t, s.checkLinks(&read))
}

// Whatever decodes is a course that is written as it was read.
func FuzzLinkCourseDecoding(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1, 0})
	f.Add([]byte{10, 2, 0, 0b11111, 1, 2, 3, 0x80, 1, 5})
	f.Fuzz(func(t *testing.T, data []byte) {
		var c LinkCourse
		if c.UnmarshalBinary(data) != nil {
			return
		}
		again, err := c.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, data, again)
		n := 0
		for range c.All() {
			n++
		}
		require.Equal(t, c.Len(), n)
		twice, err := c.Plus(&c)
		require.NoError(t, err)
		require.Equal(t, c.Len(), twice.Len())
	})
}
