package tariff

import "math"

// Floor returns what a part of a usage adds to a bill at least, whatever the rest is, where of no item more is used in all than most says
// (an item that is not in it has no limit), and how much of that is for a content delivery network by use, which a plan may take the
// place of: each item at the least mean price of any volume up to there. What is free in a month is not taken off: see [Book.MostFree]. What
// has no price adds nothing.
func (b *Book) Floor(u Usage, o Options, most map[Item]float64) (money, ofCDN float64) {
	o.Invalidations = 0 // which are of no part
	uses := u.uses(&o, func(Gap) {})
	b.commit(uses, o.Term)
	for i := range uses {
		r := b.rateOf(uses[i].lookup)
		if r == nil {
			continue
		}
		volume, isLimited := most[uses[i].item]
		if !isLimited {
			volume = math.Inf(1)
		}
		money += float64(uses[i].quantity * r.leastMean(volume))
		if uses[i].item.IsOfCDN() {
			ofCDN += float64(uses[i].quantity * r.leastMean(volume))
		}
	}
	return money, ofCDN
}

// MostFree returns what can be free of a bill at most: all that a month has free of each item, at its highest price.
func (b *Book) MostFree() float64 {
	sum := 0.0
	for _, all := range b.free {
		for _, p := range all {
			size, _ := p.Item.sizeOf(p.Unit)
			highest := 0.0
			for k, r := range b.rates {
				if k.provider == p.Provider && k.item == string(p.Item) {
					for _, band := range r.bands {
						of, _ := p.Item.sizeOf(band.Unit)
						highest = max(highest, band.Amount/of)
					}
				}
			}
			sum += float64(p.To * size * highest)
		}
	}
	return sum
}

// LeastFee returns the fee of the cheapest flat-rate plan; infinite where there is none.
func (b *Book) LeastFee() float64 {
	least := math.Inf(1)
	for _, plans := range b.plans {
		for _, p := range plans {
			least = min(least, p.fee.Amount)
		}
	}
	return least
}

// leastMean returns the least mean price of an item's own unit over all volumes up to one. In a band the mean goes one way, so that it is
// at an end of a band, or at the volume.
func (r *rate) leastMean(volume float64) float64 {
	item := Item(r.item)
	least := math.Inf(1)
	for _, p := range r.bands {
		size, _ := item.sizeOf(p.Unit)
		low, high := float64(p.From*size), float64(end(p)*size)
		if low >= volume {
			break
		}
		if low == 0 || math.IsInf(min(high, volume), 1) {
			mean := p.Amount / size
			if r.off != nil {
				mean *= 1 - r.off.Amount
			}
			least = min(least, mean)
		}
		if at := min(high, volume); !math.IsInf(at, 1) {
			money, _ := r.cost(at)
			least = min(least, money/at)
		}
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
}
