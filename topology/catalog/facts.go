package catalog

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/topology"
)

// Facts is what is known of a site besides where it is.
type Facts struct {
	// Announced and Opened say when, as far as it is known; the zero Date where it is not.
	Announced, Opened Date
	// Zones are the names of a Local Zone group's zones, "a" of us-west-2-las-1a, where they are known and not "a" alone.
	Zones []string
	// Source says where that is from, and of when.
	Source string
}

// A Date is a day, a month or a year, as far as it is known.
type Date struct {
	// From is its first day, in UTC.
	From time.Time
	// Text is as in the list: "2025-09-02", "2025-09" or "2025".
	Text string
}

// ParseDate reads a date such as 2025-09-02, 2025-09 or 2025; the empty text is the zero Date.
func ParseDate(text string) (Date, error) {
	if text == "" {
		return Date{}, nil
	}
	for _, layout := range []string{"2006-01-02", "2006-01", "2006"} {
		if t, err := time.Parse(layout, text); err == nil {
			return Date{t, text}, nil
		}
	}
	return Date{}, invalid.New("date", text, "a day such as 2025-09-02, a month such as 2025-09, or a year")
}

// IsKnown reports whether there is a date.
func (d Date) IsKnown() bool { return d.Text != "" }

// String returns the date as in the list.
func (d Date) String() string { return d.Text }

// A Status says whether a site can be used.
type Status string

// The states of a site.
const (
	// Open is a site whose provider lists it. When it opened may not be known.
	Open Status = "open"
	// Unverified is a site of which addresses or lists of others speak, but its provider's own list, as far as it was seen, does not.
	Unverified Status = "unverified"
	// Announced is a site that its provider has promised.
	Announced Status = "announced"
	// NotYet is a site that was not open, nor known to be announced, at the time asked for.
	NotYet Status = "not yet"
)

// FactsOf returns what is known of a site of the catalog; zero where nothing is.
func FactsOf(n topology.Node) Facts { return loadWorld().facts[siteKey(n)] }

// siteKey names a site among all providers' sites, whether or not its ID does so already (see [Qualified]).
func siteKey(n topology.Node) string {
	return n.Provider + "/" + strings.TrimPrefix(n.ID, n.Provider+"/")
}

// StatusOf returns the state of a site of the catalog today, which is when its lists were made.
func StatusOf(n topology.Node) Status { return StatusAt(n, time.Time{}) }

// StatusAt returns the state of a site of the catalog at a time, or with the zero time today's. A site whose opening is not
// known is open, or unverified, at any time.
func StatusAt(n topology.Node, at time.Time) Status {
	f := FactsOf(n)
	before := func(d Date) bool { return d.IsKnown() && (at.IsZero() || !d.From.After(at)) }
	switch {
	case f.Opened.IsKnown() && !before(f.Opened), !f.Opened.IsKnown() && f.Announced.IsKnown():
		if before(f.Announced) {
			return Announced
		}
		return NotYet
	case n.Unverified:
		return Unverified
	}
	return Open
}

// readFacts reads the list of facts by site.
func readFacts(file string, raw []byte) (map[string]Facts, error) {
	t, err := text.OpenTable(file, bytes.NewReader(raw), []string{"provider", "id", "source"}, []string{"announced", "opened", "zones"}, nil)
	if err != nil {
		return nil, err
	}
	all := make(map[string]Facts)
	for t.Next() {
		key := t.Required("provider") + "/" + t.Required("id")
		f := Facts{Source: t.Required("source"), Zones: strings.Fields(t.Raw("zones"))}
		for _, d := range []struct {
			column string
			date   *Date
		}{{"announced", &f.Announced}, {"opened", &f.Opened}} {
			if *d.date, err = ParseDate(t.Raw(d.column)); err != nil {
				t.Fail(d.column, t.Raw(d.column), "a date such as 2025-09-02, 2025-09 or 2025")
			}
		}
		if _, twice := all[key]; twice {
			return nil, fmt.Errorf("%s: %s stands there twice", file, key)
		}
		all[key] = f
	}
	return all, t.Err()
}
