package scenario

import (
	"fmt"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/placement"
)

// assumedProviders is shown with the results of placements that route by anycast.
const assumedProviders = "anycast: the users of a metro belong to ten internet providers of equal size; one that leads to a worse site leads to the second best in half of the cases"

// readRouting reads a routing rule: its name or, where it has parameters, a mapping with its name.
func (r *reader) readRouting(v value, p *placementSpec) {
	b := &p.built
	b.Routing, b.Misdirected, b.Weights, b.Pins = placement.NearestRTT, 0, nil, nil
	if v.node.Kind != yaml.MappingNode {
		choice(placement.ParseRouting, &b.Routing)(v)
		return
	}
	seen := v.fields(
		field{placement.Anycast.String(), func(v value) {
			b.Routing = placement.Anycast
			v.fields(field{"misdirected", func(v value) {
				r.lines[join(p.path, "misdirected")] = v.node.Line
				v.number(&b.Misdirected)
				switch {
				case b.Misdirected < 0:
					v.problem("is %v; want 0 to 1", b.Misdirected)
				case b.Misdirected == 0:
					b.Misdirected = -1 // none, where 0 in Go means the default
				}
			}})
		}},
		field{placement.Weighted.String(), func(v value) {
			b.Routing = placement.Weighted
			for _, item := range v.pairs() {
				w := placement.SiteWeight{Site: item.key}
				item.number(&w.Weight)
				r.lines[fmt.Sprintf("%s.weights[%d]", p.path, len(b.Weights))] = item.node.Line
				b.Weights = append(b.Weights, w)
			}
		}},
		field{placement.Pinned.String(), func(v value) {
			b.Routing = placement.Pinned
			for _, item := range v.pairs() {
				for _, site := range item.texts() {
					pin := placement.Pin{Metro: item.key}
					site.text(&pin.Site)
					r.lines[fmt.Sprintf("%s.pins[%d]", p.path, len(b.Pins))] = site.node.Line
					b.Pins = append(b.Pins, pin)
				}
			}
		}},
	)
	if len(seen) > 1 {
		v.problem("names %d rules; want one", len(seen))
	}
}
