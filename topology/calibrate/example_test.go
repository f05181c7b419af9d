package calibrate_test

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
)

// A path of 20 ms between Berlin and Frankfurt, and one between Nairobi and Kampala, which are as far
// apart: what is known of the two. The first are in one country; between the others lies a border, and no
// hub is near.
func Example() {
	model := calibrate.Default()
	berlin := model.Locate(topology.Node{LatDeg: 52.52, LonDeg: 13.405, Country: "DE"})
	frankfurt := model.Locate(topology.Node{LatDeg: 50.11, LonDeg: 8.68, Country: "DE"})
	nairobi := model.Locate(topology.Node{LatDeg: -1.29, LonDeg: 36.82, Country: "KE"})
	kampala := model.Locate(topology.Node{LatDeg: 0.35, LonDeg: 32.58, Country: "UG"})
	path := 20 * time.Millisecond
	fmt.Println("Berlin-Frankfurt:", berlin.RTT(topology.Internet, frankfurt, path).Round(time.Millisecond))
	fmt.Println("Nairobi-Kampala:", nairobi.RTT(topology.Internet, kampala, path).Round(time.Millisecond))
	// Output:
	// Berlin-Frankfurt: 11ms
	// Nairobi-Kampala: 29ms
}
