package sim

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// varying asks a PoP for objects that are all fetched, of which the origin works on each for another time: 50 ms there and back, over one connection.
func varying(t testing.TB, d workload.Demand, bytes int64) (Scenario, placement.Placement) {
	t.Helper()
	w := workload.Change(onOpenConnections(30), func(c *workload.Cacheable) {
		c.Origin = workload.ServiceTime{Mean: 60 * time.Millisecond, Law: workload.ExponentialTime}
		c.Sizes.MinBytes, c.Sizes.MaxBytes = bytes, bytes
	})
	w.Demand = d
	return Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, Duration: 100 * time.Second, Seed: 3}, placement.RegionOnly("region").WithPoPs(1<<20, "pop")
}

// Answers come over the connection in the order in which the origin has them ready, each behind those that were ready before it.
func TestAnswersOfAnOriginWithoutServersComeAsTheyAreReady(t *testing.T) {
	for name, d := range burstAndStream(100_000) {
		s, p := varying(t, d, 400_000)
		all := sighted(t, s, p)
		all = slices.DeleteFunc(all, func(is Sighting) bool { return is.Outcome != Miss })
		requireAsReady(t, name, all, 400_000, 32*ms) // 100 Mbit/s to the user
	}
}

// So do those that a PoP passes on, of work and of calls for data that vary.
func TestAnswersThatAPoPPassesOnComeAsTheyAreReady(t *testing.T) {
	gamma := workload.ServiceTime{Mean: 60 * time.Millisecond, Law: workload.GammaTime, Variation: 1.5}
	for name, d := range burstAndStream(0) {
		for _, servers := range []int{0, 1000} {
			for kind, change := range map[string]func(*workload.Computed){
				"work": func(c *workload.Computed) { c.Work = gamma },
				"some calls": func(c *workload.Computed) {
					c.Data = workload.DataCalls{Probability: .5, Calls: 1, Home: "region", Service: workload.ServiceTime{Mean: 60 * time.Millisecond}}
				},
				"work, while it is slow": func(c *workload.Computed) { c.Work = workload.ServiceTime{Mean: 200 * time.Millisecond} },
				"calls": func(c *workload.Computed) {
					c.Data = workload.DataCalls{Probability: 1, Calls: 1, Home: "region", Service: gamma}
				},
			} {
				s, p := riding(t, d, 400_000, transport.Upstream{})
				s.Workloads[0] = workload.Change(s.Workloads[0], change)
				s.Workloads[0].Client.Idle = transport.KeepWindow
				if strings.HasSuffix(kind, "slow") {
					if name == "a burst" {
						continue // all of it comes at once, behind the handshake
					}
					s.Slowdowns = slowNowAndThen("region", s.Duration)
				}
				for i := range p.Sites {
					if p.Sites[i].Role == placement.Compute {
						p.Sites[i].Servers = servers
					}
				}
				requireAsReady(t, name+" of "+kind, sighted(t, s, p), 400_000, 0)
				plans, err := Compile(t.Context(), s, p)
				require.NoError(t, err)
				requireSameHoweverAdvanced(t, plans[0])
			}
		}
	}
}

// slowNowAndThen lets a site be four times as slow for 300 ms of each second: work of that time is done after work that has begun later.
func slowNowAndThen(site string, lasts time.Duration) (all []Slowdown) {
	for at := time.Second; at+time.Second < lasts; at += time.Second {
		all = append(all, Slowdown{Site: site, At: at, For: 300 * time.Millisecond, Factor: 4})
	}
	return all
}

// Work that is always the same is done in the order of asking: what is found at once then is what is found when the answer is ready.
func TestAnswersOfConstantWorkAreKnownWhenTheyAreAskedFor(t *testing.T) {
	of := workload.Workload{Service: workload.Computed{Work: workload.ServiceTime{Mean: 60 * time.Millisecond}, Data: workload.DataCalls{Probability: 1, Calls: 2}}}
	p := &Plan{scenario: Scenario{Workloads: []workload.Workload{of}}, sites: []plannedSite{{id: "region"}}, workloads: []plannedWorkload{{homes: [][]nextHop{{{}}}}}}
	w := p.scenario.newWorkloadRun(0, 1)
	require.False(t, p.computedOvertake(w, 0))
	for _, differs := range []nextHop{{slow: []slowSpan{}}, {outages: []outage{{}}}, {leg: leg{loss: .1}}, {remote: true}} {
		p.workloads[0].homes[0][0] = differs
		require.True(t, p.computedOvertake(w, 0))
	}
	for name, d := range burstAndStream(0) {
		s, p := riding(t, d, 400_000, transport.Upstream{})
		s.Workloads[0].Client.Idle = transport.KeepWindow
		plain(t, name, sighted(t, s, p), 400_000, 0)
	}
	for name, d := range burstAndStream(100_000) {
		s, p := varying(t, d, 400_000)
		s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) { c.Origin = workload.ServiceTime{Mean: 60 * time.Millisecond} })
		plain(t, name, slices.DeleteFunc(sighted(t, s, p), func(is Sighting) bool { return is.Outcome != Miss }), 400_000, 32*ms)
	}
}

// burstAndStream ask for objects of so many that are all fetched or, of none, for what is computed.
func burstAndStream(objects int) map[string]workload.Demand {
	burst := askedAt(1, 1.001, 1.002, 1.003, 1.004, 1.005, 1.006, 1.007, 1.008, 1.009)
	exponent := 0.0
	if objects > 0 {
		exponent = .01
		for i := range burst.object {
			burst.object[i] = uint32(i)
		}
	}
	return map[string]workload.Demand{"a burst": burst, "a stream": workload.Poisson{RequestsPerSecond: 20, Objects: objects, ZipfExponent: exponent}}
}

// requireAsReady requires what a plain simulation has, of which many answers overtake others.
func requireAsReady(t *testing.T, name string, all []Sighting, bytes, toUser int64) {
	t.Helper()
	require.GreaterOrEqual(t, len(all), 10, name)
	require.Greater(t, plain(t, name, all, bytes, toUser), len(all)/10, name)
}

// plain requires what a plain simulation of the one connection between PoP and region has, 50 ms there and back and 6 ms from users, to whom the bytes take so long: it asks in the order of users, and
// answers in that in which the answers are ready. It returns how many are ready before one that was asked for before.
func plain(t *testing.T, name string, all []Sighting, bytes, toUser int64) (overtaken int) {
	t.Helper()
	type asked struct{ number, first int64 }
	dialer, line := transport.Upstream{}.Dialer(50*time.Millisecond, 0), transport.Unused()
	var due []asked
	held := make([]uint32, len(all))
	answer := func(upTo int64) {
		slices.SortStableFunc(due, func(a, b asked) int { return cmp.Compare(a.first, b.first) })
		for len(due) > 0 && due[0].first < upTo {
			next := due[0]
			due = due[1:]
			is := &all[next.number]
			waits, takes := dialer.Answer(&line, bytes, next.first)
			require.Equal(t, next.first+waits-is.At+3*ms, is.TTFB, "%s: request %d", name, next.number)
			require.Equal(t, is.TTFB+max(takes, toUser), is.TTLB, "%s: request %d", name, next.number)
			line.Leave(held[next.number], next.first+waits+takes)
		}
	}
	for i := range all {
		at := all[i].At + 3*ms
		answer(at)
		leaves := dialer.Dial(&line, at)
		held[i] = line.Hold()
		first := leaves + 50*ms + all[i].Causes[Service]
		if slices.ContainsFunc(due, func(of asked) bool { return of.first > first }) {
			overtaken++
		}
		due = append(due, asked{int64(i), first})
	}
	answer(unknown)
	return overtaken
}

// So many servers that none waits are as none that are counted: then the origin is asked by message. Of fetches by slices, through a tier in between, by pools, of what ages and is written.
func TestAnOriginWithoutServersIsOneWithMore(t *testing.T) {
	const MB = 1 << 20
	gamma := func(s *Scenario) {
		s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) {
			c.Origin = workload.ServiceTime{Mean: 60 * time.Millisecond, Law: workload.GammaTime, Variation: 1.5}
		})
	}
	for name, change := range map[string]func(*Scenario, *placement.Placement){
		"one connection": func(*Scenario, *placement.Placement) {},
		"gamma":          func(s *Scenario, _ *placement.Placement) { gamma(s) },
		"with losses": func(s *Scenario, _ *placement.Placement) {
			*s = losingFrom(*s, "pop", "region", .02, 1000*time.Second)
		},
		"losses alone": func(s *Scenario, _ *placement.Placement) {
			*s = losingFrom(*s, "pop", "region", .02, 1000*time.Second)
			s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) { c.Origin = workload.ServiceTime{Mean: 7 * time.Millisecond} })
		},
		"over a buffer": func(_ *Scenario, p *placement.Placement) { p.Upstream.BufferBytes = 1 << 16 },
		"by pools":      func(s *Scenario, p *placement.Placement) { gamma(s); p.Upstream.Pool = 3 },
		"by pools with losses": func(s *Scenario, p *placement.Placement) {
			gamma(s)
			*s, p.Upstream.Pool = losingFrom(*s, "pop", "region", .02, 1000*time.Second), 3
		},
		"connections that close": func(s *Scenario, p *placement.Placement) { gamma(s); p.Upstream.KeepAlive = 50 * time.Millisecond },
		"while it is slow": func(s *Scenario, _ *placement.Placement) {
			s.Slowdowns = []Slowdown{{Site: "region", At: 20 * time.Second, For: 20 * time.Second, Factor: 5}}
		},
		"while it is slow, alone": func(s *Scenario, _ *placement.Placement) {
			s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) { c.Origin = workload.ServiceTime{Mean: 60 * time.Millisecond} })
			s.Slowdowns = slowNowAndThen("region", s.Duration)
		},
		"while it is down": func(s *Scenario, _ *placement.Placement) {
			s.Failures = []Failure{{Site: "region", At: 20 * time.Second, For: 5 * time.Second, Timeout: time.Second}, {Site: "pop", At: 50 * time.Second, For: 5 * time.Second}}
		},
		"through a tier": func(s *Scenario, p *placement.Placement) {
			gamma(s)
			s.Network = twoRegions(t)
			*p = placement.RegionOnly("west").WithPoPs(MB, "pop").WithMidTier(4*MB, "mid")
		},
		"by slices": func(s *Scenario, p *placement.Placement) {
			gamma(s)
			p.SliceBytes, p.Tiers[0].Caches[0].CapacityBytes = 30_000, 20*MB
		},
		"of what ages": func(s *Scenario, p *placement.Placement) {
			gamma(s)
			s.Workloads[0].Service = s.Workloads[0].Service.(workload.Cacheable).Controlled(freshness.Control{
				MaxAge: freshness.For(3 * time.Second), StaleWhileRevalidate: freshness.For(time.Second), Validator: true, Changes: freshness.Changes{Mean: 10 * time.Second},
			})
			p.Tiers[0].Caches[0].CapacityBytes = 50 * MB
		},
		"of what ages, by pools": func(s *Scenario, p *placement.Placement) {
			gamma(s)
			s.Workloads[0].Service = s.Workloads[0].Service.(workload.Cacheable).Controlled(freshness.Control{
				MaxAge: freshness.For(3 * time.Second), Validator: true, Changes: freshness.Changes{Mean: 10 * time.Second},
			})
			p.Tiers[0].Caches[0].CapacityBytes, p.Upstream.Pool, p.Upstream.Idle = 50*MB, 3, transport.KeepWindow
		},
		"with writes": func(s *Scenario, p *placement.Placement) {
			gamma(s)
			d := written{timed: timed{object: make([]uint32, 3000)}, writes: make([]bool, 3000)}
			for i := range d.writes {
				d.at, d.object[i], d.writes[i] = append(d.at, time.Duration(i*i*i%3001)*33*time.Millisecond), uint32(i%20), i%3 == 0
			}
			slices.Sort(d.at)
			s.Workloads[0].Demand = d
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, p := varying(t, workload.Poisson{RequestsPerSecond: 30, Objects: 1000, ZipfExponent: .5}, 100_000)
			change(&s, &p)
			if p.Upstream.BufferBytes > 0 {
				s.Network = narrowWay(t, s.Workloads[0]).Network
			}
			want := sighted(t, s, p)
			servers := p
			servers.Sites = slices.Clone(p.Sites)
			servers.Sites[0].Servers = 10_000
			require.Greater(t, len(want), 2500)
			got := sighted(t, s, servers)
			require.Equal(t, len(want), len(got))
			differ := 0
			for i := range want {
				if want[i] != got[i] {
					differ++
				}
			}
			require.Zero(t, differ, "of %d", len(want))
			plans, err := Compile(t.Context(), s, p)
			require.NoError(t, err)
			requireSameHoweverAdvanced(t, plans[0])
		})
	}
}
