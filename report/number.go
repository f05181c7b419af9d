package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
)

// interval writes an estimate with as many decimals as its interval can carry, three at most:
// "45.2 ± 0.3", or "99.2 [97.9, 100.0]" where the interval lies unevenly around the value. Without an
// interval it is the value alone, without a value it is "n/a". What may as well be nothing, and is less than its
// interval is wide, has a mark: "422 [0, 1336]?". See [untoldMeans].
func interval(e stats.Estimate) string {
	if isUntold(e) {
		decimals := decimalsFor(e.Value, e.HalfWidth())
		return fmt.Sprintf("%s [%s, %s]?", number(e.Value, decimals), number(e.Low, decimals), number(e.High, decimals))
	}
	return plain(e)
}

// isUntold reports whether a figure, which is more than 0 and cannot be less, may as well be nothing, and is less than its interval is wide: where that is told
// apart from 0 in the decimals that are written.
func isUntold(e stats.Estimate) bool {
	return e.HasInterval() && e.Value > 0 && e.Low == 0 && e.High > e.Value && e.HalfWidth() >= leastTold
}

// untoldMeans says what the mark behind such a figure means.
const untoldMeans = `the run is too short to tell figures with a "?" behind their interval: it begins at 0 and is wider than they are`

// hasUntold reports whether a comparison has such figures.
func hasUntold(c *edgewise.Comparison) bool {
	among := func(all edgewise.Figures) bool {
		return slices.ContainsFunc(all, func(f edgewise.Figure) bool { return isUntold(f.Estimate) })
	}
	ofWorkload := func(w edgewise.WorkloadResult) bool {
		return among(w.Figures) || slices.ContainsFunc(w.Metros, func(m edgewise.MetroResult) bool { return among(m.Figures) }) ||
			slices.ContainsFunc(w.Sites, func(s edgewise.SiteResult) bool { return among(s.Figures) })
	}
	return slices.ContainsFunc(c.Placements, func(p edgewise.PlacementResult) bool {
		return slices.ContainsFunc(p.Workloads, ofWorkload) || slices.ContainsFunc(p.Links, func(l edgewise.LinkResult) bool { return among(l.Figures) }) ||
			p.Bill != nil && among(p.Bill.Figures)
	})
}

// plain is interval without that.
func plain(e stats.Estimate) string {
	if !e.HasValue() {
		return absent
	}
	half := e.HalfWidth()
	decimals := decimalsFor(e.Value, half)
	value := number(e.Value, decimals)
	switch {
	case !e.HasInterval():
		return value
	case half == 0:
		return value + " ± 0"
	case half < leastTold:
		return number(e.Value, decimalsFor(e.Value, 0)) + " ± <" + number(leastTold, mostDecimals)
	case math.Abs((e.High-e.Value)-(e.Value-e.Low)) > 0.1*half:
		return fmt.Sprintf("%s [%s, %s]", value, number(e.Low, decimals), number(e.High, decimals))
	}
	return value + " ± " + number(half, decimals)
}

// signed writes a difference with its sign.
func signed(e stats.Estimate) string {
	s := plain(e)
	if e.HasValue() && e.Value > 0 {
		s = "+" + s
	}
	return s
}

// mostDecimals limits the decimals of a figure: a microsecond in milliseconds.
const mostDecimals = 3

// leastTold is the least half width of an interval that is written.
const leastTold = 1e-3

// absent stands where a figure is not supported by the data.
const absent = "n/a"

// decimalsFor returns the decimals that show two digits of the half width, or three significant
// digits of the value where there is no width.
func decimalsFor(value, half float64) int {
	scale, digits := half, 2
	if half == 0 {
		scale, digits = math.Abs(value), 3
	}
	if scale == 0 {
		return 0
	}
	decimals := digits - 1 - int(math.Floor(math.Log10(scale)))
	return max(0, min(decimals, mostDecimals))
}

// number writes x with the given decimals and a thin space every three digits before the point.
func number(x float64, decimals int) string {
	s := strconv.FormatFloat(math.Abs(x), 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(s, ".")
	var grouped strings.Builder
	for i, digit := range whole {
		if left := len(whole) - i; i > 0 && left%3 == 0 && len(whole) > 4 {
			grouped.WriteString(" ")
		}
		grouped.WriteRune(digit)
	}
	if fraction != "" {
		grouped.WriteString("." + fraction)
	}
	if x < 0 && strings.Trim(s, "0.") != "" {
		return "−" + grouped.String()
	}
	return grouped.String()
}
