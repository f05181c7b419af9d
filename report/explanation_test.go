package report_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// every asks for one object every second.
type every struct{}

func (every) Validate() error    { return nil }
func (every) Catalogue() int     { return 1 }
func (every) PerSecond() float64 { return 1 }

func (every) Open([]workload.Audience, workload.Env) (func(int) workload.Source, error) {
	return func(int) workload.Source { return new(everySecond) }, nil
}

type everySecond struct{ asked int64 }

func (s *everySecond) Draw(to int64, b *workload.Batch) int {
	for n := range b.Len() {
		s.asked++
		b.At[n] = s.asked * int64(time.Second)
		if b.Object != nil {
			b.Object[n] = 0
		}
		if b.At[n] >= to {
			return n + 1
		}
	}
	return b.Len()
}

// The way of a request is a text, whose times sum.
func TestTheWayOfARequestIsAText(t *testing.T) {
	way := func(from, to string, kind topology.LinkKind, oneWay time.Duration) []topology.Link {
		return topology.Link{From: from, To: to, Kind: kind, OneWay: oneWay}.Both()
	}
	n, err := topology.New(
		[]topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "pop", Kind: topology.PoP}, {ID: "rec", Kind: topology.RegionalEdgeCache}, {ID: "region", Kind: topology.Region}},
		append(append(append(append(
			way("metro", "pop", topology.Internet, 3*time.Millisecond), way("metro", "region", topology.Internet, 40*time.Millisecond)...),
			way("pop", "rec", topology.Backbone, 8*time.Millisecond)...), way("rec", "region", topology.Backbone, 12*time.Millisecond)...),
			way("metro", "rec", topology.Internet, 20*time.Millisecond)...))
	require.NoError(t, err)
	service := workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1000, MaxBytes: 1000}, Origin: workload.ServiceTime{Mean: 10 * time.Millisecond}}
	s := sim.Scenario{
		Network: n, Duration: 6 * time.Second, Seed: 1,
		Workloads: []workload.Workload{{Head: workload.Head{Name: "site"}, Demand: every{}, Service: service.Controlled(freshness.Control{MaxAge: freshness.For(3 * time.Second), Validator: true})}},
	}
	p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithMidTier(1<<20, "rec").Named("tiers")
	plans, err := sim.Compile(context.Background(), s, p)
	require.NoError(t, err)
	text := func(which sim.Which, number int) string {
		e, err := plans[0].Explain(context.Background(), 0, 0, 0, which, number)
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, report.WriteExplanation(&b, "tiers", e, 0))
		return b.String()
	}
	require.Equal(t, `site from metro under tiers: request 1 of 5 from metro in the recorded time, 1s after the run began
that with the longest time to the first byte, by which site is judged, of the 5 recorded from metro
MISS at pop: 136.000000 ms to the first byte, 136.000000 ms to the last, 1000 bytes

          ms  what
              connection: open, as for all requests, TCP and TLS 1.3
    6.000000  propagation: from the metro to where it enters, there and back
              pop: edge-cache: does not have it: nobody has asked for it there before
   32.000000  pop: a new connection to rec
    8.000000  rec: on the way from pop, which asks for it
              rec: mid-tier-cache: does not have it: nobody has asked for it there before
   48.000000  rec: a new connection to region
   12.000000  region: on the way from rec, which asks for it
   10.000000  region: origin: works on it
   12.000000  rec: on the way back from region, with it
    8.000000  pop: on the way back from rec, with it
------------
  136.000000  time to the first byte
`, text(sim.Slowest, 0))
	require.Equal(t, text(sim.Slowest, 0), strings.Replace(text(sim.FirstMiss, 0),
		"the first that missed a first cache of", "that with the longest time to the first byte, by which site is judged, of", 1))
	require.Equal(t, `site from metro under tiers: request 2 of 5 from metro in the recorded time, 2s after the run began
HIT at pop: 6.000000 ms to the first byte, 6.000000 ms to the last, 1000 bytes

          ms  what
              connection: open, as for all requests, TCP and TLS 1.3
    6.000000  propagation: from the metro to where it enters, there and back
              pop: edge-cache: holds it, 968ms old, fresh for 2.032s more
------------
    6.000000  time to the first byte
`, text(sim.ByNumber, 2))
	// The PoP's copy counts its age from 1.035 s, when it was asked for, that of the regional cache from 1.091 s. Connections are open for 5 s.
	require.Equal(t, `site from metro under tiers: request 5 of 5 from metro in the recorded time, 5s after the run began
REVALIDATED at pop: 56.000000 ms to the first byte, 56.000000 ms to the last, 1000 bytes

          ms  what
              connection: open, as for all requests, TCP and TLS 1.3
    6.000000  propagation: from the metro to where it enters, there and back
              pop: edge-cache: holds it, 3.968s old, stale by 968ms: not served before it is confirmed or fetched anew
    8.000000  rec: on the way from pop, which asks whether it has changed
              rec: mid-tier-cache: holds it, 3.92s old, stale by 920ms: not served before it is confirmed or fetched anew
   12.000000  region: on the way from rec, which asks whether it has changed
   10.000000  region: origin: works on it
   12.000000  rec: on the way back from region, not modified (304)
    8.000000  pop: on the way back from rec, not modified (304)
------------
   56.000000  time to the first byte
`, text(sim.ByNumber, 5))

	s.Failures = []sim.Failure{{Site: "region", At: 500 * time.Millisecond, For: 10 * time.Second, Timeout: 300 * time.Millisecond}}
	plans, err = sim.Compile(context.Background(), s, p)
	require.NoError(t, err)
	require.Equal(t, `site from metro under tiers: request 1 of 5 from metro in the recorded time, 1s after the run began
the first that failed of the 5 recorded from metro
ERROR at pop: next tier down; given up after 354.000000 ms

          ms  what
              connection: open, as for all requests, TCP and TLS 1.3
    6.000000  propagation: from the metro to where it enters, there and back
              pop: edge-cache: does not have it: nobody has asked for it there before
   32.000000  pop: a new connection to rec
    8.000000  rec: on the way from pop, which asks for it
              rec: mid-tier-cache: does not have it: nobody has asked for it there before
   12.000000  region: on the way from rec, which asks for it
  288.000000  rec: no answer until the timeout
    8.000000  pop: on the way back from rec, without it: next tier down
------------
  354.000000  time to the error
`, text(sim.FirstFailed, 0))
}

// The zone takes one request at a time, for a second; who comes each second is turned away by the one before, and asks the region.
func TestTheWayOfARequestThatIsAskedAgainIsAText(t *testing.T) {
	way := func(from, to string, oneWay time.Duration) []topology.Link {
		return topology.Link{From: from, To: to, Kind: topology.Internet, OneWay: oneWay}.Both()
	}
	n, err := topology.New(
		[]topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "zone", Kind: topology.LocalZone, Parent: "region"}, {ID: "region", Kind: topology.Region}},
		append(append(way("metro", "zone", 5*time.Millisecond), way("metro", "region", 40*time.Millisecond)...), way("zone", "region", 50*time.Millisecond)...))
	require.NoError(t, err)
	s := sim.Scenario{
		Network: n, Duration: 6 * time.Second, Seed: 1,
		Workloads: []workload.Workload{{Head: workload.Head{Name: "api"}, Demand: every{}, Service: workload.Computed{
			Work:     workload.ServiceTime{Mean: 1500 * time.Millisecond},
			Patience: workload.Patience{Retries: 1, Backoff: 100 * time.Millisecond, At: workload.NextSite},
		}}},
	}
	p := placement.Placement{Name: "two"}.With(
		placement.Assignment{Site: "zone", Role: placement.Compute, Pools: []placement.Pool{{Servers: 1, Queue: placement.AtMost(0)}}},
		placement.Assignment{Site: "region", Role: placement.Compute})
	plans, err := sim.Compile(context.Background(), s, p)
	require.NoError(t, err)
	e, err := plans[0].Explain(context.Background(), 0, 0, 0, sim.ByNumber, 2)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, report.WriteExplanation(&b, "two", e, 0))
	require.Equal(t, `api from metro under two: request 2 of 5 from metro in the recorded time, 2s after the run began
BYPASS at region: 1850.000000 ms to the first byte, 1850.000000 ms to the last, 0 bytes

          ms  what
   10.000000  zone: try 1: rejected, queue full
  100.000000  the client waits before it asks again
              region: asked again
              connection: new, for this is another site than before: TCP and TLS 1.3, a full handshake
   80.000000  connect: the round trip of a new connection
   80.000000  tls: the round trip of its handshake
   80.000000  propagation: from the metro to where it enters, there and back
 1500.000000  region: works on it
------------
 1850.000000  time to the first byte
`, b.String())
}

// Slices of 16 KiB are on the disks of three servers, none of which has room for one in its memory. They are fetched one after the other.
func TestTheWayOfARequestForSlicesIsAText(t *testing.T) {
	way := func(from, to string, oneWay time.Duration) []topology.Link {
		return topology.Link{From: from, To: to, Kind: topology.Internet, OneWay: oneWay}.Both()
	}
	n, err := topology.New(
		[]topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "pop", Kind: topology.PoP}, {ID: "region", Kind: topology.Region}},
		append(append(way("metro", "pop", 3*time.Millisecond), way("metro", "region", 40*time.Millisecond)...), way("pop", "region", 20*time.Millisecond)...))
	require.NoError(t, err)
	s := sim.Scenario{
		Network: n, Duration: 4 * time.Second, Seed: 1,
		Workloads: []workload.Workload{{Head: workload.Head{Name: "video"}, Demand: every{}, Service: workload.Cacheable{
			Sizes: workload.Sizes{MinBytes: 40_000, MaxBytes: 40_000}, Origin: workload.ServiceTime{Mean: 10 * time.Millisecond},
		}}},
	}
	p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(transport.Upstream{AlwaysOpen: true}).Named("slices")
	p.SliceBytes = 16 << 10
	p.Tiers[0].Caches[0].Servers = placement.Servers{Count: 3, Spread: placement.Sharded, MemoryBytes: 17_000, DiskRead: 4 * time.Millisecond}
	plans, err := sim.Compile(context.Background(), s, p)
	require.NoError(t, err)
	text := func(number int) string {
		e, err := plans[0].Explain(context.Background(), 0, 0, 0, sim.ByNumber, number)
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, report.WriteExplanation(&b, "slices", e, 0))
		return b.String()
	}
	require.Equal(t, `video from metro under slices: request 1 of 3 from metro in the recorded time, 1s after the run began
MISS at pop: 56.000000 ms to the first byte, 156.000000 ms to the last, 40000 bytes

          ms  what
              connection: open, as for all requests, TCP and TLS 1.3
    6.000000  propagation: from the metro to where it enters, there and back
              pop: asks for all 40000 bytes, slices 1 to 3 of 16384 bytes each
              pop: edge-cache, slice 1, server 1 of 3: does not have it: nobody has asked for it there before
   20.000000  region: on the way from pop, which asks for it
   10.000000  region: origin: works on it
   20.000000  pop: on the way back from region, with it
------------
   56.000000  time to the first byte
   50.000000  pop: slice 2, fetched from region
   50.000000  pop: slice 3, fetched from region
  156.000000  time to the last byte
`, text(1))
	// 40,000 bytes take two windows, of 14,600 and of 29,200 bytes, to the user.
	require.Equal(t, `video from metro under slices: request 2 of 3 from metro in the recorded time, 2s after the run began
HIT at pop: 10.000000 ms to the first byte, 16.000000 ms to the last, 40000 bytes

          ms  what
              connection: open, as for all requests, TCP and TLS 1.3
    6.000000  propagation: from the metro to where it enters, there and back
              pop: asks for all 40000 bytes, slices 1 to 3 of 16384 bytes each
    4.000000  pop: edge-cache, slice 1, server 1 of 3: reads it from the disk
              pop: edge-cache, slice 2, server 2 of 3: has it on its disk
              pop: edge-cache, slice 3, server 3 of 3: has it on its disk
------------
   10.000000  time to the first byte
              window on the way to the user: 14600 bytes, as on a new connection, since answers over open ones are taken to follow a silence; the rest goes after a round trip
    6.000000  round trips on the way to the user, in which the sender waits before it may send more: slow start
   16.000000  time to the last byte
`, text(2))
}

// What is rejected has a way there and back, too, and a connection: by hand.
func TestTheWayOfARequestThatIsRejectedIsAText(t *testing.T) {
	n, err := topology.New(
		[]topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "zone", Kind: topology.Region}},
		topology.Link{From: "metro", To: "zone", Kind: topology.Internet, OneWay: 5 * time.Millisecond}.Both())
	require.NoError(t, err)
	s := sim.Scenario{
		Network: n, Duration: 4 * time.Second, Seed: 1,
		Workloads: []workload.Workload{{
			Head: workload.Head{Name: "api", Client: transport.Connection{NewShare: 1, Handshake: transport.TCPTLS12}}, Demand: every{},
			Service: workload.Computed{Work: workload.ServiceTime{Mean: 1500 * time.Millisecond}},
		}},
	}
	p := placement.Placement{Name: "one"}.With(placement.Assignment{Site: "zone", Role: placement.Compute, Pools: []placement.Pool{{Servers: 1, Queue: placement.AtMost(0)}}})
	plans, err := sim.Compile(context.Background(), s, p)
	require.NoError(t, err)
	e, err := plans[0].Explain(context.Background(), 0, 0, 0, sim.FirstRejected, 0)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, report.WriteExplanation(&b, "one", e, 0))
	require.Equal(t, `api from metro under one: request 2 of 3 from metro in the recorded time, 2s after the run began
the first that was rejected of the 3 recorded from metro
REJECTED at zone: queue full; given up after 40.000000 ms

          ms  what
              connection: new, as for all requests: TCP and TLS 1.2, a full handshake
   10.000000  connect: the round trip of a new connection
   20.000000  tls: the 2 round trips of its handshake
   10.000000  propagation: from the metro to where it enters, there and back
              zone: rejected, queue full
------------
   40.000000  time to the error
`, b.String())
}

// A visit asks once a second over a way of 80 ms there and back; its connection has been unused since its last answer was there.
func TestTheConnectionOfARequestIsATextOfItsOwn(t *testing.T) {
	way := func(from, to string, oneWay time.Duration) []topology.Link {
		return topology.Link{From: from, To: to, Kind: topology.Internet, OneWay: oneWay}.Both()
	}
	n, err := topology.New(
		[]topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "region", Kind: topology.Region}}, way("metro", "region", 40*time.Millisecond))
	require.NoError(t, err)
	text := func(v workload.Visits, number int) string {
		s := sim.Scenario{
			Network: n, Duration: 20 * time.Second, Seed: 1,
			Workloads: []workload.Workload{{Head: workload.Head{Name: "site", Visits: v}, Demand: every{}, Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1000, MaxBytes: 1000}}}},
		}
		plans, err := sim.Compile(context.Background(), s, placement.RegionOnly("region").Named("one"))
		require.NoError(t, err)
		e, err := plans[0].Explain(context.Background(), 0, 0, 0, sim.ByNumber, number)
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, report.WriteExplanation(&b, "one", e, 0))
		_, after, _ := strings.Cut(b.String(), "what")
		return after
	}
	v := workload.Visits{Requests: 3, Gap: time.Second, Returning: .5, EarlyData: true, Lookup: 25 * time.Millisecond, LookupTTL: 4 * time.Second}
	ends := `
   80.000000  propagation: from the metro to where it enters, there and back
              region: origin: works on it
------------
`
	require.Equal(t, `
              connection: new, the first of its visit: HTTP/2 over TCP and TLS 1.3, resumed, and the request goes along with it as early data (0-RTT)
   25.000000  dns: the look-up of the site's name, which the visit has not asked for before
   80.000000  connect: the round trip of a new connection`+ends+`  185.000000  time to the first byte
`, text(v, 1))
	require.Equal(t, `
              connection: open, unused for 815ms, HTTP/2 over TCP and TLS 1.3`+ends+`   80.000000  time to the first byte
`, text(v, 2))
	require.Equal(t, `
              connection: new, the first of its visit: HTTP/2 over TCP and TLS 1.3, a full handshake
   25.000000  dns: the look-up of the site's name, which the visit has not asked for before
   80.000000  connect: the round trip of a new connection
   80.000000  tls: the round trip of its handshake`+ends+`  265.000000  time to the first byte
`, text(v, 5))
	v.IdleTimeout = 900 * time.Millisecond
	require.Equal(t, `
              connection: new, for that before it had been unused for 920ms, and such live for 900ms: HTTP/2 over TCP and TLS 1.3, resumed, and the request goes along with it as early data (0-RTT)
              dns: the site's name was looked up 1.975s ago, and may be used for 4s
   80.000000  connect: the round trip of a new connection`+ends+`  160.000000  time to the first byte
`, text(v, 3))
	require.Equal(t, `
              connection: new, for that before it had been unused for 920ms, and such live for 900ms: HTTP/2 over TCP and TLS 1.3, resumed, and the request goes along with it as early data (0-RTT)
   25.000000  dns: the look-up of the site's name, which was looked up 5.975s ago and may be used for 4s
   80.000000  connect: the round trip of a new connection`+ends+`  185.000000  time to the first byte
`, text(v, 18))
}

func TestAConnectionThatWasWaitedForIsToldToBeInUse(t *testing.T) {
	told := func(idle time.Duration) string {
		e := sim.Explanation{Connection: sim.UserConnection{HTTP: "1.1", Handshake: transport.TCPTLS13, Idle: idle}}
		x := report.ExplanationOf("edge", &e, 0)
		return x.Steps[0].What
	}
	require.Equal(t, "connection: open, in use until just now, HTTP/1.1 over TCP and TLS 1.3", told(0))
	require.Equal(t, "connection: open, unused for 1ms, HTTP/1.1 over TCP and TLS 1.3", told(500*time.Microsecond))
}
