package tariff

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// A Line is what one item costs at one site in a month.
type Line struct {
	Item Item `json:"item"`
	// Name is the type of an instance or the name of a plan.
	Name string `json:"name,omitempty"`
	// Site is the id of a site; "world" for what is of no site. To is where data goes that leaves for another region.
	Site string `json:"site"`
	To   string `json:"to,omitempty"`
	// Quantity is how much, in Unit; what is free is in it.
	Quantity float64 `json:"quantity"`
	Unit     string  `json:"unit"`
	// Money is what it costs, in the bill's currency.
	Money float64 `json:"money"`
}

// A Gap is something that is used and has no price: the bill is higher than it says.
type Gap struct {
	Item     Item    `json:"item"`
	Name     string  `json:"name,omitempty"`
	Site     string  `json:"site"`
	Quantity float64 `json:"quantity,omitempty"`
	Unit     string  `json:"unit,omitempty"`
	Why      string  `json:"why"`
}

// String returns the gap in words, for example "egress at us-west-2-lax-1: no price of aws (1200 GB)".
func (g Gap) String() string {
	s := g.Reason()
	if g.Quantity > 0 {
		s += fmt.Sprintf(" (%.4g %s)", g.Quantity, g.Unit)
	}
	return s
}

// Reason returns the gap in words, without how much of it there is: what several placements lack is the same then.
func (g Gap) Reason() string {
	return fmt.Sprintf("%s at %s: %s", strings.TrimSpace(string(g.Item)+" "+g.Name), g.Site, g.Why)
}

// An Offer is one way to pay for a content delivery network.
type Offer struct {
	// Name is that of a plan, or [PayAsYouGo].
	Name string `json:"name"`
	// Money is what it costs in a month.
	Money float64 `json:"money"`
	// Lacks says what of the usage the plan does not allow, or what of it has no price; empty where it covers all.
	Lacks string `json:"lacks,omitempty"`
	// Taken says that the bill is by it.
	Taken bool `json:"taken,omitempty"`
}

// A Bill is what a placement costs in a month.
type Bill struct {
	Currency string
	// Lines are by item and site, in the order of the items.
	Lines []Line
	// Gaps are what is used and has no price.
	Gaps []Gap
	// Offers are the ways to pay for the content delivery network, the first by use; empty where there is none.
	Offers []Offer
	// Sources say where the prices are from, with their dates.
	Sources []string
}

// Total returns the sum of the lines.
func (b *Bill) Total() float64 {
	sum := 0.0
	for i := range b.Lines {
		sum += b.Lines[i].Money
	}
	return sum
}

// Bill returns what a usage costs in a month. Volumes count by price: what is used at several sites with the price of one
// geography is one volume. What is free is taken off in proportion to what is used where.
func (b *Book) Bill(u Usage, o Options) Bill {
	bill := Bill{Currency: b.Currency}
	gap := func(g Gap) {
		if !slices.Contains(bill.Gaps, g) {
			bill.Gaps = append(bill.Gaps, g)
		}
	}
	uses := u.uses(&o, gap)
	b.commit(uses, o.Term)
	slices.SortStableFunc(uses, func(x, y use) int { return cmp.Compare(order(x.item), order(y.item)) })
	used := make(map[*Price]bool)
	priced := b.price(uses, used, gap)
	bill.choose(b, uses, priced, &o, used)
	for i := range uses {
		if priced[i].hasPrice && !priced[i].covered {
			bill.Lines = append(bill.Lines, uses[i].line(priced[i].money))
		}
	}
	slices.SortStableFunc(bill.Lines, func(x, y Line) int { return cmp.Compare(order(x.Item), order(y.Item)) })
	bill.Sources = sourcesOf(used)
	return bill
}

// commit puts a commitment on all that it is for, besides machines.
func (b *Book) commit(uses []use, term string) {
	for i := range uses {
		u := &uses[i]
		if _, ok := b.commitments[key{provider: u.place.Provider, item: string(u.item), term: term}]; ok && term != "" {
			u.term = term
		}
	}
}

// order returns the place of an item in a bill.
func order(item Item) int {
	return slices.IndexFunc(itemUnits, func(i struct {
		item Item
		base string
	}) bool {
		return i.item == item
	})
}

func (u *use) line(money float64) Line {
	return Line{Item: u.item, Name: u.name, Site: u.place.ID, To: u.to, Quantity: u.quantity, Unit: u.item.Unit(), Money: money}
}

// A priced use is what it costs by use.
type priced struct {
	money             float64
	hasPrice, covered bool
}

// price finds what everything costs by use.
func (b *Book) price(uses []use, used map[*Price]bool, gap func(Gap)) []priced {
	all := make([]priced, len(uses))
	rates := make([]*rate, len(uses))
	for i := range uses {
		if rates[i] = b.rateOf(uses[i].lookup); rates[i] == nil {
			at := fmt.Sprintf("no price of %s for it", cmp.Or(uses[i].place.Provider, "a provider that is not named"))
			if uses[i].term != "" {
				at += ", term " + uses[i].term
			}
			site := uses[i].place.ID
			if uses[i].to != "" {
				site += " > " + uses[i].to
			}
			gap(Gap{Item: uses[i].item, Name: uses[i].name, Site: site, Quantity: uses[i].quantity, Unit: uses[i].item.Unit(), Why: at})
		}
	}
	free := b.freeShares(uses, used)
	for i, r := range rates {
		if r == nil || all[i].hasPrice {
			continue
		}
		// One volume, of all that have this price.
		volume := 0.0
		for k := i; k < len(rates); k++ {
			if rates[k] == r {
				volume += float64(uses[k].quantity * (1 - free[k]))
			}
		}
		money, unpriced := r.cost(volume)
		for _, p := range r.bands {
			used[p] = true
		}
		if r.off != nil {
			used[r.off] = true
		}
		if unpriced > 0 {
			gap(Gap{Item: uses[i].item, Name: uses[i].name, Site: r.place, Quantity: unpriced, Unit: uses[i].item.Unit(), Why: "no price for volumes as large"})
		}
		for k := i; k < len(rates); k++ {
			if rates[k] == r {
				all[k].hasPrice = true
				if volume > 0 {
					all[k].money = money * (uses[k].quantity * (1 - free[k]) / volume)
				}
			}
		}
	}
	return all
}

// freeShares returns which share of each use is free.
func (b *Book) freeShares(uses []use, used map[*Price]bool) []float64 {
	shares := make([]float64, len(uses))
	for i := range uses {
		for _, p := range b.free[[2]string{uses[i].place.Provider, string(uses[i].item)}] {
			isFor := func(u *use) bool {
				return u.item == p.Item && u.place.Provider == p.Provider && u.name == uses[i].name &&
					(p.Place == World || p.Place == u.place.ID || p.Place == b.geographyOf(&u.place))
			}
			if !isFor(&uses[i]) {
				continue
			}
			sum := 0.0
			for k := range uses {
				if isFor(&uses[k]) {
					sum += uses[k].quantity
				}
			}
			size, _ := p.Item.sizeOf(p.Unit)
			shares[i] = min(1, shares[i]+p.To*size/sum)
			used[p] = true
		}
	}
	return shares
}

// choose compares the plans with what is billed by use, and takes the one that is asked for or, of those that cover all, the
// cheapest.
func (bill *Bill) choose(b *Book, uses []use, prices []priced, o *Options, used map[*Price]bool) {
	provider, quantity, money, lacks := "", make(map[Item]float64), 0.0, ""
	for i := range uses {
		if u := &uses[i]; u.item.IsOfCDN() {
			provider = cmp.Or(provider, u.place.Provider)
			if u.place.Provider != provider {
				return // two networks: no plan is of both
			}
			quantity[u.item] += u.quantity
			money += prices[i].money
			if !prices[i].hasPrice {
				lacks = "a price for all that is used: see the gaps"
			}
		}
	}
	if provider == "" {
		return
	}
	bill.Offers = append(bill.Offers, Offer{Name: PayAsYouGo, Money: money, Lacks: lacks})
	plans := b.plans[provider]
	for _, p := range plans {
		offer := Offer{Name: p.fee.Name, Money: p.fee.Amount}
		var over []string
		for _, in := range p.included {
			size, _ := in.Item.sizeOf(in.Unit)
			if quantity[in.Item] > in.To*size {
				over = append(over, fmt.Sprintf("%s: %.4g of %.4g %s", in.Item, quantity[in.Item]/size, in.To, in.Unit))
			}
		}
		for _, item := range []Item{CDNEgress, CDNRequests} {
			if !slices.ContainsFunc(p.included, func(in *Price) bool { return in.Item == item }) {
				over = append(over, fmt.Sprintf("%s: how much it allows is not known", item))
			}
		}
		offer.Lacks = strings.Join(over, "; ")
		bill.Offers = append(bill.Offers, offer)
	}
	best := bill.offer(o.Plan)
	bill.Offers[best].Taken = true
	if best == 0 {
		return
	}
	p := plans[best-1]
	used[p.fee] = true
	for _, in := range p.included {
		used[in] = true
	}
	for i := range uses {
		if uses[i].item.IsOfCDN() {
			prices[i].covered = true
		}
	}
	bill.Gaps = slices.DeleteFunc(bill.Gaps, func(g Gap) bool { return g.Item.IsOfCDN() })
	bill.Lines = append(bill.Lines, Line{Item: PlanFee, Name: p.fee.Name, Site: World, Quantity: 1, Unit: "month", Money: p.fee.Amount})
}

// offer returns which offer is taken: that of a name or, of those that lack nothing, the cheapest, the first where none
// covers all.
func (bill *Bill) offer(name string) int {
	best, least := 0, math.Inf(1)
	for i, o := range bill.Offers {
		if o.Name == name {
			return i
		}
		if o.Lacks == "" && o.Money < least {
			best, least = i, o.Money
		}
	}
	if name != "" {
		return 0
	}
	return best
}

// Cheaper says in a sentence which way to pay for the content delivery network is cheapest; "" where there is but one.
func (bill *Bill) Cheaper() string {
	if len(bill.Offers) < 2 {
		return ""
	}
	byUse, taken := bill.Offers[0], bill.Offers[slices.IndexFunc(bill.Offers, func(o Offer) bool { return o.Taken })]
	best := bill.Offers[bill.offer("")]
	s := ""
	switch {
	case best.Name == PayAsYouGo && best.Lacks == "":
		s = fmt.Sprintf("pay as you go is cheaper, %.2f %s", byUse.Money, bill.Currency)
	case best.Name == PayAsYouGo:
		s = "no way to pay for the network is known to cover all"
	case byUse.Lacks != "":
		s = fmt.Sprintf("the plan %s costs %.2f %s; what pay as you go costs is not known", best.Name, best.Money, bill.Currency)
	default:
		s = fmt.Sprintf("the plan %s is cheaper: %.2f against %.2f %s by use", best.Name, best.Money, byUse.Money, bill.Currency)
	}
	if taken.Name != best.Name {
		s += fmt.Sprintf("; the bill is by %s, as was asked for", taken.Name)
	}
	if taken.Lacks != "" && taken.Name != PayAsYouGo {
		s += fmt.Sprintf(", which does not cover the usage (%s)", taken.Lacks)
	}
	return s
}

func sourcesOf(used map[*Price]bool) (all []string) {
	for p := range used {
		all = append(all, fmt.Sprintf("%s (%s, %s)", p.Source, p.Date, p.Standing))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func ceil(x float64) float64 { return math.Ceil(x - 1e-9) }
