package tariff

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	_ "embed"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/internal/words"
)

// A Tariff is a list of prices, all in one currency.
type Tariff struct {
	// Name is what the bill calls it, for example the file's name.
	Name   string
	Prices []Price
}

// DefaultName is the name of the tariff that comes with edgewise.
const DefaultName = "default"

//go:embed default.csv
var defaultCSV []byte

var readDefault = sync.OnceValues(func() (*Tariff, error) { return Read(DefaultName, bytes.NewReader(defaultCSV), nil) })

// Default returns the tariff that comes with edgewise: prices of 2025 and 2026, most of them second-hand, each with its date
// and source. Many are missing. Nobody may change it.
func Default() *Tariff {
	t, err := readDefault()
	if err != nil {
		panic(err) // a test reads it
	}
	return t
}

// maxPrices bounds the rows of a tariff.
const maxPrices = 2_000_000

// Columns are those of the CSV of a tariff, in their order.
var columns = []string{"kind", "provider", "item", "name", "term", "place", "from", "to", "unit", "price", "currency", "date", "source", "standing"}

// Read reads a tariff as CSV with the columns kind, provider, item, place, unit, price, date, source and, where they are
// needed, name, term, from, to, currency (USD) and standing (second-hand). See docs/prices.md. The error names, line by line,
// what is wrong: a negative price, an unknown unit, bands that overlap, a row that stands there twice, a second currency. file
// is the name for errors; warn hears of columns that nobody reads.
func Read(file string, r io.Reader, warn text.Warn) (*Tariff, error) {
	table, err := text.OpenTable(file, r, []string{"kind", "provider", "item", "place", "unit", "price|usd", "date", "source"},
		[]string{"name", "term", "from", "to", "currency", "standing"}, warn)
	if err != nil {
		return nil, err
	}
	const mostBad = 10
	table.Collect(mostBad)
	t := &Tariff{Name: file}
	var errs []error
	for table.Next() {
		p := Price{
			Kind: Kind(table.Text("kind")), Provider: table.Text("provider"), Item: Item(table.Text("item")), Name: table.Text("name"),
			Term: table.Text("term"), Place: table.Text("place"), Unit: table.Text("unit"), Currency: orElse(table.Text("currency"), "USD"),
			Date: table.Text("date"), Source: table.Text("source"), Standing: Standing(orElse(table.Text("standing"), string(SecondHand))),
			Line: table.Line(),
		}
		number := func(column string) float64 {
			if !table.Has(column) {
				return 0
			}
			return table.Number(column, 0, math.MaxFloat64)
		}
		p.From, p.To, p.Amount = number("from"), number("to"), number("price")
		if !table.Has("price") && (p.Kind == Used || p.Kind == Plan || p.Kind == Commitment) {
			table.Fail("price", "", "a number: what has no price has no row")
		}
		var f *invalid.Field
		if err := p.Validate(); errors.As(err, &f) {
			table.Fail(f.Path, strings.Trim(fmt.Sprint(f.Value), `"`), f.Want)
		}
		if t.Prices = append(t.Prices, p); len(t.Prices) > maxPrices {
			return nil, fmt.Errorf("%s:%d: more than %d prices", file, p.Line, maxPrices)
		}
	}
	if err := table.Err(); err != nil {
		return nil, err
	}
	if errs = t.clashes(mostBad); len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return t, nil
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// clashes returns the rows that cannot stand beside others: of another currency, or of the same bands.
func (t *Tariff) clashes(most int) (errs []error) {
	seen := make(map[key][]*Price)
	for i := range t.Prices {
		p := &t.Prices[i]
		at := fmt.Sprintf("%s:%d", t.Name, p.Line)
		if first := &t.Prices[0]; p.Currency != first.Currency {
			errs = append(errs, fmt.Errorf("%s: column currency: value %q: want %s, as in line %d: a tariff has one currency", at, p.Currency, first.Currency, first.Line))
		}
		for _, o := range seen[p.key()] {
			if p.From < end(o) && o.From < end(p) {
				what := "overlaps"
				if p.From == o.From && p.To == o.To {
					what = "is a duplicate of"
				}
				errs = append(errs, fmt.Errorf("%s: %s from %s to %s %s line %d, from %s to %s: want each volume once", at, p.what(), number(p.From), upTo(p), what, o.Line, number(o.From), upTo(o)))
				break
			}
		}
		seen[p.key()] = append(seen[p.key()], p)
		if len(errs) >= most {
			return append(errs, fmt.Errorf("%s: these are the first %d; there may be more", t.Name, most))
		}
	}
	return errs
}

// Validate names the rows that are out of range or cannot stand beside others.
func (t *Tariff) Validate() error {
	var errs []error
	for i := range t.Prices {
		if err := invalid.In(fmt.Sprintf("Prices[%d]", i), t.Prices[i].Validate()); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) == 0 {
		errs = t.clashes(10)
	}
	if err := invalid.First(errs...); err != nil {
		return fmt.Errorf("tariff: %w", err)
	}
	return nil
}

// end returns where the band ends.
func end(p *Price) float64 {
	if p.To == 0 {
		return math.Inf(1)
	}
	return p.To
}

func upTo(p *Price) string {
	if p.To == 0 {
		return "no end"
	}
	return number(p.To)
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// Write writes the tariff as [Read] reads it. A cell that a spreadsheet would take for a formula has an apostrophe before it.
func (t *Tariff) Write(w io.Writer) error {
	out := csv.NewWriter(w)
	_ = out.Write(columns) // csv.Writer keeps its first error
	for i := range t.Prices {
		_ = out.Write(t.Prices[i].row())
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write tariff: %w", err)
	}
	return nil
}

func (p *Price) row() []string {
	plain := func(x float64) string {
		if x == 0 {
			return ""
		}
		return number(x)
	}
	amount := number(p.Amount)
	if p.Kind == Free || p.Kind == Included || p.Kind == Geography {
		amount = ""
	}
	row := []string{string(p.Kind), p.Provider, string(p.Item), p.Name, p.Term, p.Place, plain(p.From), plain(p.To), p.Unit, amount, p.Currency, p.Date, p.Source, string(p.Standing)}
	for i := range row {
		row[i] = words.Cell(row[i])
	}
	return row
}

// A Change is what differs between two tariffs in one row.
type Change struct {
	// Old and New are the rows; nil where there is none.
	Old, New *Price
}

// Diff returns the rows that are in one tariff alone, or have another price, unit or end; a new date or source alone is none.
// Rows are the same if they are for the same volumes of the same thing.
func Diff(old, new *Tariff) (changes []Change) {
	type band struct {
		key
		from float64
	}
	was := make(map[band]*Price)
	for i := range old.Prices {
		p := &old.Prices[i]
		was[band{p.key(), p.From}] = p
	}
	for i := range new.Prices {
		p := &new.Prices[i]
		at := band{p.key(), p.From}
		o := was[at]
		delete(was, at)
		if o == nil || o.Amount != p.Amount || o.Unit != p.Unit || o.To != p.To || o.Currency != p.Currency {
			changes = append(changes, Change{o, p})
		}
	}
	for i := range old.Prices {
		p := &old.Prices[i]
		if was[band{p.key(), p.From}] != nil {
			changes = append(changes, Change{Old: p})
		}
	}
	return slices.Clip(changes)
}
