package tariff

import (
	"math"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A Kind says what a row of a tariff is.
type Kind string

// The kinds of rows.
const (
	// Used is a price for what is used, in a band of volumes.
	Used Kind = "price"
	// Free is how much of an item is not billed in a month, of the usage in all places that it is for.
	Free Kind = "free"
	// Plan is a flat-rate plan by the month, Included what it allows of an item.
	Plan     Kind = "plan"
	Included Kind = "included"
	// Commitment is a share off the prices of an item, for those who commit themselves to a term.
	Commitment Kind = "commitment"
	// Geography names countries and continents that have the same prices.
	Geography Kind = "geography"
)

var kinds = []Kind{Used, Free, Plan, Included, Commitment, Geography}

// hasAmount reports whether rows of the kind have a price.
func (k Kind) hasAmount() bool { return k == Used || k == Plan || k == Commitment }

// A Standing says how good a price is.
type Standing string

// The standings.
const (
	// Published is what the provider itself has published and the tariff's author has read there.
	Published Standing = "published"
	// SecondHand is what somebody else quotes.
	SecondHand Standing = "second-hand"
	// Assumed is a guess.
	Assumed Standing = "assumed"
)

var standings = []Standing{Published, SecondHand, Assumed}

// World is the place of what has the same price everywhere.
const World = "world"

// A Price is a row of a tariff.
type Price struct {
	Kind     Kind
	Provider string // for example "aws"
	Item     Item   // empty for a plan and a geography
	// Name is the type of an instance, the name of a plan or of a commitment; of a geography its countries (two capital
	// letters) and continents, separated by semicolons.
	Name string
	// Term is the commitment that the price is for; empty for none.
	Term string
	// Place is a site's id, the name of a geography, [World], or "from > to" between regions.
	Place string
	// From and To are the band of volumes in a month that the price is for, in Unit: From included, To not, 0 for no end. Of
	// what is free or included To is how much.
	From, To float64
	Unit     string
	// Amount is the price of a Unit, 0 or more; of a commitment the share off, 0 to 1.
	Amount   float64
	Currency string // ISO 4217, for example "USD"
	// Date is a year, a month or a day (2026, 2026-10, 2026-10-07), or "undated".
	Date     string
	Source   string
	Standing Standing
	// Line is where the row stands in its file; 0 if it is of none.
	Line int
}

// Undated is the date of a price of which nobody knows when it held.
const Undated = "undated"

// Validate names the first column that is out of range.
func (p *Price) Validate() error {
	unit := func() error {
		switch p.Kind {
		case Geography, Commitment:
			return nil
		case Plan:
			return invalid.Check(p.Unit == "month", "unit", invalid.Quoted(p.Unit), "month, for a plan")
		}
		_, err := p.Item.sizeOf(p.Unit)
		return err
	}
	item := func() error {
		if p.Kind == Plan || p.Kind == Geography {
			return invalid.Check(p.Item == "", "item", p.Item, "nothing, for a "+string(p.Kind))
		}
		return oneOf("item", p.Item, Items())
	}
	named := p.Kind != Used && p.Kind != Free || p.Item == Instance
	return invalid.First(
		oneOf("kind", p.Kind, kinds),
		invalid.Check(p.Provider != "" && p.Provider == strings.ToLower(p.Provider), "provider", invalid.Quoted(p.Provider), "a name in small letters, for example aws"),
		item(),
		invalid.Check(!named || p.Name != "", "name", `""`, "the type of an instance, or the name of a plan or commitment, or the countries of a geography"),
		invalid.Check(p.Place != "", "place", `""`, "a site, a geography, "+World+", or from > to"),
		invalid.Check(p.Item != InterRegion || p.Place == World || strings.Contains(p.Place, " > "), "place", invalid.Quoted(p.Place), `"from > to", between regions, or `+World),
		unit(),
		invalid.Check(finite(p.From), "from", p.From, "0 or more"),
		invalid.Check(finite(p.To) && (p.To == 0 || p.To > p.From), "to", p.To, "more than from, or nothing for no end"),
		invalid.Check(p.Kind != Free && p.Kind != Included || p.To > 0 && p.From == 0, "to", p.To, "how much, more than 0, and no from"),
		invalid.Check(finite(p.Amount), "price", p.Amount, "0 or more"),
		invalid.Check(p.Kind.hasAmount() || p.Amount == 0, "price", p.Amount, "nothing, for a "+string(p.Kind)),
		invalid.Check(p.Kind != Commitment || p.Amount < 1, "price", p.Amount, "a share off, from 0 to less than 1"),
		invalid.Check(isCurrency(p.Currency), "currency", invalid.Quoted(p.Currency), "three capital letters, for example USD"),
		invalid.Check(isDate(p.Date), "date", invalid.Quoted(p.Date), "2026, 2026-10, 2026-10-07 or "+Undated),
		invalid.Check(p.Source != "", "source", `""`, "where the price is from"),
		oneOf("standing", p.Standing, standings),
	)
}

func finite(x float64) bool { return x >= 0 && !math.IsInf(x, 1) && !math.IsNaN(x) }

func oneOf[T ~string](path string, value T, allowed []T) error {
	var names []string
	for _, a := range allowed {
		if a == value {
			return nil
		}
		names = append(names, string(a))
	}
	return invalid.New(path, invalid.Quoted(string(value)), "%s", strings.Join(names, ", "))
}

func isCurrency(s string) bool {
	return len(s) == 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func isDate(s string) bool {
	if s == Undated {
		return true
	}
	for _, form := range []string{"2006", "2006-01", "2006-01-02"} {
		if t, err := time.Parse(form, s); err == nil && len(s) == len(form) {
			return t.Year() >= 2000 && t.Year() < 2200
		}
	}
	return false
}

// key names what a price is for, all bands of it.
type key struct {
	kind              Kind
	provider, item    string
	name, term, place string
}

func (p *Price) key() key {
	return key{p.Kind, p.Provider, string(p.Item), p.Name, p.Term, p.Place}
}

// what names what a price is for, for people.
func (p *Price) what() string {
	return strings.Join(strings.Fields(strings.Join([]string{p.Provider, string(p.Item), p.Name, p.Term, p.Place}, " ")), " ")
}
