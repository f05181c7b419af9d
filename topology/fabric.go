package topology

import (
	"fmt"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// How places are joined. The first three follow the graph that fitted measured round trips best of
// seven tried; the last is assumed.
const (
	townsPerPlace = 6  // a metro or site reaches the exchange towns nearest to it
	nearTownKm    = 80 // towns this close are joined to up to nearTowns others
	nearTowns     = 3
	sameTownKm    = 60 // a metro and a site, or two sites, this close are joined directly
)

// A Fabric is the ground that networks are built on: exchange towns and the cables between them. Give
// it metros and sites and it makes a [Network], the same town graph below whatever was chosen: adding a
// metro or a site never changes the delay between two others.
type Fabric struct {
	towns []Node
	at    []direction
	index *PlaceIndex
	pairs [][2]int // joined towns, the lower index first
}

// NewFabric returns the fabric of the given towns and the pairs of town IDs that a cable joins. Towns
// within 80 km of one another are joined too, each to up to 3, and parts of the map that hang together
// nowhere are joined by their two shortest links, so that every town reaches every other.
//
// The error names a town that is not an exchange, has no ID or a wrong coordinate, or is given twice,
// and a pair with an unknown town.
func NewFabric(towns []Node, cables [][2]string) (*Fabric, error) {
	index := make(map[string]int, len(towns))
	f := &Fabric{towns: slices.Clone(towns)}
	places := make([]Place, len(towns))
	for i, t := range f.towns {
		if t.Kind != Exchange {
			return nil, fmt.Errorf("town %q: %w", t.ID, invalid.New("Kind", t.Kind, "an exchange"))
		}
		if t.ID == "" {
			return nil, fmt.Errorf("town %d (%q): %w", i, t.Name, invalid.New("ID", `""`, "an ID"))
		}
		if first, ok := index[t.ID]; ok {
			return nil, fmt.Errorf("town %d: %w", i, invalid.New("ID", t.ID, "another than that of town %d", first))
		}
		if err := t.place().Validate(); err != nil {
			return nil, fmt.Errorf("town %q: %w", t.ID, err)
		}
		index[t.ID] = i
		places[i] = t.place()
	}
	f.index = NewPlaceIndex(places)
	f.at = f.index.at
	joined := make(map[[2]int]bool, 2*len(cables))
	join := func(a, b int) {
		pair := [2]int{min(a, b), max(a, b)}
		if a != b && !joined[pair] {
			joined[pair] = true
			f.pairs = append(f.pairs, pair)
		}
	}
	for k, c := range cables {
		a, knowsA := index[c[0]]
		b, knowsB := index[c[1]]
		if err := invalid.First(
			invalid.Check(knowsA, fmt.Sprintf("cables[%d][0]", k), c[0], "the ID of a town"),
			invalid.Check(knowsB, fmt.Sprintf("cables[%d][1]", k), c[1], "the ID of a town"),
		); err != nil {
			return nil, err
		}
		join(a, b)
	}
	near := chord2OfKm(nearTownKm)
	for i := range f.towns {
		for _, j := range f.index.nearest(f.at[i], nearTowns+1) { // one of them is the town itself
			if j.chord2 <= near {
				join(i, int(j.place))
			}
		}
	}
	f.joinParts(join)
	return f, nil
}

// joinParts joins every part of the map to the rest by the two shortest links that leave it.
func (f *Fabric) joinParts(join func(a, b int)) {
	for {
		part := f.parts()
		if !slices.ContainsFunc(part, func(p int) bool { return p != part[0] }) {
			return
		}
		// The smallest part goes first, the lowest number among equals.
		size := make([]int, len(part))
		for _, p := range part {
			size[p]++
		}
		small := part[0]
		for _, p := range part {
			if size[p] < size[small] || size[p] == size[small] && p < small {
				small = p
			}
		}
		type link struct {
			chord2 float64
			a, b   int
		}
		first2 := [2]link{{chord2: math.Inf(1)}, {chord2: math.Inf(1)}} // the shortest, then the second
		for a := range f.towns {
			if part[a] != small {
				continue
			}
			for b := range f.towns {
				if part[b] == small {
					continue
				}
				switch l := (link{f.at[a].chord2(f.at[b]), a, b}); {
				case l.chord2 < first2[0].chord2:
					first2[0], first2[1] = l, first2[0]
				case l.chord2 < first2[1].chord2:
					first2[1] = l
				}
			}
		}
		for _, l := range first2 {
			join(l.a, l.b) // joins nothing where there is no second link
		}
	}
}

// parts returns for each town the lowest town that it hangs together with.
func (f *Fabric) parts() []int {
	part := make([]int, len(f.towns))
	for i := range part {
		part[i] = i
	}
	root := func(i int) int {
		for part[i] != i {
			part[i] = part[part[i]]
			i = part[i]
		}
		return i
	}
	for _, p := range f.pairs {
		a, b := root(p[0]), root(p[1])
		part[max(a, b)] = min(a, b)
	}
	for i := range part {
		part[i] = root(i)
	}
	return part
}

// ExchangeID returns the ID of the exchange node at which a metro's access links end.
func ExchangeID(metroID string) string { return "x-" + metroID }

// BackboneTownID returns the ID of an exchange town on a provider's backbone.
func BackboneTownID(provider, townID string) string { return provider + ":" + townID }

// Network builds the network of the given metros and sites.
//
// Every metro gets an exchange of its own (see [ExchangeID]), at the end of an access link that takes
// half the median last-mile RTT of the metro's users, by their [AccessMix] and [Spread], because a one-way delay is half a
// round trip. Exchanges and sites are joined by internet links to the 6 towns nearest to them, and to one
// another within 60 km. Sites of one provider are joined in the same way by backbone links, over towns
// of their own: a provider's packets and the public's meet nowhere but at a site. Local Zones,
// Wavelength zones, regions, PoPs and regional edge caches are stubs; all transit goes through towns.
func (f *Fabric) Network(model DelayModel, metros, sites []Node) (*Network, error) {
	if err := model.Validate(); err != nil {
		return nil, err
	}
	for _, m := range metros {
		if m.Kind != Metro {
			return nil, fmt.Errorf("metro %q: %w", m.ID, invalid.New("Kind", m.Kind, "a metro"))
		}
		if err := invalid.First(m.place().Validate(), invalid.In("Access", m.Access.Validate()), invalid.In("Spread", m.Spread.Validate())); err != nil {
			return nil, fmt.Errorf("metro %q: %w", m.ID, err)
		}
	}
	for _, s := range sites {
		if !s.Kind.IsSite() {
			return nil, fmt.Errorf("site %q: %w", s.ID, invalid.New("Kind", s.Kind, "a kind of site"))
		}
		if err := s.place().Validate(); err != nil {
			return nil, fmt.Errorf("site %q: %w", s.ID, err)
		}
	}
	b := &fabricBuild{fabric: f, model: model}
	b.public(metros, sites)
	byProvider := make(map[string][]Node)
	var providers []string
	for _, s := range sites {
		if _, ok := byProvider[s.Provider]; !ok {
			providers = append(providers, s.Provider)
		}
		byProvider[s.Provider] = append(byProvider[s.Provider], s)
	}
	for _, p := range providers {
		if len(byProvider[p]) > 1 {
			b.backbone(p, byProvider[p])
		}
	}
	n, err := New(b.nodes, b.links)
	if err != nil {
		return nil, err
	}
	n.correction = model.Correction
	return n, nil
}

// A fabricBuild collects the nodes and links of one network.
type fabricBuild struct {
	fabric *Fabric
	model  DelayModel
	nodes  []Node
	links  []Link
}

// public adds the towns, metros, exchanges and sites, and the links that anybody may use.
func (b *fabricBuild) public(metros, sites []Node) {
	exchanges := make([]Node, len(metros))
	users := make(map[AccessMix]mixUsers) // most metros share one mix, which takes a while
	for i, m := range metros {
		exchanges[i] = Node{
			ID: ExchangeID(m.ID), Name: m.Label(), Kind: Exchange, Country: m.Country, Continent: m.Continent,
			LatDeg: m.LatDeg, LonDeg: m.LonDeg, Stub: true,
		}
		if users[m.Access] == nil {
			users[m.Access] = m.Access.users()
		}
		access := Link{From: m.ID, To: exchanges[i].ID, Kind: Access, OneWay: users[m.Access].medianBehind(m.Spread) / 2}
		b.links = append(b.links, access.Both()...)
	}
	stubs := slices.Clone(sites)
	for i := range stubs {
		stubs[i].Stub = true
	}
	b.nodes = append(b.nodes, metros...)
	b.nodes = append(b.nodes, stubs...)
	b.nodes = append(b.nodes, exchanges...)
	towns := b.lay(Internet, func(id string) string { return id })
	b.nodes = append(b.nodes, towns...)
	b.attach(Internet, towns, exchanges)
	b.attach(Internet, towns, stubs)
	b.joinNear(Internet, exchanges, stubs)
}

// backbone adds one provider's own towns and links.
func (b *fabricBuild) backbone(provider string, sites []Node) {
	towns := b.lay(Backbone, func(id string) string { return BackboneTownID(provider, id) })
	for i := range towns {
		towns[i].Provider = provider
	}
	b.nodes = append(b.nodes, towns...)
	b.attach(Backbone, towns, sites)
	b.joinNear(Backbone, sites, sites)
}

// lay returns the towns under new names and adds the links between them.
func (b *fabricBuild) lay(kind LinkKind, rename func(id string) string) []Node {
	towns := slices.Clone(b.fabric.towns)
	for i := range towns {
		towns[i].ID = rename(towns[i].ID)
	}
	for _, p := range b.fabric.pairs {
		b.join(kind, towns[p[0]], towns[p[1]])
	}
	return towns
}

// attach joins each place to the towns nearest to it.
func (b *fabricBuild) attach(kind LinkKind, towns, places []Node) {
	for _, p := range places {
		for _, t := range b.fabric.index.Nearest(p.place(), townsPerPlace) {
			b.join(kind, p, towns[t])
		}
	}
}

// joinNear joins each of the left places to those of the right that are in the same town. Where both
// lists are one, a pair is joined once.
func (b *fabricBuild) joinNear(kind LinkKind, left, right []Node) {
	same := len(left) > 0 && len(right) > 0 && &left[0] == &right[0]
	at := make([]direction, len(right))
	for i, r := range right {
		at[i] = directionOf(r.place())
	}
	limit := chord2OfKm(sameTownKm)
	for i, l := range left {
		d := directionOf(l.place())
		for j, r := range right {
			if same && j <= i {
				continue
			}
			if d.chord2(at[j]) <= limit {
				b.join(kind, l, r)
			}
		}
	}
}

// join adds a link each way.
func (b *fabricBuild) join(kind LinkKind, x, y Node) {
	path := b.model.Internet
	if kind == Backbone {
		path = b.model.Backbone
	}
	l := Link{From: x.ID, To: y.ID, Kind: kind, OneWay: path.OneWay(DistanceKm(x.place(), y.place()))}
	b.links = append(b.links, l.Both()...)
}
