package topology

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
)

// dotShapes and dotStyles are what Graphviz draws of each kind.
var (
	dotShapes = [numNodeKinds]string{"circle", "triangle", "hexagon", "diamond", "diamond", "box", "point"}
	dotStyles = [numLinkKinds]string{"dotted", "solid", "bold"}
)

// WriteDOT writes the network for Graphviz: nodes at their longitude and latitude (neato -n), a link and
// its mirror image of the same delay as one line, labelled with the one-way delay in ms.
func (n *Network) WriteDOT(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, "digraph network {")
	for i := range n.nodes {
		v := &n.nodes[i]
		fmt.Fprintf(out, "  %s [label=%s, shape=%s, pos=\"%s,%s\"];\n", strconv.Quote(v.ID), strconv.Quote(v.Label()),
			dotShapes[v.Kind], formatFloat(v.LonDeg*10), formatFloat(v.LatDeg*10))
	}
	for u := range n.nodes {
		for _, a := range n.outOf(u) {
			l := &n.links[a.link]
			both := n.mirrored(u, a)
			if both && int(a.peer) < u {
				continue // drawn with its mirror image
			}
			direction := "forward"
			if both {
				direction = "none"
			}
			fmt.Fprintf(out, "  %s -> %s [style=%s, dir=%s, label=\"%s\"];\n", strconv.Quote(l.From), strconv.Quote(l.To),
				dotStyles[l.Kind], direction, formatMs(l.OneWay))
		}
	}
	fmt.Fprintln(out, "}")
	return out.Flush()
}

// mirrored reports whether an arc of node u has a mirror image of the same kind and delay.
func (n *Network) mirrored(u int, a arc) bool {
	for _, back := range n.outOf(int(a.peer)) {
		if int(back.peer) == u && back.kind == a.kind && back.oneWayNs == a.oneWayNs {
			return true
		}
	}
	return false
}
