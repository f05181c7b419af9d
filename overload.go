package edgewise

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
)

// A Refusal says why a placement is not compared with the others.
type Refusal struct {
	// Placement is its name, Roles what it lets sites do.
	Placement string     `json:"placement"`
	Roles     []SiteRole `json:"roles,omitempty"`
	// Reason says in words what is wrong.
	Reason string `json:"reason"`
	// Loads are those of servers, links and connections that are asked for more than they can do.
	Loads []sim.Load `json:"loads"`
}

// String returns the refusal in words.
func (r Refusal) String() string { return r.Placement + ": " + r.Reason }

// An OverloadError says that no placement of a study is left to report.
type OverloadError struct {
	Refused []Refusal
}

// Error says what is overloaded, and what to do.
func (e *OverloadError) Error() string {
	var b strings.Builder
	b.WriteString("refused, overloaded:")
	for _, r := range e.Refused {
		b.WriteString("\n  " + r.String())
	}
	b.WriteString("\nremedies: give it more servers or capacity, further connections (upstream: {pool: 32}) where one carries too little, or fewer users; or, if the question is about exactly the first minutes of an overload, turn the check off (check_warm_up: false)")
	return b.String()
}

// refusalOf returns the refusal of a placement with such loads; ok is false where they can all be steady. Players for whom there
// are no seats are no reason: they wait and give up, which is played and counted.
func refusalOf(p *placement.Placement, loads []sim.Load) (r Refusal, ok bool) {
	r = Refusal{Placement: p.Name, Roles: rolesOf(p)}
	var words []string
	so := ", which it cannot carry" // on a link that is not shared nothing waits
	for _, l := range loads {
		if !l.IsSteady() && l.Unit != sim.Players {
			r.Loads = append(r.Loads, l)
			words = append(words, l.String())
			if l.Queues() {
				so = ", so that it will never be steady"
			}
		}
	}
	r.Reason = strings.Join(words, "; ") + so
	return r, len(r.Loads) > 0
}

// An admission is a study without the placements of which it is known before they run that they are overloaded.
type admission struct {
	// study has the placements that are left, whole all of them: headers of results are of that.
	study, whole *Study
	refused      []Refusal
	// plans are those of the placements that are left, nil where none is needed to tell loads; loads are those that are
	// known.
	plans []*sim.Plan
	loads [][]sim.Load
	// crossed says by placement of whole which events of links concern it; nil where there are none.
	crossed linkCrossings
	// peaks are those that bills are made of, by placement, nil where nobody has asked for them yet.
	peaks [][]sim.Peak
}

// knownLoads returns what is known of the loads of a placement before it runs.
func knownLoads(plan *sim.Plan) ([]sim.Load, error) {
	servers, err := plan.ServerLoads()
	if err != nil {
		return nil, err
	}
	connections, err := plan.ConnectionLoads()
	return append(servers, connections...), err
}

// LoadWarnings says before a run which placements are refused as overloaded, or shown as that where the check is off, and between which sites a connection over a way that loses packets carries
// what its caches fetch only while they hit: a sentence each, in the order of the placements.
func (s *Study) LoadWarnings(ctx context.Context) (all []string, err error) {
	if err := s.Validate(); err != nil {
		return nil, s.located(err)
	}
	for p := range s.Placements {
		if !s.canBeOverloaded(&s.Placements[p]) {
			continue
		}
		plans, err := s.Compile(ctx, p)
		if err != nil {
			return nil, err
		}
		loads, err := knownLoads(plans[0])
		if err != nil {
			return nil, err
		}
		if of, ok := refusalOf(&s.Placements[p], loads); ok {
			all = append(all, "overloaded: "+of.String())
		}
		fetches, err := plans[0].FetchesAtMost()
		if err != nil {
			return nil, err
		}
		for _, l := range fetches {
			if !l.IsSteady() {
				all = append(all, fmt.Sprintf("placement %s: %v if nothing is a hit; where caches there miss more than %s %% of the bytes, answers queue without bound (upstream: {pool: 32} has further connections)",
					s.Placements[p].Name, l, rounded(100/l.Ratio())))
			}
		}
	}
	return all, nil
}

// admit looks at the loads of all placements. plans are theirs, or nil to compile those that can be overloaded. It is an
// error if no placement is left.
func (s *Study) admit(ctx context.Context, plans []*sim.Plan) (*admission, error) {
	a := &admission{whole: s}
	for _, plan := range plans {
		a.crossed = append(a.crossed, plan.LinkCrossings())
	}
	if plans == nil {
		plans = make([]*sim.Plan, len(s.Placements))
		for p := range s.Placements {
			isNeeded := s.Billing != nil || s.canBeOverloaded(&s.Placements[p])
			if !isNeeded && !s.hasLinkEvents() {
				continue
			}
			compiled, err := s.Compile(ctx, p)
			if err != nil {
				return nil, err
			}
			if isNeeded {
				plans[p] = compiled[0]
			}
			if s.hasLinkEvents() {
				a.crossed = append(a.crossed, compiled[0].LinkCrossings())
			}
		}
	}
	var left []int
	for p, plan := range plans {
		var loads []sim.Load
		if plan != nil {
			var err error
			if loads, err = knownLoads(plan); err != nil {
				return nil, err
			}
		}
		if refused, ok := refusalOf(&s.Placements[p], loads); ok && !s.SkipWarmUpCheck {
			a.refused = append(a.refused, refused)
			continue
		}
		left = append(left, p)
		a.plans, a.loads = append(a.plans, plan), append(a.loads, loads)
	}
	if len(left) == 0 {
		return nil, &OverloadError{a.refused}
	}
	a.study = s.only(left)
	return a, nil
}

// only returns the study with some of its placements.
func (s *Study) only(placements []int) *Study {
	of := *s
	of.Placements = nil
	for _, p := range placements {
		of.Placements = append(of.Placements, s.Placements[p])
	}
	return &of
}

// canBeOverloaded reports whether a placement has servers or cores that are limited, or the network a link that is, or that loses packets.
func (s *Study) canBeOverloaded(p *placement.Placement) bool {
	return slices.ContainsFunc(p.Sites, func(a placement.Assignment) bool { return a.HasServers() || a.Cores > 0 }) || s.Network.HasCapacities() || s.Network.HasLosses()
}

// loadsOf returns the loads that a run of a placement has found out about.
func (a *admission) loadsOf(placement int, r *sim.Result) []sim.Load {
	plan := a.plans[placement]
	if plan == nil || !a.study.canBeOverloaded(&a.study.Placements[placement]) {
		return nil
	}
	return plan.LoadsOf(r)
}

// judge returns all loads by placement, those found out on the mean of the replications, and refuses the placements that
// they say are overloaded. It returns which of them are left.
func (a *admission) judge(replications []*replication) (loads [][]sim.Load, left []int, refused []Refusal) {
	refused = slices.Clone(a.refused)
	for p := range a.study.Placements {
		all := slices.Clone(a.loads[p])
		var runs [][]sim.Load
		for _, r := range replications {
			runs = append(runs, r.loads[p])
		}
		for _, l := range sim.MeanLoads(runs) {
			if !slices.ContainsFunc(all, l.IsOfTheSame) {
				all = append(all, l)
			}
		}
		if why, ok := refusalOf(&a.study.Placements[p], all); ok && !a.study.SkipWarmUpCheck {
			refused = append(refused, why)
			continue
		}
		loads, left = append(loads, all), append(left, p)
	}
	slices.SortStableFunc(refused, func(x, y Refusal) int {
		return a.whole.placementNumber(x.Placement) - a.whole.placementNumber(y.Placement)
	})
	return loads, left, refused
}

// only returns the replication with some of its placements.
func (r *replication) only(placements []int) *replication {
	of := &replication{}
	for _, p := range placements {
		of.runs, of.timelines = append(of.runs, r.runs[p]), append(of.timelines, r.timelines[p])
		of.links = append(of.links, r.links[p])
		if r.bills != nil {
			of.bills = append(of.bills, r.bills[p])
		}
	}
	return of
}

// queueWarmUps is how many relaxation times of a queue are a warm-up: exp(-5) of what it began with is left, below 1 %.
const queueWarmUps = 5

// warmUpOf returns the warm-up that suffices for all queues of a placement.
func warmUpOf(loads []sim.Load) (longest time.Duration) {
	for _, l := range loads {
		if l.Site != "" && l.IsSteady() {
			longest = max(longest, queueWarmUps*l.Relaxation())
		}
	}
	return longest
}

// Overloaded returns the loads of what is asked for more than it can do: seats of games and, in a study that skips the check
// ([Study].SkipWarmUpCheck), servers and links, for which a placement is refused otherwise.
func (p *PlacementResult) Overloaded() (all []sim.Load) {
	return slices.DeleteFunc(slices.Clone(p.Loads), sim.Load.IsSteady)
}

// refuse returns the error of a cell whose placement is refused.
func (c Cell) refuse(r Refusal) error {
	return fmt.Errorf("edgewise: %v: %w", c, &OverloadError{[]Refusal{r}})
}
