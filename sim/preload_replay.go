package sim

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
)

// A replay lets the requests for one object be served once more that came before a run, by caches that fetch in no time. While all that a server of the
// first tier has of the object is fresh, what it is asked for changes nothing: no request is drawn until some of it is too old. So the most popular object takes
// a few requests a lifetime, and only those that have asked for it last, from which the content of the cache follows, are drawn one by one.
type replay struct {
	*past
	object      uint32
	first, next int // its things
	size        int64
	begin       int64 // the instant before which nothing is replayed, in ns
	countsFrom  int64
	asks        random.Stream // which of independent servers are asked
	edges       []replayedEdge
	due         []dueRequest      // a heap, the first to come at 0
	lives       []replayedLife    // by tier
	counts      [][]replayedCount // by tier and slice
}

// A replayedLife is for how long a cache holds an answer, in ns; counted from when the origin made it, or from when it came.
type replayedLife struct {
	ns        int64
	countsAge bool
	stale     int64             // for how long beyond that it answers with it, and fetches it meanwhile
	behind    func(k int) *tier // nil for the origin
}

// until returns the instant at which a copy is not fresh any more.
func (l *replayedLife) until(c *pastCopy) int64 {
	switch {
	case *c == pastCopy{}:
		return math.MinInt64
	case l.countsAge:
		return c.asOf + l.ns
	}
	return c.since + l.ns
}

// A replayedCount is how often a cache was asked for a slice, and asked for it itself, since an instant; and for how long it held how many copies, fresh, in all, in ns.
type replayedCount struct {
	asked, asks  int64
	copies, held int64
	wanted       float64 // how often users want it in a second of whom this is the last cache before the origin
}

// A replayedEdge is a server of the first tier.
type replayedEdge struct {
	of     *pastTier
	server int
	rate   float64 // of requests for the object
	stream random.Stream
	asks   workload.Asks // those before the ones that came last
	near   []pastRequest // those that came last, back in time
	left   int           // of them, those still to come
	// keeps says that it evicts nothing of the object while it is fresh.
	keeps bool
}

// A dueRequest is the next that a server of the first tier is to serve.
type dueRequest struct {
	at     int64
	edge   int
	isNear bool
}

// drawsBack bounds the requests of one server for one object that are drawn: where it lacks some of it all the time fewer lifetimes are replayed.
const drawsBack = 4096

// replay replays the requests for all objects of a workload.
func (h *past) replay(d *scratch) error {
	w := &h.workloads[h.number]
	r := &replay{past: h, lives: make([]replayedLife, len(h.tiers)), counts: make([][]replayedCount, len(h.tiers))}
	objects := len(w.popularity)
	if w.sliced != nil {
		objects = len(w.sliced.first) - 1
	}
	for object := range uint32(objects) {
		if object%1024 == 0 {
			if err := h.ctx.Err(); err != nil {
				return err
			}
		}
		r.object, r.first, r.next = object, int(object), int(object)+1
		if w.sliced != nil {
			r.first, r.next = int(w.sliced.first[object]), int(w.sliced.first[object+1])
		}
		if r.next > r.first {
			r.run(d)
		}
	}
	return nil
}

// run replays the requests for the object that is set.
func (r *replay) run(d *scratch) {
	w := &r.workloads[r.number]
	back := r.back(r.first)
	if back == 0 || !(w.popularity[r.first] >= 0) {
		return
	}
	longest := back / r.lifetimes
	r.size = 0
	for k := r.first; k < r.next; k++ {
		r.size += w.bytes[k]
		r.isReplayed[k] = true
	}
	perLife := r.open(longest, d)
	if !(perLife > 0) {
		return
	}
	if perLife*float64(r.lifetimes) > drawsBack {
		back = int64(float64(longest) * (drawsBack / perLife))
	}
	r.begin = -back
	wasBorn := false
	if renewal := &w.renewal; renewal.Lifetime > 0 {
		if age := renewal.AgeAtStart(r.object); age < back {
			r.begin, wasBorn = -age, true
		}
	}
	r.countsFrom = r.begin
	if !wasBorn {
		r.countsFrom += min(longest, back/2)
		r.beginAtRandom()
	}
	r.due = r.due[:0]
	for e := range r.edges {
		r.goOn(e, r.begin)
	}
	for len(r.due) > 0 {
		r.serve(r.pop())
	}
	r.settle()
	r.leave()
}

// open finds out who asks for the object and how long it is fresh where. It returns about how many requests a lifetime are drawn at the server where most are.
func (r *replay) open(longest int64, d *scratch) (perLife float64) {
	w, s := &r.workloads[r.number], &r.plan.scenario
	r.edges = r.edges[:0]
	name := s.Workloads[r.number].Name
	r.asks = random.NewKey(s.Seed, r.rep, random.Entity(name), purpose.AgesOfTier(0)).StreamAt(uint64(r.object))
	draws := 0.0 // of one that evicts nothing
	for k := r.first; k < r.next && w.sliced != nil; k++ {
		draws += 1 / max(w.sliced.reached[k], 0x1p-40)
	}
	draws = max(draws, 1)
	once := draws
	for nth, of := range r.tiers {
		key := r.keyOf(r.number, r.first)
		_, policy := of.aging.said(r.number, key)
		life := replayedLife{ns: of.aging.lifeOf(r.number, key), countsAge: policy.CountsAge(), stale: policy.ServesStaleFor(), behind: r.behind(of.tier, r.number)}
		if of.number != firstTier && life.stale > 0 {
			draws += once // what it answers with may be too old, so that it is asked again
		}
		if life.ns < longest && (life.countsAge || life.ns == 0) {
			draws = math.Inf(1) // what it gets may be too old at once
		}
		r.lives[nth] = life
		r.counts[nth] = append(r.counts[nth][:0], make([]replayedCount, r.next-r.first)...)
		if of.number != firstTier {
			continue
		}
		d.rates = d.rates[:0]
		for k := r.first; k < r.next; k++ {
			d.rates = append(d.rates, w.perSecond[of.site.id]*w.popularity[k])
		}
		entity := purpose.EntityOf(name, of.site.name)
		last := random.NewKey(s.Seed, r.rep, entity, purpose.PreloadOfTier(0))
		older := random.NewKey(s.Seed, r.rep, entity, purpose.AgesOfTier(0))
		for server := range of.servers {
			if of.share < 1 {
				r.openServer(of, server, longest, random.Key(last.At(1<<63|uint64(server))), random.Key(older.At(1<<63|uint64(server))), d)
			} else {
				r.openServer(of, server, longest, last, older, d)
			}
		}
	}
	for n := range r.edges {
		of := float64(r.edges[n].rate * time.Duration(longest).Seconds())
		if r.edges[n].keeps {
			of = min(of, draws)
		}
		perLife = max(perLife, of)
	}
	return perLife
}

// evictedALife is how many times in a lifetime a server may evict some of an object that counts as kept: which is what it costs to skip the requests in between.
const evictedALife = 1e-4

// openServer adds a server of the first tier, where users ask it for the object.
func (r *replay) openServer(of *pastTier, server int, longest int64, last, older random.Key, d *scratch) {
	rate := 0.0
	w, near := &r.workloads[r.number], last.StreamAt(uint64(r.object))
	d.past = d.past[:0]
	if w.sliced != nil {
		rate = r.walk(of.tier, r.number, r.object, d.rates, r.clocksOf(of.tier, r.number).now, &near, d)
	} else if rate = float64(of.share * d.rates[0]); rate > 0 {
		clock := r.clocksOf(of.tier, r.number).now
		d.past = append(d.past, pastRequest{ago: clock.at(near.Exp()/rate, rate, 0), next: 1}) // as [preloader.addRegular] draws it
	}
	if !(rate > 0) {
		return
	}
	n := len(r.edges)
	if n < cap(r.edges) {
		r.edges = r.edges[:n+1]
	} else {
		r.edges = append(r.edges, replayedEdge{})
	}
	e := &r.edges[n]
	*e = replayedEdge{of: of, server: server, rate: rate, stream: older.StreamAt(uint64(r.object)), near: append(e.near[:0], d.past...), left: len(d.past)}
	gaps := r.gapsOf(of.tier, r.number, rate)
	e.asks = gaps.AsksAt(&e.stream)
	evicted := 0.0
	for k, rate := range d.rates {
		if rate > 0 {
			gaps := r.gapsOf(of.tier, r.number, float64(of.share*rate))
			evicted += gaps.Missed(time.Duration(of.leavesIn(server, r.first+k)).Seconds())
		}
	}
	e.keeps = float64(evicted*time.Duration(longest).Seconds()) < evictedALife
}

// beginAtRandom lets the servers that ask the origin begin with what they have at any time where the first who asks behind a lifetime has them fetch: a copy that
// is fresh with the probability x/(1+x), with x requests a lifetime, as old as uniform over that. Each slice has an age of its own there, see [sharedLifetimesBack].
func (r *replay) beginAtRandom() {
	w := &r.workloads[r.number]
	for e := range r.edges {
		for k := r.first; k < r.next; k++ {
			root := r.edges[e].of
			for behind := r.lives[root.nth].behind; behind != nil; behind = r.lives[root.nth].behind {
				root = r.at[behind(k)]
			}
			r.counts[root.nth][k-r.first].wanted += float64(float64(r.edges[e].rate*w.reachedOf(k)) * root.share)
		}
	}
	// A cache of independent servers whose users ask it, and that asks the origin, has each of these counted for a share of theirs.
	for nth, of := range r.tiers {
		life := &r.lives[nth]
		if life.behind != nil || life.ns <= 0 {
			continue
		}
		seconds := time.Duration(life.ns).Seconds()
		for server := range of.servers {
			for k := r.first; k < r.next; k++ {
				u, v := r.asks.Float64(), r.asks.Float64()
				if x := float64(r.counts[nth][k-r.first].wanted * seconds); float64(u*(1+x)) < x {
					at := r.begin - int64(v*float64(life.ns))
					of.servers[server].copies[k-r.first], of.servers[server].last[k-r.first] = pastCopy{asOf: at, since: at}, r.begin
				}
			}
		}
	}
}

// goOn finds out which request for the object a server of the first tier serves next, behind an instant.
func (r *replay) goOn(n int, from int64) {
	e := &r.edges[n]
	if e.left == len(e.near) {
		last := e.near[e.left-1].at()
		if older := r.older(e, from, last); older < last {
			r.push(dueRequest{at: older, edge: n})
			return
		}
	}
	for e.left > 0 {
		e.left--
		if at := e.near[e.left].at(); at >= r.begin {
			r.push(dueRequest{at: at, edge: n, isNear: true})
			return
		}
	}
}

// older returns when the next request comes to a server, behind an instant, that finds something of the object too old, evicted, or not there; some instant behind last
// where none comes before that.
func (r *replay) older(e *replayedEdge, from, last int64) int64 {
	is := &e.of.servers[e.server]
	if e.keeps {
		until := r.freshUntil(e, from)
		for k := range r.next - r.first {
			is.last[k] = min(until, last) // or so shortly before that it makes no difference
		}
		e.asks.Skip(time.Duration(until-from).Seconds(), &e.stream)
		return until + inNs(e.asks.Next(&e.stream))
	}
	if r.workloads[r.number].sliced != nil {
		return from + inNs(e.asks.Next(&e.stream))
	}
	until, leaves := r.freshUntil(e, from), e.of.leavesIn(e.server, r.first)
	for {
		at := from + inNs(e.asks.Next(&e.stream))
		if at >= until || at >= last || at-from > leaves {
			return at
		}
		from, is.last[0] = at, at
	}
}

// inNs returns a time in ns, some decades at most.
func inNs(seconds float64) int64 { return int64(min(seconds, 1e9) * 1e9) }

// at returns the instant of a request, in ns: before a run begins.
func (q *pastRequest) at() int64 { return -max(inNs(q.ago), 1) }

// freshUntil returns the instant at which something of the object is too old for a server of the first tier, or not there; none before another.
func (r *replay) freshUntil(e *replayedEdge, from int64) int64 {
	w, life, copies := &r.workloads[r.number], &r.lives[e.of.nth], e.of.servers[e.server].copies
	first := int64(math.MaxInt64 / 4)
	for k := r.first; k < r.next; k++ {
		if w.popularity[k] > 0 {
			if first = min(first, life.until(&copies[k-r.first])); first <= from {
				return from
			}
		}
	}
	return first
}

// serve serves a request of a user.
func (r *replay) serve(q dueRequest) {
	w, e := &r.workloads[r.number], &r.edges[q.edge]
	is := pastRequest{next: 1}
	switch {
	case q.isNear:
		is = e.near[e.left]
	case w.sliced != nil:
		is.first, is.next = w.drawSlices(&e.stream, r.size)
	}
	for n := is.first; n < is.next; n++ {
		r.get(e.of, e.server, r.first+n, q.at)
	}
	r.goOn(q.edge, q.at)
}

// get lets a server be asked for a thing at an instant, and returns as of when it answers.
func (r *replay) get(of *pastTier, server, k int, at int64) (asOf int64) {
	n := k - r.first
	is, count, life := &of.servers[server], &r.counts[of.nth][n], &r.lives[of.nth]
	counts := at >= r.countsFrom
	if counts {
		count.asked++
	}
	held, last := is.copies[n], is.last[n]
	is.last[n] = at
	until := life.until(&held)
	has := held != (pastCopy{})
	if leaves := of.leavesIn(server, k); has && at-last > leaves {
		until, has = min(until, last+leaves), false
	}
	if has && at < until {
		return held.asOf
	}
	if counts && held.since >= r.countsFrom && held != (pastCopy{}) {
		count.copies++
		count.held += max(until-held.since, 0)
	}
	asOf = at
	if life.behind != nil {
		to, which := r.at[life.behind(k)], 0
		if len(to.servers) > 1 {
			which = int(r.asks.Uint64() >> 32 * uint64(len(to.servers)) >> 32)
		}
		asOf = r.get(to, which, k, at)
	}
	is.copies[n] = pastCopy{asOf: asOf, since: at}
	if counts {
		count.asks++
	}
	if has && at-until <= life.stale {
		return held.asOf // and what has been fetched is for those who come later
	}
	return asOf
}

// settle notes how often each cache asks for the object itself. At the first tier that follows from for how long it holds what it gets, fresh, further on from how
// often it had none that is.
func (r *replay) settle() {
	w := &r.workloads[r.number]
	for nth, of := range r.tiers {
		life := &r.lives[nth]
		for k := r.first; k < r.next; k++ {
			count := &r.counts[nth][k-r.first]
			held := time.Duration(min(life.ns, of.leavesIn(0, k))).Seconds()
			if count.copies > 0 {
				held = time.Duration(count.held).Seconds() / float64(count.copies)
			}
			asked := 0.0
			if of.asked != nil {
				asked = of.asked[k]
			} else {
				asked = float64(w.perSecond[of.site.id] * w.popularity[k])
			}
			if !(asked > 0) {
				if of.parts != nil {
					of.parts[k] = 1
				}
				continue
			}
			gaps := r.gapsOf(of.tier, r.number, float64(of.share*asked))
			asks := gaps.Fetches(held) / of.share
			if of.asked != nil && count.asked > 0 {
				asks = float64(asked*float64(count.asks)) / float64(count.asked)
			}
			of.asks += asks
			if of.parts != nil {
				of.parts[k] = asks / asked
			}
			if life.behind != nil {
				r.at[life.behind(k)].asked[k] += asks
			}
		}
	}
}

// leave notes what the requests for the object have left, and clears the caches for the next. A cache that users ask holds what was asked for last; of others that is
// found out from what they were asked for.
func (r *replay) leave() {
	for _, of := range r.tiers {
		for server := range of.servers {
			is := &of.servers[server]
			for n := range r.next - r.first {
				if last := is.last[n]; last != 0 && (of.asked != nil || -last <= of.leavesIn(server, r.first+n)) {
					is.left = append(is.left, pastLeft{thing: uint32(r.first + n), last: last, pastCopy: is.copies[n]})
				}
				is.copies[n], is.last[n] = pastCopy{}, 0
			}
		}
	}
}

// push adds a request to those that are due, unless it is of the run.
func (r *replay) push(q dueRequest) {
	if q.at >= 0 {
		return
	}
	r.due = append(r.due, q)
	for n := len(r.due) - 1; n > 0; {
		above := (n - 1) / 2
		if !r.due[n].isBefore(&r.due[above]) {
			return
		}
		r.due[n], r.due[above] = r.due[above], r.due[n]
		n = above
	}
}

// pop takes the first of those that are due.
func (r *replay) pop() dueRequest {
	first, last := r.due[0], len(r.due)-1
	r.due[0] = r.due[last]
	r.due = r.due[:last]
	for n := 0; ; {
		next := 2*n + 1
		if next >= last {
			return first
		}
		if next+1 < last && r.due[next+1].isBefore(&r.due[next]) {
			next++
		}
		if !r.due[next].isBefore(&r.due[n]) {
			return first
		}
		r.due[n], r.due[next] = r.due[next], r.due[n]
		n = next
	}
}

func (q *dueRequest) isBefore(o *dueRequest) bool {
	return q.at < o.at || q.at == o.at && q.edge < o.edge
}
