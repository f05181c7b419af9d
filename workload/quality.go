package workload

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
)

// Quality says how well a game plays at a latency, as its maker has found out: classes with a bound each, and a logistic curve.
// edgewise comes with no values of its own: how a game feels is for its players to say. The zero value judges nothing.
type Quality struct {
	// Of says which latency of a player is judged.
	Of Felt
	// Classes are the classes from the best to the worst, each with a bound above that of the one before, 8 at most. Whoever is
	// beyond the last is in none.
	Classes []QualityClass
	// Half is the latency at which the quality is one half, Slope how fast it falls there: a player with a latency L plays with
	// a quality of 1/(1 + exp((L - Half)/Slope)), between 0 and 1. Fit both to what your players say. 0 leaves the curve
	// out.
	Half, Slope time.Duration
}

// A QualityClass is a name for how a game plays up to a latency.
type QualityClass struct {
	Name string
	UpTo time.Duration
}

// A Felt is the latency of a player by which the quality of play is judged.
type Felt uint8

// The latencies that can be judged.
const (
	// FeltRTT is the player's median round-trip time, as a ping shows it.
	FeltRTT Felt = iota
	// FeltDisplay is the player's median time from input to display.
	FeltDisplay
	numFelt
)

var feltNames = [numFelt]string{"rtt", "input_to_display"}

// String returns "rtt" or "input_to_display".
func (f Felt) String() string {
	if f >= numFelt {
		return fmt.Sprintf("felt(%d)", uint8(f))
	}
	return feltNames[f]
}

// ParseFelt returns the latency of a name. The error lists the names there are.
func ParseFelt(name string) (Felt, error) {
	for f := range numFelt {
		if feltNames[f] == name {
			return f, nil
		}
	}
	return 0, invalid.New("latency", name, "rtt or input_to_display")
}

// IsZero reports whether nothing is judged.
func (q Quality) IsZero() bool {
	return q.Of == 0 && len(q.Classes) == 0 && q.Half == 0 && q.Slope == 0
}

// At returns the quality at a latency by the curve, between 0 and 1; 0 where there is none.
func (q Quality) At(latency time.Duration) float64 {
	if q.Slope == 0 {
		return 0
	}
	return 1 / (1 + portable.Exp(min(float64(latency-q.Half)/float64(q.Slope), 700)))
}

// Validate names the first field that is out of range.
func (q Quality) Validate() error {
	if q.Of >= numFelt {
		return invalid.New("Of", q.Of, "rtt or input_to_display")
	}
	if len(q.Classes) > maxDeadlines {
		return invalid.New("Classes", len(q.Classes), "%d at most", maxDeadlines)
	}
	last := time.Duration(0)
	for i, c := range q.Classes {
		if err := invalid.Name(fmt.Sprintf("Classes[%d].Name", i), c.Name); err != nil {
			return err
		}
		for _, o := range q.Classes[:i] {
			if o.Name == c.Name {
				return invalid.New(fmt.Sprintf("Classes[%d].Name", i), c.Name, "a name that no class before has")
			}
		}
		if c.UpTo <= last {
			return invalid.New(fmt.Sprintf("Classes[%d].UpTo", i), c.UpTo, "more than %v", last)
		}
		last = c.UpTo
	}
	if q.Half == 0 && q.Slope == 0 {
		return invalid.Check(q.Of == 0 || len(q.Classes) > 0, "Classes", "empty", "a class or more, or Half and Slope: nothing is judged")
	}
	return invalid.First(
		invalid.Check(q.Half > 0 && q.Half <= time.Minute, "Half", q.Half, "more than 0, 1m at most"),
		invalid.Check(q.Slope > 0 && q.Slope <= time.Minute, "Slope", q.Slope, "more than 0, 1m at most"),
	)
}
