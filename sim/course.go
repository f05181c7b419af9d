package sim

import (
	"fmt"
	"math/bits"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/workload"
)

// Steps asks for the course of a run over its recorded time, in steps of equal length: see [Course].
type Steps struct {
	// Step is the length of a step; the last is shorter where the recorded time is no multiple of it. 0 means [StepFor] of the
	// recorded time.
	Step time.Duration
	// ByMetro and BySite ask for the course of every metro and of every site besides that of all.
	ByMetro, BySite bool
	// Paired asks for the same once more without all that happens at a time: see [Course].Undisturbed. It takes a second run.
	Paired bool
}

// mostSteps bounds the steps of a course: a day in seconds has 86,400.
const mostSteps = 100_000

// StepFor returns the length of the steps of a recorded time where none is said: of 1, 2, 5, 10, 15, 20 or 30 seconds, minutes or hours
// the least that gives 120 steps at most; below two minutes a 100th of the time.
func StepFor(recorded time.Duration) time.Duration {
	const most = 120
	for _, unit := range []time.Duration{time.Second, time.Minute, time.Hour} {
		for _, n := range []time.Duration{1, 2, 5, 10, 15, 20, 30} {
			if step := n * unit; recorded >= most*time.Second && recorded <= most*step {
				return step
			}
		}
	}
	return max(1, (recorded+99)/100)
}

// lengthFor returns the length of the steps of a recorded time.
func (s *Steps) lengthFor(recorded time.Duration) time.Duration {
	if s.Step == 0 {
		return StepFor(recorded)
	}
	return s.Step
}

// countIn returns how many steps a recorded time has.
func (s *Steps) countIn(recorded time.Duration) int {
	length := s.lengthFor(recorded)
	return int((recorded + length - 1) / length)
}

// validate names what is out of range.
func (s *Steps) validate(recorded time.Duration) error {
	if s == nil {
		return nil
	}
	if s.Step < 0 || s.Step > recorded {
		return fmt.Errorf("sim: %w", invalid.New("Timeline.Step", s.Step, "more than 0s, and %v at most, the recorded time", recorded))
	}
	if s.Step > 0 && recorded/s.Step >= mostSteps {
		return fmt.Errorf("sim: %w", invalid.New("Timeline.Step", s.Step, "%v or more: %d steps at most", (recorded+mostSteps-1)/mostSteps, mostSteps))
	}
	return nil
}

// A Course is how all requests of a workload, or those of a metro or a site, fared over the recorded time. Each stands in the step in which
// its user asks, answered or not, and what caches ask in that in which it reaches whom they ask, the last step where that is later. So
// the sums over all steps are the totals of the run.
type Course struct {
	// Length is the length of a step, the last of which may be shorter.
	Length time.Duration
	// Judged says which byte of an answer latencies are of: that by which the workload is judged.
	Judged workload.Byte
	Steps  []CourseStep
	// Metros are the courses of the metros, in the order of the network's, where they are asked for.
	Metros []*Course
	// Undisturbed is the course of the same users without what happens at a time, where [Steps].Paired asks for it, of all and of a site:
	// [Scenario.WithoutEvents], without flash crowds; workloads that begin have not begun, and none ends.
	Undisturbed *Course
}

// A CourseStep is one step of a [Course]. It holds integers only: merging in any order gives the same bits.
type CourseStep struct {
	// Outcomes counts the requests by how they ended, Failures those that failed by the reason. Of games they are the updates that were played, and those
	// that failed for their data; what was missed without a match is in no step.
	Outcomes [NumOutcomes]uint64
	Failures [NumReasons]uint64
	// Bytes counts what was delivered. SumNs sums the headline latency of what was answered, in ns, QueueNs what of it was a wait for
	// servers.
	Bytes, SumNs, QueueNs uint64
	// OriginRequests and OriginBytes count what origins served; in the course of a site, what it served as one.
	OriginRequests, OriginBytes uint64
	// PlayerUs sums, in us over all players of a game, the time that they were there, WaitingUs that in which they waited for a match.
	PlayerUs, WaitingUs uint64
	// BusyUs sums, in us over all servers, the time in which those worked that the workload finds at its sites, for it or for others with which it
	// shares them, and ServerUs that in which there were any: see [SiteTally.Counters]. Where there are always enough it is 0.
	BusyUs, ServerUs uint64
	// LostUpdates counts players' updates that were lost on the way: see [Tally.Counters].
	LostUpdates uint64
	// Tiers count what reached each tier of caches and what it had, in the order of [Result.Tiers]. In the course of a metro there is
	// the first alone.
	Tiers []TierStep
	// Latency is the distribution of the headline latency of what was answered.
	Latency stats.Coarse
}

// A TierStep is what a tier of caches was asked for in a step, and what of it it had or joined a fetch for.
type TierStep struct{ Requests, Hits uint64 }

// Requests returns how many requests there were, answered or not.
func (s *CourseStep) Requests() (n uint64) {
	for _, k := range s.Outcomes {
		n += k
	}
	return n
}

// Unanswered returns how many requests had no answer.
func (s *CourseStep) Unanswered() uint64 {
	t := Tally{Outcomes: s.Outcomes}
	return t.Unanswered()
}

// numbers returns what of a step is counted, but for its tiers and its distribution.
func (s *CourseStep) numbers() []*uint64 {
	all := []*uint64{&s.Bytes, &s.SumNs, &s.QueueNs, &s.OriginRequests, &s.OriginBytes, &s.PlayerUs, &s.WaitingUs, &s.BusyUs, &s.ServerUs, &s.LostUpdates}
	for i := range s.Outcomes {
		all = append(all, &s.Outcomes[i])
	}
	for i := range s.Failures {
		all = append(all, &s.Failures[i])
	}
	return all
}

func (s *CourseStep) merge(o *CourseStep) {
	s.Bytes += o.Bytes
	s.SumNs += o.SumNs
	s.QueueNs += o.QueueNs
	s.OriginRequests += o.OriginRequests
	s.OriginBytes += o.OriginBytes
	s.PlayerUs += o.PlayerUs
	s.WaitingUs += o.WaitingUs
	s.BusyUs += o.BusyUs
	s.ServerUs += o.ServerUs
	s.LostUpdates += o.LostUpdates
	for i, n := range o.Outcomes {
		s.Outcomes[i] += n
	}
	for i, n := range o.Failures {
		s.Failures[i] += n
	}
	if len(s.Tiers) < len(o.Tiers) {
		s.Tiers = append(s.Tiers, make([]TierStep, len(o.Tiers)-len(s.Tiers))...)
	}
	for i := range o.Tiers {
		s.Tiers[i].Requests += o.Tiers[i].Requests
		s.Tiers[i].Hits += o.Tiers[i].Hits
	}
	s.Latency.Merge(&o.Latency)
}

// firstTier returns what requests met at the caches where users enter, as [Tally.TiersOf] has it.
func (s *CourseStep) firstTier() TierStep {
	t := Tally{Outcomes: s.Outcomes, Failures: s.Failures}
	met := t.firstTier()
	return TierStep{Requests: met.Count(TierRequests), Hits: met.Count(TierHits)}
}

// newCourse returns an empty course.
func newCourse(length time.Duration, judged workload.Byte, steps int) *Course {
	return &Course{Length: length, Judged: judged, Steps: make([]CourseStep, steps)}
}

// addCourses gives a tally the courses that a scenario asks for, those of metros and sites without steps: see [Course.take].
func (w *WorkloadTally) addCourses(s *Scenario, judged workload.Byte) {
	if s.Timeline == nil {
		return
	}
	length, steps := s.Timeline.lengthFor(s.Duration), s.Timeline.countIn(s.Duration)
	w.Course = newCourse(length, judged, steps)
	if s.Timeline.ByMetro {
		for range w.Metros {
			w.Course.Metros = append(w.Course.Metros, newCourse(length, judged, 0))
		}
	}
	for n := range w.Sites {
		if s.Timeline.BySite {
			w.Sites[n].Course = newCourse(length, judged, 0)
		}
	}
}

// completeCourses gives steps to the courses of metros and sites where nothing has happened.
func (r *Result) completeCourses() {
	for i := range r.Workloads {
		w := &r.Workloads[i]
		if w.Course == nil {
			continue
		}
		complete := func(c *Course) {
			if c != nil && len(c.Steps) == 0 {
				c.Steps = make([]CourseStep, len(w.Course.Steps))
			}
		}
		for _, m := range w.Course.Metros {
			complete(m)
		}
		for n := range w.Sites {
			complete(w.Sites[n].Course)
		}
	}
}

// matches returns an error unless both are of the same steps, or both are none.
func (c *Course) matches(o *Course) error {
	switch {
	case (c == nil) != (o == nil):
		return fmt.Errorf("one has a course over time, the other none")
	case c != nil && (c.Length != o.Length || len(c.Steps) != len(o.Steps)):
		return fmt.Errorf("courses of %d steps of %v and of %d of %v; want equal ones", len(c.Steps), c.Length, len(o.Steps), o.Length)
	case c == nil:
		return nil
	case c.Judged != o.Judged:
		return fmt.Errorf("courses of latencies to the byte %v and %v; want equal ones", c.Judged, o.Judged)
	case (c.Undisturbed == nil) != (o.Undisturbed == nil):
		return fmt.Errorf("one has a course without what happens, the other none")
	case len(c.Metros) != len(o.Metros):
		return fmt.Errorf("courses of %d metros; want %d", len(o.Metros), len(c.Metros))
	}
	if err := c.Undisturbed.matches(o.Undisturbed); err != nil {
		return fmt.Errorf("without what happens: %w", err)
	}
	for m := range c.Metros {
		if err := c.Metros[m].matches(o.Metros[m]); err != nil {
			return fmt.Errorf("metro %d: %w", m, err)
		}
	}
	return nil
}

// merge adds a course that it matches.
func (c *Course) merge(o *Course) {
	if c == nil {
		return
	}
	for i := range o.Steps {
		c.Steps[i].merge(&o.Steps[i])
	}
	for m := range o.Metros {
		c.Metros[m].merge(o.Metros[m])
	}
	if o.Undisturbed != nil {
		c.Undisturbed.merge(o.Undisturbed)
	}
}

// take adds steps that nobody else holds: where there are none yet, these become those of the course.
func (c *Course) take(steps []CourseStep) {
	switch {
	case c == nil:
	case len(c.Steps) == 0:
		c.Steps = steps
	default:
		c.merge(&Course{Steps: steps})
	}
}

// Merge adds the course of another run of the same steps. After an error c is as it was.
func (c *Course) Merge(o *Course) error {
	if err := c.matches(o); err != nil {
		return fmt.Errorf("sim: merge %w", err)
	}
	c.merge(o)
	return nil
}

// IsEmpty reports whether nothing has happened in any step.
func (c *Course) IsEmpty() bool {
	sum := c.sum()
	met := sum.Requests() + sum.OriginRequests + sum.PlayerUs + sum.BusyUs
	for _, t := range sum.Tiers {
		met += t.Requests
	}
	return met == 0
}

// sum returns the sums over all steps.
func (c *Course) sum() (s CourseStep) {
	for i := range c.Steps {
		s.merge(&c.Steps[i])
	}
	return s
}

// A ruler finds the steps of instants.
type ruler struct {
	from   int64 // the instant at which recording begins
	length int64
	// inverse is 2^64 divided by the length, rounded down.
	inverse uint64
	steps   int
	// last is the step that was found last, and lastFrom when it begins: most instants are of the same one.
	last     int
	lastFrom int64
}

// newRuler returns a ruler of a plan's steps.
func (p *Plan) newRuler() ruler {
	s := p.scenario.Timeline
	length, from := s.lengthFor(p.scenario.Duration), int64(p.scenario.WarmUp)
	return ruler{from: from, length: int64(length), inverse: inverseOf(uint64(length)), steps: s.countIn(p.scenario.Duration), lastFrom: from}
}

// index returns the step of an instant; what comes before the first is of the first, and what comes after the last of the last.
func (r *ruler) index(instant int64) int {
	if uint64(instant-r.lastFrom) < uint64(r.length) {
		return r.last
	}
	return r.find(instant)
}

func (r *ruler) find(instant int64) int {
	since := uint64(max(instant-r.from, 0))
	// The product is never too large, and too small by one at most: since is less than 2^62.
	n, _ := bits.Mul64(since, r.inverse)
	for since-n*uint64(r.length) >= uint64(r.length) {
		n++
	}
	r.last = int(min(n, uint64(r.steps-1)))
	r.lastFrom = r.from + int64(r.last)*r.length
	return r.last
}

// A recorder puts what happens to the users of one site, or to some of them, into steps.
type recorder struct {
	ruler
	judged workload.Byte // which byte latencies are of
	steps  []CourseStep
	room   []uint64 // for the latencies of steps to come
	// now is the step of the ruler's last instant, cells are those of its latencies, of which the first has a number.
	now   *CourseStep
	cells []uint64
	first uint64
}

// newRecorder returns a recorder of a plan's steps, for a workload by its number.
func (p *Plan) newRecorder(number int) *recorder {
	r := &recorder{ruler: p.newRuler(), judged: p.scenario.Workloads[number].Judged}
	r.steps = make([]CourseStep, r.ruler.steps)
	r.now = &r.steps[0]
	return r
}

// An originRecorder puts what one site asks of one origin into steps.
type originRecorder struct {
	ruler
	steps []originStep
	now   *originStep // of the ruler's last instant
}

type originStep struct{ requests, bytes uint64 }

func (p *Plan) newOriginRecorder() *originRecorder {
	r := &originRecorder{ruler: p.newRuler()}
	r.steps = make([]originStep, r.ruler.steps)
	r.now = &r.steps[0]
	return r
}

// addTo adds it to steps of as many.
func (r *originRecorder) addTo(steps []CourseStep) {
	for i := range r.steps {
		steps[i].OriginRequests += r.steps[i].requests
		steps[i].OriginBytes += r.steps[i].bytes
	}
}

// inverseOf returns 2^64 divided by n, rounded down, as far as 64 bits hold it.
func inverseOf(n uint64) uint64 {
	if n == 1 {
		return 1<<64 - 1
	}
	q, _ := bits.Div64(1, 0, n)
	return q
}

// at returns the step of an instant, which is that of now from then on.
func (r *recorder) at(instant int64) *CourseStep {
	if uint64(instant-r.lastFrom) >= uint64(r.length) {
		r.turn(instant)
	}
	return r.now
}

// turn lets the step of another instant be that of now.
func (r *recorder) turn(instant int64) {
	n := r.find(instant)
	r.now = &r.steps[n]
	if n > 0 && r.now.Latency.Cells() == 0 {
		r.makeRoom(r.now, &r.steps[n-1])
	}
	r.cells, r.first = r.now.Latency.Open()
}

// answer records an answered request, with the latency of its first byte and of its last.
func (r *recorder) answer(asked, ttfb, ttlb int64, s *served) {
	latency := ttfb
	if r.judged == workload.LastByte {
		latency = ttlb
	}
	at := r.at(asked)
	at.Outcomes[s.outcome]++
	at.Bytes += uint64(s.bytes)
	at.SumNs += uint64(latency)
	at.QueueNs += uint64(s.queue)
	if n := stats.CoarseCell(latency) - r.first; n < uint64(len(r.cells)) {
		r.cells[n]++
		return
	}
	at.Latency.Record(latency)
	r.cells, r.first = at.Latency.Open()
}

// stepsAhead is for how many steps to come room is made at once.
const stepsAhead = 32

// makeRoom gives a step that is empty room for latencies like those of the one before.
func (r *recorder) makeRoom(at, before *CourseStep) {
	n := before.Latency.Cells()
	if n == 0 {
		return
	}
	if len(r.room) < n {
		r.room = make([]uint64, n*min(stepsAhead, len(r.steps)))
	}
	at.Latency.RoomFor(&before.Latency, r.room[:n:n])
	r.room = r.room[n:]
}

// fail records a request without an answer.
func (r *recorder) fail(asked int64, why Reason) {
	at := r.at(asked)
	at.Outcomes[why.outcome()]++
	at.Failures[why]++
}

// stay records that so many players were there from one instant to another, and whether they waited.
func (r *recorder) stay(from, to int64, players int, waiting bool) {
	from, to = max(from, r.from), min(to, r.from+int64(len(r.steps))*r.length)
	for from < to {
		at := r.at(from)
		until := min(to, from-(from-r.from)%r.length+r.length)
		us := usOf(players, from, until)
		at.PlayerUs += us
		if waiting {
			at.WaitingUs += us
		}
		from = until
	}
}

// siteCourses are the courses that a site keeps while a run lasts.
type siteCourses struct {
	plan *Plan
	// users are what those who are served here met, by workload, met what its caches were asked for; origins what it asked of origins, by workload and
	// site. All are nil until there is something.
	users   []*recorder
	origins [][]*originRecorder
	// asked is that of origins which was asked last, of a workload and a site.
	asked     *originRecorder
	askedOf   uint8
	askedSite int
}

func (p *Plan) newSiteCourses() *siteCourses {
	if p.scenario.Timeline == nil {
		return nil
	}
	c := &siteCourses{plan: p, users: make([]*recorder, len(p.workloads)), origins: make([][]*originRecorder, len(p.workloads))}
	return c
}

// of returns the recorder of a workload's users.
func (c *siteCourses) of(workload int) *recorder {
	if c.users[workload] == nil {
		c.users[workload] = c.plan.newRecorder(workload)
	}
	return c.users[workload]
}

// fetched records what an origin is asked for by arithmetic, or by message. It is short, so that a run without courses is spared the call.
func (c *siteCourses) fetched(workload uint8, origin int, at, bytes int64, recorded bool) {
	if c != nil && recorded {
		c.addFetched(workload, origin, at, bytes)
	}
}

func (c *siteCourses) addFetched(workload uint8, origin int, at, bytes int64) {
	to := c.asked
	if to == nil || workload != c.askedOf || origin != c.askedSite {
		to = c.origin(workload, origin)
		c.asked, c.askedOf, c.askedSite = to, workload, origin
	}
	if uint64(at-to.lastFrom) >= uint64(to.length) {
		to.now = &to.steps[to.find(at)]
	}
	to.now.requests++
	to.now.bytes += uint64(bytes)
}

// origin returns the recorder of what is asked of an origin.
func (c *siteCourses) origin(workload uint8, origin int) *originRecorder {
	if c.origins[workload] == nil {
		c.origins[workload] = make([]*originRecorder, len(c.plan.sites))
	}
	to := &c.origins[workload][origin]
	if *to == nil {
		*to = c.plan.newOriginRecorder()
	}
	return *to
}

// met records that a tier behind the first was asked for something.
func (c *siteCourses) met(workload uint8, tier part, at int64) {
	if c != nil {
		c.tier(workload, tier, at).Requests++
	}
}

// hit records that the tier had what it was asked for at an instant.
func (c *siteCourses) hit(workload uint8, tier part, at int64) {
	if c != nil {
		c.tier(workload, tier, at).Hits++
	}
}

func (c *siteCourses) tier(workload uint8, tier part, at int64) *TierStep {
	s := c.of(int(workload)).at(at)
	if s.Tiers == nil {
		s.Tiers = make([]TierStep, len(c.plan.placement.Tiers))
	}
	return &s.Tiers[tier]
}

// settleCourses adds what a site has recorded to the courses of the result, and lets go of it.
func (r *run) settleCourses(s *site) {
	if s.courses == nil {
		return
	}
	r.settling.Lock()
	defer r.settling.Unlock()
	for i := range r.result.Workloads {
		w := &r.result.Workloads[i]
		if w.Kind == Matched {
			continue
		}
		for n := range s.clients {
			c := &s.clients[n]
			if c.course == nil || int(c.workload.number) != i || c.course == s.courses.users[i] {
				continue
			}
			r.countFirstTier(s, c.course.steps, w)
			part := &Course{Steps: c.course.steps}
			w.Course.merge(part)
			if at := w.Sites[s.id].Course; at != nil {
				at.take(make([]CourseStep, len(part.Steps)))
				at.merge(part) // its metro takes the steps themselves
			}
			w.Course.Metros[c.metro].take(part.Steps)
			c.course = nil
		}
		if users := s.courses.users[i]; users != nil {
			r.countFirstTier(s, users.steps, w)
			w.Course.merge(&Course{Steps: users.steps})
			w.Sites[s.id].Course.take(users.steps)
		}
		for origin, asked := range s.courses.origins[i] {
			if asked != nil {
				asked.addTo(w.Course.Steps)
				if at := w.Sites[origin].Course; at != nil {
					at.take(make([]CourseStep, len(asked.steps)))
					asked.addTo(at.Steps)
				}
			}
		}
	}
	s.courses = nil
}

// countFirstTier notes what users met at the caches where they enter.
func (r *run) countFirstTier(s *site, steps []CourseStep, w *WorkloadTally) {
	if s.edge == nil || !w.Kind.MeetsCaches() {
		return
	}
	for i := range steps {
		if met := steps[i].firstTier(); met.Requests > 0 {
			if steps[i].Tiers == nil {
				steps[i].Tiers = make([]TierStep, len(r.result.Tiers))
			}
			steps[i].Tiers[firstTier] = met
		}
	}
}

// checkCourse reports where the steps do not sum to the totals.
func (w *WorkloadTally) checkCourse() error {
	if w.Course == nil {
		return nil
	}
	total, err := w.Total()
	if err != nil {
		return err
	}
	sum := w.Course.sum()
	for _, of := range []struct {
		what      string
		steps, is uint64
	}{
		{"bytes", sum.Bytes, total.Counters[Bytes]},
		{"requests to the origin", sum.OriginRequests, total.Counters[OriginRequests]},
		{"bytes of the origin", sum.OriginBytes, total.Counters[OriginBytes]},
		{"us of players", sum.PlayerUs, total.Counters[PlayerUs]},
		{"us of players who wait", sum.WaitingUs, total.Counters[WaitingUs]},
	} {
		if (w.Kind != Matched || of.what != "bytes") && of.steps != of.is {
			return fmt.Errorf("steps of time sum to %d %s of %d", of.steps, of.what, of.is)
		}
	}
	var busy, there uint64
	for n := range w.Sites {
		busy += w.Sites[n].Count(BusyUs)
		there += w.Sites[n].Count(ServerUs)
	}
	if sum.ServerUs != there || sum.BusyUs > there || there > 0 && sum.BusyUs < busy {
		return fmt.Errorf("steps of time sum to %d us of servers of which %d were busy; want %d of which %d or more were", sum.ServerUs, sum.BusyUs, there, busy)
	}
	if w.Kind == Matched {
		return w.checkGameCourse(&sum, &total)
	}
	if sum.Outcomes != total.Outcomes || sum.Failures != total.Failures {
		return fmt.Errorf("steps of time sum to outcomes %v and failures %v of %v and %v", sum.Outcomes, sum.Failures, total.Outcomes, total.Failures)
	}
	if _, low := total.Metric(w.Kind.Headline(w.Course.Judged)).SumNs(); sum.SumNs != low || sum.Latency.Count() != total.Answered() {
		return fmt.Errorf("%d latencies in steps of time sum to %d ns; want %d and %d ns", sum.Latency.Count(), sum.SumNs, total.Answered(), low)
	}
	for i := range sum.Tiers {
		if t := &w.Tiers[i]; sum.Tiers[i].Requests != t.Count(TierRequests) || sum.Tiers[i].Hits != t.Count(TierHits) {
			return fmt.Errorf("steps of time sum to %d requests and %d hits of tier %d; want %d and %d", sum.Tiers[i].Requests, sum.Tiers[i].Hits, i, t.Count(TierRequests), t.Count(TierHits))
		}
	}
	return nil
}

// checkGameCourse does the same for the updates of a game.
func (w *WorkloadTally) checkGameCourse(sum *CourseStep, total *Tally) error {
	if sum.Outcomes[Played] != total.Outcomes[Played] || sum.Failures[DataHomeDown] != total.Failures[DataHomeDown] ||
		sum.Failures[LinkDown] != total.Failures[LinkDown] || sum.LostUpdates != total.Counters[LostUpdates] {
		return fmt.Errorf("steps of time sum to %d updates, %d that failed and %d that were lost; want %d, %d and %d", sum.Outcomes[Played], sum.Failures[DataHomeDown],
			sum.LostUpdates, total.Outcomes[Played], total.Failures[DataHomeDown], total.Counters[LostUpdates])
	}
	if _, low := total.Metric(w.Kind.Headline(w.Course.Judged)).SumNs(); sum.SumNs != low || sum.Latency.Count() != sum.Outcomes[Played] {
		return fmt.Errorf("%d latencies of updates in steps of time sum to %d ns; want %d and %d ns", sum.Latency.Count(), sum.SumNs, sum.Outcomes[Played], low)
	}
	return nil
}
