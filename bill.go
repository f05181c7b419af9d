package edgewise

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/placement/tariff"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/workload"
)

// A Bill is what a placement costs in a month of 365/12 days.
type Bill struct {
	// Currency is that of all money, for example "USD".
	Currency string `json:"currency"`
	// Tariffs are the names of the lists of prices.
	Tariffs []string `json:"tariffs"`
	// Figures are in the order of the rows of [BillMeasures].
	Figures Figures `json:"figures"`
	// Lines are by item and site.
	Lines []BillLine `json:"lines"`
	// Gaps are what is used and has no price, each in words: the bill is higher than it says.
	Gaps []string `json:"gaps,omitempty"`
	// Offers are the ways to pay for a content delivery network, on the mean of the replications; Cheaper says in a sentence
	// which is the cheapest.
	Offers  []tariff.Offer `json:"offers,omitempty"`
	Cheaper string         `json:"cheaper,omitempty"`
	// Sources say where the prices are from, each with its date; Assumed what the bill assumes.
	Sources []string `json:"sources,omitempty"`
	Assumed []string `json:"assumed,omitempty"`
}

// A BillLine is what one item costs at one site.
type BillLine struct {
	Item tariff.Item `json:"item"`
	Name string      `json:"name,omitempty"`
	Site string      `json:"site"`
	To   string      `json:"to,omitempty"`
	// Quantity is how much of the item is used in a month, in Unit, on the mean of the replications; what is free is in it.
	Quantity float64 `json:"quantity"`
	Unit     string  `json:"unit"`
	// Money is what it costs, with its difference from the baseline, where the line is 0 if the baseline has it not.
	Money Figure `json:"money"`
}

// Find returns the money of an item at a site; ok is false where there is none.
func (b *Bill) Find(item tariff.Item, site string) (f Figure, ok bool) {
	for i := range b.Lines {
		if b.Lines[i].Item == item && b.Lines[i].Site == site {
			return b.Lines[i].Money, true
		}
	}
	return Figure{}, false
}

// The figures of bills.
const (
	// BillTotal is the metric of the whole bill, of the only statistic "total".
	BillTotal = "bill"
	// BillByItem and BillBySite are the metrics of its parts: the statistic is an item, or a site.
	BillByItem, BillBySite = "bill by item", "bill by site"
	// BillPerPoint is what a percentage point of users within a deadline costs more than under the baseline; the statistic
	// names workload and deadline.
	BillPerPoint = "bill per point"
	// BillPerSite is what each site that the baseline does not use costs more, on the mean of these sites.
	BillPerSite = "bill per added site"
	// BillMarginal is what one site costs more, the statistic: this bill less that of the placement that lacks this site alone.
	BillMarginal = "marginal bill of a site"
)

// A BillMeasure is a row of figures of bills.
type BillMeasure struct {
	// Label is what they are called; Statistic is empty where there are several.
	Label
	of func(*billed) []billFigure
}

// A billFigure is one of a row: its statistic and its numbers, one a replication, of this placement and of the baseline.
type billFigure struct {
	statistic   string
	deadline    time.Duration
	these, base []float64
	// estimate, if set, is the figure itself, which then has no difference from the baseline.
	estimate *stats.Estimate
}

// BillMeasures returns the figures of a bill, one a row, in the order in which they are shown; the unit stands for the
// currency of the prices.
func BillMeasures() []BillMeasure { return slices.Clone(billMeasures) }

var billMeasures = []BillMeasure{
	{Label{Metric: BillTotal, Statistic: "total", Unit: "money", Better: Less}, (*billed).total},
	{Label{Metric: BillByItem, Unit: "money", Better: Less}, (*billed).byItem},
	{Label{Metric: BillBySite, Unit: "money", Better: Less}, (*billed).bySite},
	{Label{Metric: BillPerPoint, Unit: "money", Better: Less}, (*billed).perPoint},
	{Label{Metric: BillPerSite, Statistic: "mean", Unit: "money", Better: Less}, (*billed).perSite},
	{Label{Metric: BillMarginal, Unit: "money", Better: Less}, (*billed).marginal},
}

// billed is what the figures of a bill are made of: the bills of all replications, those of the baseline, and what users have
// of it.
type billed struct {
	study        *Study
	number       int
	replications []*replication
	these, base  []*tariff.Bill
	within       []withinSamples
	level        float64
}

// withinSamples are the shares of a workload's users within a deadline, one a replication, here and under the baseline.
type withinSamples struct {
	workload    string
	deadline    time.Duration
	these, base []float64
}

// within returns the shares within the deadlines of what the workload is judged by.
func (e *estimator) within(placement int) (all []withinSamples) {
	for i, m := range e.rows.all {
		if m.Deadline == 0 || m.Judged == "" || m.Metric != e.headline.String() && m.Metric != sim.PlayerRTT.String() {
			continue
		}
		w := withinSamples{workload: e.name + " " + m.Judged, deadline: m.Deadline}
		for r := range e.runs[placement] {
			w.these = append(w.these, shareOf(e.runs[placement][r].ratios[i]))
			w.base = append(w.base, shareOf(e.runs[0][r].ratios[i]))
		}
		all = append(all, w)
	}
	return all
}

func shareOf(r stats.Ratio) float64 {
	if r.Denominator == 0 {
		return 0
	}
	return float64(r.Numerator) / float64(r.Denominator)
}

// billOf makes the bill of a placement, nil without prices.
func (s *Study) billOf(number int, replications []*replication, within []withinSamples, c *Comparison) *Bill {
	if s.Billing == nil {
		return nil
	}
	b := &billed{study: s, number: number, replications: replications, within: within, level: c.Level}
	for _, r := range replications {
		b.these, b.base = append(b.these, r.bills[number]), append(b.base, r.bills[0])
	}
	bill := &Bill{Currency: s.Billing.Book.Currency, Tariffs: s.Billing.Book.Names, Assumed: s.billAssumptions(), Lines: b.lines()}
	for _, m := range billMeasures {
		for _, f := range m.of(b) {
			label := m.Label
			label.Statistic, label.Unit, label.Deadline = cmp.Or(label.Statistic, f.statistic), bill.Currency, f.deadline
			bill.Figures = append(bill.Figures, b.figure(label, f))
		}
	}
	for _, of := range b.these {
		for _, g := range of.Gaps {
			g.Quantity, g.Unit = 0, "" // which differs by replication
			if text := g.String(); !slices.Contains(bill.Gaps, text) {
				bill.Gaps = append(bill.Gaps, text)
			}
		}
		bill.Sources = append(bill.Sources, of.Sources...)
	}
	slices.Sort(bill.Sources)
	bill.Sources = slices.Compact(bill.Sources)
	bill.Offers, bill.Cheaper = b.offers()
	return bill
}

// figure makes a figure of its numbers.
func (b *billed) figure(label Label, f billFigure) Figure {
	made := Figure{Label: label}
	if f.estimate != nil {
		made.Estimate = *f.estimate
		return made
	}
	made.Estimate = meanOfMoney(f.these, b.level).CutAt(0) // prices are not less
	if b.number > 0 {
		difference := meanOfMoney(less(f.these, f.base), b.level)
		made.Difference = &difference
	}
	return made
}

// meanOfMoney estimates a mean. What is the same in all replications, such as machines, has no noise of its sum.
func meanOfMoney(money []float64, level float64) stats.Estimate {
	if len(money) == 0 {
		return stats.MeanOf(money, level)
	}
	above := make([]float64, len(money))
	for r := range above {
		above[r] = money[r] - money[0]
	}
	e := stats.MeanOf(above, level)
	if e.HasValue() {
		e.Value, e.Low, e.High = e.Value+money[0], e.Low+money[0], e.High+money[0]
	}
	return e
}

// less returns the differences of numbers, one by one.
func less(a, b []float64) []float64 {
	all := make([]float64, len(a))
	for r := range all {
		all[r] = a[r] - b[r]
	}
	return all
}

// sums returns the money of the lines that pass, one number a replication.
func sums(bills []*tariff.Bill, passes func(*tariff.Line) bool) []float64 {
	all := make([]float64, len(bills))
	for r, bill := range bills {
		for i := range bill.Lines {
			if passes(&bill.Lines[i]) {
				all[r] += bill.Lines[i].Money
			}
		}
	}
	return all
}

func (b *billed) part(statistic string, passes func(*tariff.Line) bool) billFigure {
	return billFigure{statistic: statistic, these: sums(b.these, passes), base: sums(b.base, passes)}
}

func (b *billed) total() []billFigure {
	return []billFigure{b.part("total", func(*tariff.Line) bool { return true })}
}

// by returns a figure for each value that the lines have, of this placement and of the baseline, in their order.
func (b *billed) by(value func(*tariff.Line) string) (all []billFigure) {
	var seen []string
	for _, bill := range slices.Concat(b.these, b.base) {
		for i := range bill.Lines {
			if v := value(&bill.Lines[i]); !slices.Contains(seen, v) {
				seen = append(seen, v)
			}
		}
	}
	for _, v := range seen {
		all = append(all, b.part(v, func(l *tariff.Line) bool { return value(l) == v }))
	}
	return all
}

func (b *billed) byItem() []billFigure {
	return b.by(func(l *tariff.Line) string { return string(l.Item) })
}

func (b *billed) bySite() []billFigure {
	return b.by(func(l *tariff.Line) string { return l.Site })
}

// more returns what the placement costs more than the baseline, one number a replication.
func (b *billed) more() []float64 {
	total := b.total()[0]
	return less(total.these, total.base)
}

// perPoint is money by points: the mean of one by the mean of the other, with the interval of the ratio by linearisation.
func (b *billed) perPoint() (all []billFigure) {
	for _, w := range b.within {
		points := less(w.these, w.base)
		for r := range points {
			points[r] *= 100
		}
		e := ratioOfMeans(b.more(), points, b.level)
		all = append(all, billFigure{statistic: w.workload, deadline: w.deadline, estimate: &e})
	}
	return all
}

// ratioOfMeans estimates the mean of a quantity by that of another, of which there is one value each a replication. There is none
// where the other is not more than 0 beyond chance.
func ratioOfMeans(above, below []float64, level float64) stats.Estimate {
	divisor := stats.MeanOf(below, level)
	switch {
	case !divisor.HasValue():
		return divisor
	case divisor.Value == 0 || divisor.HasInterval() && divisor.Low <= 0 && divisor.High >= 0:
		return stats.Estimate{Unsupported: "the share of users within the deadline does not differ from the baseline's beyond chance"}
	case divisor.Value < 0:
		return stats.Estimate{Unsupported: "fewer users are within the deadline than under the baseline"}
	}
	ratio := stats.MeanOf(above, level).Value / divisor.Value
	linear := make([]float64, len(above))
	for r := range linear {
		linear[r] = ratio + (above[r]-float64(ratio*below[r]))/divisor.Value
	}
	e := stats.MeanOf(linear, level)
	if math.IsNaN(ratio) || math.IsInf(ratio, 0) {
		return stats.Estimate{Unsupported: "the figure is too large for a 64-bit float"}
	}
	return e
}

// perSite is what the placement costs more by the sites that it has more.
func (b *billed) perSite() []billFigure {
	if b.number == 0 {
		return nil
	}
	added := 0.0
	for _, site := range b.study.Placements[b.number].AllSites() {
		if !b.study.Placements[0].Uses(site) {
			added++
		}
	}
	if added == 0 {
		return nil
	}
	more := b.more()
	for r := range more {
		more[r] /= added
	}
	e := meanOfMoney(more, b.level)
	return []billFigure{{statistic: "mean", estimate: &e}}
}

// marginal is what a site costs more, where another placement of the study has all sites but this one.
func (b *billed) marginal() (all []billFigure) {
	here := b.study.Placements[b.number].AllSites()
	for n := range b.study.Placements {
		there := b.study.Placements[n].AllSites()
		if n == b.number || len(there) != len(here)-1 {
			continue
		}
		missing := slices.DeleteFunc(slices.Clone(here), func(site string) bool { return slices.Contains(there, site) })
		if len(missing) != 1 || slices.ContainsFunc(all, func(f billFigure) bool { return f.statistic == missing[0] }) {
			continue
		}
		whole := func(*tariff.Line) bool { return true }
		without := make([]*tariff.Bill, len(b.replications))
		for r := range without {
			without[r] = b.replications[r].bills[n]
		}
		e := meanOfMoney(less(sums(b.these, whole), sums(without, whole)), b.level)
		all = append(all, billFigure{statistic: missing[0], estimate: &e})
	}
	return all
}

// lines returns the means of all lines, with their differences.
func (b *billed) lines() (all []BillLine) {
	same := func(l *tariff.Line, o *BillLine) bool {
		return l.Item == o.Item && l.Name == o.Name && l.Site == o.Site && l.To == o.To
	}
	for _, bill := range b.these {
		for i := range bill.Lines {
			l := &bill.Lines[i]
			if slices.ContainsFunc(all, func(o BillLine) bool { return same(l, &o) }) {
				continue
			}
			line := BillLine{Item: l.Item, Name: l.Name, Site: l.Site, To: l.To, Unit: l.Unit}
			for _, other := range b.these {
				for k := range other.Lines {
					if same(&other.Lines[k], &line) {
						line.Quantity += other.Lines[k].Quantity / float64(len(b.these))
					}
				}
			}
			passes := func(o *tariff.Line) bool { return same(o, &line) }
			label := Label{Metric: "bill line", Statistic: string(l.Item) + " at " + l.Site, Unit: bill.Currency, Better: Less}
			line.Money = b.figure(label, b.part("", passes))
			all = append(all, line)
		}
	}
	return all
}

// offers returns the means of all ways to pay, and which is the cheapest. What one replication lacks is lacked.
func (b *billed) offers() ([]tariff.Offer, string) {
	mean := tariff.Bill{Currency: b.these[0].Currency, Offers: slices.Clone(b.these[0].Offers)}
	taken := make([]int, len(mean.Offers))
	for _, bill := range b.these {
		for i := range bill.Offers {
			if i >= len(mean.Offers) {
				return nil, ""
			}
			if mean.Offers[i].Lacks == "" {
				mean.Offers[i].Lacks = bill.Offers[i].Lacks
			}
			if bill.Offers[i].Taken {
				taken[i]++
			}
		}
	}
	for i := range mean.Offers {
		sum := 0.0
		for _, bill := range b.these {
			if i < len(bill.Offers) {
				sum += bill.Offers[i].Money
			}
		}
		mean.Offers[i].Money = sum / float64(len(b.these))
		mean.Offers[i].Taken = taken[i] == slices.Max(taken) && slices.Index(taken, taken[i]) == i
	}
	return mean.Offers, mean.Cheaper()
}

// billAssumptions lists what bills assume.
func (s *Study) billAssumptions() []string {
	b := s.Billing
	week := "all days of the week are alike"
	if b.Week != [7]float64{} {
		week = fmt.Sprintf("the days of a week, Monday first, are as busy as %v", b.Week)
	}
	all := []string{
		fmt.Sprintf("a month is 365/12 days: what is measured is scaled by the day of each metro's users, and %s; servers run all %d hours", week, tariff.HoursPerMonth),
		"volumes count by the price of a geography or site; what is free is taken off in proportion; a GB is 1e9 bytes, of which who bills by 2^30 takes 7 % less",
		"not in the bill: storage, disks, logs, firewalls, taxes, support, work",
	}
	if len(s.Placements) > 0 {
		all = append(all, fmt.Sprintf("where a placement does not say how many servers there are, as many as serve %s of the peak of the day: requests without a wait (Erlang C), players with a seat (M_t/G/infinity)", percent(b.served())))
	}
	if slices.ContainsFunc(s.Workloads, func(w workload.Workload) bool { return len(w.Flashes) > 0 }) {
		all = append(all, "a flash crowd is in what is moved, as often in the month as in the recorded time, and not in the peak of the day")
	}
	if b.LoadBalancers {
		all = append(all, "a load balancer is used by the bytes that it passes on alone: 1 GB an hour a unit")
	}
	if slices.ContainsFunc(s.Placements, func(p placement.Placement) bool {
		return slices.ContainsFunc(p.Tiers, func(t placement.Tier) bool { return t.Name == placement.OriginShield })
	}) {
		all = append(all, "every request that reaches an origin shield is billed, also where the cache that asks is in its region")
	}
	if slices.ContainsFunc(b.Book.Plans(), func(string) bool { return true }) {
		all = append(all, "a flat-rate plan is for all that one placement's network carries; over its allowances it is not billed but throttled, so that it is no choice then; invalidations and an origin shield are billed beside it")
	}
	return all
}

func percent(share float64) string { return strconv.FormatFloat(100*share, 'g', 6, 64) + " %" }

func ceilOf(x float64) float64 { return math.Ceil(x - 1e-9) }
