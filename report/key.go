package report

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/sim"
)

// A key explains the lines of a plot in a column beside it, where it cannot cover data, and gives
// the marked figures in numbers.
type key struct{ entries []keyEntry }

// A keyEntry explains one line.
type keyEntry struct {
	// placement is the place in the study.
	placement int
	style     draw.LineStyle
	symbol    *symbol // on the line, or nil
	name      string
	remark    string // below the name, may be empty
	// failed says which share has no answer, "" where all has. It is part of the remark.
	failed string
	values []keyValue
}

// A keyValue is a marked figure: "p50  45.2 ± 0.3 ms".
type keyValue struct {
	mark  mark
	text  string
	drawn bool // false where the figure is not supported, so that no mark is on the line
}

const (
	keyIndent   = 30 * vg.Length(1)
	keyEntryGap = 7 * vg.Length(1)
)

// entry returns the key entry of a line.
func (l line) entry() keyEntry {
	e := keyEntry{placement: l.placement, style: look.Line(l.placement), name: l.name, remark: l.failedRemark(), failed: l.failedRemark()}
	for _, m := range l.view.marks() {
		q, ok := l.quantile(m.p)
		switch {
		case !ok:
		case !q.HasValue():
			e.values = append(e.values, keyValue{m, m.name + "  too few requests", false})
		default:
			e.values = append(e.values, keyValue{m, m.name + "  " + interval(q.Estimate) + " ms", true})
		}
	}
	return e
}

// failedRemark says which shares of the requests failed or were not played, and of the sessions were lost, nothing where
// none were.
func (c *curve) failedRemark() string {
	var remarks []string
	if none := 1 - c.answered(); none > 0 {
		remarks = append(remarks, noAnswer(c.metric.Metric, c.figures, none))
	}
	if c.lost > 0 {
		remarks = append(remarks, percent(c.lost)+" % of sessions lost")
	}
	return strings.Join(remarks, ", ")
}

// noAnswer says what became of the share of all that has no latency of a metric.
func noAnswer(metric string, figures edgewise.Figures, share float64) string {
	if metric == sim.PlayerRTT.String() {
		return percent(share) + " % never played"
	}
	var parts []string
	failed := share
	if idle, ok := figures.Find("not playing", "share"); ok && idle.Value > 0 {
		parts = append(parts, percent(idle.Value)+" % not playing")
		failed = 0
		for _, o := range []sim.Outcome{sim.Failed, sim.Rejected} {
			if f, ok := figures.Find("outcome", o.String()); ok {
				failed += f.Value
			}
		}
	}
	if failed > 0 {
		parts = append(parts, percent(failed)+" % failed")
	}
	return strings.Join(parts, ", ")
}

// percent writes a share above 0 in percent, with two digits that count, but never as none or as all where it is
// not.
func percent(share float64) string {
	switch p := 100 * share; {
	case p < 0.01:
		return "< 0.01"
	case p > 99 && p < 100:
		return strconv.FormatFloat(math.Floor(10*p)/10, 'f', 1, 64)
	case p >= 10:
		return strconv.FormatFloat(p, 'f', 0, 64)
	default:
		return strconv.FormatFloat(p, 'g', 2, 64)
	}
}

func (k key) height() vg.Length {
	height := vg.Length(0)
	for _, e := range k.entries {
		height += e.height() + keyEntryGap
	}
	return height
}

func (e keyEntry) nameLines() []string {
	return wrapName(look.Text(look.LabelSize, look.Ink), e.name, keyWidth-keyIndent, 3)
}

func (e keyEntry) remarkLines() []string {
	if e.remark == "" {
		return nil
	}
	return wrap(look.Text(look.NoteSize, look.Faint), e.remark, keyWidth-keyIndent, 2)
}

func (e keyEntry) height() vg.Length {
	return vg.Length(leading * (vg.Length(look.LabelSize*vg.Length(len(e.nameLines()))) + vg.Length(look.NoteSize*vg.Length(len(e.remarkLines())+len(e.values)))))
}

func (k key) draw(c draw.Canvas) {
	at := vg.Point{X: c.Min.X + keyIndent, Y: c.Max.Y}
	value := look.Text(look.NoteSize, look.Faint)
	for _, e := range k.entries {
		middle := at.Y - look.LabelSize*0.6
		c.StrokeLine2(e.style, c.Min.X, middle, at.X-6, middle)
		if e.symbol != nil {
			e.symbol.draw(&c, vg.Point{X: (c.Min.X + at.X - 6) / 2, Y: middle}, e.style.Color)
		}
		at.Y -= block(c, look.Text(look.LabelSize, look.Ink), at, e.nameLines())
		at.Y -= block(c, value, at, e.remarkLines())
		for _, v := range e.values {
			if v.drawn {
				v.mark.draw(&c, vg.Point{X: at.X - 14, Y: at.Y - look.NoteSize*0.6}, e.style.Color)
			}
			at.Y -= block(c, value, at, []string{cut(value, v.text, keyWidth-keyIndent)})
		}
		at.Y -= keyEntryGap
	}
}
