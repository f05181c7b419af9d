package matrix

import (
	"bufio"
	"fmt"
	"io"
)

// hostBandwidth is what a host in Shadow sends and receives, both ways: so much that a test sees delays alone (assumed).
const hostBandwidth = "1 Gbit"

func writeShadow(w io.Writer, m *Matrix) error {
	out := bufio.NewWriter(w)
	comment(out, "# ", m.About)
	comment(out, "# ", "Bandwidths are assumed. Hosts name their place by network_node_id; set network.use_shortest_path to false.")
	fmt.Fprint(out, "graph [\n  directed 0\n")
	for i, p := range m.Places {
		fmt.Fprintf(out, "  node [\n    id %d\n    label \"%s\"\n    host_bandwidth_up \"%s\"\n    host_bandwidth_down \"%s\"\n  ]\n", i, p.ID, hostBandwidth, hostBandwidth)
	}
	edge := func(i, j int) {
		// Every two hosts need a path, those of one place too, and no latency may be 0.
		us := max(1, m.oneWay(i, j).Microseconds())
		fmt.Fprintf(out, "  edge [\n    source %d\n    target %d\n    latency \"%d us\"\n    packet_loss 0.0\n  ]\n", i, j, us)
	}
	for i := range m.Places {
		edge(i, i)
	}
	m.pairs(edge)
	fmt.Fprint(out, "]\n")
	return out.Flush()
}
