package calibrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// Cut returns the model as it is without some hubs and cables of its trunks: hubs by their ID ("MRS"), cables by both ("MRS-SIN").
// What then has to go another way takes longer than before in proportion to the way over the hubs, and nothing takes less: who
// bought transit at a hub that is gone buys at the hubs that are left, the nearest where none is. The model is a
// [github.com/edgewise-sim/edgewise/topology.Correction] of its own, for Network.WithCorrection. The error names a
// hub or a cable that is not known, or says that the rest does not hang together.
func (m *Model) Cut(what ...string) (*Model, error) {
	if len(m.Trunks.Cables) == 0 {
		return nil, fmt.Errorf("delay model: no cables between hubs are known to it, so none can be cut")
	}
	gone := make(map[string]bool)
	for k, word := range what {
		a, b, isCable := strings.Cut(word, "-")
		field := fmt.Sprintf("what[%d]", k)
		switch {
		case !isCable && m.Trunks.hub(a) < 0:
			return nil, invalid.New(field, word, "the ID of a hub, or two that a cable joins")
		case isCable && !slices.ContainsFunc(m.Trunks.Cables, func(c Cable) bool { return c.A == a && c.B == b || c.A == b && c.B == a }):
			return nil, invalid.New(field, word, "two hubs that a cable joins, or the ID of one")
		}
		gone[word] = true
		if isCable {
			gone[b+"-"+a] = true
		}
	}
	var hubs []Hub
	for _, h := range m.Trunks.Hubs {
		if !gone[h.ID] {
			hubs = append(hubs, h)
		}
	}
	var cables []Cable
	for _, c := range m.Trunks.Cables {
		if !gone[c.A] && !gone[c.B] && !gone[c.String()] {
			cables = append(cables, c)
		}
	}
	left, err := newTrunks(m.Trunks, hubs, cables)
	if err != nil {
		return nil, fmt.Errorf("delay model without %s: %w", strings.Join(what, ", "), err)
	}
	left.Transit = make(map[string][]Purchase)
	for country, all := range m.Trunks.Transit {
		kept, sum := []Purchase(nil), 0.0
		for _, p := range all {
			if !gone[p.Hub] {
				kept = append(kept, p)
				sum += p.Weight
			}
		}
		for k := range kept {
			kept[k].Weight /= sum
		}
		if len(kept) > 0 {
			left.Transit[country] = kept
		}
	}
	cut := *m
	cut.cut = left
	return &cut, left.validate()
}

// longer returns by which factor the way over the hubs is longer than before for what is cut, 1 or more.
func (m *Model) longer(c class, a, b *location) float64 {
	if m.cut == nil {
		return 1
	}
	if c == backboneClass {
		return max(1, m.cut.rttMs(&a.plainCut, &b.plainCut)/m.Trunks.rttMs(&a.plain, &b.plain))
	}
	return max(1, m.cut.rttMs(&a.trunksCut, &b.trunksCut)/m.Trunks.rttMs(&a.trunks, &b.trunks))
}
