package workload

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// askedOneByOne returns how many requests come between two instants, in s, of visits that begin at a rate in time, by the sum over when they begin: one with it, and n-1 more
// by an exponential law.
func askedOneByOne(v Visits, rate func(at float64) float64, since, from, to float64) (sum float64) {
	length := v.Requests * v.Gap.Seconds()
	const step = .05
	for at := since + step/2; at < to; at += step {
		asks := (v.Requests - 1) * (math.Exp(-max(from-at, 0)/length) - math.Exp(-(to-at)/length))
		if at >= from {
			asks++
		}
		sum += rate(at) / v.Requests * step * asks
	}
	return sum
}

func TestWhatVisitsOfACrowdAskForIsTheSumOverThem(t *testing.T) {
	for _, v := range []Visits{{Requests: 10, Gap: 2 * time.Second}, {Requests: 3, Gap: 40 * time.Second}, {Requests: 1, Gap: time.Minute}} {
		w := Workload{Head: Head{Visits: v}, Demand: Poisson{RequestsPerSecond: 1}}
		load := w.visitLoad()
		for _, f := range []Flash{
			{At: 50 * time.Second, For: 100 * time.Second},
			{At: 10 * time.Second, Rise: 40 * time.Second, For: 30 * time.Second, Decay: 8 * time.Second},
			{Decay: 20 * time.Second}, // as long as visits are
			{At: 20 * time.Second, Rise: time.Minute, Decay: 50 * time.Second},
		} {
			for _, is := range [][2]float64{{0, 30}, {30, 100}, {60, 61}, {0, 150}, {140, 400}, {100, 2000}} {
				want := askedOneByOne(v, func(at float64) float64 { return f.Shape(time.Duration(at * 1e9)) }, 0, is[0], is[1])
				got := load.integral(&f, time.Duration(is[0]*1e9), time.Duration(is[1]*1e9))
				require.InDelta(t, want, got, .03, "%v of %v in %v", f, v, is)
			}
		}
	}
}

// The load of a day falls from 3 to 1 of its hours within one, while visits of half an hour go on; and a crowd holds until the run ends.
func TestWhatIsExpectedOfVisitsIsTheSumOverThem(t *testing.T) {
	day := Profile{0: 3, 1: 1}
	for h := 2; h < 24; h++ {
		day[h] = 3
	}
	audiences := []Audience{{Metro: "a", Users: 1}}
	const length = time.Hour
	v := Visits{Requests: 10, Gap: 3 * time.Minute}
	start := time.Date(2026, 3, 2, 0, 30, 0, 0, time.UTC)
	crowd := Flash{At: 40 * time.Minute, For: time.Hour, Factor: 3}
	for name, head := range map[string]Head{
		"day":    {Day: day},
		"launch": {Day: day, Begins: 20 * time.Minute, Ends: 50 * time.Minute},
		"crowd":  {Day: Flat(), Flashes: []Flash{crowd}},
	} {
		for _, begun := range []State{OfTheDay, Steady} {
			head.Name, head.Visits = name, v
			w := Workload{Head: head, Demand: Poisson{RequestsPerSecond: 3}, Service: APIDynamic().Service}
			require.NoError(t, w.Validate())
			from, to := w.Begins.Seconds(), length.Seconds()
			if w.Ends > 0 {
				to = w.Ends.Seconds()
			}
			want := askedOneByOne(v, func(at float64) float64 {
				if begun == Steady {
					at = max(at, 0)
				}
				rate := 3 * w.Day.At(math.Mod(at/3600+24.5, 24))
				if at >= 0 && len(w.Flashes) > 0 {
					rate += 3 * 2 * crowd.Shape(time.Duration(at*1e9))
				}
				return rate
			}, -20*1800, from, to)
			e, err := w.ExpectedIn(begun, audiences, start, length)
			require.NoError(t, err)
			require.InEpsilon(t, want, e.Arrivals, .005, "%s %v", name, begun) // the middle of five minutes is taken for two and a whole one

			came, squares := 0., 0.
			const runs = 150
			for seed := range uint64(runs) {
				open, err := w.OpenIn(begun, audiences, start, seed, 0)
				require.NoError(t, err)
				of, b, drawn := open(0), w.NewBatch(64), 0.
				for last := int64(0); last < int64(length); {
					n := of.Draw(int64(length), &b)
					if n == 0 {
						break
					}
					for _, last = range b.At[:n] {
						if last < int64(length) {
							drawn++
						}
					}
				}
				came, squares = came+drawn/runs, squares+drawn*drawn/runs
			}
			sigma := math.Sqrt((squares - came*came) / runs)
			require.InDelta(t, e.Arrivals, came, 4*sigma, "%s %v", name, begun)
			t.Logf("%s %v: expected %.0f, came %.0f +- %.0f", name, begun, e.Arrivals, came, 2*sigma)
		}
	}
}

// What is expected of visits is of all metros by their shares of the users: of two that are alike as of one. A crowd of one metro is there in its load, and in the bound of a metro without a name.
func TestWhatIsExpectedOfVisitsIsSharedOutAmongMetros(t *testing.T) {
	day := Profile{0: 3, 1: 1}
	for h := 2; h < 24; h++ {
		day[h] = 3
	}
	w := Workload{Head: Head{Name: "site", Day: day, Visits: Visits{Requests: 10, Gap: 3 * time.Minute}}, Demand: Poisson{RequestsPerSecond: 3}, Service: APIDynamic().Service}
	start := time.Date(2026, 3, 2, 0, 30, 0, 0, time.UTC)
	one, err := w.ExpectedIn(OfTheDay, []Audience{{Metro: "a", Users: 4}}, start, time.Hour)
	require.NoError(t, err)
	two, err := w.ExpectedIn(OfTheDay, []Audience{{Metro: "a", Users: 1}, {Metro: "b", Users: 3}}, start, time.Hour)
	require.NoError(t, err)
	require.InEpsilon(t, one.Arrivals, two.Arrivals, 1e-9)

	w.Flashes = []Flash{{At: time.Minute, For: time.Hour, Factor: 3, Metros: []string{"a"}}}
	inTime, err := w.LoadInTime()
	require.NoError(t, err)
	at := func(metro string) float64 { return inTime(metro, time.Minute, time.Hour) }
	require.InDelta(t, 1, at("b"), 1e-12)
	require.Greater(t, at("a"), 2.)
	require.InDelta(t, at("a"), at(""), 1e-12)
}
