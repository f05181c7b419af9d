package report

import (
	"github.com/edgewise-sim/edgewise"
)

// A pageBill is what the placements cost in a month; lists are by placement.
type pageBill struct {
	Currency string `json:"currency"`
	// Total is the whole, More what of it is beyond the baseline's; Items are its parts by item, Sites those by site.
	Total []roughEstimate `json:"total"`
	More  []roughEstimate `json:"more"`
	Items []pageBillPart  `json:"items"`
	Sites []pageBillPart  `json:"sites"`
	// Points are what a point of users within a deadline costs more.
	Points []pageBillPart `json:"points"`
}

// A pageBillPart is a part of the bills.
type pageBillPart struct {
	Name   string          `json:"name"`
	Values []roughEstimate `json:"v"`
}

// newPageBill returns the bills, nil where there are none.
func newPageBill(c *edgewise.Comparison) *pageBill {
	if !hasBill(c) {
		return nil
	}
	n := len(c.Placements)
	b := &pageBill{
		Total: make([]roughEstimate, n), More: make([]roughEstimate, n),
		Items: []pageBillPart{}, Sites: []pageBillPart{}, Points: []pageBillPart{},
	}
	add := func(parts *[]pageBillPart, placement int, f *edgewise.Figure) {
		for i := range *parts {
			if (*parts)[i].Name == f.Statistic {
				(*parts)[i].Values[placement] = roughly(f.Estimate, 1)
				return
			}
		}
		part := pageBillPart{Name: f.Statistic, Values: make([]roughEstimate, n)}
		part.Values[placement] = roughly(f.Estimate, 1)
		*parts = append(*parts, part)
	}
	for i := range c.Placements {
		bill := c.Placements[i].Bill
		if bill == nil {
			continue
		}
		b.Currency = bill.Currency
		for k := range bill.Figures {
			f := &bill.Figures[k]
			switch f.Metric {
			case edgewise.BillTotal:
				b.Total[i], b.More[i] = roughly(f.Estimate, 1), roughlyIf(f.Difference, 1)
			case edgewise.BillByItem:
				add(&b.Items, i, f)
			case edgewise.BillBySite:
				add(&b.Sites, i, f)
			case edgewise.BillPerPoint:
				add(&b.Points, i, f)
			}
		}
	}
	return b
}
