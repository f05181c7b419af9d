package workload_test

import (
	"fmt"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/workload"
)

// The requests of two metros: who asks when, and for what.
func Example() {
	site := workload.WebStatic().WithRequestsPerSecond(100)
	audiences := []workload.Audience{
		{Metro: "los-angeles-us", Users: 13e6},
		{Metro: "denver-us", Users: 5e6},
	}
	start := time.Date(2026, time.March, 3, 4, 0, 0, 0, time.UTC)
	open, err := site.Open(audiences, start, 1, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	sizes := site.SizesOf(1, 0)
	for i, a := range audiences {
		b := site.NewBatch(1)
		open(i).Draw(math.MaxInt64, &b)
		fmt.Printf("%s: after %v object %d of %d bytes\n",
			a.Metro, time.Duration(b.At[0]).Round(time.Millisecond), b.Object[0], sizes.SizeBytes(b.Object[0]))
	}
	// Output:
	// los-angeles-us: after 4ms object 1439 of 2285411 bytes
	// denver-us: after 52ms object 203 of 6738694 bytes
}

// Peeker's advantage at 128 and 64 ticks a second, 17.5 ms from the server, and how well a game plays at its latency by a curve that
// its maker has found.
func ExampleMatched_PeekersAdvantage() {
	for _, hz := range []float64{128, 64} {
		tick := time.Duration(1e9 / hz)
		game := workload.Matched{TickHz: hz, Display: workload.Display{FramesPerSecond: 60, Interpolation: tick, Prediction: true}}
		advantage := game.PeekersAdvantage(10, 17500*time.Microsecond, 17500*time.Microsecond, 17500*time.Microsecond)
		quality := workload.Quality{Half: 80 * time.Millisecond, Slope: 10 * time.Millisecond}
		fmt.Printf("%g Hz: %.2f ms, quality %.2f\n", hz, float64(advantage)/1e6, quality.At(advantage))
	}
	// Output:
	// 128 Hz: 67.29 ms, quality 0.78
	// 64 Hz: 82.92 ms, quality 0.43
}
