package matrix_test

import (
	"fmt"
	"os"
	"time"

	"github.com/edgewise-sim/edgewise/topology/matrix"
)

// Two places, as a list that scenario files read as measured.
func Example() {
	m := &matrix.Matrix{
		Places: []matrix.Place{{ID: "us-west-2", LatDeg: 45.84, LonDeg: -119.7}, {ID: "eu-west-1", LatDeg: 53.35, LonDeg: -6.26}},
		RTT:    [][]time.Duration{{0, 138 * time.Millisecond}, {138 * time.Millisecond, 0}},
	}
	long, err := matrix.FormatCalled("long")
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := long.Write(os.Stdout, m); err != nil {
		fmt.Println(err)
	}
	// Output:
	// from,to,rtt_ms
	// us-west-2,eu-west-1,138.000
}
