package topology_test

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/topology"
)

// A network of five nodes, drawn in the package's documentation, and what a user's round trip to the
// region is made of.
func Example() {
	var links []topology.Link
	for _, l := range []topology.Link{
		{From: "la", To: "x-la", Kind: topology.Access, OneWay: 5 * time.Millisecond},
		{From: "x-la", To: "pop", Kind: topology.Internet, OneWay: time.Millisecond},
		{From: "x-la", To: "town", Kind: topology.Internet, OneWay: 8 * time.Millisecond},
		{From: "town", To: "region", Kind: topology.Internet, OneWay: 7 * time.Millisecond},
		{From: "pop", To: "region", Kind: topology.Backbone, OneWay: 9 * time.Millisecond},
	} {
		links = append(links, l.Both()...)
	}
	network, err := topology.New([]topology.Node{
		{ID: "la", Kind: topology.Metro},
		{ID: "x-la", Kind: topology.Exchange},
		{ID: "town", Kind: topology.Exchange},
		{ID: "pop", Kind: topology.PoP},
		{ID: "region", Kind: topology.Region},
	}, links)
	if err != nil {
		fmt.Println(err)
		return
	}
	routes, err := network.Routes(network.OfKind(topology.Metro), network.Sites(), topology.Public)
	if err != nil {
		fmt.Println(err)
		return
	}
	for j, site := range network.Sites() {
		access, internet, _ := routes.Parts(0, j)
		fmt.Printf("%s: RTT %v (one way: access %v, internet %v)\n", network.At(site).ID, routes.RTT(0, j), access, internet)
	}
	// Output:
	// pop: RTT 12ms (one way: access 5ms, internet 1ms)
	// region: RTT 40ms (one way: access 5ms, internet 15ms)
}

// The last mile of a median fibre user and of a median LTE user, and what one message in a hundred
// takes on top.
func ExampleTechnology() {
	for _, t := range []topology.Technology{topology.Fiber, topology.LTE} {
		fmt.Println(t, t.MedianRTT(), t.JitterRTT(0.99))
	}
	// Output:
	// fiber 4.87ms 4.97ms
	// lte 21.7ms 37.3ms
}
