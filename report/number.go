package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/edgewise-sim/edgewise/stats"
)

// interval writes an estimate with as many decimals as its interval can carry, three at most:
// "45.2 ± 0.3", or "99.2 [97.9, 100.0]" where the interval lies unevenly around the value. Without an
// interval it is the value alone, without a value it is "n/a".
func interval(e stats.Estimate) string {
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
	case half < math.Pow10(-mostDecimals):
		return number(e.Value, decimalsFor(e.Value, 0)) + " ± <" + number(math.Pow10(-mostDecimals), mostDecimals)
	case math.Abs((e.High-e.Value)-(e.Value-e.Low)) > 0.1*half:
		return fmt.Sprintf("%s [%s, %s]", value, number(e.Low, decimals), number(e.High, decimals))
	}
	return value + " ± " + number(half, decimals)
}

// signed writes a difference with its sign.
func signed(e stats.Estimate) string {
	s := interval(e)
	if e.HasValue() && e.Value > 0 {
		s = "+" + s
	}
	return s
}

// mostDecimals limits the decimals of a figure: a microsecond in milliseconds.
const mostDecimals = 3

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
