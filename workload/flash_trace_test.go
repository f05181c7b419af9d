package workload_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/workload"
	"github.com/edgewise-sim/edgewise/workload/trace"
)

// everySecond is a trace of 400 s in which b is asked for once a second, a and c every fourth of it, from rome and bonn in turn, and nothing from 200 s to 240 s.
func everySecond() string {
	var b strings.Builder
	b.WriteString("time,id,size,m\n")
	for i := range 400 {
		if i >= 200 && i < 240 {
			continue
		}
		metro := [...]string{"rome", "bonn"}[i%2]
		fmt.Fprintf(&b, "%d,b,20,%s\n", i, metro)
		if i%4 == 0 {
			fmt.Fprintf(&b, "%d,a,10,%s\n%d,c,30,%s\n", i, metro, i, metro)
		}
	}
	return b.String()
}

// crowdedTrace returns what each metro asks for, by instant, object and size.
func crowdedTrace(t *testing.T, atATime int, replication uint64, speedUp float64, flashes ...workload.Flash) map[string][][3]int64 {
	t.Helper()
	r := recorded(t, everySecond(), trace.RecordingOptions{Options: trace.Options{TimeColumn: "time", KeyColumn: "id", SizeColumn: "size"}, MetroColumn: "m"})
	w := workload.Workload{Head: workload.Head{Name: "t", Flashes: flashes}, Demand: workload.Trace{Recording: r, SpeedUp: speedUp}, Service: workload.Cacheable{}}
	open, err := w.Open(europe, time.Time{}, 1, replication)
	require.NoError(t, err)
	all := make(map[string][][3]int64)
	for i, a := range europe {
		source, b := open(i), w.NewBatch(atATime)
		for n := source.Draw(math.MaxInt64, &b); n > 0; n = source.Draw(math.MaxInt64, &b) {
			for k := range n {
				if one := all[a.Metro]; len(one) > 0 {
					require.LessOrEqual(t, one[len(one)-1][0], b.At[k], "in order of time")
				}
				all[a.Metro] = append(all[a.Metro], [3]int64{b.At[k], int64(b.Object[k]), b.Bytes[k]})
			}
		}
		require.NoError(t, source.(interface{ Err() error }).Err())
	}
	return all
}

// A crowd of a trace asks for the trace's own objects, with their sizes, from where it asks for them, as many times as often as the trace does at that time: the number of what it
// asks besides in any time is Poisson, with the mean that its rate says.
func TestACrowdOfATraceAsksAsTheTraceDoes(t *testing.T) {
	const factor, runs = 21, 20
	flash := workload.Flash{At: 100 * time.Second, For: 200 * time.Second, Factor: factor}
	sum, squares, bins := 0.0, 0.0, 0
	byObject, before := [3]float64{}, crowdedTrace(t, 64, 0, 1)
	for r := range uint64(runs) {
		all := crowdedTrace(t, 64, r, 1, flash)
		require.Empty(t, all["oslo"])
		counts := make([]float64, 400)
		for m := range all {
			for _, q := range all[m] {
				require.Equal(t, [3]int64{20, 10, 30}[q[1]], q[2], "object %d has its size", q[1])
				counts[q[0]/int64(time.Second)]++
				if at := time.Duration(q[0]); at >= flash.At && at < flash.End() {
					byObject[q[1]]++
				}
			}
		}
		for s, n := range counts {
			n -= countIn(before, s)
			switch {
			case s < 100 || s >= 300 || s >= 205 && s < 235:
				require.Zero(t, n, "second %d: nothing was recorded within 5 s, or there is no crowd", s)
			case s >= 106 && s < 194:
				// 1.5 requests a second, 20 times.
				sum, squares, bins = sum+n, squares+n*n, bins+1
			}
		}
	}
	mean := sum / float64(bins)
	require.InDelta(t, (factor-1)*1.5, mean, 4*math.Sqrt((factor-1)*1.5/float64(bins)))
	// The sum of the mean's share of three requests in two seconds wobbles a little with the seconds; else the variance is the mean.
	require.InDelta(t, 1, (squares/float64(bins)-mean*mean)/mean, 4*math.Sqrt(2/float64(bins))+0.02)
	require.InDelta(t, 4, byObject[0]/byObject[1], 0.25, "b is asked for four times as often as a")
	require.InDelta(t, 1, byObject[2]/byObject[1], 0.05)
}

func countIn(all map[string][][3]int64, second int) (n float64) {
	for m := range all {
		for _, q := range all[m] {
			if int(q[0]/int64(time.Second)) == second {
				n++
			}
		}
	}
	return n
}

func TestACrowdOfATraceIsOfSomeObjectsInSomeMetros(t *testing.T) {
	before := crowdedTrace(t, 64, 0, 1)
	all := crowdedTrace(t, 64, 0, 1, workload.Flash{At: 50 * time.Second, Rise: 20 * time.Second, For: 50 * time.Second, Decay: 10 * time.Second, Factor: 101, Objects: []uint32{1}, Metros: []string{"rome"}})
	require.Equal(t, before["bonn"], all["bonn"])
	extra := map[int64]int{}
	for _, q := range all["rome"] {
		extra[q[1]]++
	}
	for _, q := range before["rome"] {
		extra[q[1]]--
	}
	require.Zero(t, extra[0])
	require.Zero(t, extra[2])
	// a is the second most popular, asked for first of a and c: once in four seconds, and always from rome. The integral of the shape is 10 + 50 + 10 s.
	want := 100 * 70.0 / 4
	require.InDelta(t, want, float64(extra[1]), 4*math.Sqrt(want)+0.03*want)

	require.Equal(t, all, crowdedTrace(t, 7, 0, 1, workload.Flash{At: 50 * time.Second, Rise: 20 * time.Second, For: 50 * time.Second, Decay: 10 * time.Second, Factor: 101, Objects: []uint32{1}, Metros: []string{"rome"}}),
		"however many are drawn at a time")
	require.NotEqual(t, all, crowdedTrace(t, 64, 1, 1, workload.Flash{At: 50 * time.Second, Rise: 20 * time.Second, For: 50 * time.Second, Decay: 10 * time.Second, Factor: 101, Objects: []uint32{1}, Metros: []string{"rome"}}))

	// Twice as fast, the same crowd finds twice as many a second.
	fast := crowdedTrace(t, 64, 0, 2, workload.Flash{At: 20 * time.Second, For: 50 * time.Second, Factor: 21})
	n := len(fast["rome"]) + len(fast["bonn"]) - len(before["rome"]) - len(before["bonn"])
	require.InDelta(t, 20*1.5*2*50, n, 4*math.Sqrt(20*1.5*2*50)+0.01*3000)
}

// What is known before a run of how often users ask is the integral of what they ask.
func TestTheLoadOfACrowdOfATraceIsKnown(t *testing.T) {
	r := recorded(t, everySecond(), trace.RecordingOptions{Options: trace.Options{TimeColumn: "time", KeyColumn: "id", SizeColumn: "size"}, MetroColumn: "m"})
	w := workload.Workload{
		Head:   workload.Head{Name: "t", Flashes: []workload.Flash{{At: 50 * time.Second, For: 50 * time.Second, Factor: 101, Objects: []uint32{1}}}},
		Demand: workload.Trace{Recording: r}, Service: workload.Cacheable{},
	}
	inTime, err := w.LoadInTime()
	require.NoError(t, err)
	// a has a sixth of all.
	require.InDelta(t, 1+100.0/6, inTime("rome", 60*time.Second, 70*time.Second), 1e-9)
	w.Flashes[0].Objects = []uint32{3}
	require.ErrorContains(t, w.Validate(), "Flashes[0].Objects[0] is 3; want an object of the catalogue, 0 to 2")
}
