package catalog

import (
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/edgewise-sim/edgewise/internal/invalid"
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
	ready, finder, err := makeReady(model, pairs)
	if err != nil {
		return nil, err
	}
	rtts := make([]time.Duration, len(pairs))
	for i, pair := range pairs {
		a, b := ready[i][0], ready[i][1]
		rtts[i] = a.location.RTT(pair.Class, b.location, 2*finder.OneWay(a.path, b.path)) + pair.lastMile()
	}
	return rtts, nil
}

// ExplainRTT returns what the round trip of each pair rests on, as [PredictRTT] has it. The error names the pair and what is
// wrong with it.
func ExplainRTT(model *calibrate.Model, pairs []Pair) ([]calibrate.Explanation, error) {
	ready, finder, err := makeReady(model, pairs)
	if err != nil {
		return nil, err
	}
	all := make([]calibrate.Explanation, len(pairs))
	for i, pair := range pairs {
		a, b := ready[i][0], ready[i][1]
		e, _ := model.Explain(pair.Class, a.location, b.location, 2*finder.OneWay(a.path, b.path), pair.lastMile())
		for k := range e.Ways {
			if e.Ways[k].By == topology.WayTowns {
				e.Ways[k].Over = finder.Towns(a.path, b.path)
			}
		}
		all[i] = e
	}
	return all, nil
}

// makeReady checks pairs and prepares their places: every place once, on all cores; then each pair is a short sum.
func makeReady(model *calibrate.Model, pairs []Pair) ([][2]end, *topology.PathFinder, error) {
	finder, err := Fabric().NewPathFinder(model.Ground)
	if err != nil {
		return nil, nil, err
	}
	keys := make([][2]endKey, len(pairs))
	place := make(map[endKey]int)
	var places []endKey
	for i, pair := range pairs {
		if err := pair.check(); err != nil {
			return nil, nil, fmt.Errorf("pair %q: %w", pair.ID, err)
		}
		keys[i] = pair.ends()
		for _, k := range keys[i] {
			if _, ok := place[k]; !ok {
				place[k] = len(places)
				places = append(places, k)
			}
		}
	}
	ends := make([]end, len(places))
	var group errgroup.Group
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		group.Go(func() error {
			for i := w; i < len(places); i += workers {
				path, err := finder.Locate(places[i].place)
				if err != nil {
					return err
				}
				ends[i] = end{path, model.Locate(places[i].node())}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	ready := make([][2]end, len(pairs))
	for i := range pairs {
		ready[i] = [2]end{ends[place[keys[i][0]]], ends[place[keys[i][1]]]}
	}
	return ready, finder, nil
}

// lastMile returns what the line of the user adds, where end A is one.
func (p Pair) lastMile() time.Duration {
	if !p.Access {
		return 0
	}
	return p.Technology.MedianRTT()
}

// check returns an error if a value of the pair is out of range.
func (p Pair) check() error {
	return invalid.First(
		invalid.Check(p.Class == topology.Internet || p.Class == topology.Backbone, "Class", p.Class, "internet or backbone"),
		invalid.Check(!p.Access || p.Technology < topology.NumTechnologies, "Technology", p.Technology, "a known one"),
		invalid.In("A", p.A.Validate()),
		invalid.In("B", p.B.Validate()),
	)
}

// ends returns what the model needs to know of both ends.
func (p Pair) ends() [2]endKey {
	kind := topology.PoP
	if p.Access {
		kind = topology.Exchange
	}
	return [2]endKey{{p.A, p.ACountry, kind}, {p.B, p.BCountry, topology.PoP}}
}

// An endKey says one place from another.
type endKey struct {
	place   topology.Place
	country string
	kind    topology.NodeKind
}

// node returns the place as a node, with its country.
func (k endKey) node() topology.Node {
	country := k.country
	if country == "" {
		country = CountryAt(k.place)
	}
	return topology.Node{Kind: k.kind, LatDeg: k.place.LatDeg, LonDeg: k.place.LonDeg, Country: country}
}

// An end is a place made ready.
type end struct {
	path     topology.PathEnd
	location topology.Location
}
