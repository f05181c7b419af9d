package topology_test

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/topology"
)

// A slowInternet is a delay source of one's own: in some countries the Internet takes longer than the path says.
type slowInternet struct{ extraRTT map[string]time.Duration }

// Locate implements [topology.Correction].
func (s slowInternet) Locate(n topology.Node) topology.Location {
	return slowPlace{s.extraRTT[n.Country]}
}

type slowPlace struct{ extraRTT time.Duration }

// RTT implements [topology.Location].
func (p slowPlace) RTT(kind topology.LinkKind, to topology.Location, path time.Duration) time.Duration {
	if kind != topology.Internet {
		return path
	}
	return path + p.extraRTT + to.(slowPlace).extraRTT
}

func ExampleCorrection() {
	var links []topology.Link
	for _, l := range []topology.Link{
		{From: "metro", To: "exchange", Kind: topology.Access, OneWay: 5 * time.Millisecond},
		{From: "exchange", To: "region", Kind: topology.Internet, OneWay: 10 * time.Millisecond},
	} {
		links = append(links, l.Both()...)
	}
	network, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Country: "CL"},
		{ID: "exchange", Kind: topology.Exchange, Country: "CL"},
		{ID: "region", Kind: topology.Region, Country: "BR"},
	}, links)
	if err != nil {
		fmt.Println(err)
		return
	}
	slow := network.WithCorrection(slowInternet{map[string]time.Duration{"CL": 8 * time.Millisecond}})
	for _, n := range []*topology.Network{network, slow} {
		routes, err := n.Routes([]int{0}, []int{2}, topology.Public)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("RTT", routes.RTT(0, 0))
	}
	// Output:
	// RTT 30ms
	// RTT 38ms
}
