package sim

// nearlyBusyNs is the work a second of a core below which every match on it ticks in time, whatever its tick rate.
const nearlyBusyNs = 990_000_000

// watchTicks notes whether the core of a match keeps up with its ticks from now on, for the site's hours. A match of which all players
// have left does not tick any more.
func (g *game) watchTicks(m *match, c *core) {
	isSlow := c.busyNs > nearlyBusyNs && m.players > 0 && g.isOverrun(int64(g.TickWork(m.players)), c.busyNs-m.busyNs)
	if isSlow == m.isSlow {
		return
	}
	m.isSlow = isSlow
	by := -1
	if isSlow {
		by = 1
	}
	g.sites[m.site].slow.change(g.now, by)
}

// isOverrun reports whether a core does not get done in a period what one match needs in it, in ns, and the others do, in ns a second.
func (r *rules) isOverrun(work, othersBusyNs int64) bool {
	nominal := int64(r.NominalPeriod())
	return work+theirWork(othersBusyNs, nominal) > nominal
}

// theirWork returns how much work matches need in a period, where they need so much in a second; all in ns.
func theirWork(busyNs, period int64) int64 {
	return int64(float64(float64(busyNs)*float64(period)) / 1e9)
}
