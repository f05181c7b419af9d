package tariff

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"sync"

	_ "embed"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/text"
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

// mostBad is how many rows that are wrong are named.
const mostBad = 10

// Read reads a tariff, as CSV or as YAML, which is told by how the file begins. See docs/prices.md for both. The error names, line by
// line, what is wrong: a negative price, an unknown unit, bands that overlap, a row that stands there twice, a second currency. file
// is the name for errors; warn hears of columns that nobody reads.
func Read(file string, r io.Reader, warn text.Warn) (*Tariff, error) {
	plain := text.NewReader(text.Limit(r, text.MaxTableBytes))
	start, _ := plain.Peek(startBytes)
	read := readCSV
	if isYAML(start) {
		read = readYAML
	}
	t, err := read(file, plain, warn)
	if err != nil {
		return nil, err
	}
	if errs := t.clashes(mostBad); len(errs) > 0 {
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
			errs = append(errs, fmt.Errorf("%s: currency: value %q: want %s, as in line %d: a tariff has one currency", at, p.Currency, first.Currency, first.Line))
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
