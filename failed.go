package edgewise

import (
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// A FailedResult says how many requests were never answered. They are in no latency: a latency is that of a
// request that was answered. They count as requests, and as not within any deadline.
type FailedResult struct {
	// Requests counts them in one run, players' updates of games; Share is their share of all, in [0, 1].
	Requests Figure `json:"requests"`
	Share    Figure `json:"share"`
	// TimeToError is the mean time in ms that their users waited in vain.
	TimeToError Figure `json:"mean_time_to_error_ms"`
	// Reasons takes the share apart; reasons that did not happen in any run of this placement are left out.
	Reasons []ReasonShare `json:"reasons,omitempty"`
}

// A ReasonShare is the share of all requests that failed for one reason.
type ReasonShare struct {
	// Reason is one of [sim.Reason], for example "site down".
	Reason string `json:"reason"`
	// Share is in [0, 1].
	Share Figure `json:"share"`
}

// A SessionsResult says what failures did to the players' sessions of a game.
type SessionsResult struct {
	// Sessions counts the sessions of one run, Lost those that were cut off or could not begin; LostShare
	// is their share, in [0, 1].
	Sessions  Figure `json:"sessions"`
	Lost      Figure `json:"lost"`
	LostShare Figure `json:"lost_share"`
}

// failed returns nil where nothing can fail.
func (e *estimator) failed() *FailedResult {
	if !e.canFail {
		return nil
	}
	r := &FailedResult{
		Requests:    e.count(func(s *summary) uint64 { return s.total.Outcomes[sim.Failed] }),
		Share:       e.shareOfRequests(func(t *sim.Tally) uint64 { return t.Outcomes[sim.Failed] }),
		TimeToError: e.meanMs(func(t *sim.Tally) (ns, n uint64) { return t.FailedNs, t.Outcomes[sim.Failed] }),
	}
	for why := range sim.NumReasons {
		if of := (func(t *sim.Tally) uint64 { return t.Failures[why] }); e.any(of) {
			r.Reasons = append(r.Reasons, ReasonShare{why.String(), e.shareOfRequests(of)})
		}
	}
	return r
}

// sessions returns nil where no session can be lost.
func (e *estimator) sessions() *SessionsResult {
	if !e.canFail || e.kind != sim.Matched {
		return nil
	}
	return &SessionsResult{
		Sessions: e.count(func(s *summary) uint64 { return s.total.Sessions }),
		Lost:     e.count(func(s *summary) uint64 { return s.total.LostSessions }),
		LostShare: e.share(func(s *summary) stats.Ratio {
			return stats.Ratio{Numerator: s.total.LostSessions, Denominator: s.total.Sessions}
		}),
	}
}

// failedOf returns what failed at a metro, and of how many.
func failedOf(kind sim.Kind, t *sim.Tally) stats.Ratio {
	if kind == sim.Matched {
		return stats.Ratio{Numerator: t.LostSessions, Denominator: t.Sessions}
	}
	return stats.Ratio{Numerator: t.Outcomes[sim.Failed], Denominator: t.Requests}
}

// failedAt estimates the share of what failed at metro m.
func (e *estimator) failedAt(m int) *Figure {
	if !e.canFail {
		return nil
	}
	f := e.share(func(s *summary) stats.Ratio { return s.metros[m].failed })
	return &f
}

// any reports whether a counter is above 0 in some replication.
func (e *estimator) any(of func(*sim.Tally) uint64) bool {
	for _, s := range e.these {
		if of(&s.total) > 0 {
			return true
		}
	}
	return false
}

// shareOfRequests estimates the share of all requests that a counter counts.
func (e *estimator) shareOfRequests(of func(*sim.Tally) uint64) Figure {
	return e.share(func(s *summary) stats.Ratio {
		return stats.Ratio{Numerator: of(&s.total), Denominator: s.total.Requests}
	})
}

// meanMs estimates in ms the mean of a sum in ns over a number.
func (e *estimator) meanMs(of func(*sim.Tally) (ns, n uint64)) Figure {
	ratio := func(s *summary) stats.Ratio {
		ns, n := of(&s.total)
		return stats.Ratio{Numerator: ns, Denominator: n}
	}
	these, base := ratios(e.these, ratio), ratios(e.base, ratio)
	return e.figure(stats.RatioOf(these, e.level).Scaled(1e-6), func() stats.Estimate {
		return stats.RatioDifferenceOf(these, base, e.level).Scaled(1e-6)
	})
}
