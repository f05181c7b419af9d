package edgewise

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// usersWithout are the shares of a workload's users, 0 to 1, of whom something is assumed because nobody says it.
type usersWithout struct {
	// lines is of those with the default mix of access technologies, preset of those with the workload's own.
	lines, preset float64
	// day is of those without hours of their own.
	day float64
}

// usersWithout returns them for a workload; who has no last mile has no lines to assume.
func (s *Study) usersWithout(w *workload.Workload) (of usersWithout, err error) {
	users, err := sim.Audiences(s.Network, w)
	if err != nil {
		return of, err
	}
	shares, err := workload.Shares(users)
	if err != nil {
		return of, err
	}
	hasLastMile := make(map[string]bool)
	for _, l := range s.Network.Links() {
		if l.Kind == topology.Access {
			hasLastMile[l.From] = true
		}
	}
	none := topology.AccessMix{}
	for k, m := range s.Network.OfKind(topology.Metro) {
		node := s.Network.At(m)
		own, _ := w.UsersOf(node.ID)
		if own.Day == (workload.Profile{}) {
			of.day += shares[k]
		}
		switch {
		case own.Access != none || w.AccessIn[node.Country] != none:
		case w.Access != none:
			of.preset += shares[k]
		case node.Access == none && hasLastMile[node.ID]:
			of.lines += shares[k]
		}
	}
	return of, nil
}

// assumedOfLines says which mix the users have of whose access technologies nothing is said; "" if there are none.
func (u usersWithout) assumedOfLines() string {
	return limited("access technologies: the default mix, "+inWordsMix(topology.DefaultAccessMix()), u.lines)
}

// limit returns the text of what a preset assumes as far as it holds for its users; "" where it holds for nobody.
func (u usersWithout) limit(a workload.Assumption) string {
	switch a.Field {
	case "Access":
		return limited(a.Text, u.preset)
	case "Day":
		return limited(a.Text, u.day)
	}
	return a.Text
}

// limited says for which share of users a text holds; "" for nobody.
func limited(text string, share float64) string {
	switch {
	case share < 1e-9:
		return ""
	case share > 1-1e-9:
		return text
	}
	return fmt.Sprintf("%s (of %.3g %% of the users; of the others the scenario says their own)", text, 100*share)
}

// inWordsMix writes a mix, the largest share first: "40 % wifi, 30 % fiber".
func inWordsMix(mix topology.AccessMix) string {
	var used []topology.Technology
	for t, share := range mix {
		if share > 0 {
			used = append(used, topology.Technology(t))
		}
	}
	slices.SortStableFunc(used, func(a, b topology.Technology) int { return cmp.Compare(mix[b], mix[a]) })
	words := make([]string, len(used))
	for i, t := range used {
		words[i] = fmt.Sprintf("%.3g %% %v", 100*mix[t], t)
	}
	return strings.Join(words, ", ")
}
