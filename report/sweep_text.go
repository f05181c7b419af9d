package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/sweep"
)

// WriteSweepScreen writes a sweep for a terminal: the answers along the keys first, then a table of each figure that is looked at,
// what was refused, and how it was run.
func WriteSweepScreen(w io.Writer, r *sweep.Result, l Layout) error {
	return writeSweep(w, r, onScreen(l))
}

// WriteSweepMarkdown writes the same as Markdown.
func WriteSweepMarkdown(w io.Writer, r *sweep.Result) error {
	return writeSweep(markdownWriter{w}, r, asMarkdown())
}

func writeSweep(w io.Writer, r *sweep.Result, p *paper) error {
	p.sweepRefusals(r)
	if answers := sweepAnswers(r, p.All); len(answers) > 0 {
		p.heading("Answers")
		p.items(answers)
		p.gap()
	}
	if p.All || r.Design != sweep.LatinHypercube { // of points that were drawn no one is of interest
		for _, watch := range r.Watched {
			if t := sweepGrid(r, watch, p.All); t != nil {
				p.grid(t)
			}
		}
	}
	for i := range r.Influences {
		p.grid(influenceGrid(r, &r.Influences[i]))
	}
	p.prose(sweepLegend(r))
	if assumed := sweepAssumptions(r); len(assumed) > 0 {
		p.gap()
		p.heading("Assumed")
		p.items(assumed)
	}
	if _, err := io.WriteString(w, p.String()); err != nil {
		return fmt.Errorf("write sweep: %w", err)
	}
	return nil
}

// sweepRefusals names points, and placements at points, that are not compared.
func (p *paper) sweepRefusals(r *sweep.Result) {
	items := sweepRefused(r)
	if len(items) == 0 {
		return
	}
	p.heading("Not compared")
	const most = 12
	if len(items) > most && !p.All {
		items = append(items[:most], fmt.Sprintf("and %d more (sweep.csv)", len(items)-most))
	}
	p.items(items)
	p.gap()
}

// sweepRefused lists them.
func sweepRefused(r *sweep.Result) (items []string) {
	for i := range r.Points {
		of := &r.Points[i]
		switch {
		case of.Comparison == nil:
			items = append(items, fmt.Sprintf("%s: %s", pointInWords(r, i), strings.TrimPrefix(firstLine(of.Why()), "edgewise: ")))
		case of.Missing > 0:
			items = append(items, fmt.Sprintf("%s: %d replications alone; %s", pointInWords(r, i), of.Comparison.Replications, of.Why()))
		}
		if of.Comparison == nil {
			continue
		}
		for _, refused := range of.Comparison.Refused {
			items = append(items, fmt.Sprintf("%s: %s", pointInWords(r, i), refused))
		}
	}
	return items
}

func firstLine(s string) string {
	first, _, _ := strings.Cut(s, "\n")
	return first
}

// pointInWords names a point by its values.
func pointInWords(r *sweep.Result, point int) string {
	var parts []string
	for _, k := range tableKeys(r) {
		parts = append(parts, shortKey(r, k)+" "+r.Points[point].Values[k].Text)
	}
	return strings.Join(parts, ", ")
}

// general are last parts of paths that say little alone.
var general = []string{"mean", "size", "sizes", "sites", "median", "min", "max", "scale", "shape", "at", "for", "probability", "objects", "requests"}

// shortKey returns the last parts of a key's path that tell it from the others.
func shortKey(r *sweep.Result, key int) string {
	parts := strings.Split(r.Keys[key].Path, ".")
	n := 1
	if slices.Contains(general, parts[len(parts)-1]) {
		n = 2
	}
	for ; n < len(parts); n++ {
		short := strings.Join(parts[len(parts)-n:], ".")
		if !slices.ContainsFunc(r.Keys, func(k sweep.Key) bool {
			return k.Path != r.Keys[key].Path && strings.HasSuffix("."+k.Path, "."+short)
		}) {
			return short
		}
	}
	return r.Keys[key].Path
}

// valueInWords writes a value of a key in its unit.
func valueInWords(k sweep.Key, x float64) string { return valueWithDigits(k, x, 3) }

func valueWithDigits(k sweep.Key, x float64, digits int) string {
	switch k.Unit {
	case "bytes":
		prefix := 0
		for prefixes := len(bytePrefixes); x >= 999.5 && prefix < prefixes-1; prefix++ {
			x /= 1000
		}
		return strconv.FormatFloat(x, 'g', digits, 64) + " " + bytePrefixes[prefix]
	case "s":
		d := time.Duration(x * 1e9)
		switch {
		case d >= 10*time.Second:
			d = d.Round(100 * time.Millisecond)
		case d >= 10*time.Millisecond:
			d = d.Round(100 * time.Microsecond)
		}
		return d.String()
	case "share":
		return strconv.FormatFloat(100*x, 'g', digits, 64) + " %"
	}
	if math.Abs(x) >= 1e4 && math.Abs(x) < 1e15 {
		return number(x, 0)
	}
	return strings.Replace(strconv.FormatFloat(x, 'g', digits, 64), "-", "−", 1)
}

var bytePrefixes = []string{"B", "kB", "MB", "GB", "TB", "PB"}

// watchInWords names a figure: "api: TTFB, mean".
func watchInWords(w sweep.Watch) string {
	return fmt.Sprintf("%s: %s, %s", w.Workload, metricInWords(w.Metric), w.Statistic)
}

func metricInWords(metric string) string {
	if title := metricTitle(metric); title != "" {
		return title
	}
	return metric
}

// metroName returns the name of a metro, given by its id.
func metroName(r *sweep.Result, w sweep.Watch, id string) string {
	for _, m := range r.Metros(w) {
		if m.ID == id {
			return m.Name
		}
	}
	return id
}

// sweepAnswers says in words what was found along the keys.
func sweepAnswers(r *sweep.Result, all bool) (answers []string) {
	byMetro := 0
	for _, c := range r.Crossings {
		if c.Metro != "" {
			byMetro++
			continue
		}
		answers = append(answers, crossingInWords(r, &c))
	}
	for _, t := range r.Targets {
		if t.Metro != "" {
			continue
		}
		answers = append(answers, targetInWords(r, &t))
	}
	for _, i := range r.Influences {
		if i.IsDifference || len(r.Placements()) == 1 {
			answers = append(answers, influenceInWords(r, &i))
		}
	}
	const most = 20
	metros := 0
	for _, c := range r.Crossings {
		if c.Metro == "" {
			continue
		}
		if metros++; metros > most && !all {
			answers = append(answers, fmt.Sprintf("%d metros more are in sweep.md", byMetro-most))
			break
		}
		answers = append(answers, crossingInWords(r, &c))
	}
	return answers
}

// crossingInWords says where two placements change order.
func crossingInWords(r *sweep.Result, c *sweep.Crossing) string {
	of := watchInWords(c.Watch)
	if c.Metro != "" {
		of += ", " + metroName(r, c.Watch, c.Metro)
	}
	key := shortKey(r, 0)
	switch c.Order {
	case sweep.FirstLess:
		return fmt.Sprintf("%s: no crossing in the range: %s has less than %s %s", of, c.First, c.Second, shownInWords(r, c, key))
	case sweep.FirstMore:
		return fmt.Sprintf("%s: no crossing in the range: %s has more than %s %s", of, c.First, c.Second, shownInWords(r, c, key))
	case sweep.Alike:
		return fmt.Sprintf("%s: no difference between %s and %s is shown at any %s", of, c.First, c.Second, key)
	}
	var parts []string
	for _, p := range c.Places {
		below, above := "less", "more"
		if !p.Rises {
			below, above = above, below
		}
		parts = append(parts, fmt.Sprintf("%s has %s than %s below %s = %s, and %s above", c.First, below, c.Second, key, placeInWords(r, p), above))
	}
	return of + ": " + strings.Join(parts, "; ")
}

// shownInWords says at which values of the key the difference between two placements that do not cross is shown, and at which by itself.
func shownInWords(r *sweep.Result, c *sweep.Crossing, key string) string {
	switch {
	case c.IsShownEverywhere():
		return "at every " + key
	case len(c.ShownAt) == 0:
		return "at every " + key + " (one replication: no interval)"
	}
	values := make([]string, len(c.ShownAt))
	for i, x := range c.ShownAt {
		values[i] = valueWithDigits(r.Keys[0], x, 6)
	}
	return fmt.Sprintf("on the mean at every %s, surely at %s", key, strings.Join(values, ", "))
}

// targetInWords says where a figure reaches a value.
func targetInWords(r *sweep.Result, t *sweep.Target) string {
	of := fmt.Sprintf("%s, %s", watchInWords(t.Watch), t.Placement)
	if t.Metro != "" {
		of += ", " + metroName(r, t.Watch, t.Metro)
	}
	value := reachedInWords(r, t.Watch)
	switch t.Order {
	case sweep.FirstLess:
		return fmt.Sprintf("%s: never reaches %s in the range: it is less everywhere%s", of, value, endInWords(r, t))
	case sweep.FirstMore:
		return fmt.Sprintf("%s: never comes down to %s in the range: it is more everywhere%s", of, value, endInWords(r, t))
	case sweep.Alike:
		return fmt.Sprintf("%s: cannot be told from %s anywhere in the range", of, value)
	}
	var parts []string
	for _, p := range t.Places {
		how := "rises"
		if !p.Rises {
			how = "falls"
		}
		parts = append(parts, fmt.Sprintf("%s to %s at %s = %s", how, value, shortKey(r, 0), placeInWords(r, p)))
	}
	return of + ": " + strings.Join(parts, "; ")
}

// endInWords says how near a figure comes to the value that it never reaches.
func endInWords(r *sweep.Result, t *sweep.Target) string {
	best, at := edgewise.Figure{}, -1
	for i := range r.Points {
		f, ok := r.Points[i].Figure(t.Placement, t.Watch, t.Metro)
		if ok && (at < 0 || math.Abs(f.Value-*t.Reaches) < math.Abs(best.Value-*t.Reaches)) {
			best, at = f, i
		}
	}
	if at < 0 {
		return ""
	}
	return fmt.Sprintf(", %s at %s", figureInWords(&best), pointInWords(r, at))
}

// figureInWords writes a figure with its unit.
func figureInWords(f *edgewise.Figure) string {
	if f.Unit == "share" {
		return interval(f.Scaled(100)) + " %"
	}
	return interval(f.Estimate) + " " + f.Unit
}

// reachedInWords writes the value that a figure is to reach.
func reachedInWords(r *sweep.Result, w sweep.Watch) string {
	switch unitOf(r, w) {
	case "share":
		return strconv.FormatFloat(100**w.Reaches, 'g', 6, 64) + " %"
	case "":
		return strconv.FormatFloat(*w.Reaches, 'g', 6, 64)
	}
	return strconv.FormatFloat(*w.Reaches, 'g', 6, 64) + " " + unitOf(r, w)
}

// unitOf returns the unit of a figure.
func unitOf(r *sweep.Result, w sweep.Watch) string {
	for i := range r.Points {
		for _, placement := range r.Placements() {
			if f, ok := r.Points[i].Figure(placement, w, ""); ok {
				return f.Unit
			}
		}
	}
	return ""
}

// placeInWords writes a place with its interval, in as many digits as tell its ends apart. Of a key of whole numbers it names the first
// beyond.
func placeInWords(r *sweep.Result, p sweep.Place) string {
	beyond := ""
	if first, ok := firstBeyond(r, p.At); ok {
		beyond = "; " + first + " is the first value beyond"
	}
	return placeWith(r, p, beyond)
}

// shortPlace writes a place with its interval alone.
func shortPlace(r *sweep.Result, p sweep.Place) string { return placeWith(r, p, "") }

func placeWith(r *sweep.Result, p sweep.Place, beyond string) string {
	k := r.Keys[0]
	digits := 3
	if width := p.High - p.Low; width > 0 && p.At != 0 {
		digits = min(max(1+int(math.Ceil(math.Log10(math.Abs(p.At)/width))), 3), 6)
	}
	write := func(x float64) string { return valueWithDigits(k, x, digits) }
	at, low, high := write(p.At), write(p.Low), write(p.High)
	switch {
	case !p.HasInterval:
		return at + " (one replication: no interval" + beyond + ")"
	case p.LowOpen && p.HighOpen:
		return at + " (anywhere in the range" + beyond + ")"
	case p.LowOpen:
		return fmt.Sprintf("%s (up to %s%s)", at, high, beyond)
	case p.HighOpen:
		return fmt.Sprintf("%s (%s or more%s)", at, low, beyond)
	}
	return fmt.Sprintf("%s (%s to %s%s)", at, low, high, beyond)
}

// firstBeyond returns the first value of a key of whole numbers that is no less than a place; false for other keys.
func firstBeyond(r *sweep.Result, at float64) (string, bool) {
	first := math.Inf(1)
	for i := range r.Points {
		x := r.Points[i].Values[0].Number
		if r.Keys[0].Unit != "" || x != math.Round(x) || math.Abs(x) > 1e6 {
			return "", false
		}
		if x >= at {
			first = min(first, x)
		}
	}
	return number(first, 0), !math.IsInf(first, 1)
}

// influenceInWords says which keys move a figure most.
func influenceInWords(r *sweep.Result, i *sweep.Influence) string {
	order := byEffect(i)
	var parts []string
	for _, e := range order[:min(3, len(order))] {
		parts = append(parts, fmt.Sprintf("%s (%s)", shortKey(r, e.Key), signed(inUnit(e.Estimate, unitOf(r, i.Watch)))))
	}
	what := i.Placement
	if i.IsDifference {
		what = i.Placement + " against " + r.Placements()[0]
	}
	unit := unitOf(r, i.Watch)
	if unit == "share" {
		unit = "points"
	}
	return fmt.Sprintf("%s, %s: moved most, in %s from the lowest value to the highest, by %s", watchInWords(i.Watch), what, unit, strings.Join(parts, ", "))
}

// inUnit returns a share in per cent, and another figure as it is.
func inUnit(e stats.Estimate, unit string) stats.Estimate {
	if unit == "share" {
		return e.Scaled(100)
	}
	return e
}

// byEffect returns the effects, the greatest first.
func byEffect(i *sweep.Influence) []sweep.Effect {
	order := slices.Clone(i.Effects)
	slices.SortStableFunc(order, func(a, b sweep.Effect) int {
		return int(math.Copysign(1, math.Abs(b.Value)-math.Abs(a.Value)))
	})
	return order
}

// mostSweepRows bounds the rows of a table on a screen.
const mostSweepRows = 24

// sweepGrid makes the table of a figure: a row a point, a column a placement.
func sweepGrid(r *sweep.Result, w sweep.Watch, all bool) *grid {
	placements := r.Placements()
	unit := unitOf(r, w)
	title := watchInWords(w)
	switch unit {
	case "share":
		title += ", %"
	case "", w.Statistic:
	default:
		title += ", " + unit
	}
	keys := tableKeys(r)
	t := &grid{title: title, first: 40, texts: len(keys)}
	for _, k := range keys {
		t.columns = append(t.columns, shortKey(r, k))
	}
	for i, name := range placements {
		if i > 0 {
			t.columns = append(t.columns, name, name+" − "+placements[0])
		} else {
			t.columns = append(t.columns, name)
		}
	}
	step := 1
	if len(r.Points) > mostSweepRows && !all {
		step = (len(r.Points) + mostSweepRows - 1) / mostSweepRows
		t.notes = append(t.notes, fmt.Sprintf("Every %d. of %d points; sweep.md and sweep.csv have all.", step, len(r.Points)))
	}
	for i := 0; i < len(r.Points); i += step {
		p := &r.Points[i]
		var row []string
		for _, k := range keys {
			row = append(row, p.Values[k].Text)
		}
		for k, name := range placements {
			f, ok := p.Figure(name, w, "")
			value, difference := "", ""
			if ok {
				value = interval(inUnit(f.Estimate, unit))
				if d, ok := p.Difference(name, placements[0], w); ok {
					difference = signed(inUnit(d, unit))
				}
			} else if f.Unsupported != "" {
				value = absent
			}
			row = append(row, value)
			if k > 0 {
				row = append(row, difference)
			}
		}
		t.rows = append(t.rows, row)
	}
	if len(t.rows) == 0 {
		return nil
	}
	return t
}

// tableKeys returns the keys that a table has columns for: without those whose values are at all points the first's.
func tableKeys(r *sweep.Result) (keys []int) {
	for k := range r.Keys {
		isSame := k > 0 && !slices.ContainsFunc(r.Points, func(p sweep.PointResult) bool { return p.Values[k].Text != p.Values[0].Text })
		if !isSame {
			keys = append(keys, k)
		}
	}
	return keys
}

// influenceGrid makes the table of what moves a figure.
func influenceGrid(r *sweep.Result, i *sweep.Influence) *grid {
	unit := unitOf(r, i.Watch)
	title := watchInWords(i.Watch) + ", " + i.Placement
	if i.IsDifference {
		title += " − " + r.Placements()[0]
	}
	in := unit
	if unit == "share" {
		in = "points"
	}
	t := &grid{title: title + ": what moves it", first: 40, columns: []string{"key", "from lowest to highest, " + in, "of ranks"}}
	for _, e := range byEffect(i) {
		t.rows = append(t.rows, []string{shortKey(r, e.Key), signed(inUnit(e.Estimate, unit)), number(e.Rank, 2)})
	}
	t.notes = append(t.notes, fmt.Sprintf("%d points; straight lines in all keys explain %.0f %% of the variance, of ranks %.0f %%.", i.Points, 100*i.Fit, 100*i.RankFit))
	return t
}

// sweepLegend says how the sweep was run and what its numbers are.
func sweepLegend(r *sweep.Result) string {
	var s []string
	compared, replications := 0, 0
	for i := range r.Points {
		if c := r.Points[i].Comparison; c != nil {
			compared++
			replications = max(replications, c.Replications)
		}
	}
	s = append(s, fmt.Sprintf("%s (%s), with the same users at all of them.", countOf(len(r.Points), "point", "points"), designInWords(r)))
	if compared < len(r.Points) {
		s = append(s, fmt.Sprintf("%d of them are compared.", compared))
	}
	if replications > 1 {
		s = append(s, fmt.Sprintf("± is half the %s %% confidence interval over %d replications, each by itself.", percentOf(r.Level), replications))
	} else {
		s = append(s, "One replication: no confidence intervals.")
	}
	if len(r.Crossings)+len(r.Targets) > 0 {
		axis := "a straight line between neighbouring points"
		if r.Keys[0].IsLog {
			axis += ", in the logarithm of the key"
		}
		s = append(s, fmt.Sprintf("Places are found by %s; in brackets stand their %s %% intervals, from the paired differences of the replications.", axis, percentOf(r.Level)))
	}
	return strings.Join(s, " ")
}

func designInWords(r *sweep.Result) string {
	var keys []string
	for k := range r.Keys {
		keys = append(keys, r.Keys[k].Path)
	}
	return strings.ReplaceAll(r.Design.String(), "_", " ") + " over " + strings.Join(keys, ", ")
}

// sweepAssumptions lists what the points assume, each once.
func sweepAssumptions(r *sweep.Result) (all []string) {
	seen := make(map[string]bool)
	for i := range r.Points {
		c := r.Points[i].Comparison
		if c == nil {
			continue
		}
		for _, a := range c.Assumed {
			if !seen[a] {
				seen[a] = true
				all = append(all, a)
			}
		}
	}
	return all
}
