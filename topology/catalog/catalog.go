package catalog

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/edgewise-sim/edgewise/topology"
)

//go:embed data/*.csv
var files embed.FS

// A shelf is one kind of site of one provider, and the file that lists it.
type shelf struct {
	file     string
	provider Provider
	kind     topology.NodeKind
}

var shelves = []shelf{
	{"aws_regions.csv", ProviderAWS, topology.Region},
	{"aws_local_zones.csv", ProviderAWS, topology.LocalZone},
	{"aws_wavelength_zones.csv", ProviderAWS, topology.WavelengthZone},
	{"aws_regional_edge_caches.csv", ProviderAWS, topology.RegionalEdgeCache},
	{"aws_pops.csv", ProviderAWS, topology.PoP},
	{"azure_regions.csv", ProviderAzure, topology.Region},
	{"azure_pops.csv", ProviderAzure, topology.PoP},
	{"google_regions.csv", ProviderGoogle, topology.Region},
	{"google_pops.csv", ProviderGoogle, topology.PoP},
	{"cloudflare_pops.csv", ProviderCloudflare, topology.PoP},
	{"fastly_pops.csv", ProviderFastly, topology.PoP},
}

// world is everything that the embedded files say.
type world struct {
	continents map[string]string // by country code
	countries  map[string]string // country codes by name in lower case
	metros     []topology.Node
	metroIndex *topology.PlaceIndex
	sites      map[shelf][]topology.Node
}

// loadWorld reads the embedded files once. They are part of the program: that they can be read is a
// test, not something to report to a caller.
var loadWorld = sync.OnceValue(func() *world {
	w, err := readWorld(func(name string) ([]byte, error) { return files.ReadFile("data/" + name) })
	if err != nil {
		panic(fmt.Sprintf("catalog: embedded data: %v", err))
	}
	return w
})

// loadFabric lays the exchange towns once.
var loadFabric = sync.OnceValue(func() *topology.Fabric {
	f, err := readFabric(func(name string) ([]byte, error) { return files.ReadFile("data/" + name) })
	if err != nil {
		panic(fmt.Sprintf("catalog: embedded data: %v", err))
	}
	return f
})

func readWorld(open func(name string) ([]byte, error)) (*world, error) {
	raw, err := open("countries.csv")
	if err != nil {
		return nil, err
	}
	continents, countries, err := readCountries("countries.csv", bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	w := &world{continents: continents, countries: countries, sites: make(map[shelf][]topology.Node)}
	if raw, err = open("metros.csv"); err != nil {
		return nil, err
	}
	if w.metros, err = topology.ReadNodes("metros.csv", bytes.NewReader(raw), topology.Node{Kind: topology.Metro}); err != nil {
		return nil, err
	}
	places := make([]topology.Place, len(w.metros))
	for i, m := range w.metros {
		places[i] = topology.Place{LatDeg: m.LatDeg, LonDeg: m.LonDeg}
	}
	w.metroIndex = topology.NewPlaceIndex(places)
	for _, s := range shelves {
		if raw, err = open(s.file); err != nil {
			return nil, err
		}
		sites, err := topology.ReadNodes(s.file, bytes.NewReader(raw), topology.Node{Kind: s.kind, Provider: string(s.provider)})
		if err != nil {
			return nil, err
		}
		for i := range sites {
			continent, ok := continents[sites[i].Country]
			if !ok {
				return nil, fmt.Errorf("%s: site %q: country %q is not in countries.csv", s.file, sites[i].ID, sites[i].Country)
			}
			sites[i].Continent = continent
		}
		w.sites[s] = sites
	}
	return w, nil
}

// readCountries returns the continent of each country code, and the code of each country by its name in
// lower case.
func readCountries(file string, r io.Reader) (continents, codes map[string]string, err error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(rows) == 0 || !slices.Equal(rows[0], []string{"id", "name", "continent"}) {
		return nil, nil, fmt.Errorf("%s:1: want the columns id, name, continent", file)
	}
	continents = make(map[string]string, len(rows))
	codes = make(map[string]string, len(rows))
	for i, row := range rows[1:] {
		if len(row[0]) != 2 || row[2] == "" {
			return nil, nil, fmt.Errorf("%s:%d: country %q, continent %q: want a two-letter code and a continent", file, i+2, row[0], row[2])
		}
		continents[row[0]] = row[2]
		codes[strings.ToLower(row[1])] = row[0]
	}
	return continents, codes, nil
}

func readFabric(open func(name string) ([]byte, error)) (*topology.Fabric, error) {
	raw, err := open("towns.csv")
	if err != nil {
		return nil, err
	}
	towns, err := topology.ReadNodes("towns.csv", bytes.NewReader(raw), topology.Node{Kind: topology.Exchange})
	if err != nil {
		return nil, err
	}
	if raw, err = open("town_links.csv"); err != nil {
		return nil, err
	}
	cables, err := topology.ReadCables("town_links.csv", bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	return topology.NewFabric(towns, cables)
}

// Metros returns the metros, those with the most Internet users first.
func Metros() []topology.Node { return slices.Clone(loadWorld().metros) }

// Regions returns the provider's regions, in the order of their IDs: none for a provider without.
func Regions(p Provider) []topology.Node { return sitesOf(p, topology.Region) }

// LocalZones returns the AWS Local Zones, in the order of their IDs. Unverified is set on those that
// are known from announced addresses only.
func LocalZones() []topology.Node { return sitesOf(ProviderAWS, topology.LocalZone) }

// WavelengthZones returns the AWS Wavelength zones, in the order of their IDs.
func WavelengthZones() []topology.Node { return sitesOf(ProviderAWS, topology.WavelengthZone) }

// RegionalEdgeCaches returns the CloudFront regional edge caches, in the order of their IDs. Each has
// the region beside it as its parent.
func RegionalEdgeCaches() []topology.Node { return sitesOf(ProviderAWS, topology.RegionalEdgeCache) }

// PoPs returns the provider's edge locations, one a metro, in the order of their IDs: "pop-" and the
// IATA code of the nearest airport.
func PoPs(p Provider) []topology.Node { return sitesOf(p, topology.PoP) }

// Continent returns the continent of a country by its ISO 3166-1 alpha-2 code, "" if it is not known.
func Continent(country string) string { return loadWorld().continents[country] }

// CountryCode returns the ISO 3166-1 alpha-2 code of a country that is given by its code or its English
// name, in upper or lower case; false if it is none that is known.
func CountryCode(country string) (code string, ok bool) {
	lower := strings.ToLower(country)
	w := loadWorld()
	switch lower {
	case "uk", "great britain":
		return "GB", true
	case "usa", "united states":
		return "US", true
	}
	if code = strings.ToUpper(country); w.continents[code] != "" {
		return code, true
	}
	code, ok = w.countries[lower]
	return code, ok
}

// Fabric returns the exchange towns of the world and the cables between them: the union of the 276
// networks of the Internet Topology Zoo. Build networks of own metros and sites on it.
func Fabric() *topology.Fabric { return loadFabric() }

// sitesOf returns a copy of one shelf, nil if there is none.
func sitesOf(p Provider, kind topology.NodeKind) []topology.Node {
	for _, s := range shelves {
		if s.provider == p && s.kind == kind {
			return slices.Clone(loadWorld().sites[s])
		}
	}
	return nil
}
