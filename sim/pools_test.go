package sim

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// crowd is an API that asks a region 40 ms away for so much constant work, at a load of a pool.
func crowd(t testing.TB, pool placement.Pool, work time.Duration, load float64) (Scenario, placement.Placement) {
	t.Helper()
	w := workload.Workload{
		Head:    workload.Head{Name: "api"},
		Demand:  workload.Poisson{RequestsPerSecond: load * float64(pool.Servers) / work.Seconds()},
		Service: workload.Computed{Work: workload.ServiceTime{Mean: work}},
	}
	p := placement.RegionOnly("region")
	p.Sites[1].Pools = []placement.Pool{pool}
	return Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, WarmUp: 50 * time.Second, Duration: 150 * time.Second, Seed: 3}, p
}

// A pooledRun is what a plain simulation of a pool says of recorded time.
type pooledRun struct{ served, full, shed, waited, fullNs int64 }

// firstCome simulates n servers on jobs of equal work that arrive at some instants. No more wait than may, or longer than they may.
func firstCome(arrivals []int64, service int64, n, queue int, longest, from, to int64) (all pooledRun) {
	free := make([]int64, n)
	var starts, dones []int64
	for _, at := range arrivals {
		slices.Sort(free)
		start := max(at, free[0])
		waiting := 0
		for _, s := range starts {
			if s > at {
				waiting++
			}
		}
		isIn := at >= from && at < to
		switch {
		case start > at && waiting >= queue:
			if isIn {
				all.full++
			}
		case start-at > longest:
			if isIn {
				all.shed++
			}
		default:
			free[0] = start + service
			starts, dones = append(starts, start), append(dones, start+service)
			if isIn {
				all.served++
				all.waited += start - at
			}
		}
	}
	var edges [][2]int64
	for i := range starts {
		edges = append(edges, [2]int64{starts[i], 1}, [2]int64{dones[i], -1})
	}
	slices.SortFunc(edges, func(a, b [2]int64) int { return int(a[0] - b[0]) })
	busy := int64(0)
	for i, e := range edges[:len(edges)-1] {
		busy += e[1]
		if busy == int64(n) {
			all.fullNs += max(min(edges[i+1][0], to)-max(e[0], from), 0)
		}
	}
	return all
}

func TestServersRejectWhatTheyHaveNoRoomFor(t *testing.T) {
	for _, c := range []struct {
		queue   placement.Limit
		shed    time.Duration
		servers int
		load    float64
	}{
		{placement.AtMost(3), 0, 2, 1.2}, {placement.AtMost(0), 0, 3, .9}, {placement.Limit{}, 25 * time.Millisecond, 1, .95},
		{placement.AtMost(2), 25 * time.Millisecond, 1, 1.5}, {placement.AtMost(1000), 0, 2, 1.1},
	} {
		const work = 20 * time.Millisecond
		s, p := crowd(t, placement.Pool{Servers: c.servers, Queue: c.queue, Shed: c.shed}, work, c.load)
		arrivals := instants(t, s, 200*second)
		for i := range arrivals {
			arrivals[i] += 40 * ms
		}
		queue, longest := math.MaxInt, int64(math.MaxInt64)
		if c.queue.Is {
			queue = c.queue.Most
		}
		if c.shed > 0 {
			longest = int64(c.shed)
		}
		want := firstCome(arrivals, int64(work), c.servers, queue, longest, 50*second, 200*second)
		// What reaches the site within 40 ms after the recording has begun was asked for before.
		counted := firstCome(arrivals, int64(work), c.servers, queue, longest, 50*second+40*ms, 200*second+40*ms)
		r := runOne(t, s, p)
		tally, site := &r.Workloads[0].Metros[0], siteOf(t, r, "region")
		require.Equal(t, uint64(counted.full), tally.Failures[QueueFull], "%+v", c)
		require.Equal(t, uint64(counted.shed), tally.Failures[Shed], "%+v", c)
		require.Equal(t, uint64(counted.full+counted.shed), tally.Outcomes[Rejected], "%+v", c)
		require.Equal(t, uint64(counted.served), tally.Outcomes[Bypass], "%+v", c)
		require.Equal(t, counted.waited, tally.Causes[Queue], "%+v", c)
		require.Equal(t, uint64(want.fullNs/1000), site.Count(FullUs), "%+v", c)
		require.Equal(t, uint64(want.full+want.shed), site.Count(Refused), "%+v", c)
		require.Positive(t, tally.Answered())
		require.Equal(t, tally.Count(Requests), tally.Answered()+tally.Outcomes[Rejected], "who was rejected is one of all who asked")
	}
}

// sharedTimes simulates n servers that share themselves among jobs of equal work: how long each is there, in seconds, by its arrival.
func sharedTimes(arrivals []int64, service float64, n int) []float64 {
	left, times := make(map[int]float64), make([]float64, len(arrivals))
	now := 0.0
	move := func(to float64) {
		for len(left) > 0 {
			rate := math.Min(1, float64(n)/float64(len(left)))
			least := math.Inf(1)
			for _, x := range left {
				least = math.Min(least, x)
			}
			step := math.Min(least/rate, to-now)
			now += step
			for i, x := range left {
				if left[i] = x - step*rate; left[i] <= 1e-12 {
					times[i] = now - float64(arrivals[i])/1e9
					delete(left, i)
				}
			}
			if now >= to {
				break
			}
		}
		now = to
	}
	for i, at := range arrivals {
		move(float64(at) / 1e9)
		left[i] = service
	}
	move(math.Inf(1))
	return times
}

func TestServersThatShareThemselvesTakeAsLongAsAPlainSimulationSays(t *testing.T) {
	s, p := crowd(t, placement.Pool{Servers: 2, Discipline: placement.SharedProcessor}, 20*time.Millisecond, .9)
	s.WarmUp, s.Duration = 0, 50*time.Second
	arrivals := instants(t, s, 50*second)
	for i := range arrivals {
		arrivals[i] += 40 * ms
	}
	times := sharedTimes(arrivals, .02, 2)
	sum := 0.0
	for _, x := range times {
		sum += x
	}
	r := runOne(t, s, p)
	tally, site := &r.Workloads[0].Metros[0], siteOf(t, r, "region")
	require.Equal(t, uint64(len(times)), tally.Answered())
	require.InDelta(t, sum, float64(tally.Causes[Queue]+tally.Causes[Service])/1e9, 1e-4)
	require.Equal(t, int64(len(times))*20*ms, tally.Causes[Service])
	require.InEpsilon(t, .9, float64(site.Count(BusyUs))/float64(site.Count(ServerUs)), .05)
	require.Greater(t, site.Count(FullUs), site.Count(ServerUs)/2*6/10)
}

func TestWorkloadsShareThePoolsOfASite(t *testing.T) {
	// Two workloads and a pool of four servers: as one workload that asks for as much. A third has a server of its own.
	w := func(name string, perSecond float64) workload.Workload {
		return workload.Workload{
			Head: workload.Head{Name: name}, Demand: workload.Poisson{RequestsPerSecond: perSecond},
			Service: workload.Computed{Work: workload.ServiceTime{Mean: 20 * time.Millisecond, Law: workload.ExponentialTime}},
		}
	}
	for _, d := range []placement.Discipline{placement.FirstCome, placement.SharedProcessor} {
		p := placement.RegionOnly("region")
		p.Sites[1].Pools = []placement.Pool{{Servers: 4, Discipline: d}, {Name: "own", Servers: 1, Workloads: []string{"c"}}}
		s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w("a", 120), w("b", 60), w("c", 5)}, Duration: 200 * time.Second, Seed: 3}
		r := runOne(t, s, p)
		busy := func(n int) float64 {
			site := r.Workloads[n].Sites[slices.Index(r.Sites, "region")]
			return float64(site.Count(BusyUs)) / float64(site.Count(ServerUs))
		}
		require.InDelta(t, .6, busy(0), .03, "%v: 120 x 20 ms of 4 servers", d)
		require.InDelta(t, .3, busy(1), .02, "%v: 60 x 20 ms of 4", d)
		require.InDelta(t, .1, busy(2), .02, "%v: its own", d)
		queue := func(n int) float64 {
			t := &r.Workloads[n].Metros[0]
			return float64(t.Causes[Queue]) / float64(t.Answered())
		}
		require.InEpsilon(t, queue(0), queue(1), .1, "%v: they stand in one queue", d)
		require.Less(t, queue(2), 20e6*.1/.9*1.5)

		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		loads, err := plans[0].ServerLoads()
		require.NoError(t, err)
		require.Equal(t, []string{"compute at region: work for 3.6 servers, of which there are 4: a load of 90 %", "compute own at region: work for 0.1 servers, of which there is 1: a load of 10 %"},
			[]string{loads[0].String(), loads[1].String()})
		peaks, err := plans[0].Peaks()
		require.NoError(t, err)
		require.Equal(t, []bool{false, true, false}, []bool{peaks[0].IsShared, peaks[1].IsShared, peaks[2].IsShared}, "rented once")
	}
}

// poolsWorld is a world whose servers reject and share themselves, at sites that fail and call each other.
func poolsWorld(t testing.TB, d placement.Discipline) (Scenario, placement.Placement) {
	t.Helper()
	s, p := busyScenario(t)
	s.Workloads = s.Workloads[:2]
	second := workload.Change(s.Workloads[1].Named("second"), func(c *workload.Computed) {
		c.Data.Parallel, c.Data.Calls, c.Work = true, 3, workload.ServiceTime{Mean: 10 * time.Millisecond, Law: workload.GammaTime, Variation: 2}
	})
	s.Workloads = append(s.Workloads, second)
	p = p.With()
	pool := func(servers, queue int) []placement.Pool {
		of := placement.Pool{Servers: servers, Queue: placement.AtMost(queue), Discipline: d}
		if d == placement.FirstCome {
			of.Shed = 15 * time.Millisecond
		}
		return []placement.Pool{of}
	}
	for i, pools := range [][]placement.Pool{pool(2, 3), pool(4, 5), pool(5, 6)} {
		p.Sites[i].Servers, p.Sites[i].Pools = 0, pools
	}
	s.Failures = []Failure{
		{Site: "region", At: 3 * time.Second, For: 700 * time.Millisecond, Timeout: 90 * time.Millisecond},
		{Site: "zone", At: 4 * time.Second, For: 400 * time.Millisecond, Detection: 100 * time.Millisecond, Timeout: 90 * time.Millisecond},
	}
	return s, p
}

func TestPoolsDoNotDependOnHowSitesAreAdvanced(t *testing.T) {
	for _, d := range []placement.Discipline{placement.FirstCome, placement.SharedProcessor} {
		t.Run(d.String(), func(t *testing.T) {
			s, p := poolsWorld(t, d)
			plans, err := Compile(context.Background(), s, p)
			require.NoError(t, err)
			requireSameHoweverAdvanced(t, plans[0])
			r := runOne(t, s, p)
			var refused, shed uint64
			for i := range r.Workloads {
				total, err := r.Workloads[i].Total()
				require.NoError(t, err)
				require.Positive(t, total.Failures[QueueFull], r.Workloads[i].Name)
				require.Positive(t, total.Failures[SiteDown]+total.Failures[NextTierDown]+total.Failures[DataHomeDown], r.Workloads[i].Name)
				shed += total.Failures[Shed]
				for n := range r.Workloads[i].Sites {
					refused += r.Workloads[i].Sites[n].Count(Refused)
				}
			}
			require.Positive(t, refused)
			require.Equal(t, d == placement.FirstCome, shed > 0)
		})
	}
}

func TestCachesMakeOfARejectionWhatTheyMakeOfAnError(t *testing.T) {
	control := freshness.Control{MaxAge: freshness.For(2 * time.Second)}
	s, p := ageing(t, workload.Poisson{RequestsPerSecond: 200, Objects: 500, ZipfExponent: .8}, control, "rfc")
	service := s.Workloads[0].Service.(workload.Cacheable)
	service.Origin = workload.ServiceTime{Mean: 20 * time.Millisecond}
	s.Workloads[0].Service = service
	s.Duration = 20 * time.Second
	for i := range p.Sites {
		if p.Sites[i].Role == placement.Origin {
			p.Sites[i].Pools = []placement.Pool{{Servers: 1, Queue: placement.AtMost(0)}}
		}
	}
	total, err := runOf(t, s, p).Workloads[0].Total()
	require.NoError(t, err)
	require.Positive(t, total.Failures[OriginFull])
	require.Equal(t, total.Failures[OriginFull], total.Outcomes[Rejected])
	require.Zero(t, total.Outcomes[Stale])

	control.StaleIfError = freshness.For(time.Hour)
	s.Workloads[0].Service = service.Controlled(control)
	held, err := runOf(t, s, p).Workloads[0].Total()
	require.NoError(t, err)
	require.Positive(t, held.Outcomes[Stale], "what is held stands in for what the origin rejects")
	require.Less(t, held.Outcomes[Rejected], total.Outcomes[Rejected]/2)
}

func TestPoolsThatNobodyUsesAreRefused(t *testing.T) {
	s, p := crowd(t, placement.Pool{Servers: 1}, time.Millisecond, .5)
	game := shooter()
	for want, change := range map[string]func(*placement.Assignment){
		`Sites[1].Pools[0].Servers is 0; want 1 to 1048576`:              func(a *placement.Assignment) { a.Pools[0].Servers = 0 },
		`Sites[1].Servers is 2; want 0 beside Pools`:                     func(a *placement.Assignment) { a.Servers = 2 },
		`Sites[1].Pools[0].Queue.Most is -1; want 0 to 1073741824`:       func(a *placement.Assignment) { a.Pools[0].Queue = placement.AtMost(-1) },
		`Sites[1].Pools[0].Queue.Most is 3; want 0 without a limit`:      func(a *placement.Assignment) { a.Pools[0].Queue.Most = 3 },
		`Sites[1].Pools[0].Shed is 2h0m0s; want 0 to 1h`:                 func(a *placement.Assignment) { a.Pools[0].Shed = 2 * time.Hour },
		`Sites[1].Pools[0].Discipline is 7; want one of ["fifo" "ps"]`:   func(a *placement.Assignment) { a.Pools[0].Discipline = 7 },
		`Sites[1].Pools[1].Name is ""; want another name than that of a`: func(a *placement.Assignment) { a.Pools = append(a.Pools, a.Pools[0]) },
		`Sites[1].Pools[1].Workloads is none; want names of workloads`:   func(a *placement.Assignment) { a.Pools = append(a.Pools, placement.Pool{Name: "b", Servers: 1}) },
		`Sites[1].Pools[0].Workloads[0] is site; want a workload that the site serves`: func(a *placement.Assignment) {
			a.Workloads, a.Pools[0].Workloads = []string{"api", "shooter"}, []string{"site"}
		},
		`Sites[1].Pools[1].Workloads[0] is api; want a workload that no other pool has`: func(a *placement.Assignment) {
			a.Pools[0].Workloads = []string{"api"}
			a.Pools = append(a.Pools, placement.Pool{Name: "b", Servers: 1, Workloads: []string{"api"}})
		},
		`Sites[1].Pools is 1 pools; want a pool for workload "api", too`: func(a *placement.Assignment) {
			a.Cores, a.Pools[0].Workloads = 8, []string{"nobody"}
		},
		`want workloads with requests that the site serves: nobody would use the pool`: func(a *placement.Assignment) {
			a.Cores = 8
			a.Pools = append(a.Pools, placement.Pool{Name: "b", Servers: 1, Workloads: []string{"nobody"}})
		},
		`Sites[1].Pools[0].Workloads is shooter; want workloads with requests: games share Cores`: func(a *placement.Assignment) {
			a.Cores, a.Pools[0].Workloads = 8, []string{"api", "shooter"}
		},
		`Sites[1].Cores is 0; want 1 or more for the game "shooter"`: func(*placement.Assignment) {},
		`Sites[1].Pools[0].Shed is 1s; want 0 where servers are shared by all at once`: func(a *placement.Assignment) {
			a.Pools[0].Discipline, a.Pools[0].Shed = placement.SharedProcessor, time.Second
		},
	} {
		s, p := s, p.With()
		game.Name = "shooter"
		s.Workloads = append(slices.Clone(s.Workloads), game)
		p.Sites[1].Pools = slices.Clone(p.Sites[1].Pools)
		change(&p.Sites[1])
		_, err := Compile(context.Background(), s, p)
		require.ErrorContains(t, err, want)
	}
	for _, name := range []string{"fifo", "ps"} {
		d, err := placement.ParseDiscipline(name)
		require.NoError(t, err)
		require.Equal(t, name, d.String())
	}
	_, err := placement.ParseDiscipline("lifo")
	require.EqualError(t, err, "placement: Discipline is lifo; want fifo or ps")
}
