package scenario

import (
	"time"

	"github.com/edgewise-sim/edgewise/workload"
)

// displayKeys are what stands between a player's input and the picture that shows what it did, and how play is judged.
func displayKeys(s *workload.Matched) []field {
	return []field{
		{"tick_time_per_pair", func(v value) { v.duration(&s.TickTimePerPair) }},
		{"line", func(v value) { readPlayerLine(v, &s.Line) }},
		{"display", func(v value) { readDisplay(v, &s.Display) }},
		{"cloud", func(v value) { readCloud(v, &s.Cloud) }},
		{"quality", func(v value) { readQuality(v, &s.Quality) }},
	}
}

func readPlayerLine(v value, l *workload.PlayerLine) {
	v.fields(
		field{"jitter_time", func(v value) { v.duration(&l.JitterTime) }},
		field{"loss", func(v value) { v.number(&l.Loss) }},
		field{"loss_burst", func(v value) { v.number(&l.LossBurst) }},
		field{"in_burst", func(v value) { v.number(&l.InBurst) }},
	)
}

func readDisplay(v value, d *workload.Display) {
	v.fields(
		field{"input", func(v value) { v.duration(&d.Input) }},
		field{"frames_per_second", func(v value) { v.number(&d.FramesPerSecond) }},
		field{"interpolation", func(v value) { v.duration(&d.Interpolation) }},
		field{"render", func(v value) { v.duration(&d.Render) }},
		field{"screen", func(v value) { v.duration(&d.Screen) }},
		field{"prediction", func(v value) { v.boolean(&d.Prediction) }},
		field{"lag_compensation", func(v value) { v.duration(&d.LagCompensation) }},
		field{"deadlines", func(v value) { v.durations(&d.Deadlines) }},
	)
}

func readCloud(v value, c *workload.Cloud) {
	mbit := func(to *float64) func(value) {
		return func(v value) {
			var mbit float64
			if v.number(&mbit) {
				*to = mbit * 1e6
			}
		}
	}
	v.fields(
		field{"mbit_per_second", mbit(&c.BitsPerSecond)},
		field{"line_mbit_per_second", mbit(&c.LineBitsPerSecond)},
		field{"capture", func(v value) { v.duration(&c.Capture) }},
		field{"encode", func(v value) { v.duration(&c.Encode) }},
		field{"decode", func(v value) { v.duration(&c.Decode) }},
	)
}

func readQuality(v value, q *workload.Quality) {
	v.fields(
		field{"of", choice(workload.ParseFelt, &q.Of)},
		field{"classes", func(v value) {
			q.Classes = nil
			for _, item := range v.list() {
				var name string
				var upTo time.Duration
				item.fields(
					field{"name", func(v value) { v.text(&name) }},
					field{"up_to", func(v value) { v.duration(&upTo) }},
				)
				q.Classes = append(q.Classes, workload.QualityClass{Name: name, UpTo: upTo})
			}
		}},
		field{"half", func(v value) { v.duration(&q.Half) }},
		field{"slope", func(v value) { v.duration(&q.Slope) }},
	)
}
