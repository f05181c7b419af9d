package workload_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/workload"
	"github.com/edgewise-sim/edgewise/workload/trace"
)

// An askedIn is a request of a visit, in s.
type askedIn struct {
	at    float64
	visit workload.Visit
}

// askedBy draws what the users of a metro ask for up to an end.
func askedBy(t *testing.T, w workload.Workload, a workload.Audience, replication uint64, end float64) (all []askedIn) {
	t.Helper()
	source, b := open(t, w, replication, a), w.NewBatch(64)
	last := int64(0)
	for {
		n := source.Draw(int64(end*1e9), &b)
		for i, at := range b.At[:n] {
			require.GreaterOrEqual(t, at, last, "in order of time")
			if last = at; at >= int64(end*1e9) {
				return all
			}
			all = append(all, askedIn{float64(at) / 1e9, b.Visit[i]})
		}
		if n == 0 {
			return all
		}
	}
}

// gapsOf returns how many visits begin, and the gaps between the requests of one that begin up to an instant.
func gapsOf(t *testing.T, all []askedIn, upTo float64) (begun int, gaps []float64) {
	last, places := map[uint32]askedIn{}, map[uint32]uint32{}
	for _, is := range all {
		name, place := is.visit.Name(), is.visit.Place()
		before, isThere := last[name]
		switch {
		case isThere:
			require.Equal(t, name, places[place], "a place has another visit when one is over")
			if before.at < upTo {
				gaps = append(gaps, is.at-before.at)
			}
		case !is.visit.IsFound():
			begun++
		}
		last[name], places[place] = is, name
	}
	return begun, gaps
}

// requireExponential holds quantiles against those of an exponential law.
func requireExponential(t *testing.T, mean float64, of []float64, what string) {
	t.Helper()
	slices.Sort(of)
	for _, p := range []float64{0.1, 0.5, 0.9, 0.99} {
		under, _ := slices.BinarySearch(of, -mean*math.Log(1-p))
		require.InDelta(t, p, float64(under)/float64(len(of)), 5*math.Sqrt(p*(1-p)/float64(len(of))), "%s: quantile %v", what, p)
	}
}

func visiting(perSecond float64, v workload.Visits, change func(*workload.Workload)) workload.Workload {
	w := files(workload.Poisson{RequestsPerSecond: perSecond, Objects: 10})
	w.Visits = v
	if change != nil {
		change(&w)
	}
	return w
}

func TestVisitsAreAsTheyAreSaidToBeAtAnyRate(t *testing.T) {
	// By the closed forms: of n requests a visit has on the mean one begins it, gaps are exponential with the mean that is said, and as many requests come as
	// are said to, with a variance of their number that is (2n - 1) times that of a Poisson process.
	day, err := workload.Evening(2.5)
	require.NoError(t, err)
	for _, v := range []workload.Visits{{Requests: 10, Gap: 2 * time.Second}, {Requests: 1.25, Gap: time.Minute}, {Requests: 40, Gap: 20 * time.Millisecond}} {
		for _, rate := range []float64{0.001, 0.01, 0.1, 0.7, 5, 30, 1000} {
			what := fmt.Sprintf("%v requests, %v apart, %v/s", v.Requests, v.Gap, rate)
			length := v.Requests * v.Gap.Seconds()
			end := min(max(100_000/rate, 20*length), 6e7)
			all := askedBy(t, visiting(rate, v, nil), city("a", 1), 0, end)
			begun, gaps := gapsOf(t, all, end-15*v.Gap.Seconds())
			requireExponential(t, v.Gap.Seconds(), gaps, what)
			n, visits := float64(len(all)), float64(begun)
			require.InDelta(t, rate*end, n, 5*math.Sqrt(rate*end*(2*v.Requests-1)), what)
			require.InEpsilon(t, 1/v.Requests, visits/n, 5*math.Sqrt((1-1/v.Requests)/visits)+0.001, what)
			requests, whole, once := map[uint32]int{}, 0.0, 0.0
			for _, is := range all {
				if _, isBegun := requests[is.visit.Name()]; isBegun || !is.visit.IsFound() && is.at < end-10*length {
					requests[is.visit.Name()]++
				}
			}
			for _, n := range requests {
				whole++
				if n == 1 {
					once++
				}
			}
			require.InDelta(t, 1/v.Requests, once/whole, 5*math.Sqrt(1/v.Requests*(1-1/v.Requests)/whole), what)
		}
		// The same by day and night, of a day whose load is 2.5 times as high at its peak.
		all := askedBy(t, visiting(1, v, func(w *workload.Workload) { w.Day = day }), city("a", 1), 0, 86400)
		for _, hour := range []float64{9, 21} {
			_, gaps := gapsOf(t, slices.DeleteFunc(slices.Clone(all), func(is askedIn) bool { return math.Abs(is.at/3600-hour) > 3 }), 3600*(hour+3)-15*v.Gap.Seconds())
			requireExponential(t, v.Gap.Seconds(), gaps, "by day")
		}
	}
}

// plainVisits counts what visits ask for in each of some times of equal length, by a plain simulation that has nothing in common with the one that it is held
// against: visits begin as candidates at the highest rate, of which those are kept that a rate says, long before the first of the times, and each asks until
// a coin ends it.
func plainVisits(r *rand.Rand, v workload.Visits, rate func(at float64) float64, highest, step float64, counts []float64) {
	length := step * float64(len(counts))
	for at := -12 * v.Requests * v.Gap.Seconds(); at < length; {
		at += r.ExpFloat64() / (highest / v.Requests)
		if r.Float64()*highest >= rate(at) {
			continue
		}
		for asks := at; ; asks += r.ExpFloat64() * v.Gap.Seconds() {
			if asks >= 0 && asks < length {
				counts[int(asks/step)]++
			}
			if r.Float64() < 1/v.Requests {
				break
			}
		}
	}
}

func TestVisitsAskAsAPlainSimulationOfThemDoes(t *testing.T) {
	// Mean and variance of how many requests come in each of some times, over many metros: from the first moment on, in a crowd, and while it goes.
	v := workload.Visits{Requests: 10, Gap: 2 * time.Second}
	flash := workload.Flash{At: 60 * time.Second, Rise: 20 * time.Second, For: 40 * time.Second, Decay: 10 * time.Second, Factor: 6}
	day := workload.Profile{0: 3, 1: 1}
	for h := 2; h < 24; h++ {
		day[h] = 3
	}
	const step, metros = 10.0, 3000
	for name, c := range map[string]struct {
		perSecond float64
		change    func(*workload.Workload)
		rate      func(at float64) float64
		highest   float64
		steps     int
	}{
		"seldom": {0.01, nil, func(float64) float64 { return 0.01 }, 0.01, 12},
		"often":  {3, nil, func(float64) float64 { return 3 }, 3, 12},
		"crowd": {0.5, func(w *workload.Workload) { w.Flashes = []workload.Flash{flash} }, func(at float64) float64 {
			return 0.5 * (1 + 5*flash.Shape(time.Duration(at*1e9)))
		}, 3, 25},
		// The rate has fallen to a third within an hour, that before the run, of which visits of half an hour are left.
		"morning": {0.2, func(w *workload.Workload) { w.Day = day; w.Visits.Gap = 3 * time.Minute }, nil, 0.2 * 3 / (70.0 / 24), 12},
	} {
		of := v
		start := 0.0
		if c.rate == nil {
			of.Gap = 3 * time.Minute
			start = 3600
			c.rate = func(at float64) float64 { return 0.2 * day.At(math.Mod((at+start)/3600+24*100, 24)) }
		}
		w := visiting(c.perSecond, of, c.change)
		var sums, squares, plainSums, plainSquares = make([]float64, c.steps), make([]float64, c.steps), make([]float64, c.steps), make([]float64, c.steps)
		random := rand.New(rand.NewPCG(7, 9))
		for m := range metros {
			counts, plain := make([]float64, c.steps), make([]float64, c.steps)
			open, err := w.Open([]workload.Audience{city("a", 1)}, monday.Add(time.Duration(start*1e9)), 3, uint64(m))
			require.NoError(t, err)
			source, b := open(0), w.NewBatch(64)
			for end := int64(step * 1e9 * float64(c.steps)); ; {
				n := source.Draw(end, &b)
				for _, at := range b.At[:n] {
					if at < end {
						counts[int(float64(at)/1e9/step)]++
					}
				}
				if n == 0 || b.At[n-1] >= end {
					break
				}
			}
			plainVisits(random, of, c.rate, c.highest, step, plain)
			for k := range counts {
				sums[k] += counts[k]
				squares[k] += counts[k] * counts[k]
				plainSums[k] += plain[k]
				plainSquares[k] += plain[k] * plain[k]
			}
		}
		for k := range sums {
			mean, plain := sums[k]/metros, plainSums[k]/metros
			variance, plainVariance := squares[k]/metros-mean*mean, plainSquares[k]/metros-plain*plain
			require.InDelta(t, plain, mean, 5*math.Sqrt((variance+plainVariance)/metros), "%s: mean of step %d", name, k)
			if name != "seldom" { // too few for a variance
				require.InEpsilon(t, plainVariance, variance, 0.25, "%s: variance of step %d", name, k)
			}
		}
	}
}

func TestVisitsAreTheSameInBatchesOfAnySize(t *testing.T) {
	w := visiting(20, workload.Visits{Requests: 5, Gap: time.Second}, func(w *workload.Workload) {
		w.Flashes = []workload.Flash{{At: 10 * time.Second, For: 10 * time.Second, Factor: 3, Objects: []uint32{3}}, {At: 15 * time.Second, Decay: time.Second, Factor: 9}}
	})
	draw := func(size int) (at []int64, object []uint32, visit []workload.Visit) {
		source, b := open(t, w, 0, city("a", 1)), w.NewBatch(size)
		for len(at) == 0 || at[len(at)-1] < 60e9 {
			n := source.Draw(60e9, &b)
			at, object, visit = append(at, b.At[:n]...), append(object, b.Object[:n]...), append(visit, b.Visit[:n]...)
		}
		return at, object, visit
	}
	at, object, visit := draw(1)
	many, manyObjects, manyVisits := draw(500)
	require.Equal(t, at, many)
	require.Equal(t, object, manyObjects)
	require.Equal(t, visit, manyVisits)
	// The visits of a crowd are other ones than those that go on, at every instant.
	_, gaps := gapsOf(t, askedBy(t, w, city("a", 1), 0, 60), 45)
	requireExponential(t, 1, gaps, "of a crowd")
}

func TestRequestsOfATraceKeepTheirInstantsAndAreSharedOutAmongVisits(t *testing.T) {
	text := new(strings.Builder)
	text.WriteString("time,id,size\n")
	const n = 50_000
	for i := range n {
		fmt.Fprintf(text, "%d,x,10\n", 2*i)
	}
	demand := workload.Trace{Recording: recorded(t, text.String(), trace.RecordingOptions{})}
	for _, c := range []struct{ gap, places float64 }{{20, 10}, {2, 1}, {0.1, 1}} {
		w := workload.Workload{
			Head: workload.Head{Name: "t", Visits: workload.Visits{Requests: 5, Gap: time.Duration(c.gap * 1e9)}}, Demand: demand, Service: workload.Cacheable{},
		}
		all := askedBy(t, w, city("a", 1), 0, 2*n)
		require.Len(t, all, n)
		for i, is := range all {
			require.InDelta(t, float64(2*i), is.at, 1e-9)
		}
		begun, gaps := gapsOf(t, all, 2*n-100)
		require.InEpsilon(t, 0.2, float64(begun)/n, 5*math.Sqrt(0.8/float64(begun)))
		sum := 0.0
		for _, gap := range gaps {
			sum += gap
		}
		// Any of the visits asks next: a geometric number of the trace's 2 s, which are the least that there is.
		require.InEpsilon(t, 2*c.places, sum/float64(len(gaps)), 5/math.Sqrt(float64(len(gaps))), "%v s", c.gap)
	}
}

func TestVisitsAreFoundAsTheRunHasThem(t *testing.T) {
	w := workload.Workload{Head: workload.Head{Name: "site", Visits: workload.Visits{Requests: 10, Gap: time.Second}}, Demand: workload.Poisson{RequestsPerSecond: 8}, Service: workload.APIDynamic().Service}
	audiences := []workload.Audience{{Metro: "a", Users: 1}, {Metro: "b", Users: 3}}
	start := time.Date(2026, 3, 2, 0, 30, 0, 0, time.UTC)
	found, err := w.FoundVisits(workload.Steady, audiences, start, 1, 2)
	require.NoError(t, err)
	open, err := w.OpenIn(workload.Steady, audiences, start, 1, 2)
	require.NoError(t, err)
	for i := range audiences {
		names, source, b := make(map[uint32]bool), open(i), w.NewBatch(64)
		for last := int64(0); last < int64(10*time.Minute); {
			n := source.Draw(int64(10*time.Minute), &b)
			last = b.At[n-1]
			for _, visit := range b.Visit[:n] {
				if visit.IsFound() {
					names[visit.Name()] = true
				}
			}
		}
		visits := found(i)
		require.NotEmpty(t, visits)
		require.Len(t, names, len(visits))
		for _, visit := range visits {
			require.True(t, names[visit.Name()])
		}
	}
	w.Visits = workload.Visits{}
	found, err = w.FoundVisits(workload.Steady, audiences, start, 1, 2)
	require.NoError(t, err)
	require.Nil(t, found)
}
