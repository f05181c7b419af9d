package workload_test

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/workload"
)

// The requests of two metros: who asks when, and for what.
func Example() {
	site := workload.WebStatic()
	site.RequestsPerSecond = 100
	audiences := []workload.Audience{
		{Metro: "los-angeles-us", Users: 13e6},
		{Metro: "denver-us", Users: 5e6},
	}
	start := time.Date(2026, time.March, 3, 4, 0, 0, 0, time.UTC)
	streams, err := site.Streams(audiences, start, 1, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	sizes := site.Catalogue(1, 0)
	for i, a := range audiences {
		at, object := streams[i].Next()
		fmt.Printf("%s: after %v object %d of %d bytes\n",
			a.Metro, time.Duration(at).Round(time.Millisecond), object, sizes.SizeBytes(object))
	}
	// Output:
	// los-angeles-us: after 4ms object 1176 of 39348 bytes
	// denver-us: after 52ms object 34313 of 12528 bytes
}
