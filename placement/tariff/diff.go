package tariff

import "slices"

// A Change is what differs between two tariffs in one row.
type Change struct {
	// Old and New are the rows; nil where there is none.
	Old, New *Price
}

// Diff returns the rows that are in one tariff alone, or have another price, unit or end; a new date or source alone is none.
// Rows are the same if they are for the same volumes of the same thing.
func Diff(old, new *Tariff) (changes []Change) {
	type band struct {
		key
		from float64
	}
	was := make(map[band]*Price)
	for i := range old.Prices {
		p := &old.Prices[i]
		was[band{p.key(), p.From}] = p
	}
	for i := range new.Prices {
		p := &new.Prices[i]
		at := band{p.key(), p.From}
		o := was[at]
		delete(was, at)
		if o == nil || o.Amount != p.Amount || o.Unit != p.Unit || o.To != p.To || o.Currency != p.Currency {
			changes = append(changes, Change{o, p})
		}
	}
	for i := range old.Prices {
		p := &old.Prices[i]
		if was[band{p.key(), p.From}] != nil {
			changes = append(changes, Change{Old: p})
		}
	}
	return slices.Clip(changes)
}
