package catalog_test

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// A tunnel adds the same to every round trip over the Internet and leaves the rest to another source of delays.
type tunnel struct {
	topology.Correction
	extra time.Duration
}

// Locate implements [topology.Correction].
func (t tunnel) Locate(n topology.Node) topology.Location {
	return tunnelEnd{t.Correction.Locate(n), t.extra}
}

type tunnelEnd struct {
	topology.Location
	extra time.Duration
}

// RTT implements [topology.Location].
func (e tunnelEnd) RTT(kind topology.LinkKind, to topology.Location, path time.Duration) time.Duration {
	rtt := e.Location.RTT(kind, to.(tunnelEnd).Location, path)
	if kind == topology.Internet {
		rtt += e.extra
	}
	return rtt
}

func ExampleWithDelays() {
	delays := calibrate.Default().DelayModel()
	delays.Correction = tunnel{delays.Correction, 20 * time.Millisecond}
	selection := catalog.Selection{Metros: []string{"los-angeles-us"}, Regions: []string{"us-west-2"}}
	for _, options := range [][]catalog.Option{nil, {catalog.WithDelays(delays)}} {
		network, err := catalog.Network(catalog.ProviderAWS, selection, options...)
		if err != nil {
			fmt.Println(err)
			return
		}
		routes, err := network.Routes(network.OfKind(topology.Metro), network.Sites(), topology.Public)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("median RTT", routes.RTT(0, 0).Round(time.Millisecond))
	}
	// Output:
	// median RTT 42ms
	// median RTT 62ms
}
