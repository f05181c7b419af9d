package sim

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// asksFor is a visit of a version of HTTP that asks at given instants for answers of so many bytes, over a line of so many bits a second, 0 for any.
func asksFor(version int, bytes int64, rate float64, at ...int64) workload.Workload {
	w := oneVisit(0, at...)
	w.Visits.Versions = workload.Versions{}
	w.Visits.Versions[version] = 1
	w.Client.BitsPerSecond = rate
	w.Service = workload.Computed{ResponseBytes: bytes}
	return w
}

func TestAnswersAtOnceToAUserEndAsOneOfAllTheirBytes(t *testing.T) {
	for _, version := range []int{1, 2} {
		for _, rate := range []float64{0, 2e6, 25e6, 1e9} {
			for _, bytes := range []int64{700, 5000, 14_600, 100_000, 1_000_003} {
				for _, k := range []int64{2, 3, 10, 57} {
					of := func(bytes int64, k int64) Sighting {
						all := watched(t, near(t, 20*time.Millisecond), asksFor(version, bytes, rate, make([]int64, k)...), placement.RegionOnly("region"), time.Second)
						require.Len(t, all, int(k))
						for i := range all {
							require.Equal(t, 40*ms+all[i].Causes[AnswerQueue], all[i].TTFB)
							require.GreaterOrEqual(t, all[i].TTLB, all[i].TTFB)
							if i > 0 {
								require.GreaterOrEqual(t, all[i].TTFB, all[i-1].TTLB, "one after the other")
							}
						}
						return all[k-1]
					}
					require.Equal(t, of(k*bytes, 1).TTLB, of(bytes, k).TTLB, "HTTP/%d: %d of %d bytes at %v bit/s", version+1, k, bytes, rate)
				}
			}
		}
	}
}

func TestAnswersToAUserShareAWindow(t *testing.T) {
	// A round trip takes 40 ms. Windows are of 14,600, 29,200, 58,400 and 116,800 bytes. The first answer comes whole in three round trips; 2,200 bytes of the second go in
	// the last of these, and the rest in another one.
	all := watched(t, near(t, 20*time.Millisecond), asksFor(1, 100_000, 0, 0, 0), placement.RegionOnly("region"), time.Second)
	for i, want := range []struct{ ttfb, ttlb, waits int64 }{{40 * ms, 120 * ms, 0}, {120 * ms, 160 * ms, 80 * ms}} {
		require.Equal(t, want.ttfb, all[i].TTFB)
		require.Equal(t, want.ttlb, all[i].TTLB)
		require.Equal(t, want.waits, all[i].Causes[AnswerQueue])
	}
	// One that is asked for 100 ms later has nothing ahead of it, but what the window has grown to: 58,400 bytes and, when the second answer is acknowledged, 97,800 more.
	all = watched(t, near(t, 20*time.Millisecond), asksFor(1, 100_000, 0, 0, 0, 160*ms), placement.RegionOnly("region"), time.Second)
	require.Zero(t, all[2].Causes[AnswerQueue])
	require.Equal(t, 40*ms, all[2].TTLB)
	// A small one that finds the window full waits for the next round trip: 14,600 bytes go at 40 ms, what is asked for at 1 ms could come at 41 ms, and comes at 80 ms.
	all = watched(t, near(t, 20*time.Millisecond), asksFor(1, 14_600, 0, 0, ms), placement.RegionOnly("region"), time.Second)
	require.Equal(t, 79*ms, all[1].TTFB)
	require.Equal(t, 39*ms, all[1].Causes[AnswerQueue])
	// Where there is room it goes at once.
	all = watched(t, near(t, 20*time.Millisecond), asksFor(1, 7_000, 0, 0, ms), placement.RegionOnly("region"), time.Second)
	require.Equal(t, 40*ms, all[1].TTLB)
}

func TestAnswersOverAllConnectionsShareTheLineOfTheirUser(t *testing.T) {
	// Six answers of a megabyte over the six connections of HTTP/1.1, at 25 Mbit/s: the first byte comes at 6 ms, and 6 MB take 1920 ms.
	all := watched(t, near(t, 3*time.Millisecond), asksFor(0, 1_000_000, 25e6, 0, 0, 0, 0, 0, 0), placement.RegionOnly("region"), time.Second)
	last := int64(0)
	for i := range all {
		last = max(last, all[i].TTLB)
		require.Zero(t, all[i].Causes[AnswerQueue])
		if i > 0 {
			require.Equal(t, 18*ms, all[i].TTFB, "the first bytes go between")
		}
	}
	require.Equal(t, 1926*ms, last)
	// Over one of HTTP/2 they take a round trip more in which a window of 14,600 bytes is acknowledged: less than 2 ms.
	all = watched(t, near(t, 3*time.Millisecond), asksFor(1, 1_000_000, 25e6, 0, 0, 0, 0, 0, 0), placement.RegionOnly("region"), time.Second)
	require.Equal(t, 1926*ms+6*ms+467_200-4_672_000, all[5].TTLB)
	// Without a rate there is no line to share.
	for _, is := range watched(t, near(t, 3*time.Millisecond), asksFor(0, 14_600, 0, 0, 0, 0, 0, 0, 0), placement.RegionOnly("region"), time.Second) {
		require.Equal(t, is.TTFB, is.TTLB)
	}
}

func TestTheLastRoundTripOfAnAnswerHasTheLineBeforeWhatComesLaterToTheNanosecond(t *testing.T) {
	// 100,000 bytes at 10 Mbit/s and 40 ms go in 14,600, 29,200 and 56,200: the last of these come from 2 (40 + 1.168) = 82.336 ms after the first byte on, for 44.96 ms. The first answer has the open connection: its first byte comes at 40 ms, those of others at 120 and 140 ms, behind handshakes. The second ends
	// 127.296 ms after that. The last bytes of the third come from 222.336 ms on, to a line that has those of the second until 247.296 ms.
	all := watched(t, near(t, 20*time.Millisecond), asksFor(0, 100_000, 10e6, 0, 0, 20*ms), placement.RegionOnly("region"), time.Second)
	require.Len(t, all, 3)
	require.Equal(t, int64(167_296_000), all[0].TTLB)
	require.Equal(t, int64(247_296_000), all[1].TTLB)
	require.Equal(t, int64(247_296_000+44_960_000)-20*ms, all[2].TTLB)
}

func TestAnswersThatDoNotOverlapHaveTheConnectionToThemselves(t *testing.T) {
	// Each is asked for when the one before is there and acknowledged: windows grow from one to the next.
	for _, rate := range []float64{0, 2e6, 30e6} {
		const rtt = 40 * ms
		draws := random.New(4, 1, 0, 0)
		at, want := []int64{0}, []int64(nil)
		transfer := transport.Connection{BitsPerSecond: rate}.Transfer()
		window := transport.Window{Bytes: transfer.InitialWindow()}
		for range 40 {
			var takes int64
			takes, window = transfer.FromOver(window, 90_000, false, quietTrips(rtt))
			want = append(want, rtt+takes)
			at = append(at, at[len(at)-1]+rtt+takes+int64(draws.Float64()*float64(100*ms))+ms)
		}
		all := watched(t, near(t, 20*time.Millisecond), asksFor(1, 90_000, rate, at[:40]...), placement.RegionOnly("region"), time.Minute)
		for i := range want {
			require.Equal(t, want[i], all[i].TTLB, "the %dth at %v bit/s", i, rate)
			require.Zero(t, all[i].Causes[AnswerQueue])
		}
	}
}

// Sites answer over one connection as this does, in code of its own.
func TestAnswersToAUserComeAsThoseBetweenSitesDo(t *testing.T) {
	const rtt = 40 * ms
	draws := random.New(4, 2, 0, 0)
	waited := 0
	for range 300 {
		bytes, rate := int64(1+draws.Float64()*60_000), []float64{0, 5e6, 100e6}[int(draws.Float64()*3)]
		at := []int64{}
		now := int64(0)
		for range 8 {
			at = append(at, now)
			if draws.Float64() < 0.4 {
				now += rtt + int64(draws.Float64()*float64(400*ms))
			}
		}
		dialer := transport.Upstream{Idle: transport.KeepWindow}.Dialer(time.Duration(rtt), rate)
		line := transport.Idle(0)
		w := asksFor(1, bytes, rate, at...)
		w.Client.Idle = transport.KeepWindow
		all := watched(t, near(t, 20*time.Millisecond), w, placement.RegionOnly("region"), time.Minute)
		for i := range at {
			_, waits, takes := dialer.Ask(&line, bytes, at[i])
			what := fmt.Sprintf("%d: %d bytes at %v bit/s, %v", i, bytes, rate, at)
			require.InDelta(t, waits, all[i].Causes[AnswerQueue], 2, what)
			require.InDelta(t, rtt+waits+takes, all[i].TTLB, 2, what)
			if waits > 0 {
				waited++
			}
		}
	}
	require.Greater(t, waited, 500)
}

func TestAnswersAtOnceOverALossyWayEndAsOneOfAllTheirBytes(t *testing.T) {
	// Ten answers of 100 KB at once, and one of a megabyte, time and again, with a window that begins anew.
	for _, congestion := range []transport.Congestion{transport.Steady, transport.CUBIC, transport.BBR} {
		const bursts = 2000
		of := func(bytes int64, k int) (meanMs float64) {
			var at []int64
			for i := range int64(bursts) {
				for range k {
					at = append(at, i*20*second)
				}
			}
			w := asksFor(1, bytes, 20e6, at...)
			w.Client.Congestion = congestion
			all := watched(t, lossyWorld(t, 0.01), w, placement.RegionOnly("region"), bursts*20*time.Second)
			require.Len(t, all, bursts*k)
			for i := k - 1; i < len(all); i += k {
				meanMs += float64(all[i].TTLB) / 1e6 / bursts
				if k == 1 { // of more, some question is not lost
					meanMs -= float64(all[i].Causes[Loss]) / 1e6 / bursts
				}
			}
			return meanMs
		}
		require.InEpsilon(t, of(1_000_000, 1), of(100_000, 10), 0.02, congestion)
	}
}

// lossyStar is a metro with a PoP, between which packets are lost.
func lossyStar(t *testing.T, loss float64) (n *topology.Network, pops []string) {
	links := append(both("metro", "pop", topology.Internet, 5), both("metro", "region", topology.Internet, 50)...)
	for i := range links {
		links[i].Loss = loss
	}
	n, err := topology.New([]topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "pop", Kind: topology.PoP}, {ID: "region", Kind: topology.Region}},
		append(links, both("pop", "region", topology.Backbone, 5)...))
	require.NoError(t, err)
	return n, []string{"pop"}
}

func TestAnswersToAUserAreTheSameByArithmeticAndByMessage(t *testing.T) {
	for name, change := range map[string]func(*workload.Head){
		"HTTP/2": func(h *workload.Head) { h.Visits.Versions = workload.Versions{0, 1, 0} },
		"HTTP/3": func(h *workload.Head) { h.Visits.Versions = workload.Versions{0, 0, 1} },
		"all":    func(h *workload.Head) { h.Visits.Versions = workload.Versions{.3, .4, .3} },
		"new ones": func(h *workload.Head) {
			h.Visits.IdleTimeout, h.Visits.Lookup = 20*time.Millisecond, 15*time.Millisecond
		},
		"Linux": func(h *workload.Head) { h.Client = transport.Linux(transport.TCPTLS13) },
		"lines and jitter": func(h *workload.Head) {
			h.Access[topology.Fiber], h.Access[topology.DSL], h.Rates[topology.DSL] = .5, .5, 8e6
		},
		"a line":                                 func(h *workload.Head) { h.Client.BitsPerSecond = 20e6 },
		"losses":                                 func(h *workload.Head) { h.Client.BitsPerSecond = 20e6 },
		"losses of CUBIC":                        func(h *workload.Head) { h.Client.BitsPerSecond, h.Client.Congestion = 20e6, transport.CUBIC },
		"losses of Linux":                        func(h *workload.Head) { h.Client = transport.Linux(transport.TCPTLS13) },
		"a buffer":                               func(h *workload.Head) { h.Client.BitsPerSecond, h.Client.BufferBytes = 20e6, 30_000 },
		"fetches that others join":               func(h *workload.Head) {},
		"fetches that others join over HTTP/1.1": func(h *workload.Head) { h.Visits.Versions = workload.Versions{1, 0, 0} },
		"fetches that others join over HTTP/2":   func(h *workload.Head) { h.Visits.Versions = workload.Versions{0, 1, 0} },
		"failures of the site over HTTP/2":       func(h *workload.Head) { h.Visits.Versions = workload.Versions{0, 1, 0} },
		"failures of the site over HTTP/3":       func(h *workload.Head) { h.Visits.Versions = workload.Versions{0, 0, 1} },
		"failures of the link over HTTP/2":       func(h *workload.Head) { h.Visits.Versions = workload.Versions{0, 1, 0} },
		"failures of the link over HTTP/3":       func(h *workload.Head) { h.Visits.Versions = workload.Versions{0, 0, 1} },
	} {
		t.Run(name, func(t *testing.T) {
			w := visited(60, workload.Visits{Requests: 8, Gap: 10 * time.Millisecond}, nil)
			w.Demand = workload.Poisson{RequestsPerSecond: 60, Objects: 1 << 30}
			joins := strings.HasPrefix(name, "fetches that others join")
			if joins {
				w.Demand = workload.Poisson{RequestsPerSecond: 60, Objects: 1000}
				w.Client.BitsPerSecond = 20e6
			}
			w.Service = workload.Cacheable{Sizes: workload.Sizes{LnMean: 12, LnSD: 1, MinBytes: 1000, MaxBytes: 5_000_000}, Origin: workload.ServiceTime{Mean: 30 * time.Millisecond, Law: workload.GammaTime, Variation: 1}}
			change(&w.Head)
			n, pops := star(t, 1, 5)
			if strings.HasPrefix(name, "losses") {
				n, pops = lossyStar(t, 0.01)
			}
			if name == "lines and jitter" {
				n, pops = townWorld(t, topology.Access)
			}
			s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 60 * time.Second, Seed: 5}
			p := placement.RegionOnly("region").WithPoPs(1<<20, pops...).WithUpstream(open)
			switch {
			case strings.HasPrefix(name, "failures of the site"):
				s.Failures = []Failure{{Site: pops[0], At: 3 * time.Second, For: 400 * time.Millisecond, Times: 20, Every: 2 * time.Second, Timeout: 700 * time.Millisecond}}
			case strings.HasPrefix(name, "failures of the link"):
				s.LinkFailures = []LinkFailure{{Between: [2]string{"metro-0", pops[0]}, At: 4 * time.Second, For: 300 * time.Millisecond, Times: 15, Every: 3 * time.Second, Timeout: time.Second}}
			}
			tally := &byArithmeticAndByMessage(t, s, p).Workloads[0].Metros[0]
			require.Equal(t, strings.HasPrefix(name, "failures"), tally.Outcomes[Failed] > 0)
			require.Equal(t, joins, tally.Outcomes[DelayedHit] > 0)
			if name != "fetches that others join over HTTP/1.1" { // whose answers have a connection each
				require.Greater(t, float64(tally.Causes[AnswerQueue])/float64(tally.Count(Requests))/1e6, 1.)
			}
		})
	}
}

func TestAnswersToUsersAreTheSameOnAnyNumberOfCores(t *testing.T) {
	n, pops := star(t, 4, 40)
	w := visited(300, workload.Visits{Requests: 20, Gap: 20 * time.Millisecond, Versions: workload.Versions{.2, .5, .3}}, nil)
	w.Demand = workload.Poisson{RequestsPerSecond: 300, Objects: 1000}
	w.Service = workload.Cacheable{Sizes: workload.Sizes{MinBytes: 4_000, MaxBytes: 400_000}, Origin: workload.ServiceTime{Mean: 30 * time.Millisecond}}
	p := placement.RegionOnly("region").WithPoPs(1<<20, pops...)
	p.Sites[0].Servers = 1000
	plans, err := Compile(context.Background(), Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 20 * time.Second, Seed: 5}, p)
	require.NoError(t, err)
	var first *Result
	for _, cores := range []int{1, 2, 3, 8} {
		r, err := plans[0].RunOn(context.Background(), 0, cores, nil)
		require.NoError(t, err)
		if first == nil {
			first = r
		}
		require.Equal(t, first, r)
	}
}

func TestAnExplainedRequestTellsOfAnswersBeforeIt(t *testing.T) {
	explain := func(w workload.Workload, number int) *Explanation {
		plans, err := Compile(context.Background(), Scenario{Network: near(t, 20*time.Millisecond), Workloads: []workload.Workload{w}, Duration: time.Second, Seed: 5}, placement.RegionOnly("region"))
		require.NoError(t, err)
		e, err := plans[0].Explain(context.Background(), 0, 0, 0, ByNumber, number)
		require.NoError(t, err)
		sum := int64(0)
		for _, step := range e.Rest {
			sum += step.Ns
		}
		require.Equal(t, e.TTLB-e.TTFB, sum)
		return e
	}
	// The second of 100 KB each, at 80 Mbit/s, where a window of 14,600 bytes takes 1.46 ms and a packet 0.146: its first byte follows the first answer's last one, in the third round trip.
	e := explain(asksFor(1, 100_000, 80e6, 0, 0), 2)
	require.Equal(t, 2*(40*ms+146_000)+(100_000-43_800)*100, e.Causes[AnswerQueue])
	require.Equal(t, []Step{
		{0, "", "window on the way to the user: 14600 bytes, with which answers before it began, 100000 bytes that go first; the rest goes after 3 round trips, counted from the first of them"},
		{10 * ms, "", "the other bytes, at the rate of the way to the user"},
		{40*ms + 146_000 - 5_840_000, "", "round trips on the way to the user, in which the sender waits before it may send more: slow start"},
	}, e.Rest)
	// The last of six over as many connections waits for the line.
	e = explain(asksFor(0, 1_000_000, 25e6, 0, 0, 0, 0, 0, 0), 6)
	require.Equal(t, "behind answers before it to the same user over other connections, on his line", e.Rest[0].Text)
	require.Greater(t, e.Rest[0].Ns, 1400*ms)
}
