package report

import (
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	// mostLarge is how many panels have a key beside them, one below the other. More stand side by side over one key.
	mostLarge = 4
	// mostLargeHeight is how high they are at most, long keys included.
	mostLargeHeight = 1300 * vg.Length(1)
	// mostHeight bounds the height of a page.
	mostHeight = 2400 * vg.Length(1)
)

// crowd makes room where there are many panels, or high ones: it puts them side by side, without marks and figures, over
// one key, which still says what failed in which.
func (p *Picture) crowd() {
	defer p.bound()
	if len(p.panels) <= mostLarge && (len(p.panels) < 2 || p.height() <= mostLargeHeight) {
		return
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
			at := slices.IndexFunc(key.entries, func(o keyEntry) bool { return o.name == e.name })
			if at < 0 {
				at = len(key.entries)
				key.entries = append(key.entries, keyEntry{style: e.style, name: e.name, placement: e.placement})
			}
			if e.failed != "" {
				key.entries[at].remark = joined(key.entries[at].remark, small.title+": "+e.failed)
			}
		}
	}
	slices.SortStableFunc(key.entries, func(a, b keyEntry) int { return a.placement - b.placement })
	p.panels = append(p.panels, key)
}

// joined adds a remark to others, of which there may be none.
func joined(remarks, remark string) string {
	if remarks == "" {
		return remark
	}
	return remarks + "; " + remark
}

// bound leaves out panels until the page is no higher than [mostHeight], the last first.
func (p *Picture) bound() {
	left := 0
	for p.height() > mostHeight {
		at := len(p.panels) - 1
		if at > 0 && spansPage(p.panels[at]) {
			at--
		}
		if at <= 0 {
			break
		}
		p.panels = slices.Delete(p.panels, at, at+1)
		left++
	}
	if left > 0 {
		p.subtitle += "; without the last " + countOf(left, "panel", "panels")
	}
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
