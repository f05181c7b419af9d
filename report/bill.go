package report

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/stats"
)

// hasBill reports whether placements are billed.
func hasBill(c *edgewise.Comparison) bool {
	return slices.ContainsFunc(c.Placements, func(p edgewise.PlacementResult) bool { return p.Bill != nil })
}

// bills writes what the placements cost in a month: the whole and its parts, how to pay, what has no price, and where prices are
// from.
func (p *paper) bills(c *edgewise.Comparison, shown map[string]bool) {
	if !hasBill(c) {
		return
	}
	var of []*edgewise.PlacementResult
	for i := range c.Placements {
		if c.Placements[i].Bill != nil && (len(shown) == 0 || shown[c.Placements[i].Name]) {
			of = append(of, &c.Placements[i])
		}
	}
	first := of[0].Bill
	p.billTable(of, fmt.Sprintf("bill, %s a month", first.Currency), edgewise.BillTotal, edgewise.BillByItem)
	if len(c.Placements) > 1 {
		p.billTable(of, fmt.Sprintf("what it buys, %s a month", first.Currency), edgewise.BillPerPoint, edgewise.BillPerSite)
		p.billTable(of, fmt.Sprintf("what one site costs more, %s a month", first.Currency), edgewise.BillMarginal)
	}
	p.billTable(of, fmt.Sprintf("bill by site, %s a month", first.Currency), edgewise.BillBySite)
	p.prose(billNotes(of))
	p.gap()
	if ways := waysToPay(of); len(ways) > 0 {
		p.heading("How to pay for the network")
		p.items(ways)
		p.gap()
	}
	if gaps := billGaps(of); len(gaps) > 0 {
		p.heading("Not in the bill, for its price is missing")
		p.items(gaps)
		p.gap()
	}
	p.heading("Prices, with their dates")
	p.items(billSources(of))
	p.gap()
	p.heading("Assumed in the bill")
	p.items(first.Assumed)
	p.gap()
}

// billNotes explains the tables of money.
func billNotes(of []*edgewise.PlacementResult) string {
	s := fmt.Sprintf("Prices: %s.", strings.Join(of[0].Bill.Tariffs, ", "))
	if slices.ContainsFunc(of, func(r *edgewise.PlacementResult) bool { return hasMetric(r.Bill, edgewise.BillPerPoint) }) {
		s += " Per point: what the bill is more than the baseline's, by percentage points of users within the deadline more; below 0 more users are served in time for less money."
	}
	for _, p := range of {
		if len(p.Bill.Gaps) > 0 {
			return s + " A + behind a placement: something has no price, see below; it costs more than the table says."
		}
	}
	return s
}

func hasMetric(b *edgewise.Bill, metric string) bool {
	return slices.ContainsFunc(b.Figures, func(f edgewise.Figure) bool { return f.Metric == metric && f.HasValue() })
}

// billTable writes a table of some figures of bills, a row a placement; nothing where there are none.
func (p *paper) billTable(of []*edgewise.PlacementResult, title string, metrics ...string) {
	t := &grid{title: title, columns: []string{"placement"}, first: placementColumn}
	var labels []edgewise.Label
	for _, metric := range metrics {
		for _, r := range of {
			for _, f := range r.Bill.Figures {
				known := slices.ContainsFunc(labels, func(l edgewise.Label) bool { return l.Metric == f.Metric && l.Statistic == f.Statistic })
				if f.Metric == metric && !known {
					labels = append(labels, f.Label)
					t.columns = append(t.columns, billColumn(&f.Label))
				}
			}
		}
	}
	if len(labels) == 0 {
		return
	}
	if left := len(labels) - mostSitesBilled; metrics[0] == edgewise.BillBySite && left > 0 {
		money := func(l edgewise.Label) (most float64) {
			for _, r := range of {
				f, _ := r.Bill.Figures.Find(l.Metric, l.Statistic)
				most = max(most, f.Value)
			}
			return most
		}
		slices.SortStableFunc(labels, func(x, y edgewise.Label) int { return cmp.Compare(money(y), money(x)) })
		labels, t.columns = labels[:mostSitesBilled], t.columns[:1]
		for i := range labels {
			t.columns = append(t.columns, billColumn(&labels[i]))
		}
		t.notes = append(t.notes, fmt.Sprintf("The %d sites that cost most; %s in bill.csv.", mostSitesBilled, countOf(left, "other is", "others are")))
	}
	for _, r := range of {
		name := r.Name
		if len(r.Bill.Gaps) > 0 {
			name += " +"
		}
		row := []string{name}
		for _, l := range labels {
			cell := ""
			if f, ok := r.Bill.Figures.Find(l.Metric, l.Statistic); ok {
				cell = t.cell(billColumn(&l), r.Name, f, 1)
			}
			row = append(row, cell)
		}
		t.rows = append(t.rows, row)
	}
	p.grid(t)
}

// mostSitesBilled is how many sites the table by site has.
const mostSitesBilled = 5

func billColumn(l *edgewise.Label) string {
	switch l.Metric {
	case edgewise.BillPerPoint:
		return "per point of " + l.Statistic
	case edgewise.BillPerSite:
		return "per added site"
	}
	return l.Statistic
}

// waysToPay says of each placement how its network is best paid, alike ones together.
func waysToPay(of []*edgewise.PlacementResult) []string {
	return together(of, func(b *edgewise.Bill) []string {
		if b.Cheaper == "" {
			return nil
		}
		return []string{b.Cheaper}
	})
}

func billGaps(of []*edgewise.PlacementResult) []string {
	return together(of, func(b *edgewise.Bill) []string { return gapsBySite(b.Gaps) })
}

// gapsBySite makes one sentence of gaps that differ in their site alone: "egress at a, b and 3 more sites: no price". bill.csv has each.
func gapsBySite(gaps []string) (all []string) {
	const named = 3
	type group struct {
		item, why string
		sites     []string
	}
	var groups []group
	for _, gap := range gaps {
		where, why, _ := strings.Cut(gap, ": ")
		item, site, ok := strings.Cut(where, " at ")
		if !ok {
			groups = append(groups, group{item: gap})
			continue
		}
		at := slices.IndexFunc(groups, func(g group) bool { return g.item == item && g.why == why && g.sites != nil })
		if at < 0 {
			at, groups = len(groups), append(groups, group{item: item, why: why})
		}
		groups[at].sites = append(groups[at].sites, site)
	}
	for _, g := range groups {
		switch left := len(g.sites) - named; {
		case g.sites == nil:
			all = append(all, g.item)
		case left <= 1:
			all = append(all, g.item+" at "+strings.Join(g.sites, ", ")+": "+g.why)
		default:
			all = append(all, fmt.Sprintf("%s at %s and %d more sites: %s", g.item, strings.Join(g.sites[:named], ", "), left, g.why))
		}
	}
	return all
}

func billSources(of []*edgewise.PlacementResult) (all []string) {
	for _, r := range of {
		all = append(all, r.Bill.Sources...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// together returns sentences, each once with the placements that it is of.
func together(of []*edgewise.PlacementResult, say func(*edgewise.Bill) []string) (all []string) {
	var sentences []string
	names := make(map[string][]string)
	for _, r := range of {
		for _, s := range say(r.Bill) {
			if names[s] == nil {
				sentences = append(sentences, s)
			}
			names[s] = append(names[s], r.Name)
		}
	}
	for _, s := range sentences {
		if len(names[s]) < len(of) {
			who := names[s]
			if more := len(who) - 4; more > 1 {
				who = append(slices.Clip(who[:4]), fmt.Sprintf("%d more placements", more))
			}
			s = strings.Join(who, ", ") + ": " + s
		}
		all = append(all, s)
	}
	return all
}

var billHeader = []string{
	"row", "placement", "placement_number", "metric", "statistic", "item", "name", "site", "to", "quantity", "quantity_unit", "currency",
	"value", "low", "high", "n", "difference", "difference_low", "difference_high", "text",
}

// WriteBillCSV writes the bills: by the column row a "figure" (metric and statistic), a "line" (item and site, with how much of
// it is used), a "gap" (text says what has no price), an "offer" (a way to pay; text says what it lacks), a "source", or what is
// "assumed". Money is by the month. There is no row for what has no price but its gap.
func WriteBillCSV(w io.Writer, c *edgewise.Comparison) error {
	out := csv.NewWriter(w)
	_ = out.Write(billHeader) // csv.Writer keeps its first error
	for i := range c.Placements {
		if b := c.Placements[i].Bill; b != nil {
			writeBill(out, c.Placements[i].Name, i, b)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write bills as CSV: %w", err)
	}
	return nil
}

func writeBill(out *csv.Writer, placement string, number int, b *edgewise.Bill) {
	write := func(kind string, fields map[string]string, f *edgewise.Figure) {
		fields["row"], fields["placement"], fields["placement_number"], fields["currency"] = kind, placement, strconv.Itoa(number), b.Currency
		if f != nil {
			difference := stats.Estimate{}
			if f.Difference != nil {
				difference = *f.Difference
			}
			for k, text := range append(numbers(f.Estimate), numbers(difference)...) {
				fields[[]string{"value", "low", "high", "difference", "difference_low", "difference_high"}[k]] = text
			}
			fields["n"] = strconv.Itoa(f.N)
			if f.Unsupported != "" {
				fields["text"] = f.Unsupported
			}
		}
		row := make([]string, len(billHeader))
		for k, column := range billHeader {
			row[k] = fields[column]
			if !slices.Contains([]string{"value", "low", "high", "difference", "difference_low", "difference_high"}, column) {
				row[k] = words.Cell(row[k])
			}
		}
		_ = out.Write(row)
	}
	for i := range b.Figures {
		f := &b.Figures[i]
		write("figure", map[string]string{"metric": f.Metric, "statistic": f.Statistic}, f)
	}
	for i := range b.Lines {
		l := &b.Lines[i]
		write("line", map[string]string{"item": string(l.Item), "name": l.Name, "site": l.Site, "to": l.To, "quantity": exact(l.Quantity), "quantity_unit": l.Unit}, &l.Money)
	}
	for _, o := range b.Offers {
		text := o.Lacks
		if o.Taken {
			text = strings.TrimSpace("taken " + text)
		}
		write("offer", map[string]string{"name": o.Name, "value": exact(o.Money), "text": text}, nil)
	}
	for _, of := range []struct {
		kind  string
		texts []string
	}{{"gap", b.Gaps}, {"source", b.Sources}, {"assumed", b.Assumed}} {
		for _, text := range of.texts {
			write(of.kind, map[string]string{"text": text}, nil)
		}
	}
}
