package catalog

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
)

// A Selection says which metros and sites a network has.
//
// Metros: those in one of Countries or Continents (all, if both are empty), of which the TopMetros with
// the most users (all, if 0), and those named in Metros besides. If Metros alone is given, only those.
//
// Each list of sites holds site IDs, or words for many of them at once: "all"; "country:US" and
// "continent:Europe" for those in a country or on a continent; "verified" for those of which more is
// known than announced addresses. An empty list means none.
type Selection struct {
	// Countries are ISO 3166-1 alpha-2 codes, for example "US".
	Countries []string
	// Continents are "Africa", "Asia", "Europe", "North America", "Oceania" and "South America".
	Continents []string
	// TopMetros keeps this many metros, at least 0; 0 means all.
	TopMetros int
	// Metros are metro IDs, for example "los-angeles-us".
	Metros []string
	// Access is the mix of access technologies of every selected metro; the zero value stands for
	// [topology.DefaultAccessMix].
	Access topology.AccessMix

	Regions            []string // for example "us-west-2"
	LocalZones         []string // for example "us-west-2-lax-1"
	WavelengthZones    []string // for example "us-west-2-wl1-lax-wlz-1"
	PoPs               []string // for example "pop-lax"
	RegionalEdgeCaches []string // for example "rec-us-east-1"
}

// AWS returns the network of the selected metros and AWS sites. A Local Zone or Wavelength zone needs
// its parent region in the selection: it is added if it is not there.
func AWS(s Selection) (*topology.Network, error) { return Network(ProviderAWS, s) }

// Azure returns the network of the selected metros and Azure sites.
func Azure(s Selection) (*topology.Network, error) { return Network(ProviderAzure, s) }

// Google returns the network of the selected metros and Google Cloud sites.
func Google(s Selection) (*topology.Network, error) { return Network(ProviderGoogle, s) }

// Cloudflare returns the network of the selected metros and Cloudflare PoPs.
func Cloudflare(s Selection) (*topology.Network, error) { return Network(ProviderCloudflare, s) }

// Fastly returns the network of the selected metros and Fastly PoPs.
func Fastly(s Selection) (*topology.Network, error) { return Network(ProviderFastly, s) }

// Network returns the network of the selected metros and sites of a provider, with the delays of
// [calibrate.Default].
func Network(p Provider, s Selection) (*topology.Network, error) {
	metros, err := s.SelectMetros()
	if err != nil {
		return nil, err
	}
	sites, err := s.SelectSites(p)
	if err != nil {
		return nil, err
	}
	return Build(metros, sites)
}

// Build returns the network of any metros and sites, own ones too, over the exchange towns of the world and
// with the delays of [calibrate.Default]. See [topology.Fabric.Network].
func Build(metros, sites []topology.Node) (*topology.Network, error) {
	return Fabric().Network(calibrate.Default().DelayModel(), metros, sites)
}

// SelectMetros returns the selected metros, those with the most users first. The error names an
// unknown ID, country or continent with the nearest known ones, or says that nothing was selected.
func (s Selection) SelectMetros() ([]topology.Node, error) {
	if s.TopMetros < 0 {
		return nil, fmt.Errorf("top metros %d: want 0 (all) or more", s.TopMetros)
	}
	if err := s.Access.Validate(); err != nil {
		return nil, err
	}
	all := Metros()
	if err := s.checkAreas(all); err != nil {
		return nil, err
	}
	byID := make(map[string]int, len(all))
	for i, m := range all {
		byID[m.ID] = i
	}
	chosen := make([]bool, len(all))
	if len(s.Metros) == 0 || len(s.Countries)+len(s.Continents)+s.TopMetros > 0 {
		anywhere := len(s.Countries)+len(s.Continents) == 0
		left := s.TopMetros
		for i, m := range all {
			if !anywhere && !slices.Contains(s.Countries, m.Country) && !slices.Contains(s.Continents, m.Continent) {
				continue
			}
			chosen[i] = true
			if left--; left == 0 {
				break
			}
		}
	}
	for _, id := range s.Metros {
		i, ok := byID[id]
		if !ok {
			return nil, unknown("metro", id, all)
		}
		chosen[i] = true
	}
	var metros []topology.Node
	for i, m := range all {
		if chosen[i] {
			m.Access = s.Access
			metros = append(metros, m)
		}
	}
	if len(metros) == 0 {
		return nil, errors.New("the selection holds no metro")
	}
	return metros, nil
}

// checkAreas returns an error for a country or continent without a metro.
func (s Selection) checkAreas(all []topology.Node) error {
	for _, c := range s.Countries {
		if !slices.ContainsFunc(all, func(m topology.Node) bool { return m.Country == c }) {
			return fmt.Errorf("country %q: want the two-letter code of a country with a metro, such as US", c)
		}
	}
	for _, c := range s.Continents {
		if !slices.ContainsFunc(all, func(m topology.Node) bool { return m.Continent == c }) {
			return fmt.Errorf("continent %q: want one of %s", c, strings.Join(continents(all), ", "))
		}
	}
	return nil
}

// SelectSites returns the provider's selected sites: regions, Local Zones, Wavelength zones, regional
// edge caches and PoPs, each by ID. The error names an unknown ID with the nearest known ones, or a kind
// of site that the provider does not have, or says that nothing was selected.
func (s Selection) SelectSites(p Provider) ([]topology.Node, error) {
	if _, err := ParseProvider(string(p)); err != nil {
		return nil, err
	}
	zones, err := pick(p, topology.LocalZone, s.LocalZones)
	if err != nil {
		return nil, err
	}
	wavelength, err := pick(p, topology.WavelengthZone, s.WavelengthZones)
	if err != nil {
		return nil, err
	}
	caches, err := pick(p, topology.RegionalEdgeCache, s.RegionalEdgeCaches)
	if err != nil {
		return nil, err
	}
	pops, err := pick(p, topology.PoP, s.PoPs)
	if err != nil {
		return nil, err
	}
	names := slices.Clone(s.Regions)
	for _, z := range slices.Concat(zones, wavelength, caches) {
		names = append(names, z.Parent)
	}
	regions, err := pick(p, topology.Region, names)
	if err != nil {
		return nil, err
	}
	sites := slices.Concat(regions, zones, wavelength, caches, pops)
	if len(sites) == 0 {
		return nil, fmt.Errorf("the selection holds no %s site", p)
	}
	return sites, nil
}

// Qualified returns sites under IDs that no other provider's have, "cloudflare/pop-lax" for "pop-lax", and
// their parents so, too. It lets sites of several providers stand in one network; see [Build].
func Qualified(sites []topology.Node) []topology.Node {
	sites = slices.Clone(sites)
	for i := range sites {
		s := &sites[i]
		s.ID = QualifiedID(Provider(s.Provider), s.ID)
		if s.Parent != "" {
			s.Parent = QualifiedID(Provider(s.Provider), s.Parent)
		}
	}
	return sites
}

// QualifiedID returns the ID that [Qualified] gives a site.
func QualifiedID(p Provider, id string) string { return string(p) + "/" + id }

// pick returns the sites of one kind that the words ask for, in the order of their IDs.
func pick(p Provider, kind topology.NodeKind, words []string) ([]topology.Node, error) {
	if len(words) == 0 {
		return nil, nil
	}
	all := sitesOf(p, kind)
	if len(all) == 0 {
		return nil, fmt.Errorf("%s has no %v in the catalog", p, kind)
	}
	chosen := make([]bool, len(all))
	for _, w := range words {
		match, err := matcher(w, kind, all)
		if err != nil {
			return nil, err
		}
		for i, site := range all {
			chosen[i] = chosen[i] || match(site)
		}
	}
	var sites []topology.Node
	for i, site := range all {
		if chosen[i] {
			sites = append(sites, site)
		}
	}
	return sites, nil
}

// matcher returns what a word of a site list asks for. A word that asks for nothing is an error: it is
// a mistake more often than an intention.
func matcher(word string, kind topology.NodeKind, all []topology.Node) (func(topology.Node) bool, error) {
	var match func(topology.Node) bool
	country, isCountry := strings.CutPrefix(word, "country:")
	continent, isContinent := strings.CutPrefix(word, "continent:")
	switch {
	case word == "all":
		match = func(topology.Node) bool { return true }
	case word == "verified":
		match = func(n topology.Node) bool { return !n.Unverified }
	case isCountry:
		match = func(n topology.Node) bool { return n.Country == country }
	case isContinent:
		match = func(n topology.Node) bool { return n.Continent == continent }
	default:
		match = func(n topology.Node) bool { return n.ID == word }
	}
	if slices.ContainsFunc(all, match) {
		return match, nil
	}
	if isContinent {
		return nil, fmt.Errorf("%v %q: want a continent with one: %s", kind, word, strings.Join(continents(all), ", "))
	}
	if isCountry {
		return nil, fmt.Errorf("%v %q: no site of that kind there", kind, word)
	}
	return nil, unknown(kind.String(), word, all)
}

// continents returns the continents of the nodes in alphabetical order.
func continents(nodes []topology.Node) []string {
	var names []string
	for _, n := range nodes {
		if !slices.Contains(names, n.Continent) {
			names = append(names, n.Continent)
		}
	}
	slices.Sort(names)
	return names
}
