package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/placement/tariff"
)

// pricesCmd is about prices.
type pricesCmd struct {
	List   pricesListCmd   `cmd:"" help:"List prices with their dates and sources."`
	Check  pricesCheckCmd  `cmd:"" help:"Check lists of prices, and say how many of them are second-hand or assumed."`
	Diff   pricesDiffCmd   `cmd:"" help:"Say in what two lists of prices differ."`
	Import pricesImportCmd `cmd:"" help:"Make a list of prices of price list files of AWS that you have downloaded (offers of EC2, load balancers, data transfer or CloudFront, as JSON or CSV, by region or Local Zone)."`
}

// tariffNamed reads a list of prices; default is that which comes with edgewise.
func tariffNamed(ctx context.Context, s *streams, name string) (*tariff.Tariff, error) {
	if name == tariff.DefaultName {
		return tariff.Default(), nil
	}
	f, err := openInput(ctx, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return tariff.Read(name, f, func(warning string) { fmt.Fprintf(s.err, "edgewise: %s\n", warning) })
}

// pricesListCmd lists prices.
type pricesListCmd struct {
	File     string `arg:"" default:"default" help:"CSV or YAML of prices, or default: those that come with edgewise."`
	Provider string `help:"Only of this provider, for example aws."`
	Item     string `help:"Only of this item, for example egress or instance."`
	Place    string `help:"Only at this site or geography, for example us-west-2-lax-1."`
	Format   string `default:"table" enum:"table,csv,yaml,json" help:"${enum}."`
}

// Run prints the list.
func (c *pricesListCmd) Run(ctx context.Context, s *streams) error {
	t, err := tariffNamed(ctx, s, c.File)
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	if c.Item != "" && !slices.Contains(tariff.Items(), tariff.Item(c.Item)) {
		return &usageError{fmt.Errorf("--item is %q; want one of %v", c.Item, tariff.Items())}
	}
	shown := &tariff.Tariff{Name: t.Name}
	for _, p := range t.Prices {
		if (c.Provider == "" || p.Provider == c.Provider) && (c.Item == "" || p.Item == tariff.Item(c.Item)) && (c.Place == "" || p.Place == c.Place) {
			shown.Prices = append(shown.Prices, p)
		}
	}
	switch c.Format {
	case "csv":
		return shown.Write(s.out)
	case "yaml":
		return shown.WriteYAML(s.out)
	}
	items := make([]priceRow, len(shown.Prices))
	var sources []string
	rows := []table.Row{{"place", "what", "volume", "price", "date", "standing", "source"}}
	for i := range shown.Prices {
		p := &shown.Prices[i]
		items[i] = priceRowOf(p)
		at := slices.Index(sources, p.Source)
		if at < 0 {
			at, sources = len(sources), append(sources, p.Source)
		}
		rows = append(rows, table.Row{p.Place, whatOf(p), volumeOf(p), amountOf(p), p.Date, string(p.Standing), fmt.Sprintf("[%d]", at+1)})
	}
	if err := (listing{items: items, rows: rows}).write(s.out, c.Format); err != nil || c.Format == "json" {
		return err
	}
	for i, source := range sources {
		if _, err := fmt.Fprintf(s.out, "[%d] %s\n", i+1, source); err != nil {
			return err
		}
	}
	return nil
}

// A priceRow is a price as JSON has it.
type priceRow struct {
	Kind     string   `json:"kind"`
	Provider string   `json:"provider"`
	Item     string   `json:"item,omitempty"`
	Name     string   `json:"name,omitempty"`
	Term     string   `json:"term,omitempty"`
	Place    string   `json:"place"`
	From     float64  `json:"from"`
	To       float64  `json:"to,omitempty"`
	Unit     string   `json:"unit,omitempty"`
	Price    *float64 `json:"price"`
	Currency string   `json:"currency"`
	Date     string   `json:"date"`
	Source   string   `json:"source"`
	Standing string   `json:"standing"`
}

func priceRowOf(p *tariff.Price) priceRow {
	row := priceRow{
		Kind: string(p.Kind), Provider: p.Provider, Item: string(p.Item), Name: p.Name, Term: p.Term, Place: p.Place, From: p.From, To: p.To,
		Unit: p.Unit, Currency: p.Currency, Date: p.Date, Source: p.Source, Standing: string(p.Standing),
	}
	if p.Kind == tariff.Used || p.Kind == tariff.Plan || p.Kind == tariff.Commitment {
		row.Price = &p.Amount
	}
	return row
}

func whatOf(p *tariff.Price) string {
	if p.Kind == tariff.Geography {
		return p.Provider + " " + strings.ReplaceAll(p.Name, ";", " ")
	}
	kind := ""
	if p.Kind != tariff.Used {
		kind = string(p.Kind)
	}
	return strings.Join(strings.Fields(strings.Join([]string{p.Provider, kind, string(p.Item), p.Name, p.Term}, " ")), " ")
}

func plainNumber(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func volumeOf(p *tariff.Price) string {
	switch {
	case p.Kind == tariff.Geography:
		return ""
	case p.From == 0 && p.To == 0:
		return "all"
	case p.To == 0:
		return "from " + plainNumber(p.From)
	case p.From == 0:
		return "to " + plainNumber(p.To)
	}
	return plainNumber(p.From) + " to " + plainNumber(p.To)
}

func amountOf(p *tariff.Price) string {
	switch p.Kind {
	case tariff.Free:
		return "free, " + p.Unit
	case tariff.Included:
		return "included, " + p.Unit
	case tariff.Geography:
		return "these countries"
	case tariff.Commitment:
		return plainNumber(100*p.Amount) + " % off"
	}
	return plainNumber(p.Amount) + " " + p.Currency + " / " + p.Unit
}

// pricesCheckCmd checks lists of prices.
type pricesCheckCmd struct {
	Files []string `arg:"" help:"CSV or YAML of prices; several take each other's place in their order, as in a scenario."`
	printFlag
}

// Run says what is right, or everything that is wrong.
func (c *pricesCheckCmd) Run(ctx context.Context, s *streams) error {
	var all []*tariff.Tariff
	var errs []error
	found := make([]checkedPrices, 0, len(c.Files))
	for _, name := range c.Files {
		t, err := tariffNamed(ctx, s, name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		all = append(all, t)
		standing := make(map[tariff.Standing]int)
		first, last := "", ""
		for _, p := range t.Prices {
			standing[p.Standing]++
			if p.Date == tariff.Undated {
				continue
			}
			if first == "" || p.Date < first {
				first = p.Date
			}
			last = max(last, p.Date)
		}
		found = append(found, checkedPrices{
			File: t.Name, Rows: len(t.Prices), From: first, To: last,
			Published: standing[tariff.Published], SecondHand: standing[tariff.SecondHand], Assumed: standing[tariff.Assumed],
		})
	}
	for i, t := range all {
		found[i].Unplaced = unplaced(t, all)
	}
	if err := c.print(s.out, found, func(w io.Writer) (err error) {
		for _, f := range found {
			_, e := fmt.Fprintf(w, "%s: %d %s, from %s to %s: %d published, %d second-hand, %d assumed\n", f.File, f.Rows, words.Plural(f.Rows, "row"), f.From, f.To,
				f.Published, f.SecondHand, f.Assumed)
			err = errors.Join(err, e)
			for _, u := range f.Unplaced {
				_, e := fmt.Fprintf(w, "%s:%d: no site of the catalog is called %s: this prices a site of your own, or nothing (nearest are %s)\n", u.File, u.Line, u.Place,
					strings.Join(u.Nearest, ", "))
				err = errors.Join(err, e)
			}
		}
		return err
	}); err != nil {
		return err
	}
	if len(errs) == 0 {
		_, err := tariff.NewBook(all...)
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	return nil
}

// checkedPrices are what is said of a list.
type checkedPrices struct {
	File       string `json:"file"`
	Rows       int    `json:"rows"`
	From       string `json:"from"`
	To         string `json:"to"`
	Published  int    `json:"published"`
	SecondHand int    `json:"second_hand"`
	Assumed    int    `json:"assumed"`
	// Unplaced are rows whose place the catalog does not have.
	Unplaced []unplacedPrice `json:"unplaced,omitempty"`
}

// pricesDiffCmd compares lists of prices.
type pricesDiffCmd struct {
	Old    string `arg:"" help:"CSV or YAML of prices, or default."`
	New    string `arg:"" help:"Another one."`
	Format string `default:"table" enum:"table,csv,json" help:"${enum}."`
}

// Run prints what differs.
func (c *pricesDiffCmd) Run(ctx context.Context, s *streams) error {
	old, err := tariffNamed(ctx, s, c.Old)
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	other, err := tariffNamed(ctx, s, c.New)
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	changes := tariff.Diff(old, other)
	type changeRow struct {
		Old *priceRow `json:"old"`
		New *priceRow `json:"new"`
	}
	items := make([]changeRow, len(changes))
	rows := []table.Row{{"place", "what", "volume", "old", "new", "change"}}
	for i, change := range changes {
		p, was, is, by := change.New, "", "", ""
		if p == nil {
			p = change.Old
		}
		if change.Old != nil {
			row := priceRowOf(change.Old)
			items[i].Old, was = &row, amountOf(change.Old)
		}
		if change.New != nil {
			row := priceRowOf(change.New)
			items[i].New, is = &row, amountOf(change.New)
		}
		if change.Old != nil && change.New != nil && change.Old.Amount > 0 && change.Old.Unit == change.New.Unit {
			by = words.Signed(100*(change.New.Amount/change.Old.Amount-1), 1) + " %"
		}
		rows = append(rows, table.Row{p.Place, whatOf(p), volumeOf(p), was, is, by})
	}
	if len(changes) == 0 && c.Format == "table" {
		_, err := fmt.Fprintln(s.out, "no difference in prices")
		return err
	}
	return listing{items: items, rows: rows}.write(s.out, c.Format)
}

// pricesImportCmd imports price lists of AWS.
type pricesImportCmd struct {
	Files     []string `arg:"" help:"Price list files of AWS, JSON or CSV, of a region or a Local Zone each."`
	Output    string   `short:"o" default:"-" placeholder:"FILE" help:"File to write: YAML if its name ends with .yaml or .yml, else CSV; standard output, if left out."`
	Instances listFlag `placeholder:"TYPE,..." help:"Types of machines to take, for example c7i.large,m7i.large; all, if left out."`
	printFlag
}

// Run writes what the files say as a list of prices.
func (c *pricesImportCmd) Run(ctx context.Context, s *streams) error {
	if err := checkOutputs([]string{c.Output}, c.Files); err != nil {
		return &usageError{err}
	}
	var all []*tariff.Tariff
	for _, name := range c.Files {
		t, err := c.read(ctx, s, name)
		if err != nil {
			return unlessStopped(ctx, &usageError{err})
		}
		all = append(all, t)
	}
	joined, err := tariff.Join(strings.Join(c.Files, ", "), all...)
	if err != nil {
		return &usageError{err}
	}
	var text bytes.Buffer
	write := joined.Write
	if ext := strings.ToLower(filepath.Ext(c.Output)); ext == ".yaml" || ext == ".yml" {
		write = joined.WriteYAML
	}
	if err := write(&text); err != nil {
		return err
	}
	found := make([]priceRow, len(joined.Prices))
	for i := range joined.Prices {
		found[i] = priceRowOf(&joined.Prices[i])
	}
	return c.write(c.Output, s.out, text.Bytes(), found)
}

func (c *pricesImportCmd) read(ctx context.Context, s *streams, name string) (*tariff.Tariff, error) {
	f, err := openInput(ctx, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return tariff.ReadOffer(name, io.Reader(f), tariff.ImportOptions{Instances: c.Instances, Skipped: func(skipped, taken int) {
		fmt.Fprintf(s.err, "edgewise: %s: %s %s taken; %s %s of the file are no item of a bill\n", name,
			humanize.Comma(int64(taken)), words.Plural(taken, "price"), humanize.Comma(int64(skipped)), words.Plural(skipped, "product"))
	}, Unplaced: func(products int) {
		fmt.Fprintf(s.err, "edgewise: %s: of these %s would be, but the file has no region code for them; a file that is newer has\n", name, humanize.Comma(int64(products)))
	}})
}
