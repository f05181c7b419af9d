package sim

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// Work is how much runs have to simulate, as far as that is known before they begin. Numbers are expected values.
type Work struct {
	// Requests of cacheable and computed workloads, the warm-up's included.
	Requests float64
	// Updates of games that are simulated: see [workload.Matched.SampledUpdates].
	Updates float64
	// Sessions of players, those included who are there when a run begins.
	Sessions float64
}

// Add returns the work of both.
func (w Work) Add(v Work) Work {
	return Work{w.Requests + v.Requests, w.Updates + v.Updates, w.Sessions + v.Sessions}
}

// Times returns the work of so many such runs.
func (w Work) Times(n float64) Work {
	return Work{float64(n * w.Requests), float64(n * w.Updates), float64(n * w.Sessions)}
}

// Steps is about how long the work takes, counted in requests that meet caches: a session, which is drawn, matched and
// ended, counts as one, an update of a game as a fifth of one (docs/performance.md).
func (w Work) Steps() float64 {
	return w.Requests + w.Sessions + float64(updateCost*w.Updates)
}

// WorkOf returns the work that one workload, by its number, is in one run of any placement: by the day in each metro, the flash crowds, and when the workload begins and
// ends. Nothing is known of a demand that is not [workload.Rated]; its requests count as none. A flash crowd in some metros of a trace counts as one in all of them.
func (s *Scenario) WorkOf(number int) Work { return s.workUntil(number, s.WarmUp+s.Duration) }

// RecordedWorkOf is [Scenario.WorkOf] of the recorded time alone; the players of its sessions are those of all the run.
func (s *Scenario) RecordedWorkOf(number int) Work {
	all, warmUp := s.WorkOf(number), s.workUntil(number, s.WarmUp)
	return Work{Requests: all.Requests - warmUp.Requests, Updates: all.Updates - warmUp.Updates, Sessions: all.Sessions}
}

// RecordedLoadOf returns how much the users of a workload, by its number, are expected to ask for on the mean of the recorded time: requests a second or, of a game,
// players who are there or want to be. It is of what [Scenario.RecordedWorkOf] is, and known where the demand follows a day.
func (s *Scenario) RecordedLoadOf(number int) (load float64, ok bool) {
	w := &s.Workloads[number]
	all, ok := s.expected(w, s.WarmUp+s.Duration)
	if !ok {
		return 0, false
	}
	warmUp, _ := s.expected(w, s.WarmUp)
	if _, plays := w.Service.(workload.Matched); plays {
		return (all.PlayerSeconds - warmUp.PlayerSeconds) / s.Duration.Seconds(), true
	}
	return (all.Arrivals - warmUp.Arrivals) / s.Duration.Seconds(), true
}

// workUntil returns the work of a run that ends at an instant.
func (s *Scenario) workUntil(number int, end time.Duration) Work {
	w := &s.Workloads[number]
	service, plays := w.Service.(workload.Matched)
	if e, ok := s.expected(w, end); ok {
		if !plays {
			return Work{Requests: e.Arrivals}
		}
		return Work{Sessions: e.Found + e.Arrivals, Updates: float64(e.PlayerSeconds / service.UpdatePeriod().Seconds() / float64(service.MatchesASample()))}
	}
	window := end
	if t, ok := w.Demand.(interface{ Length() time.Duration }); ok {
		window = min(end, t.Length()) // a trace is silent after its end
	}
	arrivals := float64(perSecondOf(w) * window.Seconds())
	if inTime, err := w.LoadInTime(); err == nil && inTime != nil && window > 0 {
		arrivals *= inTime("", 0, window)
	}
	if !plays {
		return Work{Requests: arrivals}
	}
	staying, ok := w.Demand.(workload.Staying)
	if !ok {
		return Work{}
	}
	present := staying.Concurrent()
	return Work{Sessions: present + arrivals, Updates: float64(present * end.Seconds() / service.UpdatePeriod().Seconds() / float64(service.MatchesASample()))}
}

// expected returns what is expected of the users of a workload that follows a day; false of another.
func (s *Scenario) expected(w *workload.Workload, length time.Duration) (e workload.Expected, ok bool) {
	if _, _, ok := w.DayMean(); !ok || s.Network == nil || length <= 0 {
		return e, false
	}
	users, err := Audiences(s.Network, w)
	if err != nil {
		return e, false
	}
	e, err = w.ExpectedIn(s.Begun, users, s.Start, length)
	return e, err == nil
}

// Work returns the work of one run of any placement.
func (s *Scenario) Work() Work {
	var sum Work
	for i := range s.Workloads {
		sum = sum.Add(s.WorkOf(i))
	}
	if s.isPaired() {
		sum = sum.Times(2)
	}
	return sum
}

// What is held for each, in bytes: about what was measured with this version on amd64.
const (
	entryBytes  = 64  // an object in a cache: its entry, size, place in the index, what a policy keeps
	objectBytes = 48  // an object of a catalogue that caches are preloaded from, by tier: its rates, and their order
	pastBytes   = 48  // one whose requests are replayed, by server: what there is of it, and how often it is asked for
	playerBytes = 700 // a player: the session, the lobby, the match, the law of the last mile
)

// parts of a run are looked at for how many players there are.
const presenceParts = 24

// mostPlayers returns about how many players of a workload are there at once in a run, on the mean over the fullest 24th of it: by the day, the flash crowds, and when
// the workload begins and ends. Of a demand that follows no day it is the mean.
func (s *Scenario) mostPlayers(w *workload.Workload, d workload.Staying) float64 {
	part := (s.WarmUp + s.Duration) / presenceParts
	most, before := 0.0, 0.0
	for k := range presenceParts {
		until, ok := s.expected(w, part*time.Duration(k+1))
		if !ok {
			return d.Concurrent()
		}
		most = max(most, (until.PlayerSeconds-before)/part.Seconds())
		before = until.PlayerSeconds
	}
	return most
}

// MemoryBytes returns about how much memory one run of a placement takes at its largest, beside what its results take:
// the objects in its caches, the players and what [Scenario.Timeline] asks for. It is a bound from above where caches share nothing, since such are
// simulated one after another, and their memory goes from one to the next.
func (s *Scenario) MemoryBytes(p *placement.Placement) int64 { return s.MemoryByPlacement()(p) }

// MemoryByPlacement returns [Scenario.MemoryBytes] as a function, for who asks of many placements: what is alike for all of them is
// found out once.
func (s *Scenario) MemoryByPlacement() func(*placement.Placement) int64 {
	objects, rates, once, objectSize := 0.0, 0.0, 0.0, math.Inf(1)
	players := 0.0
	for i := range s.Workloads {
		w := &s.Workloads[i]
		if d, ok := w.Demand.(workload.Staying); ok {
			players += s.mostPlayers(w, d)
		}
		n := s.objects(i)
		if n == 0 {
			continue
		}
		objects += float64(n)
		if _, ok := w.Demand.(workload.Popular); ok {
			rates += float64(regular(w) * variantsOf(w))
			once += heldOnce(w)
		}
		if !w.RecordsSizes() {
			sizes := w.SizesOf(s.Seed, 0)
			objectSize = min(objectSize, sizes.MedianBytes()) // the mean is larger
		} else {
			objectSize = 1
		}
	}
	requests, byStep := s.Work().Requests, s.perStep()
	return func(p *placement.Placement) int64 {
		var held, largest, preload, past, largestPast float64
		things := rates
		if preloads(*p) && p.SliceBytes > 0 {
			things = float64(s.slicesToPreload(p.SliceBytes))
		}
		replays := preloads(*p) && s.mayReplay(p)
		follows := replays && s.followsEvictions(p)
		for t := range p.Tiers {
			tier := &p.Tiers[t]
			for _, c := range tier.Caches {
				fits := math.Inf(1)
				if c.CapacityBytes > 0 {
					fits = float64(c.CapacityBytes) / max(objectSize, 1)
				}
				in := min(objects, fits)
				if c.Preload {
					begin := things + min(once, fits)
					preload = max(preload, begin*objectBytes*float64(len(p.Tiers)+1))
					if replays {
						left := things
						if t == 0 && follows {
							left = min(things, fits)
						}
						of := float64(left * pastBytes * float64(copiesIn(&c)))
						past, largestPast = past+of, max(largestPast, of)
					}
					in = min(in, begin+requests)
				} else {
					in = min(in, requests)
				}
				largest = max(largest, in)
				held += in
			}
		}
		if len(p.Tiers) <= 1 {
			held, past = largest, largestPast
		}
		entry := float64(entryBytes)
		if s.ages(p) {
			entry += heldBytes
		}
		return int64(min(float64(held*entry)+preload+past+float64(players*playerBytes)+s.courseMemory(p, byStep).Run, math.MaxInt64/2))
	}
}

// sitesOf returns how many sites a placement has.
func sitesOf(p *placement.Placement) int {
	sites := make(map[string]bool)
	for _, a := range p.Sites {
		sites[a.Site] = true
	}
	for t := range p.Tiers {
		for _, c := range p.Tiers[t].Caches {
			sites[c.Site] = true
		}
	}
	return len(sites)
}
