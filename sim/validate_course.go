package sim

import (
	"errors"
	"fmt"
)

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

// checkCourse reports where the steps of a link are not those of the scenario, or do not sum to the totals.
func (t *LinkTally) checkCourse(s *Scenario) error {
	if (t.Course == nil) != (s.Timeline == nil) {
		return errors.New("steps of time, or none, that are not asked for so")
	}
	if t.Course == nil {
		return nil
	}
	if length, steps := s.Timeline.lengthFor(s.Duration), s.Timeline.countIn(s.Duration); t.Course.Length != length || t.Course.count != steps {
		return fmt.Errorf("%d steps of %v; want %d of %v", t.Course.count, t.Course.Length, steps, length)
	}
	sum, total := t.Course.sum(), t.Sum()
	if is := (LinkUse{Responses: sum.Responses, Bytes: sum.Bytes, WaitedNs: sum.WaitedNs}); is != total || sum.BusyUs != t.BusyUs {
		return fmt.Errorf("steps of time sum to %+v and %d us that it has sent of %+v and %d", is, sum.BusyUs, total, t.BusyUs)
	}
	return nil
}
