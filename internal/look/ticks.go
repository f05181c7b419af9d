package look

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// Logarithmic axes are linear axes over log10 of the quantity, with ticks of our own: plot.LogScale
// misplaces the axis label, leaves gaps and panics at zero.

// LatencyTicks marks 1, 2 and 5 in every decade of a log10 axis in milliseconds, with unlabelled
// marks between. Over more than four decades only the powers of ten are labelled; where high is less than five times
// low, the marks are evenly spaced.
type LatencyTicks struct{}

// Ticks implements plot.Ticker.
func (LatencyTicks) Ticks(low, high float64) []plot.Tick {
	const rounding = 1e-9
	if high-low < math.Log10(5) {
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
	for _, ms := range RoundNumbers(lowMs, highMs) {
		ticks = append(ticks, plot.Tick{Value: math.Log10(ms), Label: strconv.FormatFloat(ms, 'g', 6, 64)})
	}
	return ticks
}

// RoundNumbers returns the multiples of 1, 2 or 5 times a power of ten between low and high, about six
// of them.
func RoundNumbers(low, high float64) []float64 {
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
		numbers = append(numbers, float64(i*step)+0) // + 0 makes 0 of -0
	}
	return numbers
}

// PercentTicks marks the quarters of a linear axis of shares.
func PercentTicks() plot.ConstantTicks {
	return plot.ConstantTicks{
		{Value: 0, Label: "0 %"}, {Value: 0.25, Label: "25 %"}, {Value: 0.5, Label: "50 %"},
		{Value: 0.75, Label: "75 %"}, {Value: 1, Label: "100 %"},
	}
}
