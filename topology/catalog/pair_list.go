package catalog

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/topology"
)

// mostBadPairs is how many bad rows of a list are reported together.
const mostBadPairs = 10

// ReadPairs reads pairs of places from CSV with the columns id, a_lat, a_lon, b_lat, b_lon and, optional,
// a_country, b_country (codes or English names), class (internet or backbone; empty means internet) and
// tech (an access technology, see [topology.ParseTechnology], which makes a the home of a user and b a cloud
// site; empty or none means that both are servers). Upper and lower case are the same. file names the source in the
// error, which says line, column and value of each bad row, of the first ten if there are more. warn hears of columns
// that are not read; nil does not listen.
func ReadPairs(file string, r io.Reader, warn func(string)) ([]Pair, error) {
	t, err := text.OpenTable(file, r, []string{"id", "a_lat", "a_lon", "b_lat", "b_lon"}, []string{"a_country", "b_country", "class", "tech"}, warn)
	if err != nil {
		return nil, err
	}
	t.Collect(mostBadPairs)
	var pairs []Pair
	for t.Next() {
		p := Pair{
			ID:       t.Required("id"),
			A:        topology.Place{LatDeg: t.Number("a_lat", -90, 90), LonDeg: t.Number("a_lon", -180, 180)},
			B:        topology.Place{LatDeg: t.Number("b_lat", -90, 90), LonDeg: t.Number("b_lon", -180, 180)},
			ACountry: country(t, "a_country"),
			BCountry: country(t, "b_country"),
			Class:    topology.Internet,
		}
		if t.Has("class") {
			class, err := topology.ParseLinkKind(strings.ToLower(t.Raw("class")))
			if err != nil || class == topology.Access {
				t.Fail("class", t.Raw("class"), "internet or backbone")
			}
			p.Class = class
		}
		if tech := t.Raw("tech"); tech != "" && !strings.EqualFold(tech, "none") {
			p.Access = true
			if p.Technology, err = topology.ParseTechnology(tech); err != nil {
				t.Fail("tech", tech, "fiber, cable, dsl, wifi, lte, 5g, starlink or none")
			}
		}
		pairs = append(pairs, p)
	}
	if t.Err() != nil {
		return nil, t.Err()
	}
	return pairs, nil
}

// country returns the code of the country in a column, "" if there is none.
func country(t *text.Table, column string) string {
	given := t.Raw(column)
	if given == "" {
		return ""
	}
	code, ok := CountryCode(given)
	if !ok {
		t.Fail(column, given, "a country's code such as US, its English name, or nothing")
	}
	return code
}

// WriteRTTs writes the round trips of pairs as CSV with the columns id and pred_ms. An id that a spreadsheet would take for
// a formula has an apostrophe before it.
func WriteRTTs(w io.Writer, pairs []Pair, rtts []time.Duration) error {
	if len(pairs) != len(rtts) {
		return invalid.New("", strconv.Itoa(len(rtts))+" round trips", "%d, as many as pairs", len(pairs))
	}
	out := csv.NewWriter(w)
	if err := out.Write([]string{"id", "pred_ms"}); err != nil {
		return err
	}
	for i, p := range pairs {
		if err := out.Write([]string{words.Cell(p.ID), strconv.FormatFloat(rtts[i].Seconds()*1000, 'f', 3, 64)}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
