package sim

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// Steps asks for the course of a run over its recorded time, in steps of equal length: see [Course].
type Steps struct {
	// Step is the length of a step; the last is shorter where the recorded time is no multiple of it. 0 means [StepFor] of the
	// recorded time.
	Step time.Duration
	// ByMetro and BySite ask for the course of every metro and of every site besides that of all.
	ByMetro, BySite bool
	// Paired asks for the same once more without all that happens at a time: see [Course].Undisturbed. It takes a second run.
	Paired bool
}

// mostSteps bounds the steps of a course: a day in seconds has 86,400.
const mostSteps = 100_000

// StepFor returns the length of the steps of a recorded time where none is said: of 1, 2, 5, 10, 15, 20 or 30 seconds, minutes or hours
// the least that gives 120 steps at most; below two minutes a 100th of the time.
func StepFor(recorded time.Duration) time.Duration {
	const most = 120
	for _, unit := range []time.Duration{time.Second, time.Minute, time.Hour} {
		for _, n := range []time.Duration{1, 2, 5, 10, 15, 20, 30} {
			if step := n * unit; recorded >= most*time.Second && recorded <= most*step {
				return step
			}
		}
	}
	return max(1, (recorded+99)/100)
}

// lengthFor returns the length of the steps of a recorded time.
func (s *Steps) lengthFor(recorded time.Duration) time.Duration {
	if s.Step == 0 {
		return StepFor(recorded)
	}
	return s.Step
}

// countIn returns how many steps a recorded time has.
func (s *Steps) countIn(recorded time.Duration) int {
	length := s.lengthFor(recorded)
	return int((recorded + length - 1) / length)
}

// validate names what is out of range.
func (s *Steps) validate(recorded time.Duration) error {
	if s == nil {
		return nil
	}
	if s.Step < 0 || s.Step > recorded {
		return fmt.Errorf("sim: %w", invalid.New("Timeline.Step", s.Step, "more than 0s, and %v at most, the recorded time", recorded))
	}
	if s.Step > 0 && recorded/s.Step >= mostSteps {
		return fmt.Errorf("sim: %w", invalid.New("Timeline.Step", s.Step, "%v or more: %d steps at most", (recorded+mostSteps-1)/mostSteps, mostSteps))
	}
	return nil
}
