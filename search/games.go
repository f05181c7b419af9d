package search

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/sim"
)

// games samples games: who plays where, and who waits, has no closed form where the players of a match come from several metros, but a short run
// of a market is a few events a player. It keeps the samples of the last plan, for several figures may ask for one. It is safe for several
// goroutines; the zero value is ready.
type games struct {
	mutex sync.Mutex
	plan  *sim.Plan
	known map[int]*sim.GameSample
}

// of returns the sample of a game under a plan.
func (g *games) of(ctx context.Context, plan *sim.Plan, number int) (*sim.GameSample, error) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.plan != plan {
		g.plan, g.known = plan, make(map[int]*sim.GameSample)
	}
	if g.known[number] == nil {
		sample, err := plan.SampleGame(ctx, number)
		if err != nil {
			return nil, err
		}
		g.known[number] = sample
	}
	return g.known[number], nil
}

// hasClosedForm reports whether the surrogate knows a latency of a game by its law, where players are where the routing rule sends them.
func hasClosedForm(m sim.Metric) bool {
	return m == sim.PlayerRTT || m == sim.RTT || m == sim.Response
}

// isSampled reports whether a figure of a game is told by samples under a plan: that of what players see on the screen, of waits and of
// matches in any case, the others where the game chooses its sites.
func (sp *space) isSampled(plan *sim.Plan, f *figure) bool {
	return !f.isMoney && f.isKnown && (f.needsSample || plan.ChoosesSites(f.number))
}

// expect returns what to expect of a figure under a plan. With what is given moved players are where the routing rule sends them.
func (sp *space) expect(ctx context.Context, plan *sim.Plan, f *figure) (*expectation, error) {
	if sp.isAgain || !sp.isSampled(plan, f) {
		return sp.surrogate.expect(plan, f)
	}
	sample, err := sp.games.of(ctx, plan, f.number)
	if err != nil {
		return nil, err
	}
	return f.inSample(sample)
}

// inSample returns what a sample says of a figure, over all metros and of each: the mean over its runs.
func (f *figure) inSample(sample *sim.GameSample) (*expectation, error) {
	e := &expectation{sites: sample.Sites, metros: make([]float64, len(sample.Sites))}
	var all meanOf
	metros := make([]meanOf, len(e.metros))
	for _, w := range sample.Tallies {
		total, err := w.Total()
		if err != nil {
			return nil, err
		}
		add := func(to *meanOf, m *edgewise.Measure, t *sim.Tally) {
			if x, ok := m.In(&edgewise.Tallies{Tally: t, Workload: w, Duration: sample.Recorded}); ok {
				to.sum += x
				to.n++
			}
		}
		add(&all, &f.measure, &total)
		for m := range metros {
			add(&metros[m], &f.base, &w.Metros[m])
		}
	}
	e.value = all.value()
	for m := range metros {
		e.metros[m] = metros[m].value()
	}
	return e, nil
}

// A meanOf is the mean of values, NaN of none.
type meanOf struct {
	sum float64
	n   int
}

func (m *meanOf) value() float64 { return m.sum / float64(m.n) }

// samplesEach reports whether every alternative is sampled: then there is no search with what is given moved.
func (sp *space) samplesEach() bool {
	return slices.ContainsFunc(sp.figures(), func(f *figure) bool { return f.needsSample })
}

// sampledInWords says which games are sampled, and for how long; "" where none is.
func (sp *space) sampledInWords(plan *sim.Plan) string {
	var all []string
	for _, f := range sp.figures() {
		if !sp.isSampled(plan, f) {
			continue
		}
		_, recorded := plan.SampleSpan(f.number)
		all = append(all, fmt.Sprintf("%s for %v", sp.study.Workloads[f.number].Name, words.Duration(recorded.Round(time.Second))))
	}
	return strings.Join(slices.Compact(all), ", ")
}
