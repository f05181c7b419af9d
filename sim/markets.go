package sim

import (
	"cmp"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
)

// reachGame finds the sites of a game and the ways there: by the routing rule the entries of each metro, else all sites that
// compute it.
func (c *compiler) reachGame(p *Plan, w *plannedWorkload, game *workload.Matched) error {
	byRouting := game.Market.Choice == workload.ByRouting
	if byRouting {
		for m := range w.entries {
			for i := range w.entries[m] {
				if s := w.entries[m][i].site; !slices.Contains(w.playedAt, s) {
					w.playedAt = append(w.playedAt, s)
				}
			}
		}
		slices.Sort(w.playedAt)
	} else {
		w.playedAt = append(p.serving(placement.Compute, w.name, false), p.serving(placement.Compute, w.name, true)...)
	}
	w.reach = make([][]entry, len(w.entries))
	for m := range w.entries {
		for _, site := range w.playedAt {
			i := slices.IndexFunc(w.entries[m], func(e entry) bool { return e.site == site })
			switch {
			case byRouting && i >= 0:
				w.reach[m] = append(w.reach[m], w.entries[m][i])
			default:
				e, err := c.entry(p, m, site, -1)
				if err != nil {
					return err
				}
				w.reach[m] = append(w.reach[m], e)
			}
		}
	}
	return nil
}

// newPlayerWay returns the way of a metro's players to a site.
func newPlayerWay(e *entry, law *accessLaw) playerWay {
	if e.access == 0 {
		law = nil // no access link on the way: the users are at the node itself
	}
	return playerWay{
		law: law, there: e.up + e.beyond.there, back: e.down + e.beyond.back, access: 2 * e.access, jitter: e.jitter, loss: e.loss,
	}
}

// addGame makes the market of a game; games that share cores come together later.
func (r *run) addGame(number int, open func(metro int) workload.Source) error {
	s := &r.plan.scenario
	w, of := &r.plan.workloads[number], &s.Workloads[number]
	service := of.Service.(workload.Matched)
	rules, err := newRules(&service, w, r.meter)
	if err != nil {
		return err
	}
	game := &game{
		rules: rules, to: &r.result.Workloads[number], lobby: newLobby(&service, len(w.playedAt)),
		key: random.NewKey(s.Seed, r.rep, purpose.EntityOf(w.name, ""), purpose.Match), sample: service.MatchesASample(),
		skillSD: service.Market.Skill.SD, take: takeOf(&service),
		startsShort: service.MatchPlayers > max(service.MinPlayers, 1),
		login:       callsOf(&service, service.Market.Login), set: callsOf(&service, service.Market.Start),
		pairs: newPairBook(len(r.plan.metros)), apart: w.apart, peerTurns: w.peerTurns,
	}
	if game.skillSD > 0 {
		game.binsPerPoint = 8 / game.skillSD
	}
	choices := &service.Market
	game.isPlain = len(choices.Parties) < 2 && game.lobby.bins == 1 && choices.Relax == workload.Each &&
		(choices.Full != workload.Wait || choices.Choice == workload.ByRouting)
	if len(choices.Parties) > 0 {
		game.leads = 1 / choices.MeanParty()
		sum := 0.0
		for _, share := range choices.Parties {
			sum += share
			game.partiesUpTo = append(game.partiesUpTo, sum)
		}
	}
	for i, site := range w.playedAt {
		game.sites = append(game.sites, r.newGameSite(w, game, site))
		if game.sites[i].pool.own > 0 && game.take > 0 {
			game.limited = append(game.limited, i)
		}
	}
	ways, data := make([][]playerWay, len(r.plan.sites)), make([]dataCalls, len(r.plan.sites))
	var turns [][][]playerTurn
	if w.turns != nil {
		turns = make([][][]playerTurn, len(r.plan.sites))
	}
	for _, site := range w.playedAt {
		ways[site] = make([]playerWay, len(w.reach))
		data[site] = newDataCalls(&service.Data, w.homes[site])
		if turns != nil {
			turns[site] = make([][]playerTurn, len(w.reach))
		}
	}
	for m := range w.reach {
		base := make([]int64, len(w.playedAt))
		for i, site := range w.playedAt {
			ways[site][m] = newPlayerWay(&w.reach[m][i], w.access[m])
			if turns != nil && w.turns[m][i] != nil {
				turns[site][m] = w.turns[m][i]
				ways[site][m] = w.turns[m][i][0].way // by which the market chooses
			}
			base[i] = ways[site][m].base()
		}
		game.metros = append(game.metros, r.newGamers(number, m, base, newSessionStream(open(m), of)))
	}
	book := func() *gameBook {
		return newGameBook(w, len(r.plan.sites), len(r.plan.metros), game.sample)
	}
	game.book, game.course = book(), r.plan.newGameCourse(number)
	game.newArena = func() (arena, *gameBook) {
		b := book()
		b.course = r.plan.newGameCourse(number)
		return arena{rules: game.rules, ways: ways, turns: turns, apart: w.apart, peerTurns: w.peerTurns, data: data, tallyOf: b.at, steps: stepTally{course: b.course}}, b
	}
	r.games = append(r.games, game)
	return nil
}

// newGameSite returns a site of a game with its cores: those that all games share there, or its own.
func (r *run) newGameSite(w *plannedWorkload, g *game, site int) gameSite {
	s := &r.plan.scenario
	at := r.plan.sites[site].compute
	pool := r.pools[site]
	if pool == nil {
		pool = &corePool{site: site, own: at.Servers, elastic: at.Elastic, delay: int64(at.ElasticDelay)}
		pool.cpu, pool.extra = newOccupancy(int64(s.WarmUp), r.end()), newOccupancy(int64(s.WarmUp), r.end())
		pool.cpu.course, pool.extra.course = r.plan.newBusyCourse(), r.plan.newBusyCourse()
		if at.Cores > 0 {
			pool.own, pool.isShared = at.Cores, true
			pool.isFollowed = slices.ContainsFunc(at.Pools, func(o placement.Pool) bool { return o.SpareCores })
			if r.pools == nil {
				r.pools = make(map[int]*corePool)
			}
			r.pools[site] = pool
		}
	}
	pool.largest = max(pool.largest, g.take)
	isBackup := at.Backup && g.Market.Choice != workload.ByRouting
	of := gameSite{
		id: site, there: r.plan.presenceOf(site), isBackup: isBackup, isAway: isBackup, pool: pool, outages: s.outagesOf(r.plan.sites[site].id), away: s.awayIn(&r.plan.placement, r.plan.sites[site].id), tally: &g.to.Sites[site],
		login: newDataCalls(&g.login, w.homes[site]), set: newDataCalls(&g.set, w.homes[site]),
		hosted: newHourlyOccupancy(int64(s.WarmUp), r.end()), slow: newHourlyOccupancy(int64(s.WarmUp), r.end()), present: newHourlyOccupancy(int64(s.WarmUp), r.end()),
	}
	of.hosted.course = r.plan.newBusyCourse()
	return of
}

// newGamers returns the players of a metro and the sites that the routing rule names for them.
func (r *run) newGamers(number, m int, base []int64, sessions sessionStream) gamers {
	s, w := &r.plan.scenario, &r.plan.workloads[number]
	entity := purpose.EntityOf(w.name, r.plan.metros[m])
	key := func(what uint64) random.Key { return random.NewKey(s.Seed, r.rep, entity, what) }
	players := gamers{
		metro: uint32(m), law: w.access[m], base: base, sessions: sessions,
		key: key(purpose.Player), who: key(purpose.Route), parties: key(purpose.Party), skills: key(purpose.Skill),
	}
	if w.turns != nil {
		players.turns = w.turns[m]
	}
	for i := range base {
		players.order = append(players.order, i)
	}
	slices.SortStableFunc(players.order, func(a, b int) int { return cmp.Compare(base[a], base[b]) })
	if !slices.ContainsFunc(w.reach[m], func(e entry) bool { return e.access > 0 }) {
		players.law = nil
	}
	for i := range w.entries[m] {
		e := &w.entries[m][i]
		players.homes = append(players.homes, home{site: slices.Index(w.playedAt, e.site), share: e.share})
	}
	return players
}

// takeOf returns what a match takes of a core, in coreUnit: nothing where no server plays it.
func takeOf(m *workload.Matched) int64 {
	if !m.Peers.IsZero() {
		return 0
	}
	if cores := m.Cores(); cores < 1 {
		return int64(float64(cores*coreUnit) + 1e-6)
	}
	return int64(math.Ceil(m.Cores())) * coreUnit
}

// callsOf returns calls to the home of a game's data.
func callsOf(m *workload.Matched, c workload.Calls) workload.DataCalls {
	return workload.DataCalls{Home: m.Data.Home, Replicated: m.Data.Replicated, Probability: 1, Calls: c.Count, Service: c.Service}
}

// joinMarkets makes a market for each game, one for those that share cores.
func (r *run) joinMarkets() {
	of := make(map[*corePool]*market)
	for _, g := range r.games {
		var k *market
		for s := range g.sites {
			if other := of[g.sites[s].pool]; other != nil && other != k {
				if k != nil {
					r.markets = slices.DeleteFunc(r.markets, func(m *market) bool { return m == other })
					k.games = append(k.games, other.games...)
					for p, m := range of {
						if m == other {
							of[p] = k
						}
					}
				} else {
					k = other
				}
			}
		}
		if k == nil {
			k = &market{from: int64(r.plan.scenario.WarmUp), end: r.end()}
			r.markets = append(r.markets, k)
		}
		k.games = append(k.games, g)
		for s := range g.sites {
			of[g.sites[s].pool] = k
		}
	}
	for _, k := range r.markets {
		slices.SortStableFunc(k.games, func(a, b *game) int { return slices.Index(r.games, a) - slices.Index(r.games, b) })
		for i, g := range k.games {
			g.market, g.number = k, i
			for s := range g.sites {
				if p := g.sites[s].pool; p.elastic && !slices.Contains(k.elastic, p) {
					k.elastic = append(k.elastic, p)
				}
			}
		}
	}
}

// runMarkets runs all markets, one after the other, and plays their matches on as many workers. Then servers may have the cores that these leave.
func (r *run) runMarkets(workers int) error {
	for _, k := range r.markets {
		k.crew = newPlayCrew(r.ctx, workers, len(k.games), func(g int) (arena, *gameBook) { return k.games[g].newArena() })
		err := k.run(r.ctx)
		if failed := k.crew.finish(); err == nil {
			err = failed
		}
		if err != nil {
			return err
		}
	}
	r.followCores()
	return nil
}

// addUp adds what the games of the market had to the result.
func (k *market) addUp() error {
	for i, g := range k.games {
		if err := g.book.settle(g.to); err != nil {
			return err
		}
		for _, books := range k.crew.books {
			if err := books[i].settle(g.to); err != nil {
				return err
			}
			books[i].course.settle(g.to)
		}
		g.to.Pairs = g.pairs.tallies()
		g.course.settle(g.to)
		for s := range g.sites {
			g.sites[s].settle(g)
			g.sites[s].settleCourse(g)
		}
	}
	return nil
}

// settle notes, at the end of the run, how many players, matches and cores the site had.
func (s *gameSite) settle(g *game) {
	s.present.pass(g.end)
	s.hosted.pass(g.end)
	s.slow.pass(g.end)
	s.pool.cpu.pass(g.end)
	s.pool.extra.pass(g.end)
	t := s.tally
	t.PeakPlayers, t.MatchCores = uint64(s.present.peak), uint64(g.take)
	for h := range t.Hours {
		t.Hours[h] = SiteHour{
			PlayerUs: s.present.hours[h].us, MatchUs: s.hosted.hours[h].us, OverrunUs: s.slow.hours[h].us,
			PeakMatches: uint64(s.hosted.hours[h].peak), MostMatches: uint64(s.hosted.hours[h].most),
		}
	}
	c := &t.Counters
	c[MatchUs] = s.hosted.us
	part := s.partOfPool(g)
	c[CoreUs], c[RentedUs] = uint64(float64(part*float64(s.pool.cpu.us))), uint64(float64(part*float64(s.pool.extra.us)))
	there := s.inService(g)
	switch {
	case s.pool.own == 0:
	case s.pool.isShared || s.pool.elastic:
		c[BusyUs] = c[CoreUs]
		c[ServerUs] = usIn(s.pool.own, there) + s.pool.extra.us
	default:
		c[BusyUs] = s.hosted.us
		c[ServerUs] = usIn(g.MatchesOn(s.pool.own), there)
	}
	c[AwayUs] = usOf(1, g.from, g.end) - usIn(1, there)
}

// inService returns the parts of the recorded time in which the cores of the site are there.
func (s *gameSite) inService(g *game) []span {
	return s.there.inService(g.from, g.end, s.pool.cpu.last, s.outages)
}

// partOfPool returns the part of the matches of a site's cores that is the game's, by what they take.
func (s *gameSite) partOfPool(g *game) float64 {
	own, all := 0.0, 0.0
	for _, o := range g.market.games {
		for i := range o.sites {
			if o.sites[i].pool != s.pool {
				continue
			}
			o.sites[i].hosted.pass(g.end)
			used := float64(float64(o.sites[i].hosted.us) * float64(o.take))
			all += used
			if o == g {
				own = used
			}
		}
	}
	if all == 0 {
		return 0
	}
	return own / all
}
