package tariff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// A Book is tariffs made ready to look prices up. It is safe for several goroutines.
type Book struct {
	// Names are those of its tariffs, Currency is theirs.
	Names    []string
	Currency string

	rates       map[key]*rate
	plans       map[string][]*plan // by provider
	free        map[[2]string][]*Price
	commitments map[key]*Price
	geographies map[string][]geography // by provider
	found       sync.Map               // lookup to *rate
}

// A rate is all bands of one price, in the order of volumes.
type rate struct {
	key
	bands []*Price
	off   *Price // a commitment that is taken off
}

// A plan is a flat-rate plan with what it includes.
type plan struct {
	fee      *Price
	included []*Price
}

type geography struct {
	name  string
	areas []string
}

// NewBook returns tariffs as one. Prices of a later one take the place of those of the ones before that are for the same
// thing, all bands of it.
func NewBook(tariffs ...*Tariff) (*Book, error) {
	b := &Book{
		rates: make(map[key]*rate), plans: make(map[string][]*plan), free: make(map[[2]string][]*Price), commitments: make(map[key]*Price),
		geographies: make(map[string][]geography),
	}
	latest := make(map[key]int)
	for i, t := range tariffs {
		if err := t.Validate(); err != nil {
			return nil, fmt.Errorf("%s: %w", t.Name, err)
		}
		b.Names = append(b.Names, t.Name)
		for k := range t.Prices {
			p := &t.Prices[k]
			if b.Currency = cmp.Or(b.Currency, p.Currency); p.Currency != b.Currency {
				return nil, fmt.Errorf("tariff: %s is in %s, %s in %s; want one currency", b.Names[0], b.Currency, t.Name, p.Currency)
			}
			latest[p.replaces()] = i
		}
	}
	for i, t := range tariffs {
		for k := range t.Prices {
			if p := &t.Prices[k]; latest[p.replaces()] == i {
				b.add(p)
			}
		}
	}
	for _, r := range b.rates {
		slices.SortFunc(r.bands, func(x, y *Price) int { return cmp.Compare(x.From, y.From) })
	}
	for provider, plans := range b.plans {
		b.plans[provider] = slices.DeleteFunc(plans, func(p *plan) bool { return p.fee == nil })
		for _, p := range b.plans[provider] {
			slices.SortFunc(p.included, func(x, y *Price) int { return cmp.Compare(x.Item, y.Item) })
		}
	}
	return b, nil
}

// replaces returns what the price takes the place of in tariffs before: a plan goes with what it includes.
func (p *Price) replaces() key {
	k := p.key()
	switch p.Kind {
	case Plan, Included:
		return key{kind: Plan, provider: p.Provider, name: p.Name}
	case Geography:
		k.name = ""
	}
	return k
}

func (b *Book) add(p *Price) {
	switch p.Kind {
	case Used:
		r := b.rates[p.key()]
		if r == nil {
			r = &rate{key: p.key()}
			b.rates[p.key()] = r
		}
		r.bands = append(r.bands, p)
	case Free:
		at := [2]string{p.Provider, string(p.Item)}
		b.free[at] = append(b.free[at], p)
	case Plan, Included:
		i := slices.IndexFunc(b.plans[p.Provider], func(o *plan) bool { return o.name() == p.Name })
		if i < 0 {
			i = len(b.plans[p.Provider])
			b.plans[p.Provider] = append(b.plans[p.Provider], &plan{})
		}
		if of := b.plans[p.Provider][i]; p.Kind == Plan {
			of.fee = p
		} else {
			of.included = append(of.included, p)
		}
	case Commitment:
		b.commitments[key{provider: p.Provider, item: string(p.Item), term: p.Name}] = p
	case Geography:
		b.geographies[p.Provider] = append(b.geographies[p.Provider], geography{p.Place, strings.Split(p.Name, ";")})
	}
}

func (p *plan) name() string {
	if p.fee != nil {
		return p.fee.Name
	}
	return p.included[0].Name
}

// Plans returns the names of the flat-rate plans.
func (b *Book) Plans() (names []string) {
	for _, plans := range b.plans {
		for _, p := range plans {
			names = append(names, p.fee.Name)
		}
	}
	slices.Sort(names)
	return names
}

// Terms returns the names of the commitments.
func (b *Book) Terms() (names []string) {
	for k := range b.commitments {
		names = append(names, k.term)
	}
	for k := range b.rates {
		if k.term != "" {
			names = append(names, k.term)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// A Place is a site as prices know it.
type Place struct {
	ID       string
	Provider string
	// Country is its ISO 3166-1 alpha-2 code, Continent for example "North America".
	Country, Continent string
	// IsCDN says that the site is of a content delivery network: a PoP, or a regional edge cache.
	IsCDN bool
	// Parent is the id of the region that a Local Zone belongs to; empty for others.
	Parent string
}

// geographyOf returns the name of the geography that a place is in: that which names its country, or else its continent.
func (b *Book) geographyOf(p *Place) string {
	for _, area := range []string{p.Country, p.Continent} {
		for _, g := range b.geographies[p.Provider] {
			if area != "" && slices.Contains(g.areas, area) {
				return g.name
			}
		}
	}
	return ""
}

// A lookup names what a price is looked up for.
type lookup struct {
	item           Item
	name, term, to string
	place          Place
}

// rateOf returns the price of an item at a place: that of the site itself, or else of its geography, or else of the whole
// world; nil where there is none. Nothing is taken from another site.
func (b *Book) rateOf(l lookup) *rate {
	if known, ok := b.found.Load(l); ok {
		return known.(*rate)
	}
	r := b.find(l)
	b.found.Store(l, r)
	return r
}

func (b *Book) find(l lookup) *rate {
	places := []string{l.place.ID, b.geographyOf(&l.place), World}
	if l.to != "" {
		places = []string{l.place.ID + " > " + l.to, l.place.ID + " > " + World, World}
	}
	for _, place := range places {
		k := key{Used, l.place.Provider, string(l.item), l.name, l.term, place}
		if r := b.rates[k]; r != nil && place != "" {
			return r
		}
		if l.term == "" {
			continue
		}
		off := b.commitments[key{provider: l.place.Provider, item: string(l.item), term: l.term}]
		k.term = ""
		if r := b.rates[k]; r != nil && off != nil && place != "" {
			return &rate{r.key, r.bands, off}
		}
	}
	return nil
}

// cost returns what a quantity costs, in an item's own unit, and what of it has no price.
func (r *rate) cost(quantity float64) (money, unpriced float64) {
	item := Item(r.item)
	left := quantity
	for _, p := range r.bands {
		size, _ := item.sizeOf(p.Unit) // the tariff is valid
		low, high := float64(p.From*size), float64(end(p)*size)
		if quantity <= low {
			continue
		}
		in := min(quantity, high) - low
		left -= in
		money += float64(in / size * p.Amount)
	}
	if r.off != nil {
		money *= 1 - r.off.Amount
	}
	if left < 1e-9*quantity {
		left = 0
	}
	return money, left
}
