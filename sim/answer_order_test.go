package sim

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// givenSizes is a demand of requests at given instants, each for an object of its own of a given size.
type givenSizes struct {
	at    []int64
	bytes []int64
}

func (givenSizes) Validate() error    { return nil }
func (givenSizes) PerSecond() float64 { return 1 }
func (d givenSizes) Catalogue() int   { return len(d.at) }
func (givenSizes) RecordsSizes() bool { return true }

func (d givenSizes) Open([]workload.Audience, workload.Env) (func(int) workload.Source, error) {
	return func(int) workload.Source { return &sizedSource{givenSizes: d} }, nil
}

type sizedSource struct {
	givenSizes
	next int
}

func (s *sizedSource) Draw(to int64, b *workload.Batch) (n int) {
	for n < b.Len() && s.next < len(s.at) && (n == 0 || b.At[n-1] < to) {
		b.At[n], b.Object[n], b.Bytes[n] = s.at[s.next], uint32(s.next), s.bytes[s.next]
		n, s.next = n+1, s.next+1
	}
	return n
}

// onePage is a visit of a version of HTTP behind whose first handshake requests of given sizes leave together, or at given instants.
func onePage(version int, rate float64, d givenSizes) workload.Workload {
	w := oneVisit(0)
	w.Visits.Versions, w.Visits.Returning = workload.Versions{}, 0
	w.Visits.Versions[version] = 1
	w.Visits.IdleTimeout = time.Millisecond // what was there before is closed
	w.Client.BitsPerSecond = rate
	w.Demand, w.Service = d, workload.Cacheable{}
	return w
}

// townWorld is a metro behind a link of a kind, a PoP 5 ms from it and a region 20: users behind access links have the jitter of their technologies.
func townWorld(t *testing.T, kind topology.LinkKind) (n *topology.Network, pops []string) {
	t.Helper()
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "town", Kind: topology.Exchange}, {ID: "pop", Kind: topology.PoP}, {ID: "region", Kind: topology.Region},
	}, slices.Concat(both("metro", "town", kind, 0.001), both("town", "pop", topology.Internet, 4.999), both("town", "region", topology.Internet, 19.999), both("pop", "region", topology.Backbone, 15)))
	require.NoError(t, err)
	return n, []string{"pop"}
}

// sightedPage is watched, in the order in which first bytes leave the site, with the instants at which the first byte of each could come with nothing ahead and at which its last byte comes.
func sightedPage(t *testing.T, w workload.Workload, isAtPoP bool) (all []Sighting, first, last []int64) {
	t.Helper()
	kind := topology.Internet
	if w.Access != (topology.AccessMix{}) {
		kind = topology.Access
	}
	n, pops := townWorld(t, kind)
	p := placement.RegionOnly("region")
	if isAtPoP {
		p = p.WithPoPs(1<<30, pops...).WithUpstream(open)
	}
	plans, err := Compile(context.Background(), Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: time.Minute, Seed: 5}, p)
	require.NoError(t, err)
	_, err = plans[0].Watch(context.Background(), 0, func(is *Sighting) { all = append(all, *is) })
	require.NoError(t, err)
	leaves := func(s *Sighting) int64 { return s.At + s.TTFB - s.Causes[AnswerQueue] - s.Causes[Access] }
	slices.SortStableFunc(all, func(a, b Sighting) int {
		return cmp.Or(cmp.Compare(leaves(&a), leaves(&b)), cmp.Compare(a.request.number, b.request.number))
	})
	for i := range all {
		first = append(first, all[i].At+all[i].TTFB-all[i].Causes[AnswerQueue])
		last = append(last, all[i].At+all[i].TTLB)
	}
	return all, first, last
}

func TestAnswersThatLeaveTogetherComeInThatOrderWhateverTheirJitter(t *testing.T) {
	// All of them fit in the first window, and leave at the same instant, in which the handshake is done. With nothing ahead the first byte of each comes as late as its own jitter has it. What comes over the
	// connection is there in the order in which it has left, and over the line one after the other: the last byte of one comes its time on the line after the first, or after the last byte of that before it.
	overtakes := 0
	for _, version := range []int{1, 2} {
		for _, isAtPoP := range []bool{false, true} {
			for _, rate := range []float64{0, 8e5, 8e7} {
				for k := 2; k <= 10; k++ {
					d := givenSizes{at: make([]int64, k)}
					for i := range k {
						d.bytes = append(d.bytes, int64(100+i*37%11*100))
					}
					w := onePage(version, rate, d)
					w.Access[topology.LTE] = 1
					all, first, last := sightedPage(t, w, isAtPoP)
					require.Len(t, all, k)
					there := int64(0)
					for i := range all {
						if all[i].Causes[Access] < all[0].Causes[Access] {
							overtakes++
						}
						what := fmt.Sprintf("%d of %d over HTTP/%d at %v bit/s, at a PoP: %v", i, k, version+1, rate, isAtPoP)
						require.Equal(t, max(first[i], there), all[i].At+all[i].TTFB, what)
						there = max(first[i], there)
						if rate > 0 {
							there += all[i].bytes * int64(8e9/rate)
						}
						require.Equal(t, there, last[i], what)
					}
				}
			}
		}
	}
	require.Greater(t, overtakes, 50)
}

// A sentPacket is one of an answer that could come from an instant on.
type sentPacket struct {
	answer int
	could  int64
}

// packetByPacket sends packets one after the other as TCP does in slow start, each of which is acknowledged and lets two go, over a line on which each takes a time. It returns when the first and the last byte of
// each answer come.
func packetByPacket(window int, line, rtt int64, packets []sentPacket) (first, last map[int]int64) {
	first, last = make(map[int]int64), make(map[int]int64)
	var acknowledged []int64
	underWay, now, free := 0, int64(0), int64(0)
	hears := func() { underWay, window, acknowledged = underWay-1, window+1, acknowledged[1:] }
	for _, p := range packets {
		now = max(now, p.could)
		for len(acknowledged) > 0 && acknowledged[0] <= now {
			hears()
		}
		for underWay >= window {
			now = acknowledged[0]
			hears()
		}
		comes := max(now, free)
		free = comes + line
		if _, has := first[p.answer]; !has {
			first[p.answer] = comes
		}
		last[p.answer] = free
		acknowledged = append(acknowledged, free+rtt)
		underWay++
	}
	return first, last
}

func TestAnswersBehindAHandshakeComeAsPacketsDo(t *testing.T) {
	// Rates at which a packet of 1,460 bytes takes whole ns: a window of ten is below a round trip of 40 ms or of 10, or above it.
	draws := random.New(4, 3, 0, 0)
	for n := range 400 {
		isAtPoP, rate := n%2 == 0, []float64{0, 1.168e6, 11.68e6, 29.2e6, 116.8e6}[n%5]
		line := int64(0)
		if rate > 0 {
			line = int64(1460*8*1000/(rate/1e6) + 0.5)
		}
		d := givenSizes{}
		for range 2 + int(draws.Float64()*20) {
			d.at, d.bytes = append(d.at, 0), append(d.bytes, 1460*int64(1+draws.Exp()*30))
		}
		all, could, last := sightedPage(t, onePage(1+n%3%2, rate, d), isAtPoP)
		rtt := all[0].Causes[Propagation] + all[0].Causes[Access]
		var packets []sentPacket
		for i := range all {
			for range all[i].bytes / 1460 {
				packets = append(packets, sentPacket{i, could[i]})
			}
		}
		firsts, lasts := packetByPacket(10, line, rtt, packets)
		for i := range all {
			what := fmt.Sprintf("%d: %d of %v at %v bit/s, at a PoP: %v", n, i, d.bytes, rate, isAtPoP)
			require.Equal(t, lasts[i], last[i], what)
			require.Equal(t, firsts[i], all[i].At+all[i].TTFB, what)
		}
	}
}

func TestAnswersBehindAHandshakeComeAsThoseBetweenSitesDo(t *testing.T) {
	// A site asks another for the same answers over a connection of the same round trip that is not open yet.
	draws := random.New(4, 4, 0, 0)
	for n := range 200 {
		rate := []float64{0, 3e6, 40e6, 500e6}[n%4]
		d := givenSizes{}
		for range 2 + int(draws.Float64()*20) {
			d.at, d.bytes = append(d.at, 0), append(d.bytes, int64(1+draws.Exp()*50_000))
		}
		all, could, last := sightedPage(t, onePage(1, rate, d), false)
		rtt := all[0].Causes[Propagation]
		dialer, line := transport.Upstream{}.Dialer(time.Duration(rtt), rate), transport.Unused()
		for i := range all {
			leaves, waits, takes := dialer.Ask(&line, d.bytes[i], 0)
			require.Equal(t, could[i], leaves+rtt)
			require.InDelta(t, waits, all[i].Causes[AnswerQueue], 2)
			require.InDelta(t, leaves+rtt+waits+takes, last[i], 2)
		}
	}
}

// requireConserved asserts that no more bytes of answers over one connection are there by the last byte of any than it can have brought since the first byte of any: by its line and, since it was opened, by a window
// that grows; and that none is there before its own time on the line.
func requireConserved(t *testing.T, rate float64, all []Sighting, first, last []int64, rtt int64, what string) {
	t.Helper()
	transfer := transport.Connection{BitsPerSecond: rate}.Transfer()
	window := transport.Window{Bytes: transfer.InitialWindow()}
	for i := range all {
		require.GreaterOrEqual(t, last[i], first[i]+transfer.LineNs(all[i].bytes), "%s: answer %d", what, i)
		for from := range all {
			bytes := int64(0)
			for k := range all {
				if first[k] >= first[from] && last[k] <= last[i] {
					bytes += all[k].bytes
				}
			}
			if bytes == 0 {
				continue
			}
			least := transfer.LineNs(bytes)
			if from == 0 && first[0] == slices.Min(first) {
				least, _ = transfer.FromOver(window, bytes, false, quietTrips(rtt))
			}
			require.GreaterOrEqual(t, last[i], first[from]+least, "%s: bytes from answer %d to the end of %d", what, from, i)
		}
	}
}

// FuzzAnswersToAUserConserveBytes draws visits: their requests, sizes and origins' work.
func FuzzAnswersToAUserConserveBytes(f *testing.F) {
	for seed := range uint64(60) {
		f.Add(seed, uint8(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64, of uint8) {
		draws := random.New(seed, 5, 0, 0)
		isAtPoP, rate, isJittered := of&1 > 0, []float64{0, 2e6, 25e6, 300e6}[of>>1&3], of>>3&1 > 0
		d, now := givenSizes{}, int64(0)
		for range 2 + int(draws.Float64()*24) {
			d.at, d.bytes = append(d.at, now), append(d.bytes, 1+int64(draws.Exp()*[]float64{3e3, 2e5}[of>>4&1]))
			if draws.Float64() < 0.5 {
				now += int64(draws.Exp() * float64([]int64{2 * ms, 60 * ms}[of>>5&1]))
			}
		}
		w := onePage(1+int(of>>6&1), rate, d)
		w.Visits.IdleTimeout = time.Second
		if of>>7 > 0 {
			w.Service = workload.Cacheable{Origin: workload.ServiceTime{Mean: 40 * time.Millisecond, Law: workload.GammaTime, Variation: 1}}
		}
		if isJittered {
			w.Access[topology.LTE] = 1
		}
		all, first, last := sightedPage(t, w, isAtPoP)
		require.Len(t, all, len(d.at))
		for i := 1; i < len(all); i++ {
			require.GreaterOrEqual(t, all[i].At+all[i].TTFB, last[i-1], "in the order of leaving")
		}
		requireConserved(t, rate, all, first, last, all[0].Causes[Propagation], fmt.Sprint(seed, of))
	})
}
