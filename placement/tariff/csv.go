package tariff

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/internal/words"
)

// columns are those of the CSV of a tariff, in their order.
var columns = []string{"kind", "provider", "item", "name", "term", "place", "from", "to", "unit", "price", "currency", "date", "source", "standing"}

// readCSV reads a tariff as a table with the columns kind, provider, item, place, unit, price, date, source and, where they are
// needed, name, term, from, to, currency (USD) and standing (second-hand).
func readCSV(file string, r io.Reader, warn text.Warn) (*Tariff, error) {
	table, err := text.OpenTable(file, r, []string{"kind", "provider", "item", "place", "unit", "price|usd", "date", "source"},
		[]string{"name", "term", "from", "to", "currency", "standing"}, warn)
	if err != nil {
		return nil, err
	}
	table.Collect(mostBad)
	t := &Tariff{Name: file}
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
		if !table.Has("price") && p.Kind.hasAmount() {
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
	return t, nil
}

// Write writes the tariff as CSV, as [Read] reads it. A cell that a spreadsheet would take for a formula has an apostrophe before it.
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

// cells returns the values of the columns, in their order.
func (p *Price) cells() []string {
	plain := func(x float64) string {
		if x == 0 {
			return ""
		}
		return number(x)
	}
	amount := number(p.Amount)
	if !p.Kind.hasAmount() {
		amount = ""
	}
	return []string{string(p.Kind), p.Provider, string(p.Item), p.Name, p.Term, p.Place, plain(p.From), plain(p.To), p.Unit, amount, p.Currency, p.Date, p.Source, string(p.Standing)}
}

// row returns a row of a table.
func (p *Price) row() []string {
	row := p.cells()
	for i := range row {
		row[i] = words.Cell(row[i])
	}
	return row
}
