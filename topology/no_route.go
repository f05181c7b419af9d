package topology

import "fmt"

// whyNot says why no route leads from a node to another over links of the given kinds: which node stands between, or
// that no links join them.
func (n *Network) whyNot(source, target int, over LinkKinds) string {
	if between := n.nodeBetween(source, target, over); between >= 0 {
		node := n.nodes[between]
		cause := "a " + node.Kind.String() + ", which carries no traffic of others"
		if node.Stub {
			cause = "a stub (" + node.Kind.String() + "), which carries no traffic of others"
		}
		return fmt.Sprintf("%q lies between, %s; want an exchange there, or a node with transit", node.ID, cause)
	}
	if over != AnyKind && n.reaches(source, target, AnyKind) != nil {
		return fmt.Sprintf("no such links join them, but with %v links there is a way", AnyKind&^over)
	}
	if n.reaches(target, source, AnyKind) != nil {
		return "links lead the other way alone"
	}
	return "no links join them"
}

// nodeBetween returns the first node that keeps traffic from passing on a way with the fewest links, -1 if that is not
// what is missing.
func (n *Network) nodeBetween(source, target int, over LinkKinds) int {
	carries := newRouteSearch(n, over).carries
	way := n.reaches(source, target, over)
	for k := 1; k+1 < len(way); k++ {
		// The exchange where a metro's access link ends lets its own users through.
		own := n.nodes[way[k]].Kind == Exchange && (k == 1 && n.nodes[source].Kind == Metro || k+2 == len(way) && n.nodes[target].Kind == Metro)
		if !carries[way[k]] && !own {
			return way[k]
		}
	}
	return -1
}

// reaches returns the nodes on a way with the fewest links from source to target, both included, whether they carry
// traffic of others or not; nil if there is none.
func (n *Network) reaches(source, target int, over LinkKinds) []int {
	before := make([]int, len(n.nodes))
	for i := range before {
		before[i] = -1
	}
	before[source] = source
	queue := []int{source}
	for len(queue) > 0 && before[target] < 0 {
		u := queue[0]
		queue = queue[1:]
		for _, a := range n.outOf(u) {
			if v := int(a.peer); over.Has(a.kind) && before[v] < 0 {
				before[v] = u
				queue = append(queue, v)
			}
		}
	}
	if before[target] < 0 {
		return nil
	}
	way := []int{target}
	for u := target; u != source; {
		u = before[u]
		way = append([]int{u}, way...)
	}
	return way
}
