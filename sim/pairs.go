package sim

import "cmp"

// A PairTally is what players of two metros met when they were in one match: pairs of players, over all matches that start in
// recorded time, of those who play in them then.
type PairTally struct {
	// First and Second are the metros, by their numbers in [WorkloadTally.Metros]; First is not the larger.
	First  int `cbor:"first"`
	Second int `cbor:"second"`
	// Pairs counts the pairs of players.
	Pairs uint64 `cbor:"pairs"`
	// FirstNs and SecondNs sum the round trips to the match's site of the players of the first and of the second metro, ApartNs the
	// difference between the means of the two metros in a match; each once for every pair.
	FirstNs  uint64 `cbor:"first_ns"`
	SecondNs uint64 `cbor:"second_ns"`
	ApartNs  uint64 `cbor:"apart_ns"`
}

func (p *PairTally) merge(o *PairTally) {
	p.Pairs += o.Pairs
	p.FirstNs += o.FirstNs
	p.SecondNs += o.SecondNs
	p.ApartNs += o.ApartNs
}

// MergePairs adds the tallies of pairs, both in the order of their metros.
func MergePairs(a, b []PairTally) []PairTally {
	if len(b) == 0 {
		return a
	}
	var all []PairTally
	for len(a) > 0 || len(b) > 0 {
		order := 0
		switch {
		case len(a) == 0:
			order = 1
		case len(b) == 0:
			order = -1
		default:
			order = cmp.Or(cmp.Compare(a[0].First, b[0].First), cmp.Compare(a[0].Second, b[0].Second))
		}
		if order > 0 {
			all, b = append(all, b[0]), b[1:]
			continue
		}
		all, a = append(all, a[0]), a[1:]
		if order == 0 {
			all[len(all)-1].merge(&b[0])
			b = b[1:]
		}
	}
	return all
}

// A pairBook counts how often players of two metros have met in a match.
type pairBook struct {
	metros int
	pairs  []metPair // of metros a <= b, at a*metros + b
	found  []metroInMatch
}

// A metPair is what a [PairTally] counts: a match looks at dozens of them, all over the memory.
type metPair struct{ pairs, firstNs, secondNs, apartNs uint64 }

// tallies returns the pairs that have met, in the order of their metros.
func (b *pairBook) tallies() (all []PairTally) {
	for i, p := range b.pairs {
		if p.pairs > 0 {
			all = append(all, PairTally{
				First: i / b.metros, Second: i % b.metros, Pairs: p.pairs, FirstNs: p.firstNs, SecondNs: p.secondNs, ApartNs: p.apartNs,
			})
		}
	}
	return all
}

// A metroInMatch is the players of a metro in a match.
type metroInMatch struct {
	metro, players uint32
	rtt            int64 // summed up, then the mean
}

func newPairBook(metros int) *pairBook { return &pairBook{metros: metros} }

// add counts the pairs of a match that starts.
func (b *pairBook) add(g *game, m *match) {
	b.found = b.found[:0]
	for _, n := range m.tickets {
		t := g.tickets.at(n)
		rtt := t.from.baseAt(m.site, g.now)*int64(len(t.party)) + t.sum
		if g.isPeer() {
			rtt = m.apart * int64(len(t.party))
		}
		k := 0
		for k < len(b.found) && b.found[k].metro != t.from.metro {
			k++
		}
		if k == len(b.found) {
			b.found = append(b.found, metroInMatch{metro: t.from.metro})
		}
		b.found[k].players += uint32(len(t.party))
		b.found[k].rtt += rtt
	}
	if b.pairs == nil {
		b.pairs = make([]metPair, b.metros*b.metros)
	}
	for i := range b.found {
		b.found[i].rtt /= int64(b.found[i].players)
	}
	for i := range b.found {
		one := &b.found[i]
		if one.players > 1 {
			p := &b.pairs[int(one.metro)*b.metros+int(one.metro)]
			count := uint64(one.players) * uint64(one.players-1) / 2
			p.pairs += count
			p.firstNs += count * uint64(one.rtt)
			p.secondNs += count * uint64(one.rtt)
		}
		for k := i + 1; k < len(b.found); k++ {
			first, second := one, &b.found[k]
			if first.metro > second.metro {
				first, second = second, first
			}
			count := uint64(first.players) * uint64(second.players)
			p := &b.pairs[int(first.metro)*b.metros+int(second.metro)]
			p.pairs += count
			p.firstNs += count * uint64(first.rtt)
			p.secondNs += count * uint64(second.rtt)
			p.apartNs += count * uint64(max(first.rtt-second.rtt, second.rtt-first.rtt))
		}
	}
}
