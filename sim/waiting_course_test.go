package sim

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// hasty asks a hundred times a second, from 5 ms on: one request after another, or so many at once.
type hasty struct{ atOnce int64 }

func (hasty) Validate() error    { return nil }
func (hasty) PerSecond() float64 { return 100 }

func (h hasty) Open([]workload.Audience, workload.Env) (func(int) workload.Source, error) {
	return func(int) workload.Source { return &hastySource{atOnce: max(h.atOnce, 1)} }, nil
}

type hastySource struct{ n, atOnce int64 }

func (s *hastySource) Draw(to int64, b *workload.Batch) int {
	for n := range b.Len() {
		b.At[n] = int64(5*time.Millisecond) + s.n/s.atOnce*s.atOnce*int64(10*time.Millisecond)
		if s.n++; b.At[n] >= to {
			return n + 1
		}
	}
	return b.Len()
}

// waitedUs sums by hand how long jobs of equal work wait for one server in steps: one comes every 10 ms, of which each takes so long.
func waitedUs(first, work, length int64, steps int) []uint64 {
	all := make([]uint64, steps)
	free := int64(0)
	for at := first; at < int64(steps)*length; at += 10 * ms {
		start := max(at, free)
		free = start + work
		for k := range all {
			if from, to := max(at, int64(k)*length), min(start, int64(k+1)*length); from < to {
				all[k] += uint64((to - from) / 1000)
			}
		}
	}
	return all
}

// One server gets a hundred requests a second and does fifty: after t seconds 50 t wait, whether their clients still wait or have given up, and whether one knows before when a server is free or not. So
// a step from a to b has 50 (a + b) / 2 of them on its mean, but for the first, and all steps are those of a plain simulation to the microsecond.
func TestStepsSayHowManyWaitForServers(t *testing.T) {
	for name, of := range map[string]placement.Pool{
		"first come": {Servers: 1}, "elastic": {Servers: 1, Scale: placement.Scale{Most: 2, Target: .9, Every: time.Hour}},
	} {
		for _, timeout := range []time.Duration{0, 500 * time.Millisecond} {
			s, p := crowd(t, of, 20*time.Millisecond, 1)
			s.Workloads[0].Demand = hasty{}
			s.Workloads[0].Service = workload.Computed{Work: workload.ServiceTime{Mean: 20 * time.Millisecond}, Patience: workload.Patience{Timeout: timeout}}
			s.WarmUp, s.Duration = 0, 60*time.Second
			s.Timeline = &Steps{Step: 7 * time.Second, BySite: true, ByMetro: true}
			r, err := Run(context.Background(), Job{Scenario: s, Placement: p})
			require.NoError(t, err)
			w := &r.Workloads[0]
			if timeout > 0 {
				require.Greater(t, w.Course.sum().Outcomes[Failed], uint64(5000))
			}
			whole := waitedUs(45*ms, 20*ms, 1000*ms, 60) // 40 ms to the region
			want := make([]uint64, 9)
			for second, us := range whole {
				want[second/7] += us
			}
			for k, step := range w.Course.Steps() {
				require.InDelta(t, want[k], step.QueueUs, 1, "%s, timeout %v, step %d", name, timeout, k)
				require.Equal(t, step.QueueUs, w.Sites[r.siteNumber(t, "region")].Course.Steps()[k].QueueUs)
				require.Zero(t, w.Course.Metros[0].Steps()[k].QueueUs)
				seconds := min(7, float64(60-7*k))
				require.InDelta(t, 50*(7*float64(k)+seconds/2), float64(step.QueueUs)/1e6/seconds, 4)
			}
		}
	}
}

// Ten come at once, to one server that takes 2 ms for each, every 100 ms. First come first served they wait for 0, 2 ... 18 ms, 90 ms together; where all share the
// server, ten are there for 20 ms, of whom nine have none: 180 ms.
func TestStepsSayHowManyHaveNoServerForThemselves(t *testing.T) {
	for d, want := range map[placement.Discipline]uint64{placement.FirstCome: 90_000, placement.SharedProcessor: 180_000} {
		s, p := crowd(t, placement.Pool{Servers: 1, Discipline: d}, 2*time.Millisecond, 1)
		s.Workloads[0].Demand = hasty{atOnce: 10}
		s.WarmUp, s.Duration = 0, 20*time.Second
		s.Timeline = &Steps{Step: 2 * time.Second}
		r, err := Run(context.Background(), Job{Scenario: s, Placement: p})
		require.NoError(t, err)
		for k, step := range r.Workloads[0].Course.Steps() {
			require.Equal(t, 20*want, step.QueueUs, "%v, step %d", d, k)
		}
	}
}

// Where the site fails nobody waits until it is up again, and all who waited are gone.
func TestNobodyWaitsAtASiteThatIsDown(t *testing.T) {
	for _, d := range []placement.Discipline{placement.FirstCome, placement.SharedProcessor} {
		s, p := crowd(t, placement.Pool{Servers: 1, Discipline: d}, 20*time.Millisecond, 1)
		s.Workloads[0].Demand = hasty{}
		s.WarmUp, s.Duration = 0, 60*time.Second
		s.Failures = []Failure{{Site: "region", At: 25 * time.Second, For: 10 * time.Second}}
		s.Timeline = &Steps{Step: 5 * time.Second}
		r, err := Run(context.Background(), Job{Scenario: s, Placement: p})
		require.NoError(t, err)
		steps := r.Workloads[0].Course.Steps()
		require.Zero(t, steps[5].QueueUs+steps[6].QueueUs)
		if d == placement.FirstCome { // where all share the server they are more, for all are late
			require.InDelta(t, 50*22.5, float64(steps[4].QueueUs)/5e6, 4)
			require.InDelta(t, 50*2.5, float64(steps[7].QueueUs)/5e6, 4)
		}
	}
}
