package report

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Logarithmic axes are linear axes over log10 of the quantity, with ticks of our own: plot.LogScale
// misplaces the axis label, leaves gaps and panics at zero.

// latencyTicks marks 1, 2 and 5 in every decade of a log10 axis in milliseconds, with unlabelled
// marks between. Over more than four decades only the powers of ten are labelled; over less than half a
// decade the marks are evenly spaced.
type latencyTicks struct{}

// Ticks implements plot.Ticker.
func (latencyTicks) Ticks(low, high float64) []plot.Tick {
	const rounding = 1e-9
	if high-low < 0.5 {
		return evenTicks(math.Pow(10, low), math.Pow(10, high))
	}
	var ticks []plot.Tick
	for decade := int(math.Floor(low)); decade <= int(math.Ceil(high)); decade++ {
		for digit := 1; digit <= 9; digit++ {
			ms := float64(digit) * math.Pow10(decade)
			at := math.Log10(ms)
			if at < low-rounding || at > high+rounding {
				continue
			}
			tick := plot.Tick{Value: at}
			if digit == 1 || high-low <= 4 && (digit == 2 || digit == 5) {
				tick.Label = strconv.FormatFloat(ms, 'g', 6, 64)
			}
			ticks = append(ticks, tick)
		}
	}
	return ticks
}

// evenTicks marks evenly spaced latencies on a log10 axis.
func evenTicks(lowMs, highMs float64) []plot.Tick {
	var ticks []plot.Tick
	for _, ms := range roundNumbers(lowMs, highMs) {
		ticks = append(ticks, plot.Tick{Value: math.Log10(ms), Label: strconv.FormatFloat(ms, 'g', 6, 64)})
	}
	return ticks
}

// roundNumbers returns the multiples of 1, 2 or 5 times a power of ten between low and high, about six
// of them.
func roundNumbers(low, high float64) []float64 {
	const wanted, rounding = 6, 1e-6
	step := math.Pow(10, math.Floor(math.Log10((high-low)/wanted)))
	for _, factor := range []float64{2, 2.5, 2} { // 1, 2, 5, 10
		if (high-low)/step <= wanted {
			break
		}
		step *= factor
	}
	var numbers []float64
	for i := math.Ceil(low/step - rounding); i <= high/step+rounding; i++ {
		numbers = append(numbers, i*step)
	}
	return numbers
}

// shareTicks marks the powers of ten of a log10 axis of shares in percent.
type shareTicks struct{}

// Ticks implements plot.Ticker.
func (shareTicks) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for decade := int(math.Ceil(low - 1e-9)); float64(decade) <= high+1e-9; decade++ {
		percent := strconv.FormatFloat(100*math.Pow10(decade), 'f', -1, 64) + " %"
		ticks = append(ticks, plot.Tick{Value: float64(decade), Label: percent})
	}
	return ticks
}

// differenceTicks marks a linear axis of differences in round numbers with their signs.
type differenceTicks struct{}

// Ticks implements plot.Ticker.
func (differenceTicks) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for _, x := range roundNumbers(low, high) {
		label := strings.Replace(strconv.FormatFloat(x, 'g', 6, 64), "-", "−", 1)
		switch {
		case x == 0:
			label = "0"
		case x > 0:
			label = "+" + label
		}
		ticks = append(ticks, plot.Tick{Value: x, Label: label})
	}
	return ticks
}

// percentileTicks marks a log-odds axis of percentiles, which gives both tails as much room as the
// middle.
type percentileTicks struct{}

// Ticks implements plot.Ticker.
func (percentileTicks) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for _, percent := range []float64{0.01, 0.1, 1, 10, 25, 50, 75, 90, 99, 99.9, 99.99, 99.999} {
		if at := logOdds(percent / 100); at >= low && at <= high {
			ticks = append(ticks, plot.Tick{Value: at, Label: "p" + strconv.FormatFloat(percent, 'f', -1, 64)})
		}
	}
	return ticks
}

// logOdds returns log10(p / (1-p)).
func logOdds(p float64) float64 { return math.Log10(p / (1 - p)) }

// percentTicks marks the quarters of a linear axis of shares.
func percentTicks() plot.ConstantTicks {
	return plot.ConstantTicks{
		{Value: 0, Label: "0 %"}, {Value: 0.25, Label: "25 %"}, {Value: 0.5, Label: "50 %"},
		{Value: 0.75, Label: "75 %"}, {Value: 1, Label: "100 %"},
	}
}

// latencyRange returns a range of log10 milliseconds that holds [lowNs, highNs] with a little room.
// Latencies below a microsecond are off any plot.
func latencyRange(lowNs, highNs float64) (low, high float64) {
	const microsecond = 1e3
	low, high = logMs(max(lowNs, microsecond)), logMs(max(highNs, microsecond))
	room := max(0.02, 0.02*(high-low))
	if high-low < 0.2 {
		room = 0.15 // all latencies alike: show where they lie, not their last digits
	}
	return low - room, high + room
}

// logMs returns log10 of the latency in milliseconds.
func logMs(ns float64) float64 { return math.Log10(ns / 1e6) }

// newPlot returns an empty plot in the style of the page.
func newPlot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Padding = 0
		a.LineStyle = draw.LineStyle{Color: axis, Width: vg.Points(0.6)}
		a.Tick.LineStyle = a.LineStyle
		a.Tick.Length = vg.Points(4)
		a.Label.TextStyle.Color, a.Label.TextStyle.Font = ink, textStyle(labelSize, ink).Font
		a.Tick.Label.Color, a.Tick.Label.Font = ink, textStyle(noteSize, ink).Font
	}
	return p
}
