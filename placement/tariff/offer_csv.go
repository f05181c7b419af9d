package tariff

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// csv reads an offer file as CSV: some rows of a name and a value, then a header, then a price a row with its product.
func (in *importer) csv(r *bufio.Reader) error {
	rows := csv.NewReader(&bounded{r: r, most: maxValueBytes})
	rows.FieldsPerRecord, rows.ReuseRecord, rows.LazyQuotes = -1, true, true
	column := make(map[string]int)
	for {
		row, err := rows.Read()
		line, _ := rows.FieldPos(0)
		where := fmt.Sprintf("%s:%d", in.file, line)
		switch {
		case errors.Is(err, io.EOF):
			if len(column) == 0 {
				return fmt.Errorf("%s:1: no row with the columns SKU, TermType, PricePerUnit: want a price list of AWS", in.file)
			}
			return nil
		case err != nil:
			return fmt.Errorf("%s: %w", in.file, err)
		case len(column) == 0 && row[0] != "SKU":
			if line > 20 {
				return fmt.Errorf("%s:%d: no row with the columns SKU, TermType, PricePerUnit: want a price list of AWS", in.file, line)
			}
			if len(row) > 1 {
				in.head(row[0], row[1])
			}
			continue
		case len(column) == 0:
			for i, name := range row {
				column[strings.Clone(name)] = i
			}
			for _, name := range []string{"SKU", "TermType", "Unit", "PricePerUnit", "Currency", "Product Family"} {
				if _, ok := column[name]; !ok {
					return fmt.Errorf("%s: column %s is missing", where, text.Quote(name))
				}
			}
			continue
		case len(row) < len(column):
			return fmt.Errorf("%s: %d fields: want %d, as many as the header has", where, len(row), len(column))
		}
		get := func(name string) string {
			if i, ok := column[name]; ok {
				return row[i]
			}
			return ""
		}
		sku := get("SKU")
		if _, known := in.products[sku]; !known {
			var a attributes
			for _, name := range csvAttributes {
				a.set(name, get(name))
			}
			a.family, a.service = strings.Clone(get("Product Family")), strings.Clone(get("serviceCode"))
			if err := in.keep(strings.Clone(sku), &a); err != nil {
				return err
			}
			if _, known := in.products[sku]; !known {
				continue
			}
		}
		d := dimension{
			sku: sku, term: get("TermType"), lease: get("LeaseContractLength"), option: get("PurchaseOption"), class: get("OfferingClass"),
			unit: get("Unit"), begin: get("StartingRange"), end: get("EndingRange"), currency: strings.Clone(get("Currency")), amount: get("PricePerUnit"),
			effective: strings.Clone(get("EffectiveDate")),
		}
		d.lease = strings.Clone(d.lease)
		if err := in.price(where, &d); err != nil {
			return err
		}
	}
}

// csvAttributes are the columns that tell what a product is; those that are named otherwise are read beside.
var csvAttributes = []string{
	"Instance Type", "Operating System", "Tenancy", "License Model", "Pre Installed S/W", "CapacityStatus", "operation", "usageType",
	"Transfer Type", "From Location", "To Location", "Region Code", "Location", "From Region Code", "To Region Code",
}

// head notes what a file says of itself.
func (in *importer) head(name, value string) {
	switch name {
	case "Publication Date", "publicationDate":
		in.date = strings.Clone(value)
	case "Version", "version":
		in.version = strings.Clone(text.Cut(value))
	}
}

// bounded is a reader that refuses a line that never ends.
type bounded struct {
	r          *bufio.Reader
	most, line int
}

// Read implements [io.Reader].
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	for _, c := range p[:n] {
		if b.line++; c == '\n' {
			b.line = 0
		}
		if b.line > b.most {
			return 0, fmt.Errorf("a line has more than %d bytes", b.most)
		}
	}
	return n, err
}
