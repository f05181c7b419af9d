package report

import (
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise/internal/look"
)

const (
	// mostLarge is how many panels have a key beside them, one below the other. More stand side by side over one key.
	mostLarge = 4
	// mostPanels bounds the height of a page.
	mostPanels = 24
)

// crowd makes room where there are many panels: it puts them side by side, without figures in the key, and leaves out those
// beyond [mostPanels].
func (p *Picture) crowd() {
	if len(p.panels) <= mostLarge {
		return
	}
	if left := len(p.panels) - mostPanels; left > 0 {
		p.panels = p.panels[:mostPanels]
		p.subtitle += "; without the last " + countOf(left, "workload", "workloads")
	}
	p.columns = 2
	key := new(commonKey)
	for _, panel := range p.panels {
		small, ok := panel.(*plotPanel)
		if !ok {
			continue
		}
		small.isSmall = true
		for _, e := range small.key.entries {
			if !slices.ContainsFunc(key.entries, func(o keyEntry) bool { return o.name == e.name }) {
				e.style = look.Line(e.placement)
				key.entries = append(key.entries, keyEntry{style: e.style, name: e.name, placement: e.placement})
			}
		}
	}
	slices.SortStableFunc(key.entries, func(a, b keyEntry) int { return a.placement - b.placement })
	p.panels = append(p.panels, key)
}

// A commonKey explains the lines of all panels of a page, in columns.
type commonKey struct{ entries []keyEntry }

const commonKeyColumns = 3

// columns returns the entries of each column.
func (k *commonKey) columns() (columns []key) {
	rows := (len(k.entries) + commonKeyColumns - 1) / commonKeyColumns
	for entries := range slices.Chunk(k.entries, max(rows, 1)) {
		columns = append(columns, key{entries})
	}
	return columns
}

func (k *commonKey) height() (height vg.Length) {
	for _, column := range k.columns() {
		height = max(height, column.height())
	}
	return height
}

func (k *commonKey) draw(c draw.Canvas) {
	width := vg.Length(c.Size().X / commonKeyColumns)
	for i, column := range k.columns() {
		at := c
		at.Min.X += vg.Length(width * vg.Length(i))
		column.draw(at)
	}
}
