package sim

import (
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// ValidateAccess refuses what a workload, by its number, says of its users by their access technology, where no way from any of them begins with an access link: nobody has one.
func (s *Scenario) ValidateAccess(number int) error {
	w := &s.Workloads[number]
	says := ""
	var value any
	for t := range topology.Technology(topology.NumTechnologies) {
		if rate := w.Rates[t]; rate > 0 {
			says, value = "Rates", t.String()
			break
		}
		if by := w.Visits.VersionsBy[t]; by != (workload.Versions{}) {
			says, value = "Visits.VersionsBy", t.String()
			break
		}
	}
	if says == "" {
		return nil
	}
	users, err := Audiences(s.Network, w)
	if err != nil {
		return err
	}
	for _, l := range s.Network.Links() {
		isOf := func(a workload.Audience) bool { return a.Metro == l.From && a.Users > 0 }
		if l.Kind == topology.Access && slices.ContainsFunc(users, isOf) {
			return nil
		}
	}
	return invalid.New(says, value, "none by access technology: no metro of these users has an access link, so that nobody has one")
}
