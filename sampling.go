package edgewise

import (
	"fmt"
	"strings"

	"github.com/edgewise-sim/edgewise/workload"
)

// A Sampling says which part of a game a study plays, where that is not all of it: [workload.Matched].SampledMatches and SampledUpdates. Waits,
// seats, cores and the median round trips of players are of all.
type Sampling struct {
	Workload string `json:"workload"`
	// Matches is of how many matches one is played, chosen by a hash, whole; Updates of how many updates of each player in it one is. Both
	// are 1 where all are.
	Matches uint64 `json:"one_of_matches"`
	Updates uint64 `json:"one_of_updates"`
}

// String returns it in words, for example "one of 5 matches is played, chosen by hash, and one of 20 updates of its players".
func (s Sampling) String() string {
	var all []string
	if s.Matches > 1 {
		all = append(all, fmt.Sprintf("one of %d matches is played, chosen by hash", s.Matches))
	}
	switch {
	case s.Updates > 1 && s.Matches > 1:
		all = append(all, fmt.Sprintf("one of %d updates of its players", s.Updates))
	case s.Updates > 1:
		all = append(all, fmt.Sprintf("one of %d updates of each player is played", s.Updates))
	}
	return strings.Join(all, ", and ")
}

// samplings returns which games are not played whole, in their order.
func (s *Study) samplings() (all []Sampling) {
	for i := range s.Workloads {
		game, ok := s.Workloads[i].Service.(workload.Matched)
		if !ok {
			continue
		}
		if of := (Sampling{s.Workloads[i].Name, game.MatchesASample(), uint64(game.UpdatesASample())}); of.Matches > 1 || of.Updates > 1 {
			all = append(all, of)
		}
	}
	return all
}
