package edgewise

import "github.com/edgewise-sim/edgewise/topology"

// A Place is a site or a metro of a comparison.
type Place struct {
	// ID is the node's id in the network, Name its name for people.
	ID   string `json:"id"`
	Name string `json:"name"`
	// Kind is for example "metro", "pop", "local-zone" or "region".
	Kind string `json:"kind"`
	// Country is the ISO 3166-1 alpha-2 code, Provider the owner of a site, Parent the region that a Local Zone
	// belongs to; each is empty if there is none or it is not known.
	Country  string `json:"country,omitempty"`
	Provider string `json:"provider,omitempty"`
	Parent   string `json:"parent,omitempty"`
	// LatDeg and LonDeg are WGS 84 degrees.
	LatDeg float64 `json:"lat_deg"`
	LonDeg float64 `json:"lon_deg"`
}

func placeOf(n topology.Node) Place {
	return Place{
		ID: n.ID, Name: n.Label(), Kind: n.Kind.String(), Country: n.Country, Provider: n.Provider, Parent: n.Parent,
		LatDeg: n.LatDeg, LonDeg: n.LonDeg,
	}
}

// sites returns the sites that some placement uses, and the parents of their Local Zones.
func (s *Study) sites() (all []Place) {
	used := make(map[string]bool)
	for i := range s.Placements {
		for _, r := range rolesOf(&s.Placements[i]) {
			used[r.Site] = true
			if n, ok := s.Network.Index(r.Site); ok && s.Network.At(n).Kind == topology.LocalZone {
				used[s.Network.At(n).Parent] = true
			}
		}
	}
	for _, n := range s.Network.Sites() {
		if place := placeOf(s.Network.At(n)); used[place.ID] {
			all = append(all, place)
		}
	}
	return all
}

// metros returns the metros of the network.
func (s *Study) metros() (all []Place) {
	for _, n := range s.Network.OfKind(topology.Metro) {
		all = append(all, placeOf(s.Network.At(n)))
	}
	return all
}
