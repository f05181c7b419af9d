package catalog

import (
	"fmt"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
	"github.com/edgewise-sim/edgewise/topology/matrix"
)

// A MatrixConfig says what a matrix of round trips is of.
type MatrixConfig struct {
	// Nodes are the places, two or more, with different IDs: sites, metros, or others.
	Nodes []topology.Node
	// AtHome says that metros are homes of users, whose line is of the given Technology; without it they are servers there.
	AtHome     bool
	Technology topology.Technology
}

// Matrix returns the median round trips between places by a model, [calibrate.Default] for instance. Two sites of one
// provider reach each other over its backbone, all others over the public Internet. Where an end is a home its median last mile is
// in it; between two homes that of both is.
func (c MatrixConfig) Matrix(model *calibrate.Model) (*matrix.Matrix, error) {
	m := &matrix.Matrix{About: c.about(model)}
	for _, n := range c.Nodes {
		m.Places = append(m.Places, matrix.Place{ID: n.ID, Name: n.Label(), LatDeg: n.LatDeg, LonDeg: n.LonDeg})
		m.RTT = append(m.RTT, make([]time.Duration, len(c.Nodes)))
	}
	if err := m.Validate(); err != nil { // before there are pairs of too many
		return nil, fmt.Errorf("matrix: %w", err)
	}
	var pairs []Pair
	for i := range c.Nodes {
		for j := i + 1; j < len(c.Nodes); j++ {
			pairs = append(pairs, c.pair(&c.Nodes[i], &c.Nodes[j]))
		}
	}
	rtts, err := PredictRTT(model, pairs)
	if err != nil {
		return nil, err
	}
	for i := range c.Nodes {
		for j := i + 1; j < len(c.Nodes); j++ {
			rtt := rtts[0]
			rtts = rtts[1:]
			if c.isHome(&c.Nodes[i]) && c.isHome(&c.Nodes[j]) {
				rtt += c.Technology.MedianRTT()
			}
			m.RTT[i][j], m.RTT[j][i] = rtt, rtt
		}
	}
	return m, nil
}

func (c MatrixConfig) isHome(n *topology.Node) bool { return c.AtHome && n.Kind == topology.Metro }

// pair returns two places to predict the round trip between, a home first if one is.
func (c MatrixConfig) pair(a, b *topology.Node) Pair {
	if c.isHome(b) {
		a, b = b, a
	}
	p := Pair{
		ID: a.ID + " to " + b.ID,
		A:  topology.Place{LatDeg: a.LatDeg, LonDeg: a.LonDeg}, ACountry: a.Country,
		B: topology.Place{LatDeg: b.LatDeg, LonDeg: b.LonDeg}, BCountry: b.Country,
		Class: topology.Internet, Access: c.isHome(a), Technology: c.Technology,
	}
	if a.Provider != "" && a.Provider == b.Provider {
		p.Class = topology.Backbone
	}
	return p
}

// about says where the round trips come from.
func (c MatrixConfig) about(model *calibrate.Model) string {
	text := "Median round trips by edgewise's delay model, not measured here; docs/delay-accuracy.md says how far it is off.\n"
	if len(model.Without) > 0 {
		text += fmt.Sprintf("What is cut: %s. Ways over it lead around, and take as much longer as those over the hubs that are left.\n", strings.Join(model.Without, ", "))
	}
	text += "Between sites of one provider over its backbone, else over the public Internet"
	if c.AtHome {
		return text + fmt.Sprintf("; metros are homes with %v, median last mile included.", c.Technology)
	}
	return text + "; metros are servers there, without a last mile."
}
