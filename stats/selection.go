package stats

import (
	"fmt"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/portable"
)

// A Selection finds the best of several placements by the fully sequential procedure of Kim and
// Nelson (A Fully Sequential Procedure for Indifference-Zone Selection in Simulation, ACM TOMACS 11,
// 2001): with probability of at least Confidence it keeps the one with the smallest mean, provided that
// no other is within Indifference of it; else it keeps one that is within. It allows for common random
// numbers and gains from them, because it looks at paired differences only.
//
// Feed it one replication of every surviving placement at a time:
//
//	for !s.Done() {
//		observations := run(s.Replications(), s.Surviving())
//		err := s.Add(observations)
//	}
//
// For a figure of which more is better, feed its negative.
type Selection struct {
	indifference float64
	first        int // replications before the first elimination
	h2           float64

	observations [][]float64 // by system; those of the eliminated end early
	surviving    []int
	variances    [][]float64 // of the differences over the first replications
}

// SelectionConfig describes a [Selection].
type SelectionConfig struct {
	// Placements is the number of placements, at least 2.
	Placements int
	// Confidence is the wanted probability of a correct selection, between 1/Placements and 1.
	Confidence float64
	// Indifference is the smallest difference that matters, in the unit of the figure; above 0.
	Indifference float64
	// FirstReplications are run before the first placement may be dropped; 10 when 0, at least 2.
	FirstReplications int
}

// NewSelection returns a selection that has seen nothing. An error names the field that makes no
// sense.
func NewSelection(c SelectionConfig) (*Selection, error) {
	if c.FirstReplications == 0 {
		c.FirstReplications = 10
	}
	switch {
	case c.Placements < 2:
		return nil, wrong("selection", "Placements", c.Placements, "2 or more")
	case !(c.Confidence > 1/float64(c.Placements) && c.Confidence < 1):
		return nil, wrong("selection", "Confidence", c.Confidence, "more than %v (a guess), less than 1", 1/float64(c.Placements))
	case !(c.Indifference > 0) || math.IsInf(c.Indifference, 0):
		return nil, wrong("selection", "Indifference", c.Indifference, "a finite number above 0")
	case c.FirstReplications < 2:
		return nil, wrong("selection", "FirstReplications", c.FirstReplications, "2 or more")
	}
	k, n := float64(c.Placements), float64(c.FirstReplications)
	eta := float64((portable.Pow(2*(1-c.Confidence)/(k-1), -2/(n-1)) - 1) / 2)
	s := &Selection{
		indifference: c.Indifference, first: c.FirstReplications, h2: float64(2 * eta * (n - 1)),
		observations: make([][]float64, c.Placements),
	}
	for i := range c.Placements {
		s.surviving = append(s.surviving, i)
	}
	return s, nil
}

// Surviving returns the placements still in the race, in ascending order, as a slice of the caller's
// own.
func (s *Selection) Surviving() []int { return append([]int(nil), s.surviving...) }

// Replications returns how many replications the survivors have had.
func (s *Selection) Replications() int { return len(s.observations[s.surviving[0]]) }

// Done reports whether one placement is left.
func (s *Selection) Done() bool { return len(s.surviving) == 1 }

// Best returns the surviving placement with the smallest mean so far; it is the selected one when
// Done. It is -1 before the first replication.
func (s *Selection) Best() int {
	if s.Replications() == 0 {
		return -1
	}
	best := s.surviving[0]
	for _, i := range s.surviving[1:] {
		if meanOf(s.observations[i]) < meanOf(s.observations[best]) {
			best = i
		}
	}
	return best
}

// Add takes one replication: one observation for each surviving placement, in the order of
// [Selection.Surviving], and drops the placements that are beaten. Adding to a selection that is done is
// an error, as are a wrong number of observations and one that is not finite.
func (s *Selection) Add(observations []float64) error {
	if s.Done() {
		return fmt.Errorf("selection: placement %d is selected, there is nothing to add", s.surviving[0])
	}
	if len(observations) != len(s.surviving) {
		return fmt.Errorf("selection: %d observations for %d surviving placements", len(observations), len(s.surviving))
	}
	for j, x := range observations {
		if !isFinite(x) {
			return fmt.Errorf("selection: placement %d: the observation is %v", s.surviving[j], x)
		}
	}
	for j, i := range s.surviving {
		s.observations[i] = append(s.observations[i], observations[j])
	}
	n := s.Replications()
	if n < s.first {
		return nil
	}
	if n == s.first {
		s.measureVariances()
	}
	s.drop(n)
	return nil
}

// Withdraw takes a placement out of the race of which there is nothing to observe. What [Selection] promises holds for the others. Withdrawing one
// that is not in the race, or the last one that is, is an error.
func (s *Selection) Withdraw(placement int) error {
	at := slices.Index(s.surviving, placement)
	switch {
	case at < 0:
		return fmt.Errorf("selection: placement %d is not in the race; want one of %v", placement, s.surviving)
	case s.Done():
		return fmt.Errorf("selection: placement %d is the last one in the race", placement)
	}
	s.surviving = slices.Delete(s.surviving, at, at+1)
	return nil
}

// measureVariances computes the variances of all paired differences between those in the race, once.
func (s *Selection) measureVariances() {
	k := len(s.observations)
	s.variances = make([][]float64, k)
	for i := range k {
		s.variances[i] = make([]float64, k)
	}
	for j, i := range s.surviving {
		for _, l := range s.surviving[:j] {
			differences := make([]float64, s.first)
			for r := range differences {
				differences[r] = s.observations[i][r] - s.observations[l][r]
			}
			v := squaredDeviations(differences, meanOf(differences)) / float64(s.first-1)
			s.variances[i][l], s.variances[l][i] = v, v
		}
	}
}

// drop removes the placements that another survivor beats by more than the continuation region
// allows, which narrows with every replication. Of placements that never differ the first stays: which it is makes no difference.
func (s *Selection) drop(n int) {
	r, d := float64(n), s.indifference
	var kept []int
	for _, i := range s.surviving {
		beaten := false
		for _, l := range s.surviving {
			region := math.Max(0, d/(2*r)*(s.h2*s.variances[i][l]/(d*d)-r))
			mean, other := meanOf(s.observations[i]), meanOf(s.observations[l])
			if l != i && mean > other+region || l < i && mean == other && s.variances[i][l] == 0 {
				beaten = true
			}
		}
		if !beaten {
			kept = append(kept, i)
		}
	}
	s.surviving = kept
}

// Allocate splits a budget of replications over placements by the rule of optimal computing budget
// allocation (Chen, Lin, Yucesan and Chick, Simulation Budget Allocation for Further Enhancing the
// Efficiency of Ordinal Optimization, 2000), which makes the probability of picking the smallest mean
// as large as the budget allows: placements that are close to the best or noisy get more. It takes the
// mean and the standard deviation of every placement so far. The parts add up to the budget.
//
// The rule is for independent runs. With common random numbers use a [Selection].
func Allocate(means, deviations []float64, budget int) ([]int, error) {
	k := len(means)
	if k < 2 {
		return nil, wrong("allocate", "means", fmt.Sprintf("of length %d", k), "2 or more")
	}
	if len(deviations) != k {
		return nil, wrong("allocate", "deviations", fmt.Sprintf("of length %d", len(deviations)), "%d, as means", k)
	}
	if budget < 0 {
		return nil, wrong("allocate", "budget", budget, "0 or more")
	}
	best := 0
	for i := range means {
		if !isFinite(means[i]) {
			return nil, wrong("allocate", fmt.Sprintf("means[%d]", i), means[i], "a finite number")
		}
		if !isFinite(deviations[i]) || deviations[i] < 0 {
			return nil, wrong("allocate", fmt.Sprintf("deviations[%d]", i), deviations[i], "a finite number, 0 or more")
		}
		if means[i] < means[best] {
			best = i
		}
	}
	return share(budget, ocbaWeights(means, deviations, best)), nil
}

// ocbaWeights returns what each placement's part is proportional to.
func ocbaWeights(means, deviations []float64, best int) []float64 {
	// A placement as good as the best, or one without noise, would get all or nothing. Nobody can be
	// told apart by less than a millionth of the spread, so nothing is lost by a floor there.
	scale := 0.0
	for i := range means {
		scale = math.Max(scale, math.Max(means[i]-means[best], deviations[i]))
	}
	weights := make([]float64, len(means))
	if scale == 0 {
		for i := range weights {
			weights[i] = 1
		}
		return weights
	}
	floor := 1e-6 * scale
	sum := 0.0
	for i := range means {
		if i == best {
			continue
		}
		noise := math.Max(deviations[i], floor) / math.Max(means[i]-means[best], floor)
		weights[i] = noise * noise
		ratio := weights[i] / math.Max(deviations[i], floor)
		sum += float64(ratio * ratio)
	}
	weights[best] = math.Max(deviations[best], floor) * math.Sqrt(sum)
	return weights
}

// share splits a whole in proportion to weights by largest remainders, the first of equals winning.
func share(whole int, weights []float64) []int {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	parts := make([]int, len(weights))
	rest := make([]float64, len(weights))
	left := whole
	for i, w := range weights {
		exact := float64(float64(whole) * (w / total))
		parts[i] = int(exact)
		rest[i] = exact - float64(parts[i])
		left -= parts[i]
	}
	for ; left > 0; left-- {
		most := 0
		for i := range rest {
			if rest[i] > rest[most] {
				most = i
			}
		}
		parts[most]++
		rest[most] = -1
	}
	return parts
}
