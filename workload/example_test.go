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
