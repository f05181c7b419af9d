package sim

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// elastic is an API that asks a region for so much work, in servers, of 100 ms a request.
func elastic(t testing.TB, pool placement.Pool, work float64) (Scenario, placement.Placement) {
	t.Helper()
	s, p := crowd(t, pool, 100*time.Millisecond, work/float64(pool.Servers))
	s.WarmUp, s.Duration = 0, 100*time.Second
	return s, p
}

func TestServersFollowAStepInTheWorkToTheMicrosecond(t *testing.T) {
	// By hand: there is always work for more servers than there are, so that they are busy and twice as many are asked for as there are, to be
	// busy for half of their time. It looks every 10 s and asks 2 more at 10 s, which are there at 15 s and take requests from 30 s on. It sees
	// them at work at 40 s, asks for 4 more, which take requests at 60 s, and at 70 s for 8 more, which do at 90 s.
	for _, d := range []placement.Discipline{placement.FirstCome, placement.SharedProcessor} {
		s, p := elastic(t, placement.Pool{Servers: 2, Discipline: d, Scale: placement.Scale{
			Most: 100, Target: .5, Every: 10 * time.Second, Delay: 5 * time.Second, WarmUp: 15 * time.Second,
		}}, 40)
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		r, err := plans[0].Run(context.Background(), 0)
		require.NoError(t, err)
		at := &r.Workloads[0].Sites[r.siteNumber(t, "region")]
		require.Equal(t, uint64(2*30+4*30+8*30+16*10), at.Count(ServerUs)/1e6)
		require.Equal(t, uint64(2*85+4*55+8*25), at.Count(RentedUs)/1e6, "paid for from when they are there")
		require.InDelta(t, 580, float64(at.Count(BusyUs))/1e6, .5, "but for what comes first")
		require.InDelta(t, 100, float64(at.Count(FullUs))/1e6, .5)
		require.InDelta(t, 1, float64(at.PeakBusyUs)*1000/float64(6*r.Workloads[0].Timeline.BatchNs), .001, "six servers on the mean")
		peaks, err := plans[0].Peaks()
		require.NoError(t, err)
		require.InDelta(t, 5.9, plans[0].Rented(peaks, r)[0].Rented, 1e-9)
		require.Equal(t, 100, peaks[0].Most)
	}
}

// siteNumber returns the number of a site.
func (r *Result) siteNumber(t testing.TB, id string) int {
	t.Helper()
	for n := range r.Sites {
		if r.Sites[n] == id {
			return n
		}
	}
	t.Fatal(id)
	return 0
}

func TestServersGoWhenFewerHaveDoneForLong(t *testing.T) {
	// By hand: work for 7.75 servers that ends at 10 s. Two servers until 10 s, four until 20 s, eight from then on, which are done at about 22 s.
	// From 30 s on 4 would do, then none. 30 s after eight were needed last, at 50 s, go all but the 4 that were needed since; at 80 s all but the
	// two that there are at least.
	s, p := elastic(t, placement.Pool{Servers: 2, Scale: placement.Scale{Most: 100, Target: .5, Every: 10 * time.Second, DownAfter: 30 * time.Second}}, 7.75)
	s.Workloads[0].Ends = 10 * time.Second
	r := runOne(t, s, p)
	require.Equal(t, uint64(2*10+4*10+8*30+4*30+2*20), r.Workloads[0].Sites[r.siteNumber(t, "region")].Count(ServerUs)/1e6)

	// Two at a time, from 2 to 4 at 10 s, 6 at 20 s, which are done at about 23 s; down again at 50, 80 s.
	p.Sites[1].Pools[0].Scale.Step = 2
	r = runOne(t, s, p)
	require.Equal(t, uint64(2*10+4*10+6*30+4*30+2*20), r.Workloads[0].Sites[r.siteNumber(t, "region")].Count(ServerUs)/1e6)
}

func TestScaledServersThatHaveSettledAreThoseOfErlang(t *testing.T) {
	// A target that is never reached asks for all there are: M/M/10 with work for 8.
	s, p := crowd(t, placement.Pool{Servers: 2, Scale: placement.Scale{Most: 10, Target: .1, Every: time.Second}}, 20*time.Millisecond, 4)
	s.Workloads = []workload.Workload{workload.Change(s.Workloads[0], func(c *workload.Computed) { c.Work.Law = workload.ExponentialTime })}
	s.Duration = 100 * time.Second
	waits := replicate(t, s, p, func(r *Result) float64 {
		tally := &r.Workloads[0].Metros[0]
		return float64(tally.Causes[Queue]) / float64(tally.Count(Requests)) / 20e6
	})
	requireInside(t, waits, .409180/2, .11)
}

func TestScalingDoesNotDependOnHowSitesAreAdvanced(t *testing.T) {
	for _, d := range []placement.Discipline{placement.FirstCome, placement.SharedProcessor} {
		s, p := poolsWorld(t, d)
		pool := &p.Sites[1].Pools[0]
		pool.Servers, pool.Shed = 1, 0
		pool.Scale = placement.Scale{Most: 9, Target: .6, Every: time.Second, Delay: 200 * time.Millisecond, WarmUp: 300 * time.Millisecond, Step: 3, DownAfter: 2 * time.Second}
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		requireSameHoweverAdvanced(t, plans[0])
		r := runOne(t, s, p)
		at := r.siteNumber(t, p.Sites[1].Site)
		rented := r.Workloads[1].Sites[at].Count(RentedUs)
		require.Positive(t, rented)
		require.Zero(t, r.Workloads[2].Sites[at].Count(RentedUs), "paid for once")
		require.Equal(t, r.Workloads[1].Sites[at].Count(ServerUs), r.Workloads[2].Sites[at].Count(ServerUs))
	}
}
