package edgewise

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// A Prediction says what a study will take, before it is run.
type Prediction struct {
	// Placements are in the order of the study.
	Placements []PlacementPrediction
	// Replications are those planned: with [Study.Until] the fewest that its rule begins with.
	Replications int
	// Run is the work of one run of any placement, All that of all runs.
	Run, All sim.Work
	// Tails is how many runs more [Study.Tails] takes, which All has too.
	Tails int
	// MemoryBytes is about how much memory is taken at once, with the study's workers; SharedBytes is what of that is no run's
	// own: the program and the results.
	MemoryBytes, SharedBytes int64
	// RoughMemory says that what a timeline takes of it is by a rule of thumb: no pilot has measured it.
	RoughMemory bool
	// Time is how long all runs will take on the study's workers, as a pilot of the first runs has it; 0 if there was
	// none.
	Time time.Duration

	resultBytes float64 // of what all results keep, but for their courses
}

// A PlacementPrediction is what the runs of one placement take.
type PlacementPrediction struct {
	// Name is the placement's.
	Name string
	// MemoryBytes is about how much memory one run takes besides what is shared, and Time how long, on one core; 0 if no pilot was run.
	MemoryBytes int64
	Time        time.Duration

	courses sim.CourseMemory // which MemoryBytes has in it
}

// programBytes is about what the program takes by itself: its code, the catalog, what waits to be collected.
const programBytes = 64 << 20

// retainedBytes is about what a comparison keeps of one run's latencies of one workload from one metro.
const retainedBytes = 2000

// Predict says what a study will take. It runs nothing and compiles nothing, so that it answers at once however large
// the study is. The study must be valid but for that: see [Study.Validate].
func (s *Study) Predict() *Prediction {
	p := &Prediction{Replications: s.Replications, Run: s.Scenario.Work(), RoughMemory: s.Timeline != nil}
	if p.Replications == 0 {
		p.Replications = defaultReplications
	}
	if s.Until != nil {
		p.Replications = s.Until.least()
	}
	runs := float64(float64(p.Replications) * float64(len(s.Placements)))
	if s.Tails {
		p.Tails = 2 * len(s.Placements)
	}
	p.All = p.Run.Times(runs + float64(p.Tails))
	metros := 0
	if s.Network != nil {
		metros = len(s.Network.OfKind(topology.Metro))
	}
	p.resultBytes = float64(runs * float64(metros*len(s.Workloads)) * retainedBytes)
	memoryBytes := s.Scenario.MemoryByPlacement()
	for i := range s.Placements {
		of := &s.Placements[i]
		p.Placements = append(p.Placements, PlacementPrediction{Name: of.Name, MemoryBytes: memoryBytes(of), courses: s.Scenario.CourseMemory(of)})
	}
	p.sumMemory(s.workers())
	return p
}

// sumMemory adds up what all runs take and keep, on so many workers.
func (p *Prediction) sumMemory(workers int) {
	held, largest := programBytes+p.resultBytes, int64(0)
	for i := range p.Placements {
		of := &p.Placements[i]
		held += float64(float64(p.Replications) * of.courses.Kept)
		largest = max(largest, of.MemoryBytes)
	}
	atOnce := min(float64(workers), float64(p.Replications)*float64(len(p.Placements)))
	p.SharedBytes = int64(min(held, math.MaxInt64/4))
	p.MemoryBytes = int64(min(held+float64(atOnce*float64(largest)), math.MaxInt64/2))
}

// The pilot runs the beginning of runs, twice as far the second time, to tell what is done once from what is done
// every second.
const (
	pilotSteps  = 20_000
	pilotFactor = 4
)

// Pilot measures how fast this machine is, by the beginning of the first runs, and completes a prediction with the time
// that all of them will take. It measures one placement after another until the budget is used up; the others are taken
// to be like the mean of those. The prediction has no time where not one placement could be measured within the budget.
func (s *Study) Pilot(ctx context.Context, p *Prediction, budget time.Duration) error {
	steps := p.Run.Steps()
	if steps <= 0 || len(s.Placements) == 0 {
		return nil
	}
	within, stop := context.WithTimeout(ctx, budget)
	defer stop()
	var measured, sum float64
	for i := range s.Placements {
		took, courses, err := s.pilot(within, i, steps)
		if within.Err() != nil {
			break
		}
		if err != nil {
			return err
		}
		of := &p.Placements[i]
		of.Time = took
		of.MemoryBytes += int64(courses.Run - of.courses.Run)
		of.courses = courses
		sum += took.Seconds()
		measured++
	}
	if measured == 0 {
		return ctx.Err()
	}
	p.sumMemory(s.workers())
	p.RoughMemory = p.RoughMemory && measured < float64(len(s.Placements))
	total := 0.0
	for i := range p.Placements {
		of := &p.Placements[i]
		if of.Time == 0 {
			of.Time = seconds(sum / measured)
		}
		total += of.Time.Seconds()
	}
	total *= float64(p.Replications)
	runs := float64(len(p.Placements) * p.Replications)
	p.Time = seconds(total / min(float64(s.workers()), runs))
	return ctx.Err()
}

// pilot returns about how long one run of a placement takes on one core, and what memory its courses take.
func (s *Study) pilot(ctx context.Context, number int, steps float64) (took time.Duration, courses sim.CourseMemory, err error) {
	short := s.Scenario.WithoutEvents()
	whole := s.WarmUp + s.Duration
	part := func(steps float64, of float64) time.Duration {
		return max(1, min(whole, time.Duration(of/steps*float64(whole))))
	}
	var spent [2]float64
	var length [2]float64
	for k, of := range []float64{pilotSteps, pilotFactor * pilotSteps} {
		short.Duration = part(steps, of)
		short.WarmUp = min(s.WarmUp, short.Duration/2) // the first steps are of cold caches
		short.Duration -= short.WarmUp
		times := short.FollowedAs(&s.Scenario, &s.Placements[number])
		length[k] = (short.WarmUp + short.Duration).Seconds()
		begin := time.Now()
		plans, err := sim.Compile(ctx, short, s.Placements[number])
		if err == nil {
			courses, err = plans[0].CourseMemory(ctx, 0, times)
		}
		if err != nil {
			return 0, courses, err
		}
		spent[k] = time.Since(begin).Seconds()
	}
	if length[1] <= length[0] {
		return seconds(spent[1]), courses, nil // that was all of it
	}
	slope := max(0, (spent[1]-spent[0])/(length[1]-length[0]))
	if slope == 0 {
		slope = spent[1] / length[1] // noise was greater than the difference
		return seconds(slope * whole.Seconds()), courses, nil
	}
	return seconds(spent[1] + float64(slope*(whole.Seconds()-length[1]))), courses, nil
}

// seconds returns a duration; the longest where that is too short.
func seconds(s float64) time.Duration {
	if s >= math.MaxInt64/1e9 {
		return math.MaxInt64
	}
	return time.Duration(s * 1e9)
}

// Bounds are what a study may take.
type Bounds struct {
	// Steps bounds [sim.Work.Steps] of all runs, MemoryBytes what is held at once; 0 does not.
	Steps       float64
	MemoryBytes int64
}

// MostSteps is the work that no study should begin without being asked twice: at three million steps a second, some
// forty days of a core.
const MostSteps = 1e13

// An ExcessError says that a study is predicted to take more than it may.
type ExcessError struct {
	// What there is too much of, how much is predicted and how much is allowed.
	What               string
	Predicted, Allowed float64
	// Remedy says what would make it smaller.
	Remedy string
}

func (e *ExcessError) Error() string {
	return fmt.Sprintf("edgewise: %s: %s predicted, %s allowed; %s", e.What, short(e.Predicted), short(e.Allowed), e.Remedy)
}

// short writes a large number with three digits.
func short(x float64) string { return fmt.Sprintf("%.3g", x) }

// Check returns an [*ExcessError] where a study is predicted to take more than it may.
func (s *Study) Check(p *Prediction, b Bounds) error {
	if steps := p.All.Steps(); b.Steps > 0 && steps > b.Steps {
		return &ExcessError{What: "requests, sessions and updates", Predicted: steps, Allowed: b.Steps, Remedy: s.smaller(p, b.Steps)}
	}
	if b.MemoryBytes > 0 && p.MemoryBytes > b.MemoryBytes {
		return &ExcessError{
			What: "bytes of memory", Predicted: float64(p.MemoryBytes), Allowed: float64(b.MemoryBytes),
			Remedy: "smaller catalogues or caches, fewer players, metros, placements or replications, or fewer workers make it smaller",
		}
	}
	return nil
}

// smaller says what would bring the work to half of a bound.
func (s *Study) smaller(p *Prediction, most float64) string {
	runs := p.All.Steps() / p.Run.Steps()
	share := most / 2 / p.All.Steps()
	for i := range s.Workloads {
		w := &s.Workloads[i]
		service, ok := w.Service.(workload.Matched)
		if !ok {
			continue
		}
		work := s.WorkOf(i).Times(runs)
		if rest := p.All.Steps() - work.Steps() + work.Sessions; rest < most/4 {
			sampled := share / float64(service.MatchesASample())
			return fmt.Sprintf("in workload %q, sampled_matches: %.1g (SampledMatches) would do", w.Name, sampled*0.9)
		}
		if work.Sessions > most {
			return fmt.Sprintf("in workload %q, longer sessions than %v or fewer players would do", w.Name, s.sessionLength(w))
		}
	}
	if length := time.Duration(share * float64(s.WarmUp+s.Duration)); length >= time.Second {
		return fmt.Sprintf("warm_up and duration of %v together would do, or lower rates, fewer placements or replications", length.Truncate(time.Second))
	}
	return fmt.Sprintf("rates of the %.1gth part would do, with fewer placements or replications", 1/share)
}

// sessionLength returns the mean length of a workload's sessions.
func (s *Study) sessionLength(w *workload.Workload) time.Duration {
	d, ok := w.Demand.(workload.Staying)
	rated, too := w.Demand.(workload.Rated)
	if !ok || !too || rated.PerSecond() == 0 {
		return 0
	}
	return seconds(d.Concurrent() / rated.PerSecond())
}
