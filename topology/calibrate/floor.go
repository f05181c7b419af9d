package calibrate

import (
	"math"

	"github.com/edgewise-sim/edgewise/topology"
)

// twinKm is how close two homes, or two servers, are that a map cannot tell apart.
const twinKm = 60

// HomeTwins returns the round trips of homes that have a twin, another home on the same technology within 60 km that was measured to the
// same place: as the model says them, and as their twins do, by the median of what was measured from those. So the second says how far off a
// model is that knows what every place and every technology has in common, from so few homes.
func HomeTwins(samples []Sample) (byModel, byTwins []Sample) {
	return twins(samples, func(s, o *Sample) bool { return s.User != o.User && s.Technology == o.Technology })
}

// CityTwins returns the round trips between servers one of which has a twin, another server within 60 km that was measured to the same third
// one: as the model says them, and as their twins do, by the median of what was measured from those.
func CityTwins(samples []Sample) (byModel, byTwins []Sample) {
	both := make([]Sample, 0, 2*len(samples))
	for _, s := range samples {
		turned := s
		turned.From, turned.To = s.To, s.From
		both = append(both, s, turned)
	}
	return twins(both, func(s, o *Sample) bool { return s.From != o.From })
}

// twins looks for those among the round trips to the same place, from next to where a sample is from, that are alike.
func twins(samples []Sample, alike func(s, o *Sample) bool) (byModel, byTwins []Sample) {
	to := make(map[Anchor][]*Sample)
	for i := range samples {
		to[samples[i].To] = append(to[samples[i].To], &samples[i])
	}
	const latitudes = twinKm / 110.0 // a degree is 110.6 km or more
	for _, s := range samples {
		var ms []float64
		for _, o := range to[s.To] {
			if math.Abs(s.From.LatDeg-o.From.LatDeg) <= latitudes && alike(&s, o) && topology.DistanceKm(s.From.place(), o.From.place()) <= twinKm {
				ms = append(ms, o.MeasuredMs)
			}
		}
		if len(ms) == 0 {
			continue
		}
		byModel = append(byModel, s)
		s.ModelMs = quantile(ms, 0.5)
		byTwins = append(byTwins, s)
	}
	return byModel, byTwins
}

// Corrected returns the samples as a model would say them that knew by how much it is off for the others of a group: ModelMs times the median
// ratio of measured to modelled round trip, of the samples of the same group that are not of the same user to the same site. A sample that is
// alone in its group stays as it is. What the errors lose by that is what they had in common.
func Corrected(samples []Sample, group func(Sample) string) []Sample {
	type way struct {
		user, site string
		ratio      float64
	}
	groups := make(map[string][]way)
	for _, s := range samples {
		key := group(s)
		groups[key] = append(groups[key], way{s.User, s.Site, s.MeasuredMs / s.ModelMs})
	}
	corrected := make([]Sample, len(samples))
	for i, s := range samples {
		var ratios []float64
		for _, w := range groups[group(s)] {
			if w.user != s.User || w.site != s.Site {
				ratios = append(ratios, w.ratio)
			}
		}
		if ratio := quantile(ratios, 0.5); !math.IsNaN(ratio) {
			s.ModelMs *= ratio
		}
		corrected[i] = s
	}
	return corrected
}
