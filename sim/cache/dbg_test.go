package cache

import "fmt"

func (c *lirs) stats() {
	n := 0
	nHIRinS, ghosts, lir, q, qNotS := 0, 0, 0, 0, 0
	for s := c.entries[0].next; s != 0; s = c.entries[s].next {
		n++
		m := c.marks[s]
		switch {
		case m&isLIR != 0:
			lir++
		case m&isResident != 0:
			nHIRinS++
		default:
			ghosts++
		}
	}
	for s := c.links[lirsQueue].next; s != lirsQueue; s = c.links[s].next {
		q++
		if c.marks[s]&inStack == 0 {
			qNotS++
		}
	}
	fmt.Println(c.capacity, "S", n, "lir", lir, "hirInS", nHIRinS, "ghosts", ghosts, "q", q, "qNotS", qNotS)
}
