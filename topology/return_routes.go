package topology

// Back finds the ways back: the routes from each end towards each start. It has
// the same shape as the ways there: the delay at (i, j) is the one from the j-th end
// back to the i-th start, and a path is listed from its end. Where every link has a twin of the
// same delay, the ways back are the ways there.
func (r *Routes) Back() (*Routes, error) {
	if r.network.symmetric() {
		return r, nil
	}
	return r.network.reversed().routes(r.from, r.to, r.over, r.partial)
}

// symmetric reports whether every link has a twin that differs in nothing but its direction.
func (n *Network) symmetric() bool {
	for u := range n.nodes {
		out, in := n.outOf(u), n.into(u)
		if len(out) != len(in) {
			return false
		}
		for i := range out {
			if out[i].peer != in[i].peer || out[i].kind != in[i].kind {
				return false
			}
			there, back := n.links[out[i].link], n.links[in[i].link]
			there.From, there.To = back.From, back.To
			if there != back {
				return false
			}
		}
	}
	return true
}

// reversed returns the network with every link turned round.
func (n *Network) reversed() *Network {
	r := *n
	if n.whole != nil {
		r.whole = n.whole.reversed()
	}
	r.links = n.Links()
	r.head = make([]int32, len(r.links))
	for i := range r.links {
		r.links[i].From, r.links[i].To = r.links[i].To, r.links[i].From
		r.head[i] = int32(n.index[r.links[i].To])
	}
	r.out, r.in = n.in, n.out
	r.outStart, r.inStart = n.inStart, n.outStart
	return &r
}

// Place returns the node's point on the globe.
func (n Node) Place() Place { return n.place() }
