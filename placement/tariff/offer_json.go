package tariff

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
)

// json reads an offer file as JSON: products by SKU, and then terms, each of which has the price dimensions of an offer. It
// goes through the file token by token.
func (in *importer) json(r *bufio.Reader) error {
	d := json.NewDecoder(&boundedValue{r: r})
	p := &jsonOffer{in: in, Decoder: d}
	err := p.object(func(key string) error {
		switch key {
		case "publicationDate", "version":
			var s string
			if err := d.Decode(&s); err != nil {
				return err
			}
			in.head(key, s)
			return nil
		case "products":
			return p.object(p.product)
		case "terms":
			if len(in.products) == 0 && in.skipped == 0 {
				return fmt.Errorf("terms stand before products")
			}
			return p.object(func(term string) error {
				return p.object(func(sku string) error {
					if _, ok := in.products[sku]; !ok {
						return p.skip()
					}
					return p.object(func(string) error { return p.offer(sku, term) })
				})
			})
		}
		return p.skip()
	})
	if err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("%s: at byte %d: %w", in.file, d.InputOffset(), err)
	}
	if len(in.products) == 0 && in.skipped == 0 {
		return fmt.Errorf("%s: no products: want a price list of AWS", in.file)
	}
	return nil
}

// A jsonOffer goes through a file.
type jsonOffer struct {
	in *importer
	*json.Decoder
}

// object reads an object, key by key.
func (p *jsonOffer) object(each func(key string) error) error {
	token, err := p.Token()
	if err != nil {
		return err
	}
	if token != json.Delim('{') {
		return fmt.Errorf("%v stands where an object is wanted", token)
	}
	for p.More() {
		key, err := p.Token()
		if err != nil {
			return err
		}
		name, ok := key.(string)
		if !ok {
			return fmt.Errorf("%v stands where a key is wanted", key)
		}
		if err := each(name); err != nil {
			return err
		}
	}
	_, err = p.Token()
	return err
}

// skip passes by a value without keeping it.
func (p *jsonOffer) skip() error {
	depth := 0
	for {
		token, err := p.Token()
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

// product reads a product.
func (p *jsonOffer) product(sku string) error {
	var one struct {
		ProductFamily string            `json:"productFamily"`
		Attributes    map[string]string `json:"attributes"`
	}
	if err := p.Decode(&one); err != nil {
		return err
	}
	if len(one.Attributes) > maxAttributes {
		return fmt.Errorf("product %.20q has %d attributes; want %d at most", sku, len(one.Attributes), maxAttributes)
	}
	var a attributes
	for name, value := range one.Attributes {
		a.set(name, value)
	}
	a.family = one.ProductFamily
	return p.in.keep(sku, &a)
}

// offer reads an offer of a product.
func (p *jsonOffer) offer(sku, term string) error {
	var one struct {
		EffectiveDate   string `json:"effectiveDate"`
		PriceDimensions map[string]struct {
			Unit         string            `json:"unit"`
			BeginRange   string            `json:"beginRange"`
			EndRange     string            `json:"endRange"`
			PricePerUnit map[string]string `json:"pricePerUnit"`
		} `json:"priceDimensions"`
		TermAttributes struct{ LeaseContractLength, PurchaseOption, OfferingClass string } `json:"termAttributes"`
	}
	if err := p.Decode(&one); err != nil {
		return err
	}
	for _, of := range one.PriceDimensions {
		for currency, amount := range of.PricePerUnit {
			err := p.in.price(p.in.file, &dimension{
				sku: sku, term: term, lease: one.TermAttributes.LeaseContractLength, option: one.TermAttributes.PurchaseOption, class: one.TermAttributes.OfferingClass,
				unit: of.Unit, begin: of.BeginRange, end: of.EndRange, currency: currency, amount: amount, effective: one.EffectiveDate,
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// boundedValue is a reader of JSON that refuses a text that never ends: nothing else makes the decoder keep much.
type boundedValue struct {
	r      *bufio.Reader
	text   int // bytes of the text being read, 0 outside of one
	escape bool
}

// Read implements [io.Reader].
func (b *boundedValue) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	for _, c := range p[:n] {
		switch {
		case b.text == 0:
			if c == '"' {
				b.text = 1
			}
		case b.escape:
			b.escape = false
		case c == '\\':
			b.escape = true
		case c == '"':
			b.text = 0
		default:
			if b.text++; b.text > maxValueBytes {
				return 0, fmt.Errorf("a text has more than %d bytes", maxValueBytes)
			}
		}
	}
	return n, err
}
