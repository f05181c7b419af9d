package sim

import "github.com/edgewise-sim/edgewise/workload"

// fail ends all matches at a site, but those that no server plays, and with the routing rule all waits for it: its players are cut off.
func (g *game) fail(s int) {
	site := &g.sites[s]
	site.isDown = true
	for n := range g.matches.all {
		if m := &g.matches.all[n]; m.players > 0 && m.site == s && !g.isPeer() {
			g.cutMatch(uint32(n))
		}
	}
	if g.Market.Choice != workload.ByRouting {
		return
	}
	for n := g.lobby.atSite[s].head; n != 0; n = g.lobby.atSite[s].head {
		g.leaveLobby(n, g.now)
		g.cut(n)
	}
}

// cutMatch ends a match whose site is down.
func (g *game) cutMatch(n uint32) {
	parties := append([]uint32(nil), g.matches.at(n).tickets...)
	g.finish(n)
	for _, p := range parties {
		g.cut(p)
	}
}

// cut cuts a party off. It comes back once it is redirected, or is lost.
func (g *game) cut(n uint32) {
	t := g.tickets.at(n)
	if g.now >= g.from && !t.isLost {
		t.isLost = true
		g.tallyAtHome(t).Counters[LostSessions] += uint64(len(t.party))
	}
	if g.now < g.from && t.ends(g.now, g.Market.PlaysInFull) < g.from || !g.comesBack(t) {
		g.goAway(n, SessionLost)
		return
	}
	t.where = offline
	at := g.now
	for s := range g.sites {
		if o := during(g.sites[s].outages, g.now); o != nil && g.sites[s].isDown {
			at = max(at, min(o.away, o.to))
			if s == int(t.home) && g.Market.Choice == workload.ByRouting && at == g.now {
				at = o.to // redirected, the party has come here all the same: there is nowhere else
			}
		}
	}
	t.joined = max(at, g.now+1)
	g.queue.Push(t.joined, returnHandler, uint64(g.number)<<32|uint64(n))
}

// comesBack draws whether a party that is cut off comes back.
func (g *game) comesBack(t *ticket) bool {
	draw := t.party[0].key.StreamAt(1<<32 | uint64(t.played))
	return draw.Float64() < g.Market.Reconnect
}

// comeBack lets a party that was cut off enter the lobby again.
func (g *game) comeBack(n uint32) {
	t := g.tickets.at(n)
	if t.where != offline || t.joined != g.now {
		return // it has gone meanwhile
	}
	g.miss(t, g.now, SessionLost)
	t.since = g.now
	t.home = t.from.homeAt(g.now, t.session)
	if g.sites[t.home].isDown && g.Market.Choice == workload.ByRouting {
		g.cut(n)
		return
	}
	if g.now >= g.from {
		g.tallyAtHome(t).Counters[Reconnected] += uint64(len(t.party))
	}
	g.enterLobby(n)
	g.meet(n)
}

// redirect finds where matches may be put after a site has become known to be down, or up.
func (g *game) redirect() {
	all := true
	for s := range g.sites {
		all = all && (g.sites[s].isBackup || g.sites[s].isKnown)
	}
	for s := range g.sites {
		site := &g.sites[s]
		was := site.isAway
		if site.isAway = site.isKnown || site.isBackup && !all; was && !site.isAway && site.isBackup {
			g.retry(s)
		}
	}
}
