package workload

import (
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A State is in which users are found when a run begins.
type State uint8

const (
	// OfTheDay is what their day has left: of [Sessions] the players of M_t/G/infinity.
	OfTheDay State = iota
	// Steady is what would be if the load of the instant had been for ever: of [Sessions] the players of M/G/infinity.
	Steady
)

var stateNames = [...]string{"day", "steady"}

// String returns the state as scenarios have it.
func (s State) String() string {
	if int(s) >= len(stateNames) {
		return fmt.Sprintf("state(%d)", uint8(s))
	}
	return stateNames[s]
}

// ParseState returns the state of a name, "day" or "steady".
func ParseState(name string) (State, error) {
	if i := slices.Index(stateNames[:], name); i >= 0 {
		return State(i), nil
	}
	return 0, invalid.New("Begun", name, "day or steady")
}
