package edgewise

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/sim"
)

// Compile makes placements of the study ready to run, by their numbers. It finds what can be wrong of the ways between users and sites,
// of which [Study.Validate] knows nothing; where that stands in a file [Study.Locate] says.
func (s *Study) Compile(ctx context.Context, placements ...int) ([]*sim.Plan, error) {
	plans, err := sim.Compile(ctx, s.Scenario, s.only(placements).Placements...)
	if err != nil {
		return nil, s.located(err)
	}
	return plans, nil
}

// compileAll compiles all placements.
func (s *Study) compileAll(ctx context.Context) ([]*sim.Plan, error) {
	return s.Compile(ctx, s.allPlacements()...)
}

func (s *Study) allPlacements() []int {
	all := make([]int, len(s.Placements))
	for i := range all {
		all[i] = i
	}
	return all
}

// located returns an error with where in the files of the study that stands which is wrong.
func (s *Study) located(err error) error {
	if s.Locate == nil {
		return err
	}
	return s.Locate(err)
}

// CompileEach compiles all placements, some at a time, and hands each plan to a function, which may be nil.
func (s *Study) CompileEach(ctx context.Context, take func(*sim.Plan)) error {
	for some := range slices.Chunk(s.allPlacements(), compiledAtOnce) {
		plans, err := s.Compile(ctx, some...)
		if err != nil {
			return err
		}
		for _, p := range plans {
			if take != nil {
				take(p)
			}
		}
	}
	return nil
}

// compiledAtOnce is how many placements are compiled together: they share the tables of routes.
const compiledAtOnce = 64

// ValidateWays finds, besides what [Study.Validate] does, what [Study.Run] refuses as it looks up the ways between users and sites. It
// compiles every placement for that, and forgets it. It refuses, too, an event of links that no way of any placement crosses, which
// would change nothing; Run tells that in the comparison ([Change].Untouched), for placements that a search has found may all keep clear
// of a link.
func (s *Study) ValidateWays(ctx context.Context) error {
	if err := s.Validate(); err != nil {
		return s.located(err)
	}
	var crossed linkCrossings
	if err := s.CompileEach(ctx, func(p *sim.Plan) { crossed = append(crossed, p.LinkCrossings()) }); err != nil {
		return err
	}
	var errs []error
	refuse := func(list string, number int, between [2]string, isCrossed bool) {
		if !isCrossed {
			errs = append(errs, fmt.Errorf("edgewise: %w", invalid.New(fmt.Sprintf("%s[%d].Between", list, number), between[0]+" - "+between[1],
				"links over which a way of some placement goes while they are so: %s, %s", crossed.from(between[0]), crossed.from(between[1]))))
		}
	}
	for i := range s.LinkFailures {
		refuse("LinkFailures", i, s.LinkFailures[i].Between, slices.ContainsFunc(crossed, func(c sim.LinkCrossings) bool { return c.Failures[i] }))
	}
	for i := range s.LinkImpairments {
		refuse("LinkImpairments", i, s.LinkImpairments[i].Between, slices.ContainsFunc(crossed, func(c sim.LinkCrossings) bool { return c.Impairments[i] }))
	}
	if err := invalid.First(errs...); err != nil {
		return s.located(err)
	}
	return nil
}

// linkCrossings say by placement which events of links concern it.
type linkCrossings []sim.LinkCrossings

// from says over which links of a node ways go, the first few of them.
func (all linkCrossings) from(node string) string {
	const few = 8
	var to []string
	for i := range all {
		to = append(to, all[i].Joined[node]...)
	}
	slices.Sort(to)
	to = slices.Compact(to)
	if more := len(to) - few; more > 0 {
		to = append(to[:few], fmt.Sprintf("%d more", more))
	}
	if len(to) == 0 {
		return "none goes over " + node
	}
	return fmt.Sprintf("from %s ways go to %s", node, strings.Join(to, ", "))
}

// hasLinkEvents reports whether something happens to links.
func (s *Study) hasLinkEvents() bool { return len(s.LinkFailures)+len(s.LinkImpairments) > 0 }

// tellUntouched notes with each event of links which placements it does not concern.
func (a *admission) tellUntouched(c *Comparison) {
	if !a.whole.hasLinkEvents() {
		return
	}
	for i := range c.Changes {
		e := &c.Changes[i]
		for p := range c.Placements {
			var of []bool
			switch crossed := &a.crossed[a.whole.placementNumber(c.Placements[p].Name)]; e.Kind {
			case LinkDown:
				of = crossed.Failures
			case LinkImpaired:
				of = crossed.Impairments
			default:
				continue
			}
			if !of[e.number] {
				e.Untouched = append(e.Untouched, c.Placements[p].Name)
			}
		}
	}
}
