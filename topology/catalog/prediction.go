package catalog

import (
	"fmt"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
)

// A Pair is two places to predict the round trip between.
type Pair struct {
	// ID names the pair in output and errors.
	ID   string
	A, B topology.Place
	// ACountry and BCountry are ISO 3166-1 alpha-2 codes; empty means that of the nearest metro.
	ACountry, BCountry string
	// Class is [topology.Internet] or [topology.Backbone].
	Class topology.LinkKind
	// Access says that end A is a user whose line is of the given Technology, and end B a provider's
	// site: the median last mile is added. Without it both ends are servers.
	Access     bool
	Technology topology.Technology
}

// PredictRTT returns the median round trip of each pair by a model, [calibrate.Default] for instance: what
// the routes of a catalog network say of the same places. The error names the pair and what is wrong
// with it.
func PredictRTT(model *calibrate.Model, pairs []Pair) ([]time.Duration, error) {
	finder, err := Fabric().NewPathFinder(model.Ground)
	if err != nil {
		return nil, err
	}
	p := &prediction{model: model, finder: finder, known: make(map[endKey]end)}
	rtts := make([]time.Duration, len(pairs))
	for i, pair := range pairs {
		if rtts[i], err = p.rtt(pair); err != nil {
			return nil, fmt.Errorf("pair %q: %w", pair.ID, err)
		}
	}
	return rtts, nil
}

// A prediction remembers the places that it has seen.
type prediction struct {
	model  *calibrate.Model
	finder *topology.PathFinder
	known  map[endKey]end
}

type endKey struct {
	place   topology.Place
	country string
	kind    topology.NodeKind
}

// An end is a place made ready.
type end struct {
	path     topology.PathEnd
	location topology.Location
}

func (p *prediction) rtt(pair Pair) (time.Duration, error) {
	if pair.Class != topology.Internet && pair.Class != topology.Backbone {
		return 0, fmt.Errorf("class %v: want internet or backbone", pair.Class)
	}
	if pair.Access && pair.Technology >= topology.NumTechnologies {
		return 0, fmt.Errorf("technology %v: want a known one", pair.Technology)
	}
	aKind := topology.PoP
	if pair.Access {
		aKind = topology.Exchange
	}
	a, err := p.end(endKey{pair.A, pair.ACountry, aKind})
	if err != nil {
		return 0, fmt.Errorf("end a: %w", err)
	}
	b, err := p.end(endKey{pair.B, pair.BCountry, topology.PoP})
	if err != nil {
		return 0, fmt.Errorf("end b: %w", err)
	}
	rtt := a.location.RTT(pair.Class, b.location, 2*p.finder.OneWay(a.path, b.path))
	if pair.Access {
		rtt += pair.Technology.MedianRTT()
	}
	return rtt, nil
}

func (p *prediction) end(key endKey) (end, error) {
	if e, ok := p.known[key]; ok {
		return e, nil
	}
	path, err := p.finder.Locate(key.place)
	if err != nil {
		return end{}, err
	}
	country := key.country
	if country == "" {
		country = countryAt(key.place)
	}
	e := end{path: path, location: p.model.Locate(topology.Node{
		Kind: key.kind, LatDeg: key.place.LatDeg, LonDeg: key.place.LonDeg, Country: country,
	})}
	p.known[key] = e
	return e, nil
}

// countryAt returns the country of the metro nearest to a place.
func countryAt(p topology.Place) string {
	country, nearest := "", math.Inf(1)
	for _, m := range loadWorld().metros {
		if km := topology.DistanceKm(p, topology.Place{LatDeg: m.LatDeg, LonDeg: m.LonDeg}); km < nearest {
			country, nearest = m.Country, km
		}
	}
	return country
}
