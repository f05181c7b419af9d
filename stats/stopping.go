package stats

import (
	"fmt"
	"math"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A StoppingRule says when a study has run enough replications: when every watched figure has the
// wanted precision, or the budget is used up. The zero value asks for a half-width of 2 % with 10 to 100
// replications.
//
// Looking at the interval again and again and stopping at the first good one makes the interval too
// narrow. Three things keep that small: the least number of replications, looks that lie far apart (see
// Growth), and the t quantile at the number reached. The cost that remains is measured in the tests
// of this package.
type StoppingRule struct {
	// RelativeError is the wanted half-width by the absolute value of the true figure. The half-width
	// by the estimate must be at most RelativeError/(1+RelativeError), so that the bound holds for
	// the truth (Law, Simulation Modeling and Analysis, 9.4.1). 0.02 when both this and
	// AbsoluteError are 0.
	RelativeError float64
	// AbsoluteError is the wanted half-width in the unit of the figure. A figure is precise when it
	// meets either bound that is set. Set it for differences, whose truth may be 0.
	AbsoluteError float64
	// MinReplications are run before the first look; 10 when 0, never fewer than 2.
	MinReplications int
	// MaxReplications is the budget; 100 when 0.
	MaxReplications int
	// Growth is the least factor between looks; 1.25 when 0.
	Growth float64
}

// A Step is what a stopping rule decides after a look.
type Step struct {
	// Done is true when the figures are precise or the budget is used up; Precise tells which.
	Done, Precise bool
	// Replications is the total to reach before the next look, the present number when Done.
	Replications int
	// Widest is the index of the figure furthest from its bound.
	Widest int
}

// Validate returns an error that names the first field that makes no sense.
func (r StoppingRule) Validate() error {
	switch {
	case !(r.RelativeError >= 0 && r.RelativeError < 1):
		return wrong("stopping rule", "RelativeError", r.RelativeError, "0 or more, less than 1")
	case !(r.AbsoluteError >= 0) || math.IsInf(r.AbsoluteError, 0):
		return wrong("stopping rule", "AbsoluteError", r.AbsoluteError, "a finite number, 0 or more")
	case r.MinReplications < 0:
		return wrong("stopping rule", "MinReplications", r.MinReplications, "0 or more")
	case r.MaxReplications < 0:
		return wrong("stopping rule", "MaxReplications", r.MaxReplications, "0 or more")
	case r.Growth != 0 && !(r.Growth > 1 && !math.IsInf(r.Growth, 0)):
		return wrong("stopping rule", "Growth", r.Growth, "more than 1")
	}
	if d := r.withDefaults(); d.MaxReplications < d.MinReplications {
		return wrong("stopping rule", "MaxReplications", d.MaxReplications, "MinReplications, %d, or more", d.MinReplications)
	}
	return nil
}

// wrong returns the error of a parameter out of range of what is named first.
func wrong(of, field string, value any, want string, args ...any) error {
	return fmt.Errorf("%s: %w", of, invalid.New(field, value, want, args...))
}

func (r StoppingRule) withDefaults() StoppingRule {
	if r.RelativeError == 0 && r.AbsoluteError == 0 {
		r.RelativeError = 0.02
	}
	if r.MinReplications == 0 {
		r.MinReplications = 10
	}
	r.MinReplications = max(r.MinReplications, 2)
	if r.MaxReplications == 0 {
		r.MaxReplications = 100
	}
	if r.Growth == 0 {
		r.Growth = 1.25
	}
	return r
}

// Look decides after the given number of replications whether to stop, and if not, at how many
// replications to look again: as many as the present spread says are needed. A figure without an
// interval, for example a quantile with too few requests beyond it, is not precise. No figures at all
// are precise at the minimum.
func (r StoppingRule) Look(replications int, figures []Estimate) (Step, error) {
	if err := r.Validate(); err != nil {
		return Step{}, err
	}
	r = r.withDefaults()
	if replications < r.MinReplications {
		return Step{Replications: r.MinReplications}, nil
	}
	step := Step{Replications: replications}
	excess := 0.0 // half-width by wanted half-width, of the widest figure
	for i, e := range figures {
		if x := r.excess(e); x > excess {
			excess, step.Widest = x, i
		}
	}
	step.Precise = excess <= 1
	step.Done = step.Precise || replications >= r.MaxReplications
	if !step.Done {
		wanted := math.Max(needed(replications, excess, r.MaxReplications), float64(replications)*r.Growth)
		step.Replications = int(math.Min(math.Ceil(wanted), float64(r.MaxReplications)))
	}
	return step, nil
}

// excess returns the half-width of a figure by the wanted one, +Inf when nothing is known.
func (r StoppingRule) excess(e Estimate) float64 {
	if !e.HasInterval() {
		return math.Inf(1)
	}
	if e.HalfWidth() == 0 {
		return 0
	}
	wanted := math.Max(r.AbsoluteError, math.Abs(e.Value)*r.RelativeError/(1+r.RelativeError))
	return e.HalfWidth() / wanted
}

// needed returns how many replications make the half-width smaller by a factor: it falls with the root
// of their number and with the t quantile, for which the one at 95 % stands, because its proportion
// hardly depends on the level.
func needed(replications int, factor float64, most int) float64 {
	const level = 0.95
	n, t := float64(replications), tQuantile(level, replications-1)
	total := n * factor * factor
	for range 4 { // converges to less than one replication
		if total >= float64(most) {
			return total
		}
		shrink := tQuantile(level, max(1, int(total)-1)) / t
		total = n * factor * factor * shrink * shrink
	}
	return total
}
