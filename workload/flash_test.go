package workload_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/workload"
)

func crowded(flashes ...workload.Flash) workload.Workload {
	return workload.Workload{
		Head:    workload.Head{Name: "site", Flashes: flashes},
		Demand:  workload.Poisson{RequestsPerSecond: 200, Objects: 1000, ZipfExponent: 0.8},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 10, MaxBytes: 10}},
	}
}

// drawnOf draws what two metros ask for up to an end, in batches of a size.
func drawnOf(t *testing.T, w workload.Workload, end time.Duration, size int) (at [2][]int64, object [2][]uint32) {
	t.Helper()
	open, err := w.Open([]workload.Audience{{Metro: "a", Users: 3}, {Metro: "b", Users: 1}}, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), 5, 0)
	require.NoError(t, err)
	for m := range at {
		s, b := open(m), workload.Batch{At: make([]int64, size), Object: make([]uint32, size)}
		for last := int64(0); last < int64(end); {
			n := s.Draw(int64(end), &b)
			if n == 0 {
				break
			}
			for i := range n {
				require.GreaterOrEqual(t, b.At[i], last, "in order of time")
				last = b.At[i]
				if last < int64(end) {
					at[m], object[m] = append(at[m], last), append(object[m], b.Object[i])
				}
			}
		}
	}
	return at, object
}

// What a flash crowd asks for is, besides what is asked for otherwise, (factor-1) x rate x share of its objects x the integral of its shape: half of
// the rise, all of the stay, and decay x (1 - 1/e^8).
func TestFlashCrowdsAskAsOftenAsTheyShould(t *testing.T) {
	f := workload.Flash{At: 30 * time.Second, Rise: 10 * time.Second, For: 20 * time.Second, Decay: 5 * time.Second, Factor: 50, Objects: []uint32{0, 3}}
	const end = 200 * time.Second
	plain, plainObjects := drawnOf(t, crowded(), end, 64)
	at, object := drawnOf(t, crowded(f), end, 64)
	popularity, err := workload.Poisson{RequestsPerSecond: 1, Objects: 1000, ZipfExponent: 0.8}.Popularity()
	require.NoError(t, err)
	integral := 10.0/2 + 20 + 5*(1-math.Exp(-8))
	for m, share := range []float64{0.75, 0.25} {
		for _, o := range f.Objects {
			want := 49 * 200 * share * popularity[o] * integral
			more := timesOf(object[m], o) - timesOf(plainObjects[m], o)
			require.InDelta(t, want, more, 4*math.Sqrt(want), "object %d of metro %d", o, m)
		}
		require.Equal(t, timesOf(plainObjects[m], 7), timesOf(object[m], 7), "others are asked for as before")
		// In the midst of the rise it is half of the peak, 5 s after the stay 1/e of it.
		for _, when := range []struct{ from, to, part float64 }{{34.5, 35.5, 0.5}, {45, 55, 1}, {64.5, 65.5, math.Exp(-1)}} {
			from, to := int64(when.from*1e9), int64(when.to*1e9)
			want := 49 * 200 * share * (popularity[0] + popularity[3]) * when.part * (when.to - when.from)
			more := float64(within(at[m], from, to) - within(plain[m], from, to))
			require.InDelta(t, want, more, 5*math.Sqrt(want), "from %v s", when.from)
		}
	}
	// One by one they are the same, and a crowd of one metro leaves the other alone.
	again, _ := drawnOf(t, crowded(f), end, 1)
	require.Equal(t, at, again)
	f.Metros = []string{"b"}
	only, _ := drawnOf(t, crowded(f), end, 64)
	require.Equal(t, plain[0], only[0])
	require.Equal(t, at[1], only[1])
	// Of all objects it asks by their popularity.
	f.Objects, f.Factor = nil, 10
	_, all := drawnOf(t, crowded(f), end, 64)
	want := 9 * 200 * 0.25 * popularity[0] * integral
	require.InDelta(t, want, timesOf(all[1], 0)-timesOf(plainObjects[1], 0), 4*math.Sqrt(want))
}

// A crowd of a mixture asks for the classes, and for objects that are asked for once, as often as their shares say, for what is in the place of an object then, and for no
// number twice that is to be asked for once.
func TestFlashCrowdsOfMixturesAskForTheirClasses(t *testing.T) {
	of := workload.Mixture{RequestsPerSecond: 200, Classes: []workload.Class{
		{Requests: 3, Objects: 100, ZipfExponent: 1, Sizes: workload.Sizes{MinBytes: 10, MaxBytes: 10}},
		{Requests: 1, Objects: 50, ZipfExponent: 0.5, Sizes: workload.Sizes{MinBytes: 10, MaxBytes: 10}},
	}, Once: workload.Once{Requests: 0.2, Sizes: workload.Sizes{MinBytes: 10, MaxBytes: 10}}}
	with := func(churn float64, flashes ...workload.Flash) workload.Workload {
		d := of
		d.Churn = churn
		return workload.Workload{Head: workload.Head{Name: "site", Flashes: flashes}, Demand: d, Service: workload.Cacheable{}}
	}
	popularity, err := of.Popularity()
	require.NoError(t, err)
	require.Len(t, popularity, 150)
	const end = 100 * time.Second
	_, plain := drawnOf(t, with(0), end, 64)
	all := workload.Flash{At: 30 * time.Second, For: 20 * time.Second, Factor: 11}
	some := all
	some.Objects = []uint32{0, 100, 149}
	for name, flashes := range map[string][]workload.Flash{"all": {all}, "some": {some}, "two at once": {all, all}} {
		at, objects := drawnOf(t, with(0, flashes...), end, 64)
		again, _ := drawnOf(t, with(0, flashes...), end, 1)
		require.Equal(t, at, again)
		once := make(map[uint32]bool)
		for m, share := range []float64{0.75, 0.25} {
			base := 10 * 200 * share * 20 * float64(len(flashes))
			want, more := make(map[string]float64), make(map[string]float64)
			count := func(objects []uint32, sign float64) {
				for _, o := range objects {
					switch {
					case o >= 150:
						more["once"] += sign
					case o == 0 || o == 100 || o == 149:
						more[fmt.Sprint(o)] += sign
					}
				}
			}
			count(objects[m], 1)
			count(plain[m], -1)
			for _, o := range some.Objects {
				want[fmt.Sprint(o)] = base * popularity[o]
			}
			if name != "some" {
				want["once"] = base * 0.2
			}
			for what, n := range want {
				require.InDelta(t, n, more[what], 4*math.Sqrt(n), "%s: %s in metro %d", name, what, m)
			}
			if name == "some" {
				require.Zero(t, more["once"])
				require.Equal(t, timesOf(plain[m], 1), timesOf(objects[m], 1))
			}
			for _, o := range objects[m] {
				if o >= 150 {
					require.False(t, once[o], "%s: %d is asked for twice", name, o)
					once[o] = true
				}
			}
		}
	}
	// An object that lives for an hour and is replaced in the crowd is asked for under the number that its place has then.
	for name, f := range map[string]workload.Flash{"all": all, "some": some} {
		at, objects := drawnOf(t, with(1000, f), end, 64)
		renewal := of
		renewal.Churn = 1000
		r := renewal.RenewalOf("site", 5, 0)
		seen := make(map[uint32]bool)
		for m := range objects {
			for i, o := range objects[m] {
				if o < 150*64 {
					require.Equal(t, r.Object(o%150, at[m][i]), o, name)
					if o%150 == 0 {
						seen[o] = true
					}
				}
			}
		}
		require.Greater(t, len(seen), 1, name)
	}
	bad := with(0, workload.Flash{For: time.Second, Factor: 2, Objects: []uint32{150}})
	require.ErrorContains(t, bad.Validate(), "Flashes[0].Objects[0] is 150; want an object of the catalogue, 0 to 149")
}

func timesOf(objects []uint32, of uint32) (n float64) {
	for _, o := range objects {
		if o == of {
			n++
		}
	}
	return n
}

func within(at []int64, from, to int64) (n int) {
	for _, x := range at {
		if from <= x && x < to {
			n++
		}
	}
	return n
}

func TestLoadInTimeThatCannotBeIsNamed(t *testing.T) {
	good := workload.Flash{For: time.Second, Factor: 2}
	for want, change := range map[string]func(*workload.Flash){
		"Flashes[0].At is -1ns; want 0s to":                func(f *workload.Flash) { f.At = -1 },
		"Flashes[0].For is 0s; want more than 0s":          func(f *workload.Flash) { f.For = 0 },
		"Flashes[0].Factor is 1; want more than 1":         func(f *workload.Flash) { f.Factor = 1 },
		"Flashes[0].Factor is NaN; want more than 1":       func(f *workload.Flash) { f.Factor = math.NaN() },
		"Flashes[0].Objects[0] is 1000; want an object of": func(f *workload.Flash) { f.Objects = []uint32{1000} },
		"Flashes[0].Objects[1] is 3; want another object":  func(f *workload.Flash) { f.Objects = []uint32{3, 3} },
	} {
		f := good
		change(&f)
		w := crowded(f)
		require.ErrorContains(t, w.Validate(), want)
	}
	game := workload.CompetitiveFPS()
	game.Flashes = []workload.Flash{good}
	require.NoError(t, game.Validate())
	game.Flashes[0].Objects = []uint32{0}
	require.ErrorContains(t, game.Validate(), "Flashes[0].Objects is [0]; want none: nobody asks for objects here")
	w := crowded()
	w.Begins, w.Ends = time.Minute, time.Minute
	require.ErrorContains(t, w.Validate(), "Ends is 1m0s; want more than 1m0s")
	w.Begins = -1
	require.ErrorContains(t, w.Validate(), "Begins is -1ns; want 0s to")
}
