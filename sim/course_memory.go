package sim

import (
	"context"
	"math"
	"time"
	"unsafe"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
)

// A CourseMemory is about how much memory the courses of runs take, in bytes, as [Scenario.Timeline] asks for them.
type CourseMemory struct {
	// Kept is what a study keeps of a result, Run what a run takes at most while it lasts, its result included.
	Kept, Run float64
}

// What steps of a [Course] take, in bytes, where no run has shown it.
const (
	// openLatencies is what the latencies of an open step take: four octaves. Those of one city and its PoP
	// have one or two, those of many cities and lines six to eight.
	openLatencies = 4 * 128
	// packedStepBytes is what one takes at least in which anything has happened, packed; every request may add a cell of latencies, of which mostCells are filled
	// at most.
	packedStepBytes, cellBytes, mostCells = 20, 1.2, 60
)

// What steps take of which it is known.
const (
	openStepBytes   = float64(unsafe.Sizeof(CourseStep{}))
	tierStepBytes   = float64(unsafe.Sizeof(TierStep{}))
	originStepBytes = float64(unsafe.Sizeof(originStep{}))
	// A step of a link is counted in its recorder, in how long the link sends and in who waits; packed it is about half of its counters.
	openLinkStepBytes = float64(unsafe.Sizeof(linkCame{})) + 8 + 16
	linkStepBytes     = 12
)

// packedBytes returns about how many bytes a step takes, packed, in which so many requests are expected.
func packedBytes(requests float64) float64 {
	return 1 + float64(min(1, requests)*packedStepBytes) + float64(cellBytes*mostCells*(1-portable.Exp(-requests/mostCells)))
}

// CourseMemory returns about how much memory the courses of runs of a placement take, by what is known without a run: how far latencies lie apart is not, so that it may be half as much or twice. See [Plan.CourseMemory].
func (s *Scenario) CourseMemory(p *placement.Placement) CourseMemory {
	return s.courseMemory(p, s.perStep())
}

func (s *Scenario) courseMemory(p *placement.Placement, byStep []float64) (m CourseMemory) {
	if s.Timeline == nil {
		return m
	}
	steps, sites, origins := float64(s.Timeline.countIn(s.Duration)), float64(sitesOf(p)), 0.0
	for i := range p.Sites {
		if p.Sites[i].Role == placement.Origin {
			origins++
		}
	}
	atOnce := 1.0
	if len(p.Tiers) > 1 { // sites that send each other messages are simulated side by side
		atOnce = sites
	}
	links := steps * s.sharedLinks()
	m.Kept = links * linkStepBytes
	for i := range s.Workloads {
		requests := byStep[i]
		all, metros := packedBytes(requests), 0.0
		if n := float64(s.metroCount()); s.Timeline.ByMetro && n > 0 {
			metros = float64(n * packedBytes(requests/n))
		}
		if n := sites; s.Timeline.BySite && n > 0 {
			all += float64(n * packedBytes(requests/n))
		}
		if s.isPaired() { // all and sites, once more
			all *= 2
		}
		m.Kept += float64(steps * (all + metros))

		open := float64(steps * (openStepBytes + openLatencies + float64(tierStepBytes*float64(len(p.Tiers)))))
		if s.Timeline.BySite {
			open *= 1 + origins
		}
		users := atOnce * packedBytes(requests/max(1, sites))
		if s.Timeline.ByMetro || s.Timeline.BySite {
			users = 0 // they become a part of the result
		}
		m.Run += open + float64(steps*(users+float64(atOnce*float64(origins*originStepBytes))))
	}
	m.Run += m.Kept + float64(links*openLinkStepBytes)
	return m
}

// FollowedAs lets a short scenario be followed over time as the whole of it is under a placement, in steps as long, and returns how many times as much memory its
// courses take then: what is asked of [Plan.CourseMemory]. It is cut to whole steps; where it is shorter than a step, all of it is one.
func (s *Scenario) FollowedAs(whole *Scenario, p *placement.Placement) (times float64) {
	if whole.Timeline == nil {
		return 1
	}
	steps, length := *whole.Timeline, whole.Timeline.lengthFor(whole.Duration)
	steps.Step = min(length, s.Duration)
	s.Duration -= s.Duration % steps.Step
	if steps.Paired {
		_, happens := whole.undisturbed()
		steps.Paired = happens || len(p.Openings) > 0
	}
	s.Timeline = &steps
	times = float64(whole.Timeline.countIn(whole.Duration)) / float64(steps.countIn(s.Duration))
	// A longer step has larger counts, of a seventh of a byte more for each time that they double, and more of the latencies that are rare: 13 % (about what was seen).
	return times * (1 + float64(0.13*portable.Log(float64(length)/float64(steps.Step))/math.Ln2))
}

// CourseMemory runs a replication on one core and returns how much memory its courses take, as the bytes of their steps have it, when all runs have steps as many times as many. It is told of a
// short run what a long one takes, of steps as long: within a fifth, as long as the first steps are like the others.
func (p *Plan) CourseMemory(ctx context.Context, replication int, times float64) (CourseMemory, error) {
	if p.scenario.isPaired() && p.calm == nil { // nothing happens in this part of the run
		calm, both := *p, *p
		both.calm = &calm
		p = &both
	}
	m := &courseMeter{times: times, seen: make(map[*byte]bool)}
	r, err := p.runMeasured(ctx, replication, 1, nil, nil, m)
	if err != nil {
		return CourseMemory{}, err
	}
	return CourseMemory{Kept: keptMargin * m.kept(r), Run: runMargin * m.peak}, nil
}

// What is told is more by so much than what a short run takes, for its steps do not have all latencies that are rare: open steps have room for those between, packed ones for
// the cells alone (about what was seen).
const keptMargin, runMargin = 1.04, 1.11

// A courseMeter measures the memory that the courses of a run take.
type courseMeter struct {
	times float64 // how many times as many steps there are to be
	other float64 // what other results take besides
	peak  float64
	seen  map[*byte]bool // the blocks that have been looked at: a metro and a site may have the same
}

// take looks at what the result of a run and the sites that are still at work hold.
func (m *courseMeter) take(r *run) {
	if m == nil {
		return
	}
	clear(m.seen)
	sum := m.other + m.held(r.result)
	for _, l := range r.links {
		if l.course != nil {
			sum += float64(m.times * float64(l.course.steps) * openLinkStepBytes)
		}
	}
	for _, s := range r.sites {
		if s.courses == nil {
			continue
		}
		for n := range s.clients {
			if c := s.clients[n].course; c != nil && c.to != s.courses.users[s.clients[n].workload.number] {
				sum += m.recorder(c.to)
			}
		}
		for i, users := range s.courses.users {
			sum += m.recorder(users)
			for _, origin := range s.courses.origins[i] {
				if origin != nil {
					sum += float64(m.times * float64(len(origin.steps)) * originStepBytes)
				}
			}
		}
	}
	m.peak = max(m.peak, sum)
}

// recorder returns what a recorder takes.
func (m *courseMeter) recorder(r *recorder) (sum float64) {
	if r == nil {
		return 0
	}
	asked := uint64(0)
	for _, s := range r.window {
		if s != nil {
			sum += s.memory()
			asked += s.Requests()
		}
	}
	if r.steps == 1 && m.times > 1 { // of more steps there would be two, and one that is packed
		sum *= openSteps
		if asked > 0 {
			sum += blockBytes
		}
	}
	return sum + m.packed(&r.packed, false)
}

// packed returns what packed steps take, of which the last block may be as long as it need be.
func (m *courseMeter) packed(p *packedSteps, isTrimmed bool) float64 {
	bytes := float64(p.bytes())
	if bytes == 0 || m.seen[&p.blocks[0][0]] {
		return 0
	}
	m.seen[&p.blocks[0][0]] = true
	full := blockBytes*7/8 + float64(bytes/float64(p.count)/2) // about what a block holds before the next begins
	bytes = float64(bytes * m.times)
	blocks := math.Floor(bytes / full)
	if isTrimmed {
		return float64(blocks*blockBytes) + bytes - float64(blocks*full)
	}
	return (blocks + 1) * blockBytes
}

// held returns what the courses of a result take.
func (m *courseMeter) held(r *Result) float64 { return m.sum(r, m.course) }

// kept returns how long the courses of a result are, encoded.
func (m *courseMeter) kept(r *Result) float64 { return m.sum(r, m.encoded) }

// sum adds up what the courses of a result take, those of links as they are packed.
func (m *courseMeter) sum(r *Result, of func(*Course) float64) (sum float64) {
	for i := range r.Workloads {
		w := &r.Workloads[i]
		sum += of(w.Course)
		for n := range w.Sites {
			sum += of(w.Sites[n].Course)
		}
	}
	for i := range r.Links {
		if c := r.Links[i].Course; c != nil {
			sum += float64(m.times * float64(len(c.packed)))
		}
	}
	return sum
}

func (m *courseMeter) course(c *Course) (sum float64) {
	if c == nil {
		return 0
	}
	for i := range c.open {
		sum += float64(m.times * c.open[i].memory())
	}
	sum += m.packed(&c.packed, true) + m.course(c.Undisturbed)
	for _, of := range c.Metros {
		sum += m.course(of)
	}
	return sum
}

func (m *courseMeter) encoded(c *Course) (sum float64) {
	if c == nil {
		return 0
	}
	const head = 16 // about
	sum = head + float64(m.times*float64(c.packed.bytes()+c.count-c.packed.count)) + m.encoded(c.Undisturbed)
	for _, of := range c.Metros {
		sum += m.encoded(of)
	}
	return sum
}

// memory returns what a step takes that is open.
func (s *CourseStep) memory() float64 {
	return openStepBytes + float64(tierStepBytes*float64(cap(s.Tiers))) + float64(s.Latency.CellBytes())
}

// perStep returns how many requests, or updates, of each workload are expected in a step of time; nothing without a timeline.
func (s *Scenario) perStep() (all []float64) {
	if s.Timeline == nil {
		return nil
	}
	for i := range s.Workloads {
		work := s.WorkOf(i)
		all = append(all, (work.Requests+work.Updates)*min(s.Timeline.lengthFor(s.Duration), s.Duration).Seconds()/max(time.Nanosecond, s.WarmUp+s.Duration).Seconds())
	}
	return all
}

func (s *Scenario) metroCount() int {
	if s.Network == nil {
		return 0
	}
	return len(s.Network.OfKind(topology.Metro))
}

// sharedLinks returns how many links are shared.
func (s *Scenario) sharedLinks() (n float64) {
	if s.Network == nil {
		return 0
	}
	for _, l := range s.Network.Links() {
		if l.Sharing != topology.Unshared {
			n++
		}
	}
	return n
}
