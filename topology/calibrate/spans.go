package calibrate

import (
	"fmt"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/topology"
)

// Spans say how far what is measured lies from what a model says: intervals that hold 80 % of the round trips that a
// cross-validation left out. Those of a class stand in a list, the widest meaning first: of the spans that a pair of places fits,
// the last counts.
type Spans struct {
	Internet []Span `json:"internet"`
	Backbone []Span `json:"backbone"`
	User     []Span `json:"user"`
}

// A Span is the interval for pairs of places that are about as well known and about as far from each other.
type Span struct {
	// Unknown is the least number of ends where nothing was measured, 0 to 2; FromKm the least way from the more remote end to
	// a place that was; FromMs the least modelled round trip.
	Unknown int     `json:"unknown"`
	FromKm  float64 `json:"from_km"`
	FromMs  float64 `json:"from_ms"`
	// Low and High are logarithms of measured over modelled round trip, both with 5 ms added.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	// Count is how many round trips say so.
	Count int `json:"count"`
}

// What spans are told apart by, and how many round trips a span needs.
var (
	spanKm = []float64{0, 100, 300, 1000}
	spanMs = []float64{0, 15, 40, 100, 200}
)

const (
	leastOfSpan  = 300
	spanOffsetMs = 5 // so that what is short counts in ms and what is long in proportion
	sameMetroKm  = 60
)

// SpansOf returns the intervals that a cross-validation gives. Where two places were measured with each other, the
// interval is that by which two servers of one metro differ towards the same third place.
func SpansOf(t *Tables, v *Validation) Spans {
	s := Spans{
		Internet: calibratedSpans(slices.Concat(v.Cities, v.Abroad), true), Backbone: calibratedSpans(v.Regions, false),
		User: calibratedSpans(slices.Concat(v.Access, v.Players), false),
	}
	if apart := apartInAMetro(t); len(apart) >= leastOfSpan && len(s.Internet) > 0 {
		s.Internet = slices.Insert(s.Internet, 1, Span{Low: quantile(apart, 0.1), High: quantile(apart, 0.9), Count: len(apart)})
		for k := range s.Internet {
			if k != 1 && s.Internet[k].Unknown == 0 {
				s.Internet[k].Unknown = 1
			}
		}
	}
	return s
}

// calibratedSpans returns the spans of one class whose intervals hold 80 % of what they were not made from: few places say less
// of others than of themselves, so that of their own round trips more than 80 % must lie inside.
func calibratedSpans(samples []Sample, byRemoteness bool) []Span {
	return spansOf(samples, byRemoteness, calibratedTail(samples, byRemoteness))
}

// calibratedTail returns the share of round trips to leave out on each side, to half a percent.
func calibratedTail(samples []Sample, byRemoteness bool) float64 {
	best, least := 0.1, math.Inf(1)
	for permille := 110; permille >= 50; permille -= 5 {
		tail := float64(permille) / 1000
		inside, count := covered(samples, byRemoteness, tail)
		if off := math.Abs(float64(inside) - float64(0.8*float64(count))); off < least {
			best, least = tail, off
		}
		if float64(inside) > 0.81*float64(count) {
			break
		}
	}
	return best
}

// spansOf returns the spans of one class that leave out a share of round trips on each side; remoteness tells them apart where
// it is asked for.
func spansOf(samples []Sample, byRemoteness bool, tail float64) []Span {
	if len(samples) == 0 {
		return nil
	}
	spans := []Span{newSpan(Span{}, samples, tail)}
	add := func(s Span, of []Sample) {
		if len(of) >= leastOfSpan {
			spans = append(spans, newSpan(s, of, tail))
		}
	}
	within := func(of []Sample, k int) []Sample {
		return Where(of, func(s Sample) bool {
			return s.ModelMs >= spanMs[k] && (k+1 == len(spanMs) || s.ModelMs < spanMs[k+1])
		})
	}
	for k, ms := range spanMs {
		add(Span{FromMs: ms}, within(samples, k))
	}
	if !byRemoteness {
		return spans
	}
	for unknown := 1; unknown <= 2; unknown++ {
		for l, km := range spanKm {
			of := Where(samples, func(s Sample) bool {
				n, remote := unknownEnds(s.RemoteKm)
				return n == unknown && remote >= km && (l+1 == len(spanKm) || remote < spanKm[l+1])
			})
			for k, ms := range spanMs {
				add(Span{Unknown: unknown, FromKm: km, FromMs: ms}, within(of, k))
			}
		}
	}
	return spans
}

// newSpan completes a span by what samples say.
func newSpan(s Span, samples []Sample, tail float64) Span {
	logs := make([]float64, len(samples))
	for i, sample := range samples {
		logs[i] = spanLog(sample.MeasuredMs, sample.ModelMs)
	}
	s.Low, s.High, s.Count = round5(quantile(logs, tail)), round5(quantile(logs, 1-tail)), len(samples)
	return s
}

func spanLog(measuredMs, modelMs float64) float64 {
	return portable.Log(measuredMs+spanOffsetMs) - portable.Log(modelMs+spanOffsetMs)
}

// apartInAMetro returns the logarithms of the ratios of round trips from two cities of one metro to the same third, both ways round.
func apartInAMetro(t *Tables) (logs []float64) {
	ms := make(map[[2]int]float64, len(t.CityRTT))
	for _, p := range t.CityRTT {
		ms[[2]int{p.A, p.B}], ms[[2]int{p.B, p.A}] = p.Ms, p.Ms
	}
	for i, a := range t.Cities {
		for j, b := range t.Cities[:i] {
			if topology.DistanceKm(topology.Place{LatDeg: a.LatDeg, LonDeg: a.LonDeg}, topology.Place{LatDeg: b.LatDeg, LonDeg: b.LonDeg}) > sameMetroKm {
				continue
			}
			for k := range t.Cities {
				x, okX := ms[[2]int{i, k}]
				y, okY := ms[[2]int{j, k}]
				if okX && okY {
					log := round5(spanLog(x, y))
					logs = append(logs, log, -log)
				}
			}
		}
	}
	return logs
}

// unknownEnds returns how many of two ends are not where something was measured, and how far the more remote one is from there.
func unknownEnds(remoteKm [2]float64) (n int, km float64) {
	for _, r := range remoteKm {
		if r >= sameSpotKm {
			n++
		}
	}
	return n, max(remoteKm[0], remoteKm[1])
}

// interval returns what 80 % of round trips lie within where the model says ms. Without spans it is the whole line.
func interval(spans []Span, remoteKm [2]float64, ms float64) (lowMs, highMs float64) {
	unknown, km := unknownEnds(remoteKm)
	for _, s := range slices.Backward(spans) {
		if unknown >= s.Unknown && km >= s.FromKm && ms >= s.FromMs {
			return max(0, float64((ms+spanOffsetMs)*portable.Exp(s.Low))-spanOffsetMs), float64((ms+spanOffsetMs)*portable.Exp(s.High)) - spanOffsetMs
		}
	}
	return 0, math.Inf(1)
}

// of returns the spans of a class.
func (s *Spans) of(c class) []Span {
	switch c {
	case internetClass:
		return s.Internet
	case backboneClass:
		return s.Backbone
	}
	return s.User
}

// validate returns an error that names a span out of range.
func (s *Spans) validate() error {
	for name, spans := range map[string][]Span{"Internet": s.Internet, "Backbone": s.Backbone, "User": s.User} {
		for i, span := range spans {
			field := fmt.Sprintf("%s[%d]", name, i)
			if !(span.Low <= span.High) || math.Abs(span.Low) > 10 || math.Abs(span.High) > 10 {
				return invalid.New(field, fmt.Sprintf("from %v to %v", span.Low, span.High), "logarithms from -10 to 10, the lower first")
			}
		}
	}
	return nil
}

// A Coverage says how many measured round trips lay in their interval of 80 %.
type Coverage struct {
	Set   string
	Count int
	Share float64
}

// coverageGroups is into how many parts the places are dealt to judge intervals.
const coverageGroups = 5

// Coverages judges the intervals: those of a part of the places, by their coordinates, are made from the round trips of all
// others.
func (v *Validation) Coverages() []Coverage {
	var all []Coverage
	for _, set := range []struct {
		name         string
		samples      []Sample
		byRemoteness bool
	}{
		{"server cities", slices.Concat(v.Cities, v.Abroad), true}, {"AWS regions", v.Regions, false},
		{"homes and players to clouds", slices.Concat(v.Access, v.Players), false},
	} {
		inside, count := covered(set.samples, set.byRemoteness, calibratedTail(set.samples, set.byRemoteness))
		if count > 0 {
			all = append(all, Coverage{Set: set.name, Count: count, Share: float64(inside) / float64(count)})
		}
	}
	return all
}

// covered returns how many of the samples lie in intervals that were made from the places of other parts.
func covered(samples []Sample, byRemoteness bool, tail float64) (inside, count int) {
	for g := range coverageGroups {
		of := func(s Sample) bool {
			return int(math.Abs(math.Floor(100*s.From.LatDeg)+math.Floor(100*s.From.LonDeg)))%coverageGroups == g
		}
		spans := spansOf(Where(samples, func(s Sample) bool { return !of(s) }), byRemoteness, tail)
		for _, s := range Where(samples, of) {
			low, high := interval(spans, s.RemoteKm, s.ModelMs)
			count++
			if s.MeasuredMs >= low && s.MeasuredMs <= high {
				inside++
			}
		}
	}
	return inside, count
}
