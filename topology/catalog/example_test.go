package catalog_test

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// How far the users of Los Angeles are from the region and from the Local Zone in their own city.
func Example() {
	network, err := catalog.AWS(catalog.Selection{
		Metros:     []string{"los-angeles-us"},
		LocalZones: []string{"us-west-2-lax-1"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	sites := network.Sites()
	routes, err := network.Routes(network.OfKind(topology.Metro), sites, topology.Public)
	if err != nil {
		fmt.Println(err)
		return
	}
	for j, site := range sites {
		fmt.Printf("%s: median RTT %v\n", network.At(site).ID, routes.RTT(0, j).Round(time.Millisecond))
	}
	// Output:
	// us-west-2: median RTT 42ms
	// us-west-2-lax-1: median RTT 13ms
}
