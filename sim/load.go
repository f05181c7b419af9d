package sim

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// A Load is what is asked of servers, of a link or of a connection between sites, and what they can do. At a ratio of 1 and more a queue grows for as long
// as the run lasts: no figure is ever steady. But players who find no seat wait and give up, so that theirs is.
type Load struct {
	// Workload is whose servers these are; "" for a link, and for a pool of servers, which workloads share. Pool is the role and
	// the name of such a pool, for example "compute gpu".
	Workload string `json:"workload,omitempty"`
	Pool     string `json:"pool,omitempty"`
	// Site is where the servers are, "" for the seats that a game has at all its sites together; From and To are the ends of a link, or the sites between which
	// a connection carries answers to a workload.
	Site string `json:"site,omitempty"`
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Tier is who fetches over a connection, "" where a PoP passes requests on. LossRatio is the probability that it loses a packet of an answer, and RTT its round
	// trip: what it carries follows from these. They are 0 for servers and links.
	Tier      string        `json:"tier,omitempty"`
	LossRatio float64       `json:"loss_ratio,omitempty"`
	RTT       time.Duration `json:"rtt_ns,omitempty"`
	// Offered is how many servers the work would keep busy, or the bits per second to be carried; both on the mean of
	// the recorded time. Capacity is the number of servers, or the bits per second of the link or the connection.
	Offered  float64 `json:"offered"`
	Capacity float64 `json:"capacity"`
	// Sharing is how a link shares its capacity among what crosses it, so that a queue grows there: "fifo" or "ps"; "" where it gives
	// each response all of it, and for servers.
	Sharing string `json:"sharing,omitempty"`
	// Unit is [Players] where Offered is players who want to play and Capacity the seats that the servers have for them; else "".
	Unit string `json:"unit,omitempty"`
	// Rejects says that the servers reject what they have no room for, so that a queue before them is steady at any load.
	Rejects bool `json:"rejects,omitempty"`
	// PerSecond is how many jobs a second the servers get; 0 for a link.
	PerSecond float64 `json:"per_second,omitempty"`
	// TakenIn is what of Offered is work of requests that other sites have no room for and pass on, Spilled what of it this site passes on:
	// before a run by Erlang's fixed point ([Plan.ServerLoads]). Both are 0 where no pool passes anything on.
	TakenIn float64 `json:"taken_in,omitempty"`
	Spilled float64 `json:"spilled,omitempty"`
	// room is about how many jobs find room where servers reject others.
	room float64
}

// Players is the unit of a load of the servers of a game.
const Players = "players"

// Ratio returns the load as a share of the capacity.
func (l Load) Ratio() float64 { return l.Offered / l.Capacity }

// IsSteady reports whether the queue can become steady.
func (l Load) IsSteady() bool { return l.Offered < l.Capacity || l.Rejects }

// Queues reports whether what finds no room waits: at servers, for a connection, and at links that share their capacity.
func (l Load) Queues() bool { return l.Site != "" || l.Sharing != "" || l.IsOfConnection() }

// IsOfConnection reports whether it is the load of a connection between sites.
func (l Load) IsOfConnection() bool { return l.LossRatio > 0 }

// Relaxation returns the time in which a queue before servers forgets e-fold how it began, that of M/M/1 with the servers
// taken as one that is as fast as all: S/(c(1-sqrt(rho))^2) with a mean work S (Cohen, The Single Server Queue, 1969, II.2.1); with
// room for n jobs, of which others are rejected, S/(c(1+rho-2sqrt(rho)cos(pi/(n+1)))) (Takacs, Introduction to the Theory of Queues,
// 1962, 1.2). It is 0 for links and where nothing is ever steady.
func (l Load) Relaxation() time.Duration {
	if l.PerSecond == 0 || !l.IsSteady() {
		return 0
	}
	rho, cos := l.Ratio(), 1.0
	if l.Rejects {
		cos = portable.Cos(math.Pi / (l.room + 1))
	}
	slack := 1 - math.Sqrt(rho)
	of := float64(slack*slack) + float64(2*math.Sqrt(rho)*(1-cos))
	seconds := l.Offered / l.PerSecond / l.Capacity / of
	return time.Duration(min(seconds*1e9, float64(maxRun)))
}

// IsOfTheSame reports whether two loads are of the same servers, link or connection.
func (l Load) IsOfTheSame(o Load) bool {
	return l.Workload == o.Workload && l.Pool == o.Pool && l.Site == o.Site && l.From == o.From && l.To == o.To && l.Tier == o.Tier
}

// MeanLoads returns the mean of the loads of several runs; what a run does not know of counts as idle there.
func MeanLoads(runs [][]Load) []Load {
	var all loads
	for _, run := range runs {
		for _, l := range run {
			l.Offered /= float64(len(runs))
			l.PerSecond /= float64(len(runs))
			l.TakenIn /= float64(len(runs))
			l.Spilled /= float64(len(runs))
			all.add(l)
		}
	}
	return all
}

// String returns the load in words, for example "api at lax: work for 5.8 servers, of which there are 2: a load of 290 %".
func (l Load) String() string {
	if l.Unit == Players {
		at := l.Site
		if at == "" {
			at = "all its sites"
		}
		return fmt.Sprintf("%s at %s: about %s players for %s seats: a load of %s %%", l.Workload, at,
			humanize.Comma(int64(math.Round(l.Offered))), humanize.Comma(int64(math.Round(l.Capacity))), rounded(100*l.Ratio()))
	}
	if l.Site != "" {
		servers := "there are"
		if l.Capacity == 1 {
			servers = "there is"
		}
		return fmt.Sprintf("%s at %s: work for %s servers, of which %s %v: a load of %s %%", cmp.Or(l.Workload, l.Pool), l.Site, rounded(l.Offered), servers, l.Capacity, rounded(100*l.Ratio()))
	}
	if l.IsOfConnection() {
		of := l.Workload
		if l.Tier != "" {
			of += " (" + l.Tier + ")"
		}
		return fmt.Sprintf("the connection %s -> %s of %s: %s Mbit/s over the %s Mbit/s that one carries at %s %% loss and a round trip of %s ms: a load of %s %%", l.From, l.To, of,
			rounded(l.Offered/1e6), rounded(l.Capacity/1e6), rounded(100*l.LossRatio), rounded(l.RTT.Seconds()*1e3), rounded(100*l.Ratio()))
	}
	return fmt.Sprintf("link %s -> %s: %s Mbit/s over %s Mbit/s: a load of %s %%", l.From, l.To, rounded(l.Offered/1e6), rounded(l.Capacity/1e6), rounded(100*l.Ratio()))
}

// rounded writes a number with three digits that count, from 100 on as a whole number: never with an exponent.
func rounded(x float64) string {
	if x >= 100 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// loads adds up loads of the same servers and links.
type loads []Load

// add adds what is offered to servers or to a link, which the load names; none has no limit.
func (all *loads) add(one Load) {
	if one.Capacity == 0 || one.Offered == 0 && one.Spilled == 0 && one.TakenIn == 0 {
		return
	}
	for i := range *all {
		if of := &(*all)[i]; of.IsOfTheSame(one) {
			of.Offered += one.Offered
			of.PerSecond += one.PerSecond
			of.TakenIn += one.TakenIn
			of.Spilled += one.Spilled
			return
		}
	}
	*all = append(*all, one)
}

// most adds loads of the same servers or links at another time, of which the larger stand for them.
func (all *loads) most(others loads) {
	for _, one := range others {
		k := slices.IndexFunc(*all, one.IsOfTheSame)
		if k < 0 {
			*all = append(*all, one)
		} else if (*all)[k].Offered < one.Offered {
			(*all)[k] = one
		}
	}
}

// ServerLoads returns the load of every set of servers, workload by workload, of which it is known before the run: who
// computes, calls to the home of their data, origins that users meet, and the seats of games; with what sites have no room for where they pass
// it on to, as Erlang's fixed point has it: streams of requests are Poisson processes, pools M/M/c with the room that they have. A workload whose
// demand does not know its rate has none, and neither has a game whose players are not those of [workload.Sessions]; failures and retries are left out, and sites
// that open or close are as they are in the end.
func (p *Plan) ServerLoads() ([]Load, error) { return p.serverLoads(len(p.phases) - 1) }

// ServerLoadsInTime returns the same where sites open or close in the recorded time: of each set of servers the largest of all that are open at a time.
func (p *Plan) ServerLoadsInTime() ([]Load, error) { return p.serverLoads(0) }

// serverLoads returns the largest loads of the phases from one on.
func (p *Plan) serverLoads(first int) ([]Load, error) {
	rates := make([][]float64, len(p.workloads))
	for i := range p.workloads {
		if _, ok := p.scenario.Workloads[i].Demand.(workload.Rated); !ok || p.workloads[i].kind == Matched {
			continue
		}
		var err error
		if rates[i], err = p.meanRates(i); err != nil {
			return nil, err
		}
	}
	var all loads
	for phase := len(p.phases) - 1; phase >= first; phase-- {
		then, err := p.serverLoadsIn(phase, rates)
		if err != nil {
			return nil, err
		}
		all.most(then)
	}
	return all, nil
}

// serverLoadsIn returns those of a phase of the recorded time, of so many requests a second by workload and metro.
func (p *Plan) serverLoadsIn(phase int, rates [][]float64) (all loads, err error) {
	games, err := p.playersOfGames(phase)
	if err != nil {
		return nil, err
	}
	own := make([][]float64, len(p.workloads))
	for i := range p.workloads {
		planned := &p.workloads[i]
		if planned.kind == Matched {
			p.addPlayers(&all, i, games)
			continue
		}
		for m, rate := range rates[i] {
			for k := range planned.entries[m] {
				e := &planned.entries[m][k]
				p.eachWork(i, e.site, rate*e.share.inPhase(phase), func(number, at int, perSecond float64, work workload.ServiceTime) {
					all.add(p.serversAt(number, at, perSecond, work))
				})
			}
		}
		if planned.kind == Computed && rates[i] != nil {
			own[i] = p.entering(i, rates[i], phase)
		}
	}
	if p.spills() {
		p.addSpilled(&all, own, phase)
	}
	return all, nil
}

// addSpilled adds what spill moves of so many requests a second in a phase, by workload and site.
func (p *Plan) addSpilled(all *loads, own [][]float64, phase int) {
	o := p.newOverflow(own, phase)
	for i := range own {
		o.each(i, func(number, at int, perSecond float64, work workload.ServiceTime) {
			all.add(p.serversAt(number, at, perSecond, work))
		})
		for at := range o.passed[i] {
			of := p.serversAt(i, at, 0, workload.ServiceTime{})
			of.Spilled, of.TakenIn = o.moved(i, at)
			all.add(of)
		}
	}
}

// eachWork calls add with what so many requests of a workload a second are for the servers at the site where they enter, and at the
// home of their data.
func (p *Plan) eachWork(number, at int, perSecond float64, add func(number, site int, perSecond float64, work workload.ServiceTime)) {
	site := &p.sites[at]
	switch service := p.scenario.Workloads[number].Service.(type) {
	case workload.Cacheable:
		if len(site.caches) == 0 || site.caches[firstTier] == nil {
			add(number, at, perSecond, service.Origin)
		}
	case workload.Computed:
		add(number, at, perSecond, service.Work)
		p.eachCall(number, at, perSecond, add)
	}
}

// eachCall calls add with the calls of so many requests a second that are worked on at a site, where others answer them.
func (p *Plan) eachCall(number, at int, perSecond float64, add func(number, site int, perSecond float64, work workload.ServiceTime)) {
	data := p.scenario.Workloads[number].DataCalls()
	if home := &p.workloads[number].homes[at][0]; home.to >= 0 {
		add(number, home.to, perSecond*data.Probability*float64(data.Calls), data.Service)
	}
}

// serversAt returns what is offered to the servers that a workload finds at a site.
func (p *Plan) serversAt(number, at int, perSecond float64, work workload.ServiceTime) Load {
	w := &p.workloads[number]
	a := p.sites[at].assignment(w.kind.Role())
	of := Load{Workload: w.name, Site: p.sites[at].id, Offered: perSecond * work.Mean.Seconds(), Capacity: float64(a.MostServersFor(w.name)), PerSecond: perSecond}
	if a == nil {
		return of
	}
	if n, ok := a.PoolOf(w.name); ok {
		pool := &a.Pools[n]
		of.Workload, of.Pool = "", poolName(a.Role, pool)
		if pool.SpareCores {
			of.Capacity = max(of.Capacity-p.taken[at], float64(pool.Servers))
		}
		of.room = math.Inf(1)
		if pool.Queue.Is {
			of.room = of.Capacity + float64(pool.Queue.Most)
		}
		if pool.Shed > 0 && work.Mean > 0 {
			of.room = min(of.room, float64(pool.Servers)*(1+pool.Shed.Seconds()/work.Mean.Seconds()))
		}
		of.Rejects = pool.Rejects()
	}
	return of
}

// PoolAt returns what [Load].Pool calls the pool of servers that a workload, by its number, has at a site; "" where it has none.
func (p *Plan) PoolAt(number int, site string) string {
	w := &p.workloads[number]
	if at := p.number(site); at >= 0 {
		if a := p.sites[at].assignment(w.kind.Role()); a != nil {
			if n, ok := a.PoolOf(w.name); ok {
				return poolName(a.Role, &a.Pools[n])
			}
		}
	}
	return ""
}

// poolName returns what loads call a pool.
func poolName(role placement.Role, p *placement.Pool) string {
	return strings.TrimSpace(string(role) + " " + p.Name)
}

// meanRates returns the requests per second of a workload by metro, on the mean of the recorded time. Where they come in visits it has always been that day, also where the run begins
// in a steady state of visits that the hour before the start would not have left (assumed).
func (p *Plan) meanRates(number int) ([]float64, error) {
	w := &p.scenario.Workloads[number]
	const most = 24 * time.Hour // then the day has begun anew
	steps := 1 + int(min(p.scenario.Duration, most)/(15*time.Minute))
	sum := make([]float64, len(p.metros))
	inTime, err := w.LoadInTime()
	if err != nil {
		return nil, err
	}
	step := p.scenario.Duration / time.Duration(steps)
	for i := range steps {
		share := (float64(i) + 0.5) / float64(steps)
		at := p.scenario.Start.Add(p.scenario.WarmUp + time.Duration(share*float64(p.scenario.Duration)))
		rates, err := w.RatesAt(p.workloads[number].audiences, at)
		if err != nil {
			return nil, err
		}
		from := p.scenario.WarmUp + time.Duration(i)*step
		for m, rate := range rates {
			if inTime != nil {
				rate *= inTime(p.workloads[number].audiences[m].Metro, from, from+step)
			}
			sum[m] += rate / float64(steps)
		}
	}
	return sum, nil
}

// LoadsOf returns the loads of which a run has found out: of origins behind caches, of links, and of connections between sites over ways that lose packets. What a metro's users get
// is shared among their ways as when the run begins and, where sites open or close, by how long they are open.
func (p *Plan) LoadsOf(r *Result) []Load {
	var all loads
	seconds, parts := p.scenario.Duration.Seconds(), p.phaseParts()
	for i := range r.Links {
		l := &r.Links[i]
		all.add(Load{From: l.From, To: l.To, Sharing: l.Sharing, Offered: 8 * float64(l.Sum().Bytes) / seconds, Capacity: l.BitsPerSecond})
	}
	for i := range p.workloads {
		planned, tally := &p.workloads[i], &r.Workloads[i]
		for m := range planned.entries {
			for k := range planned.entries[m] {
				e := &planned.entries[m][k]
				bytes := float64(tally.Metros[m].Count(Bytes)) * e.share.mean(parts)
				p.addNarrowest(&all, e.narrowest, 8*bytes/seconds)
				p.addNarrowest(&all, e.beyond.narrowest, 8*bytes/seconds)
				p.addRide(&all, i, e, 8*bytes/seconds)
			}
		}
		for at := range planned.hops {
			of := &tally.Sites[at]
			for k, hops := range planned.hops[at] {
				if hops == nil {
					continue
				}
				_, fetched := of.fetched()
				if k > 0 {
					fetched = of.Tiers[k].Count(TierBytes) - of.Tiers[k].Count(TierHitBytes)
				}
				fetches := p.partsOf(hops, p.end()-1)
				for _, n := range fetches {
					bitsPerSecond := 8 * (float64(fetched) / float64(len(fetches))) / seconds
					p.addNarrowest(&all, hops[n].narrowest, bitsPerSecond)
					p.addConnection(&all, hops[n].lossy, Load{Workload: planned.name, Tier: p.placement.Tiers[k].Name, To: p.sites[at].id, Offered: bitsPerSecond}, &hops[n].leg)
				}
			}
		}
		if service, ok := p.scenario.Workloads[i].Service.(workload.Cacheable); ok {
			for at := range p.sites {
				if p.sites[at].origin != nil && p.sites[at].origin.Serves(planned.name) {
					all.add(p.serversAt(i, at, float64(tally.Sites[at].Tally.Count(OriginRequests))/seconds, service.Origin))
				}
			}
		}
	}
	return all
}
