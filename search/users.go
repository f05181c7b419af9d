package search

import (
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// usersAMetro is at how many points the law of a metro's latencies is looked at. The share of users within a deadline is
// off by a few thousandths in a metro, and by less over many.
const usersAMetro = 512

// A user is one point of the law of a metro's latencies: all that does not depend on who serves the metro. Times are in ns.
type user struct {
	fixed float64 // last mile, jitter, ticks and work
	part  int     // of the metro's users, by how far they live from it
	trips float64 // how often the round trip to the entry counts
	links float64 // how often the mean jitter of the links counts
	calls float64 // how often the round trip to the home of the data counts
	work  float64 // of the origin, where a request comes to it
	// hit, wait and loss are uniform numbers that say which cache has the object, how long the queue is and what is lost.
	hit, wait, loss float64
	exchanges       int
}

// The dimensions of the points.
const (
	dimTechnology = iota
	dimBase
	dimSpread
	dimJitter
	dimNew
	dimService
	dimCoin
	dimCall
	dimTick
	dimHit
	dimWait
	dimLoss
	dimLinks
	numDims
)

// steps are those of the points from one to the next, by dimension: powers of the inverse of the root of x^(d+1) = x + 1, so that
// the points fill the cube evenly (M. Roberts, The Unreasonable Effectiveness of Quasirandom Sequences, 2018).
var steps = func() (steps [numDims]float64) {
	root := 1.0
	for range 100 {
		root = portable.Pow(1+root, 1/float64(numDims+1))
	}
	for d := range steps {
		steps[d] = portable.Pow(1/root, float64(d+1))
	}
	return steps
}()

// turns is how many sets of points there are, each shifted along every dimension by a random number of its own: metros take them in turn,
// so that what one of them gets wrong by chance others do not.
const turns = 16

var shifts = func() (shifts [turns][numDims]float64) {
	stream := random.New(0, 0, random.Entity("points"), purpose.Named("shifts"))
	for turn := range shifts {
		for d := range shifts[turn] {
			shifts[turn][d] = stream.Float64()
		}
	}
	return shifts
}()

// A point is one of a turn.
type point struct{ turn, number int }

// at returns a coordinate of a point, in (0, 1).
func (p point) at(dim int) float64 {
	x := shifts[p.turn][dim] + float64(float64(p.number+1)*steps[dim])
	return min(max(x-math.Floor(x), 1e-9), 1-1e-9)
}

// A mile is the law of the last mile of a metro's users, but for the way to the metro's place.
type mile struct {
	mix topology.AccessMix
	is  bool // that there is one
}

// usersOf returns the points of a metric of a workload in one of the turns.
func usersOf(w *workload.Workload, metric sim.Metric, of mile, turn int) []user {
	users := make([]user, usersAMetro)
	for i := range users {
		users[i] = userOf(w, metric, of, point{turn, i})
	}
	return users
}

// coreOf returns the time between the ticks of a match, and how long a tick waits for the core, in ns: with full matches on it, as many as
// go, each at a phase of its own (see sim's core_share.go).
func coreOf(game *workload.Matched, p point) (period, queue float64) {
	period, work := float64(game.NominalPeriod()), float64(game.TickWork(game.MatchPlayers))
	matches := max(game.MatchesOn(1), 1)
	if all := work * float64(matches); all > period {
		return all, 0
	}
	draws := random.NewKey(uint64(p.turn), uint64(p.number), random.Entity("points"), purpose.Named("matches on the core"))
	before := make([]float64, matches-1)
	for i := range before {
		before[i] = period * unit(draws.At(uint64(i)))
	}
	slices.Sort(before)
	for i, since := range before {
		queue = max(queue, float64(work*float64(i+1))-since)
	}
	return period, queue
}

func userOf(w *workload.Workload, metric sim.Metric, of mile, p point) user {
	u := user{trips: 1, exchanges: 1, hit: p.at(dimHit), wait: p.at(dimWait), loss: p.at(dimLoss), links: -portable.Log(p.at(dimLinks))}
	var line topology.Technology
	base := 0.0
	if of.is {
		line = lineOf(of, p.at(dimTechnology))
		base = float64(line.BaseRTT(p.at(dimBase)))
		u.part = int(p.at(dimSpread) * topology.SpreadParts)
	}
	jitter := func(p float64) float64 {
		if !of.is {
			return 0
		}
		return float64(line.JitterRTT(p))
	}
	switch metric {
	case sim.PlayerRTT:
		u.fixed, u.links, u.exchanges = base+jitter(0.5), math.Ln2, 0
		return u
	case sim.RTT:
		u.fixed = base + jitter(p.at(dimJitter))
		return u
	}
	data := w.DataCalls()
	if p.at(dimCoin) < data.Probability {
		u.calls = float64(data.Calls)
		work := timeOf(data.Service, p.at(dimCall)) * u.calls
		if data.Parallel {
			u.calls, work = min(u.calls, 1), timeOf(data.Service, p.at(dimCall))
		}
		u.fixed += work
	}
	switch service := w.Service.(type) {
	case workload.Matched:
		inEffect := jitter(p.at(dimJitter))
		draws := random.NewKey(uint64(p.turn), uint64(p.number), random.Entity("points"), purpose.Named("later updates"))
		distance := float64(service.SendPeriod())
		for k := 1; float64(k)*distance < inEffect; k++ { // a later update says it, too
			inEffect = min(inEffect, float64(float64(k)*distance)+jitter(unit(draws.At(uint64(k)))))
		}
		period, queue := coreOf(&service, p)
		u.fixed += base + inEffect + float64(p.at(dimTick)*period) + queue + float64(service.TickWork(service.MatchPlayers))
		return u
	case workload.Computed:
		u.fixed += timeOf(service.Work, p.at(dimService))
	case workload.Cacheable:
		u.work = timeOf(service.Origin, p.at(dimService))
	}
	u.fixed += base + jitter(p.at(dimJitter))
	if p.at(dimNew) < w.NewShare() {
		connect, tls := w.Client.Handshake.RoundTrips()
		draws := random.NewKey(uint64(p.turn), uint64(p.number), random.Entity("points"), purpose.Named("handshakes"))
		for k := range connect + tls {
			u.fixed += base + jitter(unit(draws.At(uint64(k))))
			u.trips++
			u.links -= portable.Log(unit(draws.At(uint64(k + 100))))
			u.exchanges++
		}
	}
	if metric == sim.TTLB {
		u.trips += roundsOf(w)
	}
	return u
}

// roundsOf returns about how many round trips a response of the mean size takes after its first byte over a new window.
func roundsOf(w *workload.Workload) float64 {
	computed, ok := w.Service.(workload.Computed)
	if !ok {
		return 0 // sizes differ: the first byte stands for the last
	}
	window := float64(w.Client.WindowBytes())
	return math.Max(0, math.Ceil(portable.Log(float64(computed.ResponseBytes)/window+1)/math.Ln2)-1)
}

// lineOf returns the technology of a share of the users.
func lineOf(of mile, p float64) topology.Technology {
	last := topology.Technology(0)
	for t, share := range of.mix.OrDefault() {
		if share <= 0 {
			continue
		}
		last = topology.Technology(t)
		if p -= share; p < 0 {
			break
		}
	}
	return last
}

// timeOf returns the service time that a share p of the requests stays below; of the gamma law about (Wilson and Hilferty 1931, and
// its series where that is near 0).
func timeOf(s workload.ServiceTime, p float64) float64 {
	mean := float64(s.Mean)
	variance := s.SquaredVariation()
	switch s.Law {
	case workload.ExponentialTime:
		return -mean * portable.Log(1-p)
	case workload.LognormalTime:
		spread := portable.Log1p(variance)
		return mean * portable.Exp(float64(math.Sqrt(spread)*portable.NormalQuantile(p))-float64(spread/2))
	case workload.GammaTime:
		shape := 1 / variance
		root := 1 - 1/(9*shape) + float64(portable.NormalQuantile(p)/(3*math.Sqrt(shape)))
		low := portable.Exp((portable.Log(p)+portable.LogGamma(shape+1))/shape) / shape
		return mean * max(float64(root*float64(root*root)), low)
	case workload.EmpiricalTime:
		return float64(s.Times[min(int(p*float64(len(s.Times))), len(s.Times)-1)])
	}
	return mean
}

// unit returns a number in (0, 1) for 64 random bits.
func unit(bits uint64) float64 { return (float64(bits>>11) + 0.5) / (1 << 53) }

// lossOf returns what lost packets add, on the mean over the exchanges of a request the same chance of one.
func lossOf(u *user, loss, rtt float64, resend time.Duration) float64 {
	if loss == 0 || u.exchanges == 0 {
		return 0
	}
	if resend == 0 {
		resend = time.Duration(transport.RetransmitNs(int64(rtt)))
	}
	any := 1 - portable.Pow(1-loss, float64(u.exchanges))
	return float64(topology.LossDelay(u.loss, any, resend))
}
