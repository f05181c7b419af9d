package topology_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

func TestTheWayBackIsTheWayBack(t *testing.T) {
	const ms = time.Millisecond
	nodes := []topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "town", Kind: topology.Exchange}, {ID: "region", Kind: topology.Region},
	}
	links := []topology.Link{
		{From: "metro", To: "town", Kind: topology.Access, OneWay: 5 * ms},
		{From: "town", To: "region", Kind: topology.Internet, OneWay: 20 * ms},
	}
	for name, change := range map[string]func(back []topology.Link){
		"alike":    func([]topology.Link) {},
		"slower":   func(back []topology.Link) { back[1].OneWay = 33 * ms },
		"lossy":    func(back []topology.Link) { back[1].Loss = 0.25 },
		"unsteady": func(back []topology.Link) { back[0].Jitter = 7 * ms },
		"narrow":   func(back []topology.Link) { back[1].CapacityBitsPerSecond = 1e6 },
	} {
		t.Run(name, func(t *testing.T) {
			var back []topology.Link
			for _, l := range links {
				back = append(back, l.Both()[1])
			}
			change(back)
			n, err := topology.New(nodes, append(back, links...))
			require.NoError(t, err)
			there, err := n.Routes([]int{0}, []int{2}, topology.Public)
			require.NoError(t, err)
			require.Equal(t, 25*ms, there.OneWay(0, 0))
			require.Zero(t, there.Loss(0, 0))
			require.Zero(t, there.Jitter(0, 0))
			require.Zero(t, there.BottleneckBitsPerSecond(0, 0))

			r, err := there.Back()
			require.NoError(t, err)
			require.Equal(t, back[0].OneWay+back[1].OneWay, r.OneWay(0, 0))
			require.InDelta(t, back[1].Loss, r.Loss(0, 0), 1e-12)
			require.Equal(t, back[0].Jitter, r.Jitter(0, 0))
			require.Equal(t, back[1].CapacityBitsPerSecond, r.BottleneckBitsPerSecond(0, 0))
			require.Equal(t, []int{0, 1, 2}, r.Path(0, 0), "listed from its end")
			access, internet, _ := r.Parts(0, 0)
			require.Equal(t, back[0].OneWay, access)
			require.Equal(t, back[1].OneWay, internet)
		})
	}
}
