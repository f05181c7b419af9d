package stats

import "math"

// WassersteinMs returns the Wasserstein-1 distance between two latency distributions in milliseconds:
// the area between their CDFs, which is how far the latency of a request must be moved on average to
// turn one into the other. It says how much two distributions differ where a test would only say that
// they do; of two placements one of which is faster at every quantile it is the difference of the
// means. It is NaN when a sketch is empty. Sketches add an error of at most [RelativeError] times the
// sum of both means.
func WassersteinMs(a, b *Sketch) float64 {
	if a.Count() == 0 || b.Count() == 0 {
		return math.NaN()
	}
	// The distance is the integral of |quantile of a - quantile of b| over the probability. Both
	// quantiles are linear between the probabilities where a cell of either ends.
	s, t := segmentsOf(a), segmentsOf(b)
	area, p := 0.0, 0.0
	for len(s) > 0 && len(t) > 0 {
		next := math.Min(s[0].to, t[0].to)
		if next > p {
			from := s[0].at(p) - t[0].at(p)
			to := s[0].at(next) - t[0].at(next)
			area += float64(areaUnder(from, to) * (next - p))
			p = next
		}
		if s[0].to <= p {
			s = s[1:]
		}
		if t[0].to <= p {
			t = t[1:]
		}
	}
	return area / 1e6
}

// A segment is the quantile function over one cell: linear from low to high in nanoseconds between
// two probabilities.
type segment struct{ from, to, low, high float64 }

func segmentsOf(s *Sketch) []segment {
	var all []segment
	below, total := uint64(0), float64(s.Count())
	for c := range s.Cells() {
		from := float64(below) / total
		below += c.Count
		all = append(all, segment{
			from: from, to: float64(below) / total,
			low: float64(max(c.LowNs, s.MinNs())), high: float64(min(c.HighNs, s.MaxNs())),
		})
	}
	return all
}

func (s segment) at(p float64) float64 {
	return s.low + float64((s.high-s.low)*((p-s.from)/(s.to-s.from)))
}

// areaUnder returns the mean absolute value of a line between two heights.
func areaUnder(from, to float64) float64 {
	if (from < 0) == (to < 0) || from == 0 || to == 0 {
		return math.Abs(from+to) / 2
	}
	// The line crosses zero: two triangles.
	return (float64(from*from) + float64(to*to)) / (2 * math.Abs(to-from))
}
