package report_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// once asks for objects at instants in ms, each for one of its own or all for the same.
type once struct {
	ms     []int64
	isSame bool
}

func (once) Validate() error  { return nil }
func (o once) Catalogue() int { return len(o.ms) }

func (o once) Open([]workload.Audience, workload.Env) (func(int) workload.Source, error) {
	return func(int) workload.Source { return &onceSource{once: o} }, nil
}

// onceEach asks for one object, each metro at an instant in ms.
type onceEach []int64

func (onceEach) Validate() error { return nil }
func (onceEach) Catalogue() int  { return 1 }

func (o onceEach) Open([]workload.Audience, workload.Env) (func(int) workload.Source, error) {
	return func(metro int) workload.Source { return &onceSource{once: once{[]int64{o[metro]}, true}} }, nil
}

type onceSource struct {
	once
	asked int
}

func (s *onceSource) Draw(to int64, b *workload.Batch) int {
	for n := range b.Len() {
		b.At[n] = math.MaxInt64 // never
		if s.asked < len(s.ms) {
			b.At[n] = s.ms[s.asked] * int64(time.Millisecond)
			s.asked++
		}
		if b.Object != nil {
			if b.Object[n] = 0; !s.isSame {
				b.Object[n] = uint32(max(s.asked-1, 0))
			}
		}
		if b.At[n] >= to {
			return n + 1
		}
	}
	return b.Len()
}

// aPacketAMs is the rate in bit/s at which a packet of 1,460 bytes takes a millisecond.
const aPacketAMs = 1460 * 8 * 1000

// restText returns what an explanation says from the first byte on of each request, from a metro 39 ms there and back from a PoP that is 39 ms from the region.
func restText(t *testing.T, w workload.Workload, u transport.Upstream, change func(links []topology.Link), p func(placement.Placement) placement.Placement, count int) (all []string) {
	t.Helper()
	way := func(from, to string, kind topology.LinkKind) []topology.Link {
		return topology.Link{From: from, To: to, Kind: kind, OneWay: 19500 * time.Microsecond}.Both()
	}
	links := append(way("metro", "pop", topology.Internet), way("pop", "region", topology.Backbone)...)
	links = append(links, topology.Link{From: "metro", To: "region", Kind: topology.Internet, OneWay: time.Second}.Both()...) // which nobody takes
	change(links)
	n, err := topology.New([]topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "pop", Kind: topology.PoP}, {ID: "region", Kind: topology.Region}}, links)
	require.NoError(t, err)
	s := sim.Scenario{Network: n, Duration: 60 * time.Second, Seed: 1, Workloads: []workload.Workload{w}}
	plans, err := sim.Compile(t.Context(), s, p(placement.RegionOnly("region").WithPoPs(1<<30, "pop").WithUpstream(u)))
	require.NoError(t, err)
	for number := range count {
		e, err := plans[0].Explain(t.Context(), 0, 0, 0, sim.ByNumber, number+1)
		require.NoError(t, err)
		var b strings.Builder
		require.NoError(t, report.WriteExplanation(&b, "p", e, 0))
		_, text, _ := strings.Cut(b.String(), "------------\n")
		all = append(all, text)
	}
	return all
}

func bytesAt(packets int64, ms ...int64) workload.Workload {
	return workload.Workload{
		Head: workload.Head{Name: "site"}, Demand: once{ms, true},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: packets * 1460, MaxBytes: packets * 1460}},
	}
}

func asIs(p placement.Placement) placement.Placement { return p }

func TestWhatTheOtherBytesWaitForSumsToTheirTime(t *testing.T) {
	none := func([]topology.Link) {}
	narrow := func(from, to string, loss float64, sharing topology.Sharing) func([]topology.Link) {
		return func(links []topology.Link) {
			for i := range links {
				if l := &links[i]; l.From == from && l.To == to || l.From == to && l.To == from {
					l.CapacityBitsPerSecond, l.Sharing, l.Loss = aPacketAMs, sharing, loss
				}
			}
		}
	}
	open := transport.Upstream{AlwaysOpen: true}

	// A user's connection: 2,000 packets of 1 ms wait in two windows of 40 ms, of which 10 and 20 are on the line.
	user := bytesAt(2000, 1000, 5000)
	user.Client.BitsPerSecond = aPacketAMs
	require.Equal(t, []string{`   78.000000  time to the first byte
              window on the way to the user: 14600 bytes, as on a new connection, since answers over open ones are taken to follow a silence; the rest goes after 2 round trips
 2000.000000  the other bytes, at the rate of the way to the user
   50.000000  round trips on the way to the user, in which the sender waits before it may send more: slow start
 2128.000000  time to the last byte
`, `   39.000000  time to the first byte
              window on the way to the user: 14600 bytes, as on a new connection, since answers over open ones are taken to follow a silence; the rest goes after 2 round trips
 2000.000000  the other bytes, at the rate of the way to the user
   50.000000  round trips on the way to the user, in which the sender waits before it may send more: slow start
 2089.000000  time to the last byte
`}, restText(t, user, open, none, asIs, 2), "the second is there: its connection begins anew")
	user.Client.BufferBytes = 20 * 1460
	require.Equal(t, `   78.000000  time to the first byte
              window on the way to the user: 14600 bytes, as on a new connection, since answers over open ones are taken to follow a silence; the rest goes after 43 windows
 2000.000000  the other bytes, at the rate of the way to the user
   50.000000  round trips on the way to the user, in which the sender waits before it may send more: slow start
   80.000000  what overflows the buffer on the way to the user: until it is sent again, and for smaller windows after that
 2208.000000  time to the last byte
`, restText(t, user, open, none, asIs, 1)[0])

	// The same between PoP and region, by one connection and by a pool.
	fetched := bytesAt(2000, 1000)
	fetched.Client.Idle = transport.KeepWindow
	const overflown = `  156.000000  time to the first byte
              pop: window on the way from region: 14600 bytes, the first of a new connection; the rest goes after 43 windows
 2000.000000  pop: the other bytes, at the rate of the way from region
   50.000000  pop: round trips on the way from region, in which the sender waits before it may send more: slow start
   80.000000  pop: what overflows the buffer on the way from region: until it is sent again, and for smaller windows after that
 2286.000000  time to the last byte
`
	for _, pool := range []int{0, 1} {
		u := transport.Upstream{BufferBytes: 20 * 1460, Pool: pool}
		require.Equal(t, overflown, restText(t, fetched, u, narrow("pop", "region", 0, topology.Unshared), asIs, 1)[0])
	}
	withServers := func(p placement.Placement) placement.Placement {
		p.Sites[0].Servers = 1
		return p
	}
	require.Equal(t, overflown, restText(t, fetched, transport.Upstream{BufferBytes: 20 * 1460}, narrow("pop", "region", 0, topology.Unshared), withServers, 1)[0], "by message")
	require.Equal(t, overflown, restText(t, fetched, transport.Upstream{BufferBytes: 20 * 1460}, narrow("pop", "region", 0, topology.Unshared), func(p placement.Placement) placement.Placement {
		return p.WithShield(1<<30, "region")
	}, 1)[0], "by a shield beside the origin, whose fetch takes no time")

	// Who joins a fetch waits for the rest of it, before its first byte is there as after that, when the line has had 444 packets.
	joined := bytesAt(2000, 1000, 1100, 1600)
	joined.Client.Idle = transport.KeepWindow
	texts := restText(t, joined, transport.Upstream{BufferBytes: 20 * 1460}, narrow("pop", "region", 0, topology.Unshared), asIs, 3)
	require.Equal(t, `   56.000000  time to the first byte
              pop: window on the way from region, for the request that has begun to fetch it: 14600 bytes, the first of a new connection; the rest goes after 43 windows
 2000.000000  pop: the other bytes, at the rate of the way from region
   50.000000  pop: round trips on the way from region, in which the sender waits before it may send more: slow start
   80.000000  pop: what overflows the buffer on the way from region: until it is sent again, and for smaller windows after that
 2186.000000  time to the last byte
`, texts[1])
	require.Equal(t, `   39.000000  time to the first byte
              pop: window on the way from region, for the request that has begun to fetch it: 14600 bytes, the first of a new connection; the rest goes after 43 windows
 1517.000000  pop: the other bytes, at the rate of the way from region
   50.000000  pop: round trips on the way from region, in which the sender waits before it may send more: slow start
   80.000000  pop: what overflows the buffer on the way from region: until it is sent again, and for smaller windows after that
 1686.000000  time to the last byte
`, texts[2])

	sliced := bytesAt(80, 1000)
	sliced.Client.Idle = transport.KeepWindow
	// Slices are fetched one after the other, each with the window that those before it have left.
	require.Equal(t, `  156.000000  time to the first byte
              pop: slice 1, fetched from region
              pop: window on the way from region: 14600 bytes, the first of a new connection; the rest goes after 2 round trips
   40.000000  pop: the other bytes, at the rate of the way from region
   50.000000  pop: round trips on the way from region, in which the sender waits before it may send more: slow start
   39.000000  pop: slice 2, fetched from region: until its first byte is there
              pop: window on the way from region: 73000 bytes, grown from 14600 by answers before it; all goes without a wait
   40.000000  pop: the other bytes, at the rate of the way from region
  325.000000  time to the last byte
`, restText(t, sliced, transport.Upstream{}, narrow("pop", "region", 0, topology.Unshared), func(p placement.Placement) placement.Placement {
		p.SliceBytes = 40 * 1460
		return p
	}, 1)[0])

	// Shared links between sites have the bytes to send: two at once, of which the first has had a packet when the second comes. Alone it is the rate.
	two := bytesAt(2000, 1000, 1001)
	two.Client.Idle, two.Demand = transport.KeepWindow, once{[]int64{1000, 1001}, false}
	for _, text := range restText(t, two, open, narrow("pop", "region", 0, topology.EqualParts), withServers, 2) {
		require.Equal(t, `   78.000000  time to the first byte
              pop: window on the way from region: it holds any answer, as of a connection that keeps its window
 3999.000000  pop: links: until those on the way from region that others share had sent the other bytes
 4077.000000  time to the last byte
`, text)
	}
	two.Client.Idle = transport.RestartWindow
	for _, text := range restText(t, two, open, narrow("metro", "pop", 0, topology.EqualParts), asIs, 2) {
		require.Equal(t, `   78.000000  time to the first byte
              window on the way to the user: 14600 bytes, as on a new connection, since answers over open ones are taken to follow a silence; the rest goes after 2 round trips
 3999.000000  links: until those on the way to the user that others share had sent the other bytes
 4077.000000  time to the last byte
`, text, "which is longer than the round trips")
	}
	two.Client.Idle = transport.KeepWindow
	require.Equal(t, ` 2077.000000  time to the first byte
              pop: window on the way from region: it holds any answer, as of a connection that keeps its window
 2000.000000  pop: the other bytes, at the rate of the way from region
 4077.000000  time to the last byte
`, restText(t, two, open, narrow("pop", "region", 0, topology.FirstCome), withServers, 2)[1], "one after the other")

	// Without a rate all is waiting.
	require.Equal(t, `   78.000000  time to the first byte
              window on the way to the user: 14600 bytes, as on a new connection, since answers over open ones are taken to follow a silence; the rest goes after 7 round trips
  273.000000  round trips on the way to the user, in which the sender waits before it may send more: slow start
  351.000000  time to the last byte
`, restText(t, bytesAt(2000, 1000), open, none, asIs, 1)[0], "10, 20, 40, 80, 160, 320 and 640 packets, and the rest")
}

// Two PoPs are 39 ms there and back from their users and from a regional cache, which is as far from the region, by way of a line of a packet a millisecond. The first user asks at 1,000 ms: a question from
// the regional cache leaves 78 ms for a connection after it came, at 1,195 ms, and the object is there from 1,234 to 3,284 ms, 50 of which are two round trips. The question of the second, who asks at 1,200 ms, comes there at
// 1,317 ms, 83 packets later.
func TestWhoJoinsAFetchFurtherUpIsToldWhatThatWaitsFor(t *testing.T) {
	way := func(from, to string, kind topology.LinkKind, rate float64) []topology.Link {
		return topology.Link{From: from, To: to, Kind: kind, OneWay: 19500 * time.Microsecond, CapacityBitsPerSecond: rate}.Both()
	}
	links := slices.Concat(way("a", "pop-a", topology.Internet, 0), way("b", "pop-b", topology.Internet, 0),
		way("pop-a", "rec", topology.Backbone, 0), way("pop-b", "rec", topology.Backbone, 0), way("rec", "region", topology.Backbone, aPacketAMs))
	for _, ends := range [][2]string{{"a", "region"}, {"b", "region"}, {"a", "pop-b"}, {"b", "pop-a"}, {"a", "rec"}, {"b", "rec"}} { // which nobody takes
		links = append(links, topology.Link{From: ends[0], To: ends[1], Kind: topology.Internet, OneWay: time.Second}.Both()...)
	}
	n, err := topology.New([]topology.Node{
		{ID: "a", Kind: topology.Metro, Users: 1}, {ID: "b", Kind: topology.Metro, Users: 1}, {ID: "pop-a", Kind: topology.PoP}, {ID: "pop-b", Kind: topology.PoP},
		{ID: "rec", Kind: topology.RegionalEdgeCache}, {ID: "region", Kind: topology.Region},
	}, links)
	require.NoError(t, err)
	w := bytesAt(2000)
	w.Demand, w.Client.Idle = onceEach{1000, 1200}, transport.KeepWindow
	s := sim.Scenario{Network: n, Duration: 60 * time.Second, Seed: 1, Workloads: []workload.Workload{w}}
	plans, err := sim.Compile(t.Context(), s, placement.RegionOnly("region").WithPoPs(1<<30, "pop-a", "pop-b").WithMidTier(1<<30, "rec"))
	require.NoError(t, err)
	e, err := plans[0].Explain(t.Context(), 0, 0, 1, sim.ByNumber, 1)
	require.NoError(t, err)
	var b strings.Builder
	require.NoError(t, report.WriteExplanation(&b, "p", e, 0))
	_, text, _ := strings.Cut(b.String(), "------------\n")
	require.Equal(t, `  156.000000  time to the first byte
              rec: window on the way from region, for the request that has begun to fetch it: 14600 bytes, the first of a new connection; the rest goes after 2 round trips
 1917.000000  rec: the other bytes, at the rate of the way from region
   50.000000  rec: round trips on the way from region, in which the sender waits before it may send more: slow start
 2123.000000  time to the last byte
`, text)
}

func TestLossesAreARowOfTheOtherBytes(t *testing.T) {
	lossy := func(between string) func([]topology.Link) {
		return func(links []topology.Link) {
			for i := range links {
				if l := &links[i]; l.From == between || l.To == between {
					l.CapacityBitsPerSecond, l.Loss = aPacketAMs, .02
				}
			}
		}
	}
	w := bytesAt(2000, 1000)
	w.Client.Idle = transport.KeepWindow
	for between, want := range map[string]string{"metro": "  what is lost on the way to the user: until it is sent again", "region": "  pop: what is lost on the way from region: until it is sent again"} {
		text := restText(t, w, transport.Upstream{}, lossy(between), asIs, 1)[0]
		require.Contains(t, text, " 2000.000000  ", between)
		require.Contains(t, text, want, between)
	}
	api := workload.Workload{Head: workload.Head{Name: "api", Client: transport.Connection{Idle: transport.KeepWindow}}, Demand: once{[]int64{1000}, true}, Service: workload.Computed{ResponseBytes: 2000 * 1460}}
	text := restText(t, api, transport.Upstream{BufferBytes: 20 * 1460}, lossy("region"), func(p placement.Placement) placement.Placement { return p.ViaPoP() }, 1)[0]
	for _, want := range []string{
		" 2000.000000  pop: the other bytes, at the rate of the way from region\n", "   50.000000  pop: round trips", "   80.000000  pop: what overflows the buffer", "  pop: what is lost on the way from region",
	} {
		require.Contains(t, text, want)
	}
}
