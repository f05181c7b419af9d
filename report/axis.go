package report

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"

	"github.com/edgewise-sim/edgewise/internal/look"
)

// shareTicks marks the powers of ten of a log10 axis of shares in percent; over less than two decades also 2 and 5.
type shareTicks struct{}

// Ticks implements plot.Ticker.
func (shareTicks) Ticks(low, high float64) []plot.Tick {
	const rounding = 1e-9
	digits := []float64{1}
	if high-low < 2 { // few requests: a power of ten or two would be all
		digits = []float64{1, 2, 5}
	}
	var ticks []plot.Tick
	for decade := int(math.Floor(low)); float64(decade) <= high+rounding; decade++ {
		for _, digit := range digits {
			share := digit * math.Pow10(decade)
			if at := math.Log10(share); at >= low-rounding && at <= high+rounding {
				ticks = append(ticks, plot.Tick{Value: at, Label: strconv.FormatFloat(100*share, 'g', 6, 64) + " %"})
			}
		}
	}
	return ticks
}

// differenceTicks marks a linear axis of differences in round numbers with their signs.
type differenceTicks struct{}

// Ticks implements plot.Ticker.
func (differenceTicks) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for _, x := range look.RoundNumbers(low, high) {
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
		if at := logOdds(percent / 100); at >= low-1e-9 && at <= high+1e-9 {
			ticks = append(ticks, plot.Tick{Value: at, Label: "p" + strconv.FormatFloat(percent, 'f', -1, 64)})
		}
	}
	return ticks
}

// logOdds returns log10(p / (1-p)).
func logOdds(p float64) float64 { return float64(math.Log10(p / (1 - p))) }

// latencyRange returns a range of log10 milliseconds that holds [lowNs, highNs] with a little room.
// Latencies below a microsecond are off any plot.
func latencyRange(lowNs, highNs float64) (low, high float64) {
	const microsecond = 1e3
	low, high = logMs(max(lowNs, microsecond)), logMs(max(highNs, microsecond))
	room := max(0.02, float64(0.02*(high-low)))
	if high-low < 0.2 {
		room = 0.15 // all latencies alike: show where they lie, not their last digits
	}
	return low - room, high + room
}

// logMs returns log10 of the latency in milliseconds.
func logMs(ns float64) float64 { return float64(math.Log10(ns / 1e6)) }
