package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/sweep"
)

// WriteSweepPage writes a sweep as one HTML page that needs nothing else, as [WritePage] does a comparison: where placements change order and
// figures reach their values in sentences, the figures along the key or as maps over two, by metro where that was asked for, what each key
// does, and the tables. Lines by metro are thinned out where they are very many; sweep.csv has all.
func WriteSweepPage(w io.Writer, r *sweep.Result) error {
	data, err := packed(newPageSweep(r))
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	v := newSweepView(r)
	v.pageShell = newPageShell(data)
	return executePage(w, "sweep.html", v)
}

// A sweepView is what the page of a sweep says in words.
type sweepView struct {
	pageShell
	Title, Basis           string
	Answers, FurtherMetros []string
	Refusals, Assumed      []string
	Sources, Run           []string
	Tables                 []pageTable
}

func newSweepView(r *sweep.Result) *sweepView {
	v := &sweepView{Title: r.Title, Basis: sweepLegend(r), Refusals: sweepRefused(r), Assumed: sweepAssumptions(r)}
	for i := range r.Crossings {
		if c := &r.Crossings[i]; c.Metro != "" {
			v.FurtherMetros = append(v.FurtherMetros, crossingInWords(r, c))
		}
	}
	answers := sweepAnswers(r, true)
	v.Answers = answers[:max(0, len(answers)-len(v.FurtherMetros))] // those by metro are the last
	if r.Design != sweep.LatinHypercube {
		for _, w := range r.Watched {
			if t := sweepGrid(r, w, false); t != nil {
				v.Tables = append(v.Tables, pageTableOf(t))
			}
		}
	}
	for i := range r.Influences {
		v.Tables = append(v.Tables, pageTableOf(influenceGrid(r, &r.Influences[i])))
	}
	if first, _ := firstCompared(r); first != nil {
		v.Sources = first.Sources
		v.Run = []string{
			fmt.Sprintf("seed %d at every point, so that all points and placements have the same users", first.Seed),
			"by " + edgewise.ThisCode().Module + " " + edgewise.ThisCode().Version + "; manifest.json beside this page has the scenario and the hash of every file, and edgewise reproduce runs it again",
			fmt.Sprintf("drawings are rounded to %d digits, sentences are not made of them; sweep.csv has all digits", roughDigits),
		}
	}
	return v
}

// pageSweepData is what the page of a sweep draws from; the lists that pages of comparisons have are there for what chooses among them.
type pageSweepData struct {
	Title      string          `json:"title"`
	Level      float64         `json:"level"`
	Placements []pagePlacement `json:"placements"`
	Metros     []pagePlace     `json:"metros"`
	Workloads  []pageWorkload  `json:"workloads"`
	Sweep      pageSweep       `json:"sweep"`
}

// A pageSweep is a sweep as it is drawn.
type pageSweep struct {
	Design  string            `json:"design"`
	Keys    []pageSweepKey    `json:"keys"`
	Points  []pageSweepPoint  `json:"points"`
	Figures []pageSweepFigure `json:"figures"`
}

// A pageSweepKey is a key: its numbers are in Unit.
type pageSweepKey struct {
	Path     string `json:"path"`
	Unit     string `json:"unit,omitempty"`
	IsNumber bool   `json:"number,omitempty"`
	IsLog    bool   `json:"log,omitempty"`
}

// A pageSweepPoint has the values of the keys, as numbers where they are such and as the file has them.
type pageSweepPoint struct {
	Values []rough  `json:"x"`
	Texts  []string `json:"t"`
}

// A pageSweepFigure is a figure that is looked at: lists are by placement, and then by point.
type pageSweepFigure struct {
	Title  string `json:"title"`
	Unit   string `json:"unit"`
	Better string `json:"better"`
	// Reaches is the value that it is to reach.
	Reaches     *rough            `json:"reaches,omitempty"`
	Values      [][]roughEstimate `json:"v"`
	Differences [][]roughEstimate `json:"d"`
	// ByMetro has, by metro, what Values has.
	ByMetro    [][][]roughEstimate  `json:"metros,omitempty"`
	Crossings  []pageSweepCrossing  `json:"crossings,omitempty"`
	Targets    []pageSweepCrossing  `json:"targets,omitempty"`
	Influences []pageSweepInfluence `json:"influences,omitempty"`
}

// A pageSweepCrossing says where a placement crosses the baseline or reaches a value, of all users or of a metro (-1: of all).
type pageSweepCrossing struct {
	Placement int              `json:"p"`
	Metro     int              `json:"m"`
	Order     string           `json:"order"`
	Places    []pageSweepPlace `json:"at,omitempty"`
}

// A pageSweepPlace is a value of the key, [at, low, high], and in words; an end that lies beyond the points is null.
type pageSweepPlace struct {
	At   [3]*rough `json:"x"`
	Text string    `json:"text"`
}

// A pageSweepInfluence says what each key does to the figure of a placement, or to its difference from the baseline.
type pageSweepInfluence struct {
	Placement    int             `json:"p"`
	IsDifference bool            `json:"difference,omitempty"`
	Fit          rough           `json:"fit"`
	Effects      []roughEstimate `json:"effects"` // by key; null of keys that are no numbers
}

// mostMetroNumbers bounds how many numbers the lines by metro may have.
const mostMetroNumbers = 150_000

func newPageSweep(r *sweep.Result) *pageSweepData {
	d := &pageSweepData{Title: r.Title, Level: r.Level, Workloads: []pageWorkload{}, Metros: []pagePlace{}}
	names := r.Placements()
	for _, name := range names {
		d.Placements = append(d.Placements, pagePlacement{Name: name, Roles: []pageRole{}})
	}
	metros := make(map[string]int)
	for _, w := range r.Watched {
		if !w.ByMetro {
			continue
		}
		for _, m := range r.Metros(w) {
			if _, ok := metros[m.ID]; !ok {
				metros[m.ID] = len(d.Metros)
				d.Metros = append(d.Metros, pagePlaces([]edgewise.Place{m})...)
			}
		}
	}
	d.Sweep.Design = r.Design.String()
	for _, k := range r.Keys {
		d.Sweep.Keys = append(d.Sweep.Keys, pageSweepKey{k.Path, k.Unit, k.IsNumber, k.IsLog})
	}
	for i := range r.Points {
		p := pageSweepPoint{}
		for k, v := range r.Points[i].Values {
			x := rough(i)
			if r.Keys[k].IsNumber {
				x = rough(v.Number)
			}
			p.Values, p.Texts = append(p.Values, x), append(p.Texts, v.Text)
		}
		d.Sweep.Points = append(d.Sweep.Points, p)
	}
	placement := func(name string) int { return max(0, slices.Index(names, name)) }
	for _, w := range r.Watched {
		d.Sweep.Figures = append(d.Sweep.Figures, newPageSweepFigure(r, w, names, d.Metros, metros, placement))
	}
	return d
}

func newPageSweepFigure(r *sweep.Result, w sweep.Watch, names []string, places []pagePlace, metros map[string]int, placement func(string) int) pageSweepFigure {
	unit, factor := unitOf(r, w), 1.0
	f := pageSweepFigure{Title: watchInWords(w), Unit: unit, Better: better(r, w).String()}
	if unit == "share" {
		f.Unit, factor = "%", 100
	}
	if w.Reaches != nil {
		x := rough(*w.Reaches * factor)
		f.Reaches = &x
	}
	along := func(of func(*sweep.PointResult) (stats.Estimate, bool)) []roughEstimate {
		values := make([]roughEstimate, len(r.Points))
		for i := range r.Points {
			if e, ok := of(&r.Points[i]); ok {
				values[i] = roughly(e, factor)
			}
		}
		return values
	}
	figure := func(name, metro string) []roughEstimate {
		return along(func(p *sweep.PointResult) (stats.Estimate, bool) {
			f, ok := p.Figure(name, w, metro)
			return f.Estimate, ok
		})
	}
	for i, name := range names {
		f.Values = append(f.Values, figure(name, ""))
		var differences []roughEstimate
		if i > 0 {
			differences = along(func(p *sweep.PointResult) (stats.Estimate, bool) { return p.Difference(name, names[0], w) })
		}
		f.Differences = append(f.Differences, differences)
	}
	if w.ByMetro && len(places)*len(names)*len(r.Points)*3 <= mostMetroNumbers {
		for _, m := range places {
			var of [][]roughEstimate
			for _, name := range names {
				of = append(of, figure(name, m.ID))
			}
			f.ByMetro = append(f.ByMetro, of)
		}
	}
	at := func(metro string) int {
		if metro == "" {
			return -1
		}
		return metros[metro]
	}
	for i := range r.Crossings {
		if c := &r.Crossings[i]; c.Watch == w && c.Second == names[0] {
			f.Crossings = append(f.Crossings, pageSweepCrossing{placement(c.First), at(c.Metro), string(c.Order), pageSweepPlaces(r, c.Places)})
		}
	}
	for i := range r.Targets {
		if t := &r.Targets[i]; t.Watch == w {
			f.Targets = append(f.Targets, pageSweepCrossing{placement(t.Placement), at(t.Metro), string(t.Order), pageSweepPlaces(r, t.Places)})
		}
	}
	for i := range r.Influences {
		if in := &r.Influences[i]; in.Watch == w {
			of := pageSweepInfluence{Placement: placement(in.Placement), IsDifference: in.IsDifference, Fit: rough(in.Fit), Effects: make([]roughEstimate, len(r.Keys))}
			for _, e := range in.Effects {
				of.Effects[e.Key] = roughly(e.Estimate, factor)
			}
			f.Influences = append(f.Influences, of)
		}
	}
	return f
}

func pageSweepPlaces(r *sweep.Result, places []sweep.Place) (all []pageSweepPlace) {
	for _, p := range places {
		of := pageSweepPlace{Text: shortPlace(r, p)}
		at, low, high := rough(p.At), rough(p.Low), rough(p.High)
		of.At[0] = &at
		if p.HasInterval && !p.LowOpen {
			of.At[1] = &low
		}
		if p.HasInterval && !p.HighOpen {
			of.At[2] = &high
		}
		all = append(all, of)
	}
	return all
}

// pageTableOf returns a table as the page has it.
func pageTableOf(t *grid) pageTable {
	p := pageTable{Title: t.title, Columns: t.columns, Notes: t.notes}
	for _, row := range t.rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = strings.ReplaceAll(cell, "\n", " ")
		}
		p.Rows = append(p.Rows, cells)
	}
	return p
}
