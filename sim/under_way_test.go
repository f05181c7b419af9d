package sim

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// underWay is what is computed in no time at a region that is 47 ms away, with servers or by arithmetic, for users who visit it, or for whom each request opens a connection, while something has failed.
func underWay(t *testing.T, visits bool, servers int, failing func(*Scenario), at ...int64) (Scenario, placement.Placement) {
	w := oneVisit(1, at...)
	w.Visits.IdleTimeout = 100 * time.Millisecond
	if !visits {
		w.Visits = workload.Visits{}
		w.Client.NewShare = 1
	}
	s := Scenario{Network: near(t, 47*time.Millisecond), Workloads: []workload.Workload{w}, Duration: 20 * time.Second, Seed: 5}
	failing(&s)
	p := placement.RegionOnly("region")
	p.Sites[0].Servers = servers
	return s, p
}

// sighted returns how the requests of a run ended, in the order in which users asked.
func sighted(t testing.TB, s Scenario, p placement.Placement) (all []Sighting) {
	t.Helper()
	plans, err := Compile(t.Context(), s, p)
	require.NoError(t, err)
	_, err = plans[0].Watch(t.Context(), 0, func(is *Sighting) { all = append(all, *is) })
	require.NoError(t, err)
	slices.SortFunc(all, func(a, b Sighting) int { return cmp.Compare(a.At, b.At) })
	return all
}

// downFrom lets the region be down for a time, which users wait for a second for.
func downFrom(at, lasts time.Duration) func(*Scenario) {
	return func(s *Scenario) {
		s.Failures = []Failure{{Site: "region", At: at, For: lasts, Timeout: time.Second}}
	}
}

// cutFrom does so with the link to it.
func cutFrom(at, lasts time.Duration) func(*Scenario) {
	return func(s *Scenario) {
		s.LinkFailures = []LinkFailure{{Between: [2]string{"metro", "region"}, At: at, For: lasts, Timeout: time.Second}}
	}
}

func TestWhatFailsUnderAHandshakeCostsTheRequestBehindIt(t *testing.T) {
	// TCP and TLS 1.3 take a round trip of 94 ms each. The first packet is at the site 47 ms after the user has asked at 1 s, the second at 141 ms and the request at 235; its answer is with the user at 282.
	const at = time.Second
	for name, of := range map[string]struct {
		failing func(*Scenario)
		fails   bool
	}{
		"before":                           {downFrom(at-time.Millisecond, 48*time.Millisecond), false},
		"as the first packet is there":     {downFrom(at, 47*time.Millisecond+1), true},
		"under the handshake":              {downFrom(at+50*time.Millisecond, time.Minute), true},
		"for a while under the handshake":  {downFrom(at+50*time.Millisecond, 10*time.Millisecond), true},
		"as the answer leaves":             {downFrom(at+235*time.Millisecond, time.Minute), true},
		"after it":                         {downFrom(at+235*time.Millisecond+1, time.Minute), false},
		"the link, for the second packet":  {cutFrom(at+94*time.Millisecond, 1), true},
		"the link, between two packets":    {cutFrom(at+94*time.Millisecond+1, 46*time.Millisecond), false},
		"the link, for the second answer":  {cutFrom(at+141*time.Millisecond, 1), true},
		"the link, for the request":        {cutFrom(at+188*time.Millisecond, 1), true},
		"the link, for the answer":         {cutFrom(at+235*time.Millisecond, 1), true},
		"the link, when the answer is out": {cutFrom(at+235*time.Millisecond+1, time.Minute), false},
	} {
		for _, visits := range []bool{false, true} {
			for _, servers := range []int{0, 1} {
				name := fmt.Sprintf("%s, visits %t, %d servers", name, visits, servers)
				s, p := underWay(t, visits, servers, of.failing, int64(at))
				all := sighted(t, s, p)
				require.Len(t, all, 1, name)
				require.Equal(t, of.fails, all[0].Outcome == Failed, name)
				if of.fails {
					require.Equal(t, second, all[0].TTFB, name)
				} else {
					require.Equal(t, 282*ms, all[0].TTFB, name)
				}
			}
		}
	}
}

// givenObjects is a demand of requests at given instants for given objects.
type givenObjects struct {
	givenSizes
	objects []uint32
}

func (givenObjects) RecordsSizes() bool { return false }

func (d givenObjects) Open([]workload.Audience, workload.Env) (func(int) workload.Source, error) {
	return func(int) workload.Source { return &objectSource{sizedSource{givenSizes: d.givenSizes}, d.objects} }, nil
}

type objectSource struct {
	sizedSource
	objects []uint32
}

func (s *objectSource) Draw(to int64, b *workload.Batch) (n int) {
	for n < b.Len() && s.next < len(s.at) && (n == 0 || b.At[n-1] < to) {
		b.At[n], b.Object[n] = s.at[s.next], s.objects[s.next]
		n, s.next = n+1, s.next+1
	}
	return n
}

func TestWhatFailsUnderTheHandshakeOfAnotherCostsARequestItsAnswer(t *testing.T) {
	// A PoP 47 ms away lacks what is asked for at 1 s, over a connection that is ready at 1.188 s. Who asks over that at 1.010 s for what is there has it at 1.282 s: the request comes to the link at 1.188 s, and to
	// the PoP at 1.235 s.
	n, err := topology.New([]topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "region", Kind: topology.PoP}, {ID: "origin", Kind: topology.Region}},
		append(append(both("metro", "region", topology.Internet, 47), both("metro", "origin", topology.Internet, 60)...), both("region", "origin", topology.Backbone, 5)...))
	require.NoError(t, err)
	for name, of := range map[string]struct {
		failing func(*Scenario)
		fails   bool
	}{
		"nothing":                           {func(*Scenario) {}, false},
		"the site, under the handshake":     {downFrom(1200*time.Millisecond, 10*time.Second), true},
		"the site, as the answer leaves":    {downFrom(1235*time.Millisecond, 10*time.Second), true},
		"the site, after it":                {downFrom(1235*time.Millisecond+1, 10*time.Second), false},
		"the link, just before the request": {cutFrom(1178*time.Millisecond, 10*time.Millisecond), false},
		"the link, for the request":         {cutFrom(1188*time.Millisecond, 1), true},
		"the link, under both":              {cutFrom(1189*time.Millisecond, 46*time.Millisecond), false},
		"the link, for the answer":          {cutFrom(1235*time.Millisecond, 1), true},
	} {
		for _, servers := range []int{0, 1 << 16} {
			w := oneVisit(0)
			w.Visits.Versions, w.Visits.IdleTimeout = workload.Versions{0, 1, 0}, 100*time.Millisecond
			w.Demand = givenObjects{givenSizes{at: []int64{0, second, 1010 * ms}, bytes: []int64{1000, 1000, 1000}}, []uint32{0, 1, 0}}
			w.Service = workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1000, MaxBytes: 1000}, Origin: workload.ServiceTime{Mean: 50 * time.Millisecond}}
			s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 20 * time.Second, Seed: 5}
			of.failing(&s)
			p := placement.RegionOnly("origin").WithPoPs(1<<20, "region").WithUpstream(open)
			p.Sites[0].Servers = servers
			all := sighted(t, s, p)
			require.Len(t, all, 3, name)
			if of.fails {
				require.Equal(t, Failed, all[2].Outcome, "%s, %d servers", name, servers)
				require.Equal(t, second, all[2].TTFB, "%s, %d servers", name, servers)
			} else {
				require.Equal(t, Hit, all[2].Outcome, "%s, %d servers", name, servers)
				require.Equal(t, 272*ms, all[2].TTFB, "%s, %d servers", name, servers)
			}
		}
	}
}

func TestRequestsWaitForAConnectionWhileTheSiteIsDown(t *testing.T) {
	// One connection over HTTP/1.1. The request of 1 s is given up at 2 s, since the site fails under its handshake; that of 1.1 s waits for it, and so does that of 1.2 s for that.
	for name, of := range map[string]struct {
		lasts time.Duration
		want  [3]int64
		fails [3]bool
	}{
		"up again before the first is given up":  {500 * time.Millisecond, [3]int64{1000 * ms, 900*ms + 282*ms, 900*ms - 100*ms + 282*ms + 94*ms}, [3]bool{true, false, false}},
		"up again before the second is given up": {1500 * time.Millisecond, [3]int64{1000 * ms, 1900 * ms, 1800*ms + 282*ms}, [3]bool{true, true, false}},
		"down":                                   {18 * time.Second, [3]int64{1000 * ms, 1900 * ms, 2800 * ms}, [3]bool{true, true, true}},
	} {
		for _, servers := range []int{0, 1} {
			s, p := underWay(t, true, servers, downFrom(1050*time.Millisecond, of.lasts), second, 1100*ms, 1200*ms)
			all := sighted(t, s, p)
			require.Len(t, all, 3, name)
			for i := range all {
				require.Equal(t, of.fails[i], all[i].Outcome == Failed, "%s, request %d", name, i)
				require.Equal(t, of.want[i], all[i].TTFB, "%s, request %d", name, i)
			}
		}
	}
}

func TestWhatFailsUnderHandshakesDoesNotDependOnHowSitesAreAdvanced(t *testing.T) {
	s, p := cdn(t, 3)
	s.Workloads[0].Client.NewShare = 1
	for _, pop := range p.Tiers[0].Caches {
		s.Failures = append(s.Failures, Failure{Site: pop.Site, At: time.Second, For: 50 * time.Millisecond, Times: 5, Every: 200 * time.Millisecond, Timeout: time.Second})
	}
	plans, err := Compile(t.Context(), s, p)
	require.NoError(t, err)
	requireSameHoweverAdvanced(t, plans[0])
}

func TestALossThatIsKnownLateCostsTheConnectionInTimeToTheNanosecond(t *testing.T) {
	// Over HTTP/2 to a PoP 47 ms away: what is asked for at 1 s opens a connection, and takes 6 s of work at the origin. The PoP goes down from 3 s to 3.5 s, and users wait for 5 s: the user gives
	// up at 6 s, though a site that asks by message says so at 7.3 s only. What is asked for before 6 s goes over the open connection, and then over a new one, with two round trips of 94 ms more. Who waits for
	// a second only does not give up while an answer may still come: one that leaves at 3 s is there at 3.047 s.
	n, err := topology.New([]topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "region", Kind: topology.PoP}, {ID: "origin", Kind: topology.Region}},
		append(append(both("metro", "region", topology.Internet, 47), both("metro", "origin", topology.Internet, 60)...), both("region", "origin", topology.Backbone, 5)...))
	require.NoError(t, err)
	for name, of := range map[string]struct {
		timeout   time.Duration
		at        int64 // of another request
		handshake int64
		waits     int64 // the first
	}{
		"before":                  {5 * time.Second, 5900 * ms, 0, 5000 * ms},
		"a moment before":         {5 * time.Second, 6000*ms - 1, 0, 5000 * ms},
		"then":                    {5 * time.Second, 6000 * ms, 188 * ms, 5000 * ms},
		"before it would be said": {5 * time.Second, 7000 * ms, 188 * ms, 5000 * ms},
		"long after":              {5 * time.Second, 9000 * ms, 188 * ms, 5000 * ms},
		"a short timeout":         {time.Second, 3550 * ms, 188 * ms, 2047 * ms},
	} {
		for _, servers := range []int{0, 1 << 16} {
			w := oneVisit(0)
			w.Visits.Versions, w.Visits.IdleTimeout = workload.Versions{0, 1, 0}, 100*time.Second
			w.Demand = givenObjects{givenSizes{at: []int64{second, of.at}, bytes: []int64{1000, 1000}}, []uint32{0, 1}}
			w.Service = workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1000, MaxBytes: 1000}, Origin: workload.ServiceTime{Mean: 6 * time.Second}}
			s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 20 * time.Second, Seed: 5}
			s.Failures = []Failure{{Site: "region", At: 3 * time.Second, For: 500 * time.Millisecond, Timeout: of.timeout}}
			p := placement.RegionOnly("origin").WithPoPs(1<<20, "region").WithUpstream(open)
			p.Sites[0].Servers = servers
			requireLost := func(all []Sighting) {
				require.Len(t, all, 2, name)
				require.Equal(t, Failed, all[0].Outcome, name)
				require.Equal(t, of.waits, all[0].TTFB, "%s, %d servers", name, servers)
				require.Equal(t, Miss, all[1].Outcome, name)
				require.Equal(t, of.handshake, all[1].Causes[Connect]+all[1].Causes[TLS], "%s, %d servers", name, servers)
				require.Equal(t, 6000*ms+94*ms+10*ms+of.handshake, all[1].TTFB, "%s, %d servers", name, servers)
			}
			requireLost(sighted(t, s, p))
			// A site that has failed before, and has cost another request its answer, looks again: what was asked for at 50 ms is given up before 1 s.
			s.Workloads[0].Demand = givenObjects{givenSizes{at: []int64{50 * ms, second, of.at}, bytes: []int64{1000, 1000, 1000}}, []uint32{2, 0, 1}}
			s.Failures = append([]Failure{{Site: "region", At: 200 * time.Millisecond, For: 100 * time.Millisecond, Timeout: 300 * time.Millisecond}}, s.Failures...)
			all := sighted(t, s, p)
			require.Equal(t, Failed, all[0].Outcome, name)
			requireLost(all[1:])
		}
	}
}

func TestAConnectionThatBreaksUnderItsHandshakeBringsNoKeys(t *testing.T) {
	// TLS 1.2 takes two round trips of 94 ms, and one where it is resumed. What is asked for at 1 s resumes a connection of before the run, whose keys are too old at 5 s: its handshake is over at 1.188 s, and the site has the last packet of it 47 ms later. That of 5 s needs a new connection, for the user has left the first, or it has been idle.
	for name, of := range map[string]struct {
		failing func(*Scenario)
		tls     int64
	}{
		"nothing":                           {func(*Scenario) {}, 94 * ms},
		"the site, under it":                {downFrom(1100*time.Millisecond, 50*time.Millisecond), 188 * ms},
		"the site, as its keys would leave": {downFrom(1235*time.Millisecond, 50*time.Millisecond), 188 * ms},
		"the site, when they have left":     {downFrom(1235*time.Millisecond+1, 50*time.Millisecond), 94 * ms},
		"the link, for a packet of it":      {cutFrom(1094*time.Millisecond, 1), 188 * ms},
		"the link, between packets of it":   {cutFrom(1094*time.Millisecond+1, 40*time.Millisecond), 94 * ms},
	} {
		for _, servers := range []int{0, 1} {
			s, p := underWay(t, true, servers, of.failing, second, 5*second)
			s.Workloads[0].Visits.Versions, s.Workloads[0].Visits.Connections = workload.Versions{0, 1, 0}, 0
			s.Workloads[0].Client.Handshake = transport.TCPTLS12

			s.Workloads[0].Visits.TicketLifetime = 4900 * time.Millisecond
			all := sighted(t, s, p)
			require.Len(t, all, 2, name)
			require.Equal(t, of.tls, all[1].Causes[TLS], "%s, %d servers", name, servers)
		}
	}
}

func TestAWindowBeginsAnewAfterASilenceThoughARequestWasLostMeanwhile(t *testing.T) {
	// 100,000 bytes over a new connection come in 14,600, 29,200 and 56,200, two round trips of 94 ms behind the first byte. A second later another request is lost, whose user waits for it until 3.5 s. What is asked for at 3 s goes over the same connection, which has sent
	// nothing for more than a second: its window begins anew.
	for _, servers := range []int{0, 1} {
		s, p := underWay(t, true, servers, downFrom(2500*time.Millisecond, 100*time.Millisecond), second, 2510*ms, 3*second)
		s.Workloads[0].Visits.Versions, s.Workloads[0].Visits.Connections, s.Workloads[0].Visits.IdleTimeout = workload.Versions{0, 1, 0}, 0, time.Minute
		s.Workloads[0].Service = workload.Computed{ResponseBytes: 100_000}
		all := sighted(t, s, p)
		require.Len(t, all, 3)
		require.Equal(t, Failed, all[1].Outcome)
		require.Equal(t, 94*ms, all[2].TTFB, "over the open connection")
		require.Equal(t, 188*ms, all[2].TTLB-all[2].TTFB)
	}
}

// What is under way as the region goes down costs its user the connection to the PoP, whatever else goes down later: the PoP's failures stand before the region's.
func TestConnectionsAreLeftWhicheverOfPoPAndRegionFailsFirst(t *testing.T) {
	w := oneVisit(0, 49*second, 52*second+500*ms, 60*second)
	w.Visits.Versions = workload.Versions{0, 1, 0}
	s, p := riding(t, w.Demand, 1000, transport.Upstream{})
	w.Service = workload.Computed{ResponseBytes: 1000, Work: workload.ServiceTime{Mean: 6 * time.Second}}
	s.Workloads, s.Duration = []workload.Workload{w}, 100*time.Second
	s.Slowdowns = []Slowdown{{Site: "region", At: 95 * time.Second, For: time.Second, Factor: 2}} // so that answers are found when they are ready
	s.Failures = []Failure{{Site: "region", At: 50 * time.Second, For: time.Second / 2, Timeout: time.Second}}
	want := sighted(t, s, p)
	require.Len(t, want, 3)
	require.Equal(t, Failed, want[0].Outcome)
	require.Equal(t, 12*ms, want[1].Causes[Connect]+want[1].Causes[TLS], "the connection was left at 50.03 s")
	require.Zero(t, want[2].Causes[Connect])
	s.Failures = append(s.Failures, Failure{Site: "pop", At: 80 * time.Second, For: time.Second, Timeout: time.Second})
	require.Equal(t, want, sighted(t, s, p))
}

func TestWhatFailsUnderTheHandshakeOfAFetchCostsItItsAnswer(t *testing.T) {
	// A PoP 47 ms from its users and 20 ms from the origin lacks what is asked for at 5 s. It opens a connection at 5.047 s: two packets are at the origin at 5.067 and 5.107 s, and the question, which leaves at 5.127 s, at 5.147 s. The user
	// has the answer after 214 ms. A handshake that breaks is given up as a question is that is lost, a second after that leaves.
	n, err := topology.New([]topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "pop", Kind: topology.PoP}, {ID: "origin", Kind: topology.Region}},
		append(append(both("metro", "pop", topology.Internet, 47), both("metro", "origin", topology.Internet, 200)...), both("pop", "origin", topology.Backbone, 20)...))
	require.NoError(t, err)
	down := func(at, lasts time.Duration) func(*Scenario) {
		return func(s *Scenario) {
			s.Failures = []Failure{{Site: "origin", At: 5*time.Second + at, For: lasts, Detection: time.Minute, Timeout: time.Second}}
		}
	}
	cut := func(at, lasts time.Duration) func(*Scenario) {
		return func(s *Scenario) {
			s.LinkFailures = []LinkFailure{{Between: [2]string{"pop", "origin"}, At: 5*time.Second + at, For: lasts, Timeout: time.Second}}
		}
	}
	const msec = time.Millisecond
	for name, of := range map[string]struct {
		failing func(*Scenario)
		ttfb    int64
	}{
		"nothing":                         {func(*Scenario) {}, 214 * ms},
		"before":                          {down(0, 67*msec), 214 * ms},
		"as the first packet is there":    {down(0, 67*msec+1), 1094 * ms}, // there is no connection: the question leaves in vain at 5.047 s
		"for a while under the handshake": {down(80*msec, 10*msec), 1174 * ms},
		"for long under the handshake":    {down(80*msec, 10*time.Second), 1174 * ms},
		"as the answer leaves":            {down(147*msec, 10*msec), 1174 * ms},
		"after it":                        {down(147*msec+1, 10*msec), 214 * ms},
		"the link, for the second packet": {cut(87*msec, 1), 1174 * ms},
		"the link, between two packets":   {cut(87*msec+1, 19*msec), 214 * ms},
		"the link, for the second answer": {cut(107*msec, 1), 1174 * ms},
	} {
		for _, servers := range []int{0, 1 << 16} {
			for _, pool := range []int{0, 2} {
				w := oneVisit(0)
				w.Visits.Versions = workload.Versions{0, 1, 0}
				w.Demand = givenObjects{givenSizes{at: []int64{0, 5 * second}, bytes: []int64{1000, 1000}}, []uint32{0, 1}}
				w.Service = workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1000, MaxBytes: 1000}}
				s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 20 * time.Second, Seed: 5}
				of.failing(&s)
				p := placement.RegionOnly("origin").WithPoPs(1<<20, "pop").WithUpstream(transport.Upstream{KeepAlive: time.Second, Pool: pool})
				p.Sites[0].Servers = servers
				all := sighted(t, s, p)
				require.Len(t, all, 2, name)
				require.Equal(t, of.ttfb, all[1].TTFB, "%s, %d servers, pool of %d", name, servers, pool)
				require.Equal(t, of.ttfb > second, all[1].Outcome == Failed, "%s, %d servers, pool of %d", name, servers, pool)
			}
		}
	}
}
