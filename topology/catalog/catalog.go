package catalog

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
)

//go:embed data/*.csv
var files embed.FS

// world is everything that the embedded files say.
type world struct {
	continents map[string]string // by country code
	countries  map[string]string // country codes by folded name
	metros     []topology.Node
	metroIndex *topology.PlaceIndex
	sites      map[string][]topology.Node // by file
	facts      map[string]Facts           // by provider and ID
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
	w := &world{continents: continents, countries: countries, sites: make(map[string][]topology.Node)}
	if raw, err = open("metros.csv"); err != nil {
		return nil, err
	}
	if w.metros, err = topology.ReadNodes("metros.csv", bytes.NewReader(raw), topology.Node{Kind: topology.Metro}, topology.ReadOptions{}); err != nil {
		return nil, err
	}
	if raw, err = open("site_facts.csv"); err != nil {
		return nil, err
	}
	if w.facts, err = readFacts("site_facts.csv", raw); err != nil {
		return nil, err
	}
	places := make([]topology.Place, len(w.metros))
	for i, m := range w.metros {
		places[i] = topology.Place{LatDeg: m.LatDeg, LonDeg: m.LonDeg}
	}
	w.metroIndex = topology.NewPlaceIndex(places)
	for _, p := range providers {
		for _, shelf := range p.shelves {
			file := fileOf(p.name, shelf.kind)
			if raw, err = open(file); err != nil {
				return nil, err
			}
			if w.sites[file], err = w.readSites(file, raw, topology.Node{Kind: shelf.kind, Provider: string(p.name)}); err != nil {
				return nil, err
			}
		}
	}
	return w, nil
}

// readSites reads the sites of one file, which have the values of like.
func (w *world) readSites(file string, raw []byte, like topology.Node) ([]topology.Node, error) {
	sites, err := topology.ReadNodes(file, bytes.NewReader(raw), like, topology.ReadOptions{})
	if err != nil {
		return nil, err
	}
	for i := range sites {
		continent, ok := w.continents[sites[i].Country]
		if !ok {
			return nil, fmt.Errorf("%s: site %q: %w", file, sites[i].ID, invalid.New("Country", sites[i].Country, "one of countries.csv"))
		}
		sites[i].Continent = continent
	}
	return sites, nil
}

// readCountries returns the continent of each country code, and the code of each country by its folded
// name.
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
		codes[foldAnew(row[1])] = row[0]
	}
	return continents, codes, nil
}

func readFabric(open func(name string) ([]byte, error)) (*topology.Fabric, error) {
	raw, err := open("towns.csv")
	if err != nil {
		return nil, err
	}
	towns, err := topology.ReadNodes("towns.csv", bytes.NewReader(raw), topology.Node{Kind: topology.Exchange}, topology.ReadOptions{})
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
func Regions(p Provider) []topology.Node { return Sites(p, topology.Region) }

// LocalZones returns the AWS Local Zones, in the order of their IDs. Unverified is set on those that
// are known from announced addresses only.
func LocalZones() []topology.Node { return Sites(ProviderAWS, topology.LocalZone) }

// WavelengthZones returns the AWS Wavelength zones, in the order of their IDs.
func WavelengthZones() []topology.Node { return Sites(ProviderAWS, topology.WavelengthZone) }

// RegionalEdgeCaches returns the CloudFront regional edge caches, in the order of their IDs. Each has
// the region beside it as its parent.
func RegionalEdgeCaches() []topology.Node { return Sites(ProviderAWS, topology.RegionalEdgeCache) }

// PoPs returns the provider's edge locations, one a metro, in the order of their IDs: "pop-" and the
// IATA code of the nearest airport.
func PoPs(p Provider) []topology.Node { return Sites(p, topology.PoP) }

// Continent returns the continent of a country by its ISO 3166-1 alpha-2 code, "" if it is not known.
func Continent(country string) string { return loadWorld().continents[country] }

// CountryAt returns the code of the country of the metro nearest to a place.
func CountryAt(p topology.Place) string { return MetroAt(p).Country }

// MetroAt returns the metro nearest to a place.
func MetroAt(p topology.Place) topology.Node {
	w := loadWorld()
	return w.metros[w.metroIndex.Nearest(p, 1)[0]]
}

// Fabric returns the exchange towns of the world and the cables between them: the union of the 276
// networks of the Internet Topology Zoo. Build networks of own metros and sites on it.
func Fabric() *topology.Fabric { return loadFabric() }

// AllSites returns the provider's sites of all kinds, kind by kind.
func AllSites(p Provider) []topology.Node {
	var all []topology.Node
	for _, s := range shelvesOf(p) {
		all = append(all, Sites(p, s.kind)...)
	}
	return all
}

// Sites returns the provider's sites of a kind, in the order of their IDs: none where the catalog has none, which
// [ProvidersWith] tells.
func Sites(p Provider, kind topology.NodeKind) []topology.Node {
	return slices.Clone(loadWorld().sites[fileOf(p, kind)])
}
