package calibrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// CutNothing and RedSea are words for what to cut: nothing at all, and all ways through the strait between the Red Sea and the Gulf of
// Aden.
const (
	CutNothing = "none"
	RedSea     = "red-sea"
)

// throughTheRedSea are the cables of [RedSea], and the ways of countries to Marseille that the map of transit has through it. Assumed: by
// hand, from where cables land. Who lands north of the strait (Egypt, Sudan, Jeddah) keeps the way to Europe.
var throughTheRedSea = []string{
	"SIN-MRS", "BOM-MRS", "FJR-MRS", "MBA-MRS", "MRS-JNB", "JED-BOM", "JED-SIN",
	"AE-MRS", "QA-MRS", "KW-MRS", "OM-MRS", "YE-MRS", "DJ-MRS", "ET-MRS", "SO-MRS",
}

// A removal is what is taken from trunks: hubs, cables by both of their names, and ways of countries to hubs, "AE-MRS".
type removal map[string]bool

// CheckCut says what is wrong with a word for what to cut, see [Model.Cut]; nil if nothing is. The error has the word and what is allowed.
func (m *Model) CheckCut(word string) error { return make(removal).add(&m.Trunks, word) }

// add adds what a word says. The error says what is wrong with the word.
func (gone removal) add(t *Trunks, word string) error {
	switch word {
	case CutNothing:
		return nil
	case RedSea:
		known := 0
		for _, way := range throughTheRedSea {
			if t.hasCable(way) || t.hasPurchase(way) {
				gone.way(way)
				known++
			}
		}
		if known == 0 {
			return invalid.New("", word, "a hub or a cable: this model knows no way there")
		}
		return nil
	}
	if t.canCut(word) {
		gone.way(word)
		return nil
	}
	if upper := strings.ToUpper(word); t.canCut(upper) {
		return invalid.New("", word, "%s, in capitals", upper)
	}
	if strings.Contains(word, "-") {
		return invalid.New("", word, "two hubs that a cable joins, a country and a hub where it buys transit (%s), the ID of a hub, %s or %s", t.waysLike(word), RedSea, CutNothing)
	}
	hubs := make([]string, len(t.Hubs))
	for h := range t.Hubs {
		hubs[h] = t.Hubs[h].ID
	}
	slices.Sort(hubs)
	return invalid.New("", word, "the ID of a hub (%s), two that a cable joins, a country and a hub where it buys transit, %s or %s", strings.Join(hubs, ", "), RedSea, CutNothing)
}

// canCut reports whether a word is a hub, a cable or the way of a country to a hub.
func (t *Trunks) canCut(word string) bool {
	return t.hub(word) >= 0 || t.hasCable(word) || t.hasPurchase(word)
}

// waysLike names ways that a word for one may mean: those of its hub or its country, the first few; where it has none that is known, the first
// cables.
func (t *Trunks) waysLike(word string) string {
	const few = 6
	a, b, _ := strings.Cut(word, "-")
	var like []string
	for _, c := range t.Cables {
		if way := c.String(); c.A == a || c.B == a || c.A == b || c.B == b {
			like = append(like, way)
		}
	}
	for _, country := range []string{a, b} {
		for _, p := range t.Transit[country] {
			like = append([]string{country + "-" + p.Hub}, like...)
		}
	}
	if like == nil {
		for _, c := range t.Cables {
			like = append(like, c.String())
		}
	}
	if more := len(like) - few; more > 0 {
		like = append(like[:few], fmt.Sprintf("%d more", more))
	}
	return strings.Join(like, ", ")
}

// way adds a hub, or a way by both of its names.
func (gone removal) way(word string) {
	gone[word] = true
	if a, b, isWay := strings.Cut(word, "-"); isWay {
		gone[b+"-"+a] = true
	}
}

// hasCable reports whether a cable joins two hubs.
func (t *Trunks) hasCable(way string) bool {
	a, b, _ := strings.Cut(way, "-")
	return slices.ContainsFunc(t.Cables, func(c Cable) bool { return c.A == a && c.B == b || c.A == b && c.B == a })
}

// hasPurchase reports whether a country buys transit at a hub.
func (t *Trunks) hasPurchase(way string) bool {
	country, hub, _ := strings.Cut(way, "-")
	return slices.ContainsFunc(t.Transit[country], func(p Purchase) bool { return p.Hub == hub })
}

// Cut returns the model as it is without some hubs and ways: hubs by their ID ("MRS"), cables by both ("MRS-SIN"), the way of a
// country to a hub where it buys transit by both ("AE-MRS"), or one of the words [RedSea] and [CutNothing].
// What then has to go another way takes longer than before in proportion to the way over the hubs, and nothing takes less: who
// bought transit at a hub that is gone buys at the hubs that are left, the nearest where none is. What is left has room for all. The model is a
// [github.com/edgewise-sim/edgewise/topology.Correction] of its own, for Network.WithCorrection. A model that is cut can be cut further. The
// error names a word that is not known, or says that the rest does not hang together.
func (m *Model) Cut(what ...string) (*Model, error) {
	if len(m.Trunks.Cables) == 0 {
		return nil, fmt.Errorf("delay model: no cables between hubs are known to it, so none can be cut")
	}
	gone := make(removal)
	for _, word := range m.Without {
		if err := gone.add(&m.Trunks, word); err != nil {
			return nil, err
		}
	}
	for k, word := range what {
		if err := gone.add(&m.Trunks, word); err != nil {
			return nil, invalid.In(fmt.Sprintf("what[%d]", k), err)
		}
	}
	cut := *m
	cut.Without = slices.DeleteFunc(slices.Concat(m.Without, what), func(word string) bool { return word == CutNothing })
	slices.Sort(cut.Without)
	cut.Without = slices.Compact(cut.Without)
	var err error
	if cut.cut, err = newRest(&m.Trunks, gone); err != nil {
		return nil, fmt.Errorf("delay model without %s: %w", strings.Join(cut.Without, ", "), err)
	}
	return &cut, nil
}

// IsCut reports whether a hub ("MRS"), a cable ("BOM-MRS") or the way of a country to a hub ("AE-MRS") is gone. What leads to a hub
// that is gone is gone, too.
func (m *Model) IsCut(what string) bool {
	if m.cut == nil {
		return false
	}
	a, b, isWay := strings.Cut(what, "-")
	return m.cut.gone[what] || isWay && (m.cut.gone[a] || m.cut.gone[b])
}
