package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/cache/freshness"
)

// A tracer follows one request of a user through the sites of a run on one core: the fetches that it begins, and the messages
// between them. It notes instants in their order, each with what went on until then, so that the times between them sum to the wait.
type tracer struct {
	plan     *Plan
	workload int
	metro    int32
	number   uint64 // of the request
	// current says that what happens now is for the request; found that it has been met.
	current, found bool
	arrived        int64
	marks          []mark
	flights        map[flightName]bool
	messages       map[uint64]bool // by their order
	passed         bool            // on to another site, for there was no room
	linkRest       int64           // ns from when links on the way to the user have sent the first byte to when they have sent the last one
	asked          []askedWay      // over which something was asked for the request
	rest           upstreamRest    // of an answer that was not fetched
	fetches        map[flightName]*notedFetch
	askers         map[uint64]*notedFetch // by the order of their questions
	asking         *notedFetch            // whose question a site has now, nil where it is a user's
	waits          awaited                // by the request
	// tried are the steps of the tries before the last, or with that where isOver says that it was given up, too; left is what connections took that
	// were left, in ns; site is where the last try came to. connects is how many of tried came before the client's connection to where it asks now was
	// opened, where isConnected says that it was.
	tried       []Step
	left        int64
	isOver      bool
	site        string
	connects    int
	isConnected bool
	got         []gotSlice     // of what is asked for, in their order
	connection  UserConnection // of visits
	setUp       exchange       // of that
	hasMovedOn  bool           // to the next site
	isSentLate  bool           // tried is the wait for a connection alone
	// lacks are what caches did not have that the request asked them for, pasts what had become of that where a run before has found it.
	lacks []lack
	pasts map[lack]*pastOfLack
}

func newTracer(p *Plan, workload int, metro int32, number uint64) *tracer {
	return &tracer{
		plan: p, workload: workload, metro: metro, number: number, flights: make(map[flightName]bool), messages: make(map[uint64]bool),
		fetches: make(map[flightName]*notedFetch), askers: make(map[uint64]*notedFetch),
	}
}

// A mark is an instant, and what went on until then.
type mark struct {
	at   int64
	site string
	text string
	run  sliceRun // that the text is of, none where it is of no slices
	why  string   // a cache lacks what it was asked for, behind the text
}

// A flightName tells the fetches of a run apart, as long as they are under way.
type flightName struct {
	site   uint32
	tier   part
	number uint32
}

func (t *tracer) mark(at int64, site, text string, args ...any) {
	t.marks = append(t.marks, mark{at: at, site: site, text: fmt.Sprintf(text, args...)})
}

// visit looks whether a request of a user, by its number, is the one to follow.
func (t *tracer) visit(s *site, c *clients, number uint64, now int64) {
	t.asking = nil
	if t.current = !t.found && t.isOne(c, number); t.current {
		t.meet(s, now)
	}
}

// isOne reports whether a request of clients has the number of the one to follow.
func (t *tracer) isOne(c *clients, number uint64) bool {
	return number == t.number && int(c.workload.number) == t.workload && c.metro == t.metro
}

// meet notes that the request is at a site.
func (t *tracer) meet(s *site, at int64) { t.found, t.arrived, t.site = true, at, s.name }

// tierName names a tier at a site.
func (t *tracer) tierName(of *tier) string { return t.plan.placement.Tiers[of.number].Name }

// visits looks whether a request of a user is the one to follow, and what the first tier has for it.
func (t *tracer) visits(s *site, v *arrival, c *clients) {
	t.visit(s, c, c.nextNumber(), v.at)
	switch {
	case s.edge == nil:
	case s.edge.cache.Contains(uint64(v.key)):
		t.reads(s, s.edge, uint64(v.key), v.at, 0)
	default:
		t.misses(s, s.edge, uint64(v.key), s.edge.flights.find(uint64(v.key)), v.at)
	}
}

// slow returns hops that are asked in the way of those that may fail, where a tracer sees them: the answers are the same.
func slow(hops []nextHop) []nextHop {
	hops = slices.Clone(hops)
	for i := range hops {
		if hops[i].outages == nil {
			hops[i].outages = []outage{}
		}
	}
	return hops
}

// looks notes what a tier has of an object that ages.
func (t *tracer) looks(s *site, of *tier, l *look, now int64) {
	t.finds(s, of, l, now)
	why := ""
	if !l.has && !l.wasPurged {
		why = t.lacksIt(s, of, l.key, now, false)
	}
	if t.current {
		t.markHeld(now, s, of, l.key, l.inWords(now, of.layerInWords(l)), why)
	}
}

// joins notes that whoever has looked for an object that ages waits for a fetch of it that is under way.
func (t *tracer) joins(s *site, of *tier, n uint32) {
	t.awaits(s, of, n, true)
	if t.current {
		last := &t.marks[len(t.marks)-1]
		last.text, last.run, last.why = last.text+"; another request has begun to fetch it, and it waits for that", sliceRun{}, ""
	}
}

// standsIn notes that what a tier holds is served in the place of what a followed fetch has failed to bring.
func (t *tracer) standsIn(s *site, of *tier, n uint32, now int64) {
	if of.aging.renewals[n].serves && t.follows(s, of, n) {
		t.mark(now, s.name, "%s: serves what it holds, since that has failed", t.tierName(of))
	}
}

// readsHeld notes that what a tier holds of an object that ages is read from its disk until an instant.
func (t *tracer) readsHeld(s *site, ready int64) {
	if t.current {
		t.mark(ready, s.name, "reads it from the disk")
	}
}

// layerInWords says where a server had what it holds, where that has a memory over its disk.
func (t *tier) layerInWords(l *look) string {
	switch {
	case t.servers == nil || t.servers.DiskRead == 0:
		return ""
	case l.fromDisk:
		return " on its disk"
	}
	return " in its memory"
}

// reads notes that a tier has an object, and how long it reads it from the disk.
func (t *tracer) reads(s *site, of *tier, key uint64, now, read int64) {
	if !t.current {
		return
	}
	from := "has it"
	switch hasDisk := of.servers != nil && of.servers.DiskRead > 0; {
	case read > 0:
		from = "reads it from the disk"
	case hasDisk && of.servers.readTime() > 0:
		from = "has it on its disk"
	case hasDisk:
		from = "has it in its memory"
	}
	t.markHeld(now+read, s, of, key, from, "")
}

// holds notes that an upper tier has what a question asks for, from an instant on.
func (t *tracer) holds(s *site, of *tier, m *message, key uint64, ready int64) {
	t.receives(m)
	t.reads(s, of, key, m.at, ready-m.at)
}

// misses notes that a tier lacks an object, or that it is on its way. The key says which server of the tier was asked.
func (t *tracer) misses(s *site, of *tier, key uint64, f *flight, now int64) {
	why := t.lacksIt(s, of, key, now, f != nil)
	if f != nil {
		t.awaits(s, of, of.flights.number(key), true)
	}
	if !t.current {
		return
	}
	text := "does not have it"
	if f != nil {
		text = "does not have it; another request has begun to fetch it, and it waits for that"
	}
	t.markHeld(now, s, of, key, text, why)
}

// serverInWords names the server of a cache by its number from 1, where there are several apart.
func (t *tier) serverInWords(key uint64) string {
	if t.servers == nil || t.servers.Apart() < 2 {
		return ""
	}
	return fmt.Sprintf(", server %d of %d", cache.ServerOf(key)+1, t.servers.Apart())
}

// inWords says what a cache has of an object in one of its layers, and what it may do with it.
func (l *look) inWords(now int64, layer string) string {
	switch {
	case l.wasPurged:
		return "had it until it was purged"
	case !l.has:
		return "does not have it"
	}
	if l.held.Answer != freshness.Good {
		return fmt.Sprintf("holds an error%s, %v old, %s", layer, inSeconds(now-l.held.Since), stateInWords[l.state])
	}
	until := l.policy.Until(&l.held)
	age := inSeconds(now - l.held.AsOf)
	switch {
	case l.policy.Lifetime() >= int64(maxRun):
		return fmt.Sprintf("holds it%s, for as long as it likes", layer)
	case l.state == freshness.Fresh:
		return fmt.Sprintf("holds it%s, %v old, fresh for %v more", layer, age, inSeconds(until-now))
	}
	may := stateInWords[l.state]
	if l.state == freshness.Expired && l.policy.ServesOnError(&l.held, now, true) {
		may += ", or that fails"
	}
	return fmt.Sprintf("holds it%s, %v old, stale by %v: %s", layer, age, inSeconds(l.policy.Staleness(&l.held, now)), may)
}

var stateInWords = [...]string{
	freshness.Fresh: "fresh", freshness.Extended: "served since a fetch has just failed", freshness.StaleServed: "served at once, and fetched in the background",
	freshness.StaleWhileFetched: "served while another request fetches it", freshness.Expired: "not served before it is confirmed or fetched anew",
}

func inSeconds(ns int64) time.Duration { return time.Duration(ns).Round(time.Millisecond) }

// passes notes that a request writes, which no cache answers.
func (t *tracer) passes(s *site, of *tier, now int64) {
	if t.current {
		t.mark(now, s.name, "%s: writes, and passes by", t.tierName(of))
	}
}

// begins notes a fetch, and follows it if what begins it is followed; isAwaited says that this waits for it.
func (t *tracer) begins(s *site, of *tier, n uint32, isAwaited bool) {
	name := flightName{s.id, of.number, n}
	t.fetches[name] = new(notedFetch)
	if !isAwaited {
		return
	}
	t.awaits(s, of, n, false)
	if t.current {
		t.flights[name] = true
	}
}

func (t *tracer) follows(s *site, of *tier, n uint32) bool {
	return t.flights[flightName{s.id, of.number, n}]
}

// asks notes that a followed fetch asks a hop: when the question leaves, and what it asks for.
func (t *tracer) asks(s *site, of *tier, n uint32, h *nextHop, now, leaves int64) {
	if !t.follows(s, of, n) {
		return
	}
	to := t.plan.sites[h.to].id
	t.asked = append(t.asked, askedWay{from: s.name, to: to, at: now})
	resent := int64(0)
	if h.lossy != nil && h.missing(now) == nil {
		resent = of.losses.resent
	}
	if leaves-resent > now {
		t.mark(leaves-resent, s.name, "a new connection to %s", to)
	}
	if resent > 0 {
		t.mark(leaves, s.name, "what is lost on the way to %s and back is sent again", to)
	}
	what := "asks for it"
	if of.isWrite(n) {
		what = "passes on what it writes"
	}
	if of.aging != nil && of.aging.renewals[n].known != 0 {
		what = "asks whether it has changed"
	}
	if uint32(h.to) == s.id {
		t.mark(leaves, s.name, "%s at the same site", what)
		return
	}
	t.mark(leaves+h.there, to, "on the way from %s, which %s", s.name, what)
}

// arithmetic notes what a site without state does for a fetch.
func (t *tracer) arithmetic(s *site, of *tier, n uint32, h *nextHop, waits int64) {
	to := t.plan.sites[h.to].id
	if f := &of.flights.pool[n]; f.service > 0 && t.follows(s, of, n) {
		t.mark(f.first-waits-h.back, to, "origin: works on it")
	}
	t.lands(s, of, n, to, waits)
}

// lands notes that the answer to a fetch is here, after it has waited for those before it on its connection.
func (t *tracer) lands(s *site, of *tier, n uint32, from string, waits int64) {
	t.landsRest(s, of, n, from)
	if !t.follows(s, of, n) {
		return
	}
	what := "with it"
	if of.isWrite(n) {
		what = "with the answer"
	}
	if of.aging != nil {
		what = of.aging.renewals[n].came.inWords(what)
	}
	if waited := of.flights.pool[n].link; waited > 0 {
		what += fmt.Sprintf(", %v of it behind others on links", time.Duration(waited))
	}
	first := of.flights.pool[n].first
	if from == s.name {
		t.mark(first-waits, s.name, "comes back at the same site, %s", what)
	} else {
		t.mark(first-waits, s.name, "on the way back from %s, %s", from, what)
	}
	if waits > 0 {
		t.mark(first, s.name, "behind answers before it on the connection from %s", from)
	}
	if of.aging != nil {
		t.standsIn(s, of, n, of.flights.pool[n].first)
		if read := of.aging.readTime(&of.aging.renewals[n].sought); read > 0 {
			t.mark(first+read, s.name, "had to read what it held from the disk")
		}
	}
	delete(t.flights, flightName{s.id, of.number, n}) // another fetch may have its number next
}

// inWords says how the answer to a fetch comes back, which is what is said where it is whole and fresh.
func (c *came) inWords(whole string) string {
	switch {
	case c.silent:
		return "without an answer"
	case c.answer != freshness.Good:
		return "with an error"
	case c.confirmed && c.stale:
		return "not modified (304), by what is stale there"
	case c.confirmed:
		return "not modified (304)"
	case c.stale:
		return "with what is stale there"
	}
	return whole
}

// refused notes that who was asked for a followed fetch could not have it.
func (t *tracer) refused(s *site, of *tier, n uint32, now int64, why Reason) {
	if t.follows(s, of, n) {
		f := &of.flights.pool[n]
		t.mark(now, s.name, "on the way back from %s, without it: %v", t.plan.sites[of.hops[f.number][f.choice].to].id, why)
	}
}

// silent notes that a followed fetch has waited in vain.
func (t *tracer) silent(s *site, of *tier, n uint32, now int64) {
	if t.follows(s, of, n) {
		t.asked[len(t.asked)-1].lost = true
		t.mark(now, s.name, "no answer until the timeout")
	}
}

// sends notes the question of a fetch, and follows it if that is followed.
func (t *tracer) sends(s *site, of *tier, n uint32, m *message) {
	is := t.noted(s, of, n)
	is.order, t.askers[m.order] = m.order, is
	if t.follows(s, of, n) {
		t.messages[m.order] = true
	}
}

// isOf reports whether a request that meets no cache is the one to follow.
func (t *tracer) isOf(s *site, c *clients, r *request) bool {
	is := t.isOne(c, r.number) && isNow(c, r)
	if is && !t.found {
		t.meet(s, r.arrived)
	}
	return is
}

// rides notes that a request waits for a connection from its PoP to the site that computes it, and for so long of that since something was lost.
func (t *tracer) rides(c *clients, r *request, to *site, waits, resent int64) {
	if !t.isOf(to, c, r) {
		return
	}
	if waits > resent {
		t.mark(r.arrived+waits-resent, c.ride.pop.name, "a new connection to %s", to.name)
	}
	if resent > 0 {
		t.mark(r.arrived+waits, c.ride.pop.name, "what is lost on the way to %s and back is sent again", to.name)
	}
}

// worked notes what came of a request that met no cache.
func (t *tracer) worked(s *site, c *clients, r *request, a *served, what string) {
	if t.passed || !t.isOf(s, c, r) {
		return
	}
	at := r.arrived
	if n := len(t.marks); n > 0 {
		at = t.marks[n-1].at
	}
	if a.queue > 0 {
		t.mark(at+a.queue, s.name, "waits for a server")
	}
	done := at + a.queue + a.service
	hasWays := a.first-a.stays > done
	switch {
	case hasWays:
		what += ", and the home of its data on its calls"
	case c.workload.Data.Calls > 0 && s.holdsData(c.workload.number):
		what += ", and on its calls for data, if it makes any"
	}
	t.mark(done, s.name, "%s", what)
	if hasWays {
		t.mark(a.first-a.stays, s.name, "the ways of its calls for data, there and back: a call has no size, and waits for no window")
	}
	if a.stays > 0 {
		t.mark(a.first, s.name, "behind answers before it on the connection to its PoP")
	}
}

// waitsForLinks notes that the first byte of an answer to a user, which leaves at an instant, has waited for links, and how long after it they have sent the last one.
func (t *tracer) waitsForLinks(s *site, c *clients, r *request, first, waited, rest int64) {
	if !t.isOf(s, c, r) {
		return
	}
	if t.linkRest = rest; waited > 0 {
		t.mark(first, "", "link queue: until links on the way to the user had sent what came before")
	}
}

// receives looks who asks, and whether the question is one to follow.
func (t *tracer) receives(m *message) { t.current, t.asking = t.messages[m.order], t.askers[m.order] }

// works notes what an origin with servers does for a followed question.
func (t *tracer) works(s *site, m *message, start, done int64) {
	if !t.messages[m.order] {
		return
	}
	if start > m.at {
		t.mark(start, s.name, "origin: waits for a server")
	}
	t.mark(done, s.name, "origin: works on it")
}

// A Step is a part of the time that a request spent behind the site that it reached first, and what went on.
type Step struct {
	// Ns is how long it took, 0 for what took no time. Site is where it ended, empty for what the client does.
	Ns   int64
	Site string
	Text string
}

// steps returns what went on from the arrival at the first site, or after the tries that were given up, until the first byte was there, at an instant,
// or until a request failed, for a reason. Marks behind that are of fetches that go on without the request.
func (t *tracer) steps(first int64, o Outcome, why Reason) (all []Step) {
	at := t.arrived
	first -= t.left
	for _, m := range t.marks {
		if m.at > first {
			break
		}
		until := max(m.at, at)
		all = append(all, Step{until - at, m.site, m.text + m.why})
		at = until
	}
	switch {
	case first <= at:
	case o.IsFailure():
		all = append(all, Step{first - at, "", why.EndsInWords()})
	default:
		all = append(all, Step{first - at, "", "until its first byte is there"})
	}
	return all
}
