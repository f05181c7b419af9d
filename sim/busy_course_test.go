package sim

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
)

// The case by hand of TestServersFollowAStepInTheWorkToTheMicrosecond, step by step: there is always work for more servers than there are.
func TestStepsSayHowManyServersThereWereAndWorked(t *testing.T) {
	for _, d := range []placement.Discipline{placement.FirstCome, placement.SharedProcessor} {
		s, p := elastic(t, placement.Pool{Servers: 2, Discipline: d, Scale: placement.Scale{
			Most: 100, Target: .5, Every: 10 * time.Second, Delay: 5 * time.Second, WarmUp: 15 * time.Second,
		}}, 40)
		s.Timeline = &Steps{Step: 10 * time.Second, BySite: true}
		r, err := Run(context.Background(), Job{Scenario: s, Placement: p})
		require.NoError(t, err)
		w := &r.Workloads[0]
		for k, servers := range []uint64{2, 2, 2, 4, 4, 4, 8, 8, 8, 16} {
			at := &w.Course.Steps()[k]
			require.Equal(t, servers*10, at.ServerUs/1e6, "step %d", k)
			require.InDelta(t, servers*10, float64(at.BusyUs)/1e6, .5, "step %d: but for what comes first", k)
			of := &w.Sites[r.siteNumber(t, "region")].Course.Steps()[k]
			require.Equal(t, []uint64{at.BusyUs, at.ServerUs}, []uint64{of.BusyUs, of.ServerUs})
		}
	}
}

// Of servers that a workload has alone the steps sum to what it was served, to the microsecond, also where the site fails and steps end in the midst of a service.
func TestStepsOfServersSumToWhatTheyWorked(t *testing.T) {
	for _, d := range []placement.Discipline{placement.FirstCome, placement.SharedProcessor} {
		s, p := crowd(t, placement.Pool{Servers: 3, Discipline: d, Queue: placement.AtMost(5)}, 100*time.Millisecond, .9)
		s.WarmUp, s.Duration = 7*time.Second, 100*time.Second
		s.Timeline = &Steps{Step: 3333333 * time.Microsecond}
		s.Failures = []Failure{{Site: "region", At: 50 * time.Second, For: 10 * time.Second}}
		r, err := Run(context.Background(), Job{Scenario: s, Placement: p})
		require.NoError(t, err)
		w := &r.Workloads[0]
		busy, sum := w.Sites[r.siteNumber(t, "region")].Count(BusyUs), w.Course.sum()
		require.InDelta(t, .9*90, float64(busy)/1e6/3, 15)
		require.Equal(t, busy, sum.BusyUs)
		require.EqualValues(t, 3*90e6, sum.ServerUs, "without the time in which the site is down")
		require.EqualValues(t, 10e6, w.Sites[r.siteNumber(t, "region")].Count(AwayUs))
		for k := range w.Course.Steps() {
			at := &w.Course.Steps()[k]
			require.LessOrEqual(t, at.BusyUs, at.ServerUs)
			if from := 7*time.Second + time.Duration(k)*w.Course.Length; from > 50*time.Second && from+w.Course.Length < 60*time.Second {
				require.Zero(t, at.BusyUs, "step %d: nobody works", k)
				require.Zero(t, at.ServerUs, "step %d: and nobody is there", k)
			}
		}
	}
}
