package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
)

// A Selection says which metros and sites a network has.
//
// Metros: those in one of Countries or Continents (all, if both are empty), of which the TopMetros with
// the most users (all, if 0), and those named in Metros besides. If Metros alone is given, only those.
//
// Each list of sites holds site IDs, names that one site of the kind alone has (see [Find]), or words for many of them at once: "all"; "country:US" and
// "continent:Europe" for those in a country or on a continent; "verified" for those of which more is
// known than announced addresses. An empty list means none.
type Selection struct {
	// Countries are ISO 3166-1 alpha-2 codes, for example "US", or what else [CountryCode] knows.
	Countries []string
	// Continents are "Africa", "Asia", "Europe", "North America", "Oceania" and "South America".
	Continents []string
	// TopMetros keeps this many metros, at least 0; 0 means all.
	TopMetros int
	// Metros are metro IDs, for example "los-angeles-us", or names that one metro alone has: see [Find].
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
// [calibrate.Default] unless an option says otherwise.
func Network(p Provider, s Selection, options ...Option) (*topology.Network, error) {
	metros, err := s.SelectMetros()
	if err != nil {
		return nil, err
	}
	sites, err := s.SelectSites(p)
	if err != nil {
		return nil, err
	}
	return Build(metros, sites, options...)
}

// Build returns the network of any metros and sites, own ones too, over the exchange towns of the world and
// with the delays of [calibrate.Default] unless an option says otherwise. See [topology.Fabric.Network].
func Build(metros, sites []topology.Node, options ...Option) (*topology.Network, error) {
	b := build{delays: calibrate.Default().DelayModel()}
	for _, o := range options {
		o(&b)
	}
	return Fabric().Network(b.delays, metros, sites)
}

// An Option changes how [Network] and [Build] make a network.
type Option func(*build)

// A build is what options change.
type build struct{ delays topology.DelayModel }

// WithDelays takes the delays from a model of your own, its [topology.Correction] included, in place of
// [calibrate.Default]: from one that [calibrate.Fit] has made, from two numbers a kind of link, or from a
// Correction that stands before that of calibrate. A network that is there already, such as that of a study
// read from a file, takes another correction by [topology.Network.WithCorrection].
func WithDelays(model topology.DelayModel) Option { return func(b *build) { b.delays = model } }

// SelectMetros returns the selected metros, those with the most users first. The error names an
// unknown ID, country or continent with the nearest known ones, or says that nothing was selected.
func (s Selection) SelectMetros() ([]topology.Node, error) {
	if s.TopMetros < 0 {
		return nil, invalid.New("TopMetros", s.TopMetros, "0 (all) or more")
	}
	if err := s.Access.Validate(); err != nil {
		return nil, invalid.In("Access", err)
	}
	all := Metros()
	s, err := s.withAreas(all)
	if err != nil {
		return nil, err
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
	known := make(map[string]bool)
	for k, id := range s.Metros {
		if known[id] {
			continue
		}
		i, err := Find(fmt.Sprintf("Metros[%d]", k), "metro", id, all)
		if err != nil {
			return nil, err
		}
		chosen[i], known[id] = true, true
	}
	var metros []topology.Node
	for i, m := range all {
		if chosen[i] {
			m.Access = s.Access
			metros = append(metros, m)
		}
	}
	if len(metros) == 0 {
		return nil, invalid.New("", "a selection without a metro", "one or more")
	}
	return metros, nil
}

// withAreas returns the selection with countries by their codes and continents by their names in the catalog. The error
// names one without a metro.
func (s Selection) withAreas(all []topology.Node) (Selection, error) {
	s.Countries, s.Continents = slices.Clone(s.Countries), slices.Clone(s.Continents)
	for i, c := range s.Countries {
		code, ok := CountryCode(c)
		if !ok || !slices.ContainsFunc(all, func(m topology.Node) bool { return m.Country == code }) {
			return s, invalid.New(fmt.Sprintf("Countries[%d]", i), c, "the two-letter code of a country with a metro, such as US, or its English name")
		}
		s.Countries[i] = code
	}
	for i, c := range s.Continents {
		s.Continents[i] = continentOf(c, all)
		if !slices.ContainsFunc(all, func(m topology.Node) bool { return m.Continent == s.Continents[i] }) {
			return s, invalid.New(fmt.Sprintf("Continents[%d]", i), c, "one of %s", strings.Join(continents(all), ", "))
		}
	}
	return s, nil
}

// SelectSites returns the provider's selected sites: regions, Local Zones, Wavelength zones, regional
// edge caches and PoPs, each by ID. The error names an unknown ID with the nearest known ones, or a kind
// of site that the provider does not have, or says that nothing was selected.
func (s Selection) SelectSites(p Provider) ([]topology.Node, error) {
	if _, err := ParseProvider(string(p)); err != nil {
		return nil, err
	}
	zones, err := pick(p, topology.LocalZone, "LocalZones", s.LocalZones)
	if err != nil {
		return nil, err
	}
	wavelength, err := pick(p, topology.WavelengthZone, "WavelengthZones", s.WavelengthZones)
	if err != nil {
		return nil, err
	}
	caches, err := pick(p, topology.RegionalEdgeCache, "RegionalEdgeCaches", s.RegionalEdgeCaches)
	if err != nil {
		return nil, err
	}
	pops, err := pick(p, topology.PoP, "PoPs", s.PoPs)
	if err != nil {
		return nil, err
	}
	names := slices.Clone(s.Regions)
	for _, z := range slices.Concat(zones, wavelength, caches) {
		names = append(names, z.Parent)
	}
	regions, err := pick(p, topology.Region, "Regions", names)
	if err != nil {
		return nil, err
	}
	sites := slices.Concat(regions, zones, wavelength, caches, pops)
	if len(sites) == 0 {
		return nil, invalid.New("", "a selection without a site of "+string(p), "one or more")
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

// pick returns the sites of one kind that the words of a field ask for, in the order of their IDs.
func pick(p Provider, kind topology.NodeKind, field string, words []string) ([]topology.Node, error) {
	if len(words) == 0 {
		return nil, nil
	}
	all := Sites(p, kind)
	if len(all) == 0 {
		return nil, invalid.New(field, strings.Join(words, ", "), "none: %s has no %v in the catalog", p, kind)
	}
	chosen := make([]bool, len(all))
	for i, w := range words {
		match, err := matcher(fmt.Sprintf("%s[%d]", field, i), w, kind, all)
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
func matcher(field, word string, kind topology.NodeKind, all []topology.Node) (func(topology.Node) bool, error) {
	match, err := MatchArea(field, word)
	switch {
	case err != nil:
		return nil, err
	case match == nil:
		i, err := Find(field, kind.String(), word, all)
		if err != nil {
			return nil, err
		}
		return func(n topology.Node) bool { return n.ID == all[i].ID }, nil
	case slices.ContainsFunc(all, match):
		return match, nil
	}
	return nil, invalid.New(field, word, "%s", nearestAreas(word, kind.String(), all))
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
