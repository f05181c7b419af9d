package main

import (
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/placement/tariff"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// An unplacedPrice is the first row of a file that names a place which the catalog does not have: no error, for a scenario may have a site
// of that name, but more often a slip, and such a price would be used for nothing.
type unplacedPrice struct {
	File    string   `json:"file"`
	Line    int      `json:"line"`
	Place   string   `json:"place"`
	Nearest []string `json:"nearest"`
}

// unplaced returns the places of a tariff that are neither sites of their provider in the catalog nor among the geographies of
// the tariffs that are checked with it. Of providers that the catalog does not have nothing can be said.
func unplaced(t *tariff.Tariff, all []*tariff.Tariff) (found []unplacedPrice) {
	seen := make(map[string]bool)
	for i := range t.Prices {
		p := &t.Prices[i]
		provider := catalog.Provider(p.Provider)
		if p.Kind == tariff.Geography || !slices.Contains(catalog.Providers(), provider) {
			continue
		}
		for place := range strings.SplitSeq(p.Place, " > ") {
			if place == tariff.World || seen[p.Provider+" "+place] || isGeography(place, p.Provider, all) {
				continue
			}
			seen[p.Provider+" "+place] = true
			sites := catalog.AllSites(provider)
			if len(catalog.FindAll(place, sites)) == 0 {
				found = append(found, unplacedPrice{t.Name, p.Line, place, catalog.Nearest(place, sites)})
			}
		}
	}
	return found
}

func isGeography(place, provider string, all []*tariff.Tariff) bool {
	return slices.ContainsFunc(all, func(t *tariff.Tariff) bool {
		return slices.ContainsFunc(t.Prices, func(p tariff.Price) bool {
			return p.Kind == tariff.Geography && p.Provider == provider && p.Place == place
		})
	})
}
