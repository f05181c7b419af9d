package tariff

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// ImportOptions say what of an offer file is wanted.
type ImportOptions struct {
	// Instances are the types of machines to take, for example "c7i.large"; none stand for all.
	Instances []string
	// Skipped, if set, hears how many products the file has that are no item of a tariff, and how many prices were taken.
	Skipped func(skipped, taken int)
	// Unplaced, if set, hears how many of those that were skipped would be items, if the file said by its code in which region they are. It is
	// not called where there are none.
	Unplaced func(products int)
}

// Bounds of offer files: nothing that a file says makes an import take more memory.
const (
	maxProducts   = 1_000_000
	maxAttributes = 1_000
	maxValueBytes = 1 << 20
)

// ReadOffer reads a price list file of Amazon Web Services, as JSON or CSV: the offer of EC2, of load balancers, of data transfer
// or of CloudFront, of a region, of a Local Zone, or of all. It takes the items of a tariff (shared machines with Linux, on demand
// and reserved without a payment ahead; load balancers; data out, between regions and of Local Zones; what CloudFront serves) and
// leaves the rest. Files of gigabytes are read as a stream; of each product a few words are kept. file is the name for errors.
func ReadOffer(file string, r io.Reader, o ImportOptions) (*Tariff, error) {
	plain := bufio.NewReaderSize(r, 1<<16)
	start, err := plain.Peek(1)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, text.InFile(file, err)
	}
	in := &importer{file: file, options: o, products: make(map[string]product), seen: make(map[string]bool)}
	switch {
	case len(start) == 0:
		return nil, fmt.Errorf("%s:1: empty file: want a price list of AWS, as JSON or CSV", file)
	case start[0] == '{':
		err = in.json(plain)
	default:
		err = in.csv(plain)
	}
	if err != nil {
		return nil, err
	}
	return in.tariff()
}

// An importer makes a tariff of an offer file.
type importer struct {
	file     string
	options  ImportOptions
	date     string // of publication
	version  string
	products map[string]product // by SKU, those that are items
	prices   []Price
	skipped  int
	unplaced int
	seen     map[string]bool
}

// A product is what a SKU is as an item.
type product struct {
	item        Item
	name, place string
}

// attributes are those of a product that tell what it is.
type attributes struct {
	family, service, instance, system, tenancy, license, preinstalled, capacity, operation string
	usage, transfer, from, to, region, location, fromRegion, toRegion                      string
}

// set sets an attribute by its name in JSON, which differs from that in CSV by spaces and capitals.
func (a *attributes) set(name, value string) {
	to := map[string]*string{
		"productfamily": &a.family, "servicecode": &a.service, "instancetype": &a.instance, "operatingsystem": &a.system, "tenancy": &a.tenancy,
		"licensemodel": &a.license, "preinstalledsw": &a.preinstalled, "capacitystatus": &a.capacity, "operation": &a.operation, "usagetype": &a.usage,
		"transfertype": &a.transfer, "fromlocation": &a.from, "tolocation": &a.to, "regioncode": &a.region, "location": &a.location,
		"fromregioncode": &a.fromRegion, "toregioncode": &a.toRegion,
	}[strings.ToLower(strings.ReplaceAll(name, " ", ""))]
	if to != nil {
		*to = strings.Clone(value)
	}
}

// cloudFrontPlaces are the names that CloudFront's offer has for the geographies of the default tariff.
var cloudFrontPlaces = map[string]string{
	"United States": "us-mx-ca", "Europe": "europe-il-tr", "Europe & Israel": "europe-il-tr", "South Africa": "south-africa-kenya-nigeria-middle-east",
	"Middle East": "south-africa-kenya-nigeria-middle-east", "South America": "south-america", "Japan": "japan",
	"Australia": "australia-new-zealand", "Asia Pacific": "hk-id-ph-sg-kr-tw-th-my-vn", "India": "india",
}

// product returns what the attributes are as an item; ok is false for what a tariff has not.
func (a *attributes) product(o *ImportOptions) (p product, ok bool) {
	zone := a.region
	switch {
	case strings.HasPrefix(a.family, "Compute Instance"):
		ok = a.instance != "" && zone != "" && a.system == "Linux" && a.tenancy == "Shared" && (a.preinstalled == "" || a.preinstalled == "NA") &&
			(a.capacity == "" || a.capacity == "Used") && (len(o.Instances) == 0 || slices.Contains(o.Instances, a.instance)) &&
			(strings.Contains(a.usage, "BoxUsage") || a.usage == "")
		return product{Instance, a.instance, zone}, ok
	case a.family == "Load Balancer-Application" && strings.HasSuffix(a.usage, "LoadBalancerUsage"):
		return product{LoadBalancer, "", zone}, zone != ""
	case a.family == "Load Balancer-Application" && strings.HasSuffix(a.usage, "LCUUsage") && !strings.Contains(a.usage, "Reserved"):
		return product{LoadBalancerUse, "", zone}, zone != ""
	case a.family != "Data Transfer" && a.family != "Request":
		return product{}, false
	case a.service == "AmazonCloudFront":
		at := cloudFrontPlaces[cmp.Or(a.from, a.location)]
		switch {
		case a.family == "Data Transfer" && a.transfer == "CloudFront Outbound" && strings.HasSuffix(a.usage, "DataTransfer-Out-Bytes"):
			return product{CDNEgress, "", at}, at != ""
		case a.family == "Request" && strings.HasSuffix(a.usage, "Requests-Tier2-HTTPS"):
			return product{CDNRequests, "", at}, at != ""
		case a.family == "Request" && strings.HasSuffix(a.usage, "OriginShield"):
			return product{ShieldRequests, "", at}, at != ""
		}
		return product{}, false
	case a.transfer == "AWS Outbound" && a.to == "External":
		at := cmp.Or(a.fromRegion, zone)
		return product{Egress, "", at}, at != ""
	case a.transfer == "InterRegion Outbound" && a.fromRegion != "" && a.toRegion != "":
		switch {
		case strings.HasPrefix(a.fromRegion, a.toRegion+"-"):
			return product{ZoneParent, "", a.fromRegion}, true
		case strings.HasPrefix(a.toRegion, a.fromRegion+"-"):
			return product{}, false // the same, the other way
		}
		return product{InterRegion, "", a.fromRegion + " > " + a.toRegion}, true
	}
	return product{}, false
}

// keep notes a product that is an item.
func (in *importer) keep(sku string, a *attributes) error {
	p, ok := a.product(&in.options)
	if !ok {
		in.skipped++
		if a.region == "" && a.fromRegion == "" {
			placed := *a
			placed.region, placed.fromRegion, placed.toRegion = "here", "here", "there"
			if _, would := placed.product(&in.options); would {
				in.unplaced++
			}
		}
		return nil
	}
	if in.products[sku] = p; len(in.products) > maxProducts {
		return fmt.Errorf("%s: more than %d products; want a file of one region, or the types of machines that matter", in.file, maxProducts)
	}
	return nil
}

// A dimension is one price of a product, as the file has it.
type dimension struct {
	sku, term, lease, option, class string
	unit, begin, end, currency      string
	amount, effective               string
}

// offerUnits are the units of offer files, and what they are in a tariff.
var offerUnits = map[Item]map[string]string{
	Instance: {"Hrs": "hour", "Hours": "hour"}, LoadBalancer: {"Hrs": "hour", "Hours": "hour"}, LoadBalancerUse: {"LCU-Hrs": "LCU-hour", "LCU-Hours": "LCU-hour"},
	Egress: {"GB": "GB"}, InterRegion: {"GB": "GB"}, ZoneParent: {"GB": "GB"}, CDNEgress: {"GB": "GB"}, CDNRequests: {"Requests": "request"}, ShieldRequests: {"Requests": "request"},
}

// price adds a price of a product that is an item. where is what an error names.
func (in *importer) price(where string, d *dimension) error {
	of, ok := in.products[d.sku]
	if !ok {
		return nil
	}
	p := Price{Kind: Used, Provider: "aws", Item: of.item, Name: of.name, Place: of.place, Currency: d.currency, Standing: Published}
	switch d.term {
	case "OnDemand":
	case "Reserved":
		if of.item != Instance || d.option != "No Upfront" || d.class != "standard" || d.lease == "" {
			return nil
		}
		p.Term = "reserved " + d.lease
	default:
		return nil
	}
	wrong := func(column, value, want string) error {
		return fmt.Errorf("%s: %s of %s: value %s: want %s", where, column, text.Quote(d.sku), text.Quote(value), want)
	}
	if p.Unit, ok = offerUnits[of.item][d.unit]; !ok {
		return wrong("unit", d.unit, "a unit of "+string(of.item))
	}
	var err error
	if p.Amount, err = strconv.ParseFloat(d.amount, 64); err != nil || !finite(p.Amount) {
		return wrong("price", d.amount, "a number, 0 or more")
	}
	if p.From, err = bound(d.begin); err != nil {
		return wrong("starting range", d.begin, "a number, 0 or more")
	}
	if p.To, err = bound(d.end); err != nil {
		return wrong("ending range", d.end, "a number, 0 or more, or Inf")
	}
	p.Date, _, _ = strings.Cut(cmp.Or(d.effective, in.date), "T")
	p.Source = strings.TrimSpace("AWS price list " + in.version)
	if err := p.Validate(); err != nil {
		return fmt.Errorf("%s: %s: %w", where, text.Quote(d.sku), err)
	}
	if in.prices = append(in.prices, p); len(in.prices) > maxPrices {
		return fmt.Errorf("%s: more than %d prices", in.file, maxPrices)
	}
	return nil
}

// bound reads an end of a range of volumes: 0 where there is none.
func bound(s string) (float64, error) {
	if s == "" || strings.EqualFold(s, "inf") {
		return 0, nil
	}
	x, err := strconv.ParseFloat(s, 64)
	if err == nil && !finite(x) || math.IsNaN(x) {
		err = strconv.ErrRange
	}
	return x, err
}

// tariff returns what has been read, sorted, once each.
func (in *importer) tariff() (*Tariff, error) {
	slices.SortFunc(in.prices, func(x, y Price) int {
		return cmp.Or(cmp.Compare(order(x.Item), order(y.Item)), cmp.Compare(x.Place, y.Place), cmp.Compare(x.Name, y.Name), cmp.Compare(x.Term, y.Term), cmp.Compare(x.From, y.From), cmp.Compare(y.Amount, x.Amount))
	})
	// Several operations of the same machine have the same price.
	in.prices = slices.CompactFunc(in.prices, func(x, y Price) bool {
		return x.key() == y.key() && x.From == y.From && x.To == y.To && x.Amount == y.Amount && x.Currency == y.Currency
	})
	if in.options.Skipped != nil {
		in.options.Skipped(in.skipped, len(in.prices))
	}
	if in.options.Unplaced != nil && in.unplaced > 0 {
		in.options.Unplaced(in.unplaced)
	}
	t := &Tariff{Name: in.file, Prices: in.prices}
	for i := range t.Prices {
		t.Prices[i].Line = i + 2 // as it will be written
	}
	if err := t.Validate(); err != nil {
		return nil, err
	}
	return t, nil
}

// Join returns several tariffs as one, of which each says another thing: what stands in two is an error.
func Join(name string, tariffs ...*Tariff) (*Tariff, error) {
	joined := &Tariff{Name: name}
	for _, t := range tariffs {
		joined.Prices = append(joined.Prices, t.Prices...)
	}
	for i := range joined.Prices {
		joined.Prices[i].Line = i + 2
	}
	if err := joined.Validate(); err != nil {
		return nil, err
	}
	return joined, nil
}
