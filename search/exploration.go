package search

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
)

// An Exploration is what the surrogate has found: the first of three steps. [Exploration.Study] simulates the best of it,
// [Exploration.Conclude] says what that comes to.
type Exploration struct {
	problem *prepared
	space   *space
	found   *finding
	// baseline is what the surrogate expects of the study's first placement, by objective.
	baseline []float64
	// finalists are those that are simulated.
	finalists []scored
	// sampled is of how many alternatives games were sampled after tables had ranked all; 0 where tables said all, or where each was compiled.
	sampled int
	// games says which are sampled, and for how long; "" where none is.
	games string
	// isReached says that they keep the constraints.
	isReached bool
}

// Explore scores the alternatives of a problem by the surrogate: all of them where that is possible, else those that a greedy
// search and swaps come by. It gives the same for the same problem, on any number of workers.
func Explore(ctx context.Context, p *Problem) (*Exploration, error) {
	prepared, err := p.prepare()
	if err != nil {
		return nil, err
	}
	space, err := newSpace(ctx, prepared)
	if err != nil {
		return nil, err
	}
	e := &Exploration{problem: prepared, space: space}
	// Queues and seats are looked at among more than are simulated.
	kept := p.simulated()
	if space.near != nil {
		kept = max(100, 5*kept)
	}
	if e.found, err = space.explore(ctx, kept); err != nil {
		return nil, err
	}
	for _, s := range firstOf(e.found.ranked, e.found.nearly) {
		space.begin = append(space.begin, s.set)
	}
	if err := e.choose(ctx); err != nil {
		return nil, err
	}
	base, err := space.compilePlaced(ctx, []placement.Placement{p.Study.Placements[0]})
	if err != nil {
		return nil, err
	}
	plans, err := sim.Compile(ctx, p.Study.Scenario, p.Study.Placements[0])
	if err != nil {
		return nil, err
	}
	e.games = space.sampledInWords(plans[0])
	e.baseline = base[0].values
	return e, nil
}

// choose chooses those to be simulated.
func (e *Exploration) choose(ctx context.Context) error {
	ranked := e.found.ranked
	e.isReached = len(ranked) > 0
	if !e.isReached {
		ranked = e.found.nearly
	}
	if len(ranked) == 0 {
		return e.noneLeft()
	}
	// Tables have no queues, and players where the routing rule sends them.
	if samples := e.space.near != nil && e.space.sampledInWords(e.space.plans[0]) != ""; samples || len(e.space.loads) > 0 {
		if samples {
			e.sampled, e.found.bound, e.found.bounds = len(ranked), math.NaN(), nil // bounds are those of tables
		}
		var sets [][]int
		for i := range ranked {
			sets = append(sets, ranked[i].set)
		}
		again, err := e.space.compile(ctx, sets)
		if err != nil {
			return err
		}
		again = slices.DeleteFunc(again, func(s scored) bool {
			isRefused := math.IsInf(s.misses, 1) // for what tables do not know
			if isRefused {
				e.found.refused.add(s.broken, 1)
			}
			return isRefused
		})
		if len(again) == 0 {
			return e.noneLeft()
		}
		if e.isReached {
			kept := slices.DeleteFunc(slices.Clone(again), func(s scored) bool { return s.broken != "" })
			if e.isReached = len(kept) > 0; e.isReached {
				again = kept
			}
		}
		order := e.space.before
		if !e.isReached {
			order = e.space.nearer
		}
		slices.SortStableFunc(again, func(a, b scored) int { return order(&a, &b) })
		if ranked = again; samples && e.found.isWhole {
			e.found.bound = ranked[0].values[0]
		}
		if e.isReached {
			e.found.ranked = again
		} else {
			e.found.ranked, e.found.nearly = nil, again
		}
	}
	most := e.problem.simulated()
	if len(e.problem.objectives) == 2 && e.isReached && len(ranked) > most {
		// The front from one end to the other.
		for i := range most {
			e.finalists = append(e.finalists, ranked[i*(len(ranked)-1)/max(most-1, 1)])
		}
		return nil
	}
	e.finalists = ranked[:min(most, len(ranked))]
	return nil
}

// noneLeft says why no alternative can be simulated.
func (e *Exploration) noneLeft() error {
	among := fmt.Sprintf("%.0f alternatives", e.found.total)
	if !e.found.isWhole {
		among = fmt.Sprintf("the %.0f alternatives that were looked at", e.found.scored)
	}
	return fmt.Errorf("search: none of %s can be chosen: %s", among, refusedInWords(e.found.refused.counted()))
}

// Study returns the study that simulates the best alternatives beside the baseline, the second step: its first placement is the
// baseline. With one objective it ends when the best is known with the wanted probability, the third step.
func (e *Exploration) Study() *edgewise.Study {
	p := e.problem
	study := p.study
	study.Placements = []placement.Placement{p.Study.Placements[0]}
	var among []string
	for _, s := range e.finalists {
		if of := p.placed(s.set); len(s.set) > 0 || of.Name != study.Placements[0].Name {
			study.Placements = append(study.Placements, of)
			among = append(among, of.Name)
		}
	}
	if len(among) < 2 || len(p.objectives) == 2 {
		study.Replications = p.minReplications()
		return &study
	}
	study.Until = &edgewise.Until{
		Workload: p.objectives[0].Workload, By: p.objectives[0].measure.Name(), Better: p.objectives[0].better,
		BestKnown: p.confidence(), Matters: e.matters(), Among: among,
	}
	study.Until.MinReplications, study.Until.MaxReplications = p.minReplications(), p.maxReplications()
	return &study
}

// matters returns the smallest difference that matters, in the unit of the objective.
func (e *Exploration) matters() float64 {
	switch m := e.problem.Objectives[0].Matters; {
	case m > 0:
		return m
	case e.problem.objectives[0].measure.Unit == "share":
		return 0.01
	case e.problem.objectives[0].measure.Unit == "ms":
		return 1
	default:
		return math.Max(math.Abs(e.baseline[0])/100, 1e-9)
	}
}

// Run makes all three steps.
func Run(ctx context.Context, p *Problem) (*Answer, error) {
	e, err := Explore(ctx, p)
	if err != nil {
		return nil, err
	}
	comparison, err := e.Study().Run(ctx)
	if comparison == nil {
		return nil, err
	}
	answer, failed := e.Conclude(ctx, comparison)
	if err != nil {
		return answer, err
	}
	return answer, failed
}
