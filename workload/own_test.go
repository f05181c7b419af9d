package workload_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
)

// A Crawler is a demand of one's own: one robot a metro asks for object after object, with a pause between them.
type Crawler struct {
	Pause   time.Duration
	Objects int
}

// Validate refuses a robot that never pauses.
func (c Crawler) Validate() error {
	if c.Pause <= 0 {
		return fmt.Errorf("a pause of %v; want more than 0", c.Pause)
	}
	return nil
}

// Catalogue lets a cacheable service answer.
func (c Crawler) Catalogue() int { return c.Objects }

// Open starts a robot in every metro that has users.
func (c Crawler) Open(audiences []workload.Audience, env workload.Env) (func(audience int) workload.Source, error) {
	return func(i int) workload.Source {
		if audiences[i].Users == 0 {
			return nobody{}
		}
		return &robot{Crawler: c, pauses: env.Stream(audiences[i].Metro, "pause")}
	}, nil
}

type robot struct {
	Crawler
	pauses random.Stream
	at     int64
	object uint32
}

// Draw draws pauses.
func (r *robot) Draw(to int64, b *workload.Batch) int {
	for n := range b.Len() {
		r.at += int64(r.pauses.Exp() * float64(r.Pause))
		b.At[n] = r.at
		if b.Object != nil { // not where the answers are computed
			b.Object[n] = r.object
			r.object = (r.object + 1) % uint32(r.Objects)
		}
		if r.at >= to {
			return n + 1
		}
	}
	return b.Len()
}

type nobody struct{}

// Draw draws nothing.
func (nobody) Draw(int64, *workload.Batch) int { return 0 }

// A demand of one's own asks for what the simulator serves.
func ExampleDemand() {
	w := workload.Workload{
		Head:    workload.Head{Name: "crawlers"},
		Demand:  Crawler{Pause: time.Second, Objects: 3},
		Service: workload.Cacheable{Sizes: workload.Sizes{LnMean: 9, LnSD: 1}},
	}
	open, err := w.Open([]workload.Audience{{Metro: "denver-us", Users: 1}}, time.Time{}, 1, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	b := w.NewBatch(4)
	for i := range open(0).Draw(math.MaxInt64, &b) {
		fmt.Printf("after %v object %d\n", time.Duration(b.At[i]).Round(time.Millisecond), b.Object[i])
	}
	// Output:
	// after 1.348s object 0
	// after 1.72s object 1
	// after 3.872s object 2
	// after 4.344s object 0
}

// A broken demand draws what a function puts into the batch.
type broken struct {
	draw  func(b *workload.Batch) int
	err   error
	sized bool
}

func (b broken) Validate() error { return nil }
func (b broken) Catalogue() int  { return 10 }

func (b broken) RecordsSizes() bool { return b.sized }
func (b broken) Open([]workload.Audience, workload.Env) (func(int) workload.Source, error) {
	return func(int) workload.Source { return b }, nil
}
func (b broken) Draw(_ int64, to *workload.Batch) int { return b.draw(to) }
func (b broken) Err() error                           { return b.err }

func TestSourcesThatBreakTheirContractAreStopped(t *testing.T) {
	fill := func(object uint32, at ...int64) func(*workload.Batch) int {
		return func(b *workload.Batch) int {
			for i := range at {
				b.At[i], b.Object[i] = at[i], object
			}
			return len(at)
		}
	}
	for want, d := range map[string]broken{
		"one is at 4 ns, the one before it at 5 ns": {draw: fill(1, 5, 4)},
		"one is at -1 ns":                          {draw: fill(1, -1)},
		"one more was drawn behind that at 100 ns": {draw: fill(1, 100, 200)},
		"one is for object 10; want 0 to 9":        {draw: fill(10, 5)},
		"9 were drawn into a batch of 8":           {draw: func(*workload.Batch) int { return 9 }},
		"-1 were drawn into a batch of 8":          {draw: func(*workload.Batch) int { return -1 }},
		"the file has ended":                       {draw: fill(1, 5), err: errors.New("the file has ended")},
		"one is for 0 bytes; want 1 or more":       {draw: fill(1, 5), sized: true},
	} {
		w := workload.Workload{Head: workload.Head{Name: "s"}, Demand: d, Service: workload.Cacheable{}}
		open, err := w.Open([]workload.Audience{city("a", 1)}, monday, 1, 0)
		require.NoError(t, err)
		source, b := open(0), w.NewBatch(8)
		require.Zero(t, source.Draw(50, &b), want)
		err = source.(interface{ Err() error }).Err()
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, `workload "s": the requests of workload_test.broken from metro "a"`)
		require.Zero(t, source.Draw(50, &b), "nothing more")
	}
}

func TestSizesComeFromTheDemandOrFromALaw(t *testing.T) {
	w := workload.Workload{Head: workload.Head{Name: "s"}, Demand: broken{sized: true}, Service: workload.Cacheable{}}
	require.NoError(t, w.Validate())
	require.Len(t, w.NewBatch(3).Bytes, 3)
	w.Service = workload.Cacheable{Sizes: workload.Sizes{MinBytes: 5}}
	require.ErrorContains(t, w.Validate(), "Service.Sizes")
	w.Demand = broken{}
	require.NoError(t, w.Validate())
	require.Nil(t, w.NewBatch(3).Bytes)
	w.Demand, w.Service = broken{sized: true}, workload.Computed{}
	require.Nil(t, w.NewBatch(3).Bytes, "a computed answer has a size of its own")
}

func TestNumbersOfAnOwnPurposeAreAddressed(t *testing.T) {
	env := workload.Env{Workload: "s", Seed: 1}
	first := func(s random.Stream) uint64 { return s.Uint64() }
	here := first(env.Stream("a", "pause"))
	require.Equal(t, here, first(env.Stream("a", "pause")))
	require.NotEqual(t, here, first(env.Stream("b", "pause")))
	require.NotEqual(t, here, first(env.Stream("a", "path")))
	key := env.Key("a", "path")
	require.NotEqual(t, key.At(0), key.At(1))
	env.Replication = 1
	require.NotEqual(t, here, first(env.Stream("a", "pause")))
}
