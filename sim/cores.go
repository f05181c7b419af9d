package sim

// coreUnit is a core, in the parts of which matches take some.
const coreUnit = 1_000_000

// A corePool is the cores of a site that some games share: their own, and where the site is elastic those that are rented while
// matches run on them. Where there are always enough, all are opened as they are needed.
type corePool struct {
	site     int  // of the plan
	own      int  // how many there are; 0: always enough
	isShared bool // by several games, or it may be
	elastic  bool
	delay    int64 // of a core that is ordered
	largest  int64 // what a match of those games takes at most

	cores   []core
	idle    []uint32 // the cores that have no match
	partial []uint32 // those that have room beside their matches; some have lost it since
	busy    int      // how many have matches
	rented  int      // how many more there are, or are on their way, than the site's own
	ordered int      // of these, how many are on their way
	used    int64
	cpu     occupancy // of cores that are busy
	extra   occupancy // of cores that are rented
	// moves are how many cores have matches, and since when, where others may have the rest.
	isFollowed bool
	moves      []coreMove
}

// A core hosts matches.
type core struct {
	used    int64    // of a coreUnit
	busyNs  int64    // work a second of its matches, each at its nominal rate
	matches []uint64 // those it hosts, by game and number
	partial bool     // it is in the list
}

// capacity returns how many cores there are now, own and rented; false where there are always enough.
func (p *corePool) capacity() (cores int, limited bool) {
	return p.own + p.rented - p.ordered, p.own > 0
}

// open returns a core without matches, if there may be one more.
func (p *corePool) open() (n uint32, ok bool) {
	if cores, limited := p.capacity(); limited && p.busy >= cores {
		if !p.elastic || p.delay > 0 {
			return 0, false
		}
		p.rented++
	}
	if last := len(p.idle) - 1; last >= 0 {
		n = p.idle[last]
		p.idle = p.idle[:last]
		return n, true
	}
	p.cores = append(p.cores, core{})
	return uint32(len(p.cores) - 1), true
}

// hasRoom reports whether a match that takes so much would find a place.
func (p *corePool) hasRoom(take int64) bool {
	if p.own == 0 || p.elastic && p.delay == 0 {
		return true
	}
	cores, _ := p.capacity()
	if take >= coreUnit {
		return cores-p.busy >= int(take/coreUnit)
	}
	if p.busy < cores {
		return true
	}
	return p.roomBeside(take) >= 0
}

// roomBeside returns where in the list of partial cores one has so much room, -1 if none has; those that have none at all leave the
// list.
func (p *corePool) roomBeside(take int64) int {
	for i := len(p.partial) - 1; i >= 0; i-- {
		c := &p.cores[p.partial[i]]
		if coreUnit-c.used >= take && c.used > 0 {
			return i
		}
		if c.used == 0 || c.used >= coreUnit-coreUnit/10_000 {
			c.partial = false
			p.partial = append(p.partial[:i], p.partial[i+1:]...)
		}
	}
	return -1
}

// place gives a match its cores, which [corePool.hasRoom]: the cores of a site that has some are loaded evenly as far as they
// go, others, and those that requests may have while they have no match, one after the other. It returns the core, or the first of several.
func (p *corePool) place(now int64, match uint64, take, busyNs int64, also []uint32) (uint32, []uint32) {
	if take >= coreUnit {
		first, _ := p.open()
		p.host(now, first, match, coreUnit, busyNs)
		for range take/coreUnit - 1 {
			n, _ := p.open()
			p.host(now, n, match, coreUnit, 0)
			also = append(also, n)
		}
		return first, also
	}
	cores, limited := p.capacity()
	if !limited || p.busy >= cores || p.isFollowed {
		if i := p.roomBeside(take); i >= 0 {
			n := p.partial[i]
			p.host(now, n, match, take, busyNs)
			return n, also
		}
	}
	n, _ := p.open()
	p.host(now, n, match, take, busyNs)
	return n, also
}

func (p *corePool) host(now int64, n uint32, match uint64, take, busyNs int64) {
	c := &p.cores[n]
	if c.used == 0 {
		p.busy++
		p.count(now)
	}
	c.used += take
	c.busyNs += busyNs
	c.matches = append(c.matches, match)
	p.used += take
	p.list(n)
}

// list puts a core with matches and room into the list of such.
func (p *corePool) list(n uint32) {
	if c := &p.cores[n]; c.used > 0 && c.used < coreUnit && !c.partial {
		c.partial = true
		p.partial = append(p.partial, n)
	}
}

// free takes a match from a core.
func (p *corePool) free(now int64, n uint32, match uint64, take, busyNs int64) {
	c := &p.cores[n]
	c.used -= take
	c.busyNs -= busyNs
	p.used -= take
	for i, m := range c.matches {
		if m == match {
			last := len(c.matches) - 1
			c.matches[i] = c.matches[last]
			c.matches = c.matches[:last]
			break
		}
	}
	if c.used > 0 {
		p.list(n)
		return
	}
	p.busy--
	p.idle = append(p.idle, n)
	p.count(now)
}

// count notes how many cores are busy, and rented.
func (p *corePool) count(now int64) {
	p.cpu.set(now, p.busy)
	if p.isFollowed {
		p.note(now)
	}
	if p.elastic {
		p.extra.set(now, max(0, p.busy-p.own))
	}
}

// order rents a core, which is there after the delay.
func (p *corePool) order() {
	p.ordered++
	p.rented++
}

// arrive lets an ordered core be there.
func (p *corePool) arrive() { p.ordered-- }

// giveBack ends the rent of cores without matches.
func (p *corePool) giveBack() { p.rented = p.ordered + max(0, p.busy-p.own) }
