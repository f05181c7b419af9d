package workload

import (
	"fmt"
	"maps"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
)

// MetroUsers is what a workload knows of the users of one metro itself, in place of what the network says.
type MetroUsers struct {
	// Metro is the id of the metro.
	Metro string
	// Weight is how much of the demand is theirs: 0 or more, finite, in any unit, for only shares matter.
	Weight float64
	// Access is their mix of access technologies; the zero value means the workload's.
	Access topology.AccessMix
	// Day is the shape of their load over local time; the zero value means the workload's.
	Day Profile
}

// validateUsers names the first field of a list of users that is out of range.
func validateUsers(all []MetroUsers) error {
	seen := make(map[string]bool, len(all))
	for i, u := range all {
		if err := invalid.First(
			invalid.Check(u.Metro != "", "Metro", `""`, "the id of a metro"),
			invalid.Check(!seen[u.Metro], "Metro", u.Metro, "a metro that is not in the list before"),
			invalid.Check(u.Weight >= 0 && u.Weight <= maxWeight, "Weight", u.Weight, "0 to 1e12"),
			invalid.In("Access", u.Access.Validate()),
			invalid.In("Day", dayOf(u.Day).Validate()),
		); err != nil {
			return invalid.In(fmt.Sprintf("Users[%d]", i), err)
		}
		seen[u.Metro] = true
	}
	return nil
}

// maxWeight bounds weights, so that their sum is finite.
const maxWeight = 1e12

// UsersOf returns what the workload knows of the users of a metro itself: false where it leaves that to the network, which
// it does for all metros or for none.
func (w *Workload) UsersOf(metro string) (u MetroUsers, ok bool) {
	for _, u := range w.Users {
		if u.Metro == metro {
			return u, true
		}
	}
	return MetroUsers{}, len(w.Users) > 0
}

// AccessOf returns the mix of the workload's users in a metro: the first that is said of its users there ([MetroUsers]), of its
// users in the country, of all its users, and of the metro.
func (w *Workload) AccessOf(metro topology.Node) topology.AccessMix {
	u, _ := w.UsersOf(metro.ID)
	for _, mix := range []topology.AccessMix{u.Access, w.AccessIn[metro.Country], w.Access, metro.Access} {
		if mix != (topology.AccessMix{}) {
			return mix
		}
	}
	return topology.DefaultAccessMix()
}

// validateAccessIn names the first mix by country that is out of range.
func validateAccessIn(mixes map[string]topology.AccessMix) error {
	for _, country := range slices.Sorted(maps.Keys(mixes)) {
		mix := mixes[country]
		if err := invalid.First(
			invalid.Check(country != "", "", `""`, "the code of a country, ISO 3166-1 alpha-2"),
			invalid.Check(mix != topology.AccessMix{}, "", "a mix without shares", "shares that sum to 1"),
			mix.Validate(),
		); err != nil {
			return invalid.In("AccessIn."+country, err)
		}
	}
	return nil
}
