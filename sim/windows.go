package sim

// advance runs the sites to the end: those that share nothing one by one, those that send each other
// messages side by side, in windows.
func (r *run) advance() error {
	for _, group := range r.groups() {
		if err := r.advanceGroup(group); err != nil {
			return err
		}
	}
	return nil
}

// A group is sites that reach each other by messages, directly or not.
type group struct {
	sites []*site
	// lookAhead is the least delay of a message inside the group.
	lookAhead int64
}

// groups finds the sites that must advance together.
func (r *run) groups() []group {
	root := make([]int, len(r.sites))
	for i := range root {
		root[i] = i
	}
	find := func(i int) int {
		for root[i] != i {
			i = root[i]
		}
		return i
	}
	least := make([]int64, len(r.sites))
	for i := range least {
		least[i] = unknown
	}
	join := func(i int, l leg) {
		if l.to == i {
			return // a site's messages to itself need no window
		}
		a, b := find(i), find(l.to)
		root[max(a, b)] = min(a, b)
		least[i] = min(least[i], l.up, l.down)
	}
	for i, s := range r.sites {
		for _, t := range []*tier{s.edge, s.mid} {
			if t != nil && anyOf(t.remote) {
				join(i, t.up)
			}
		}
		if anyOf(s.remoteParent) {
			join(i, s.parent)
		}
	}
	number := make(map[int]int)
	var groups []group
	for i, s := range r.sites {
		n, ok := number[find(i)]
		if !ok {
			n = len(groups)
			number[find(i)] = n
			groups = append(groups, group{lookAhead: unknown})
		}
		groups[n].sites = append(groups[n].sites, s)
		groups[n].lookAhead = min(groups[n].lookAhead, least[i])
	}
	return groups
}

func anyOf(flags []bool) bool {
	for _, f := range flags {
		if f {
			return true
		}
	}
	return false
}

// advanceGroup runs one group to its end.
func (r *run) advanceGroup(g group) error {
	if g.lookAhead == unknown {
		for _, s := range g.sites {
			s.advance(unknown)
			if s.err != nil {
				return s.err
			}
		}
		return nil
	}
	// Without any delay between two sites a window is one instant long.
	length := max(g.lookAhead, 1)
	for {
		now := int64(unknown)
		for _, s := range g.sites {
			now = min(now, s.next())
			if s.err != nil {
				return s.err
			}
		}
		if now == unknown {
			return nil
		}
		end := now + length
		for _, s := range g.sites {
			if s.next() < end {
				s.advance(end)
			}
		}
		for _, s := range g.sites {
			for i := range s.out {
				r.sites[s.out[i].target].inbox.push(&s.out[i])
			}
			s.out = s.out[:0]
		}
	}
}
