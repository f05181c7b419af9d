package scenario

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/sweep"
)

// A quantity is a kind of number that files write with a unit of its own.
type quantity struct {
	unit  string // of the number
	parse func(string) (float64, bool)
	// write writes a number of the kind, with so many digits that count at least.
	write func(x float64, isWhole bool) string
}

var quantities = []quantity{
	{"", plainNumber, func(x float64, isWhole bool) string {
		if isWhole {
			return strconv.FormatFloat(math.Round(x), 'f', -1, 64)
		}
		return strconv.FormatFloat(digits(x), 'g', -1, 64)
	}},
	{"bytes", func(s string) (float64, bool) {
		n, err := words.ParseBytes(s)
		return float64(n), err == nil
	}, func(x float64, _ bool) string { return writeBytes(x) }},
	{"s", func(s string) (float64, bool) {
		d, err := time.ParseDuration(s)
		return d.Seconds(), err == nil
	}, func(x float64, isWhole bool) string {
		if isWhole {
			x = math.Round(x)
		}
		return time.Duration(math.Round(digits(x) * 1e9)).String()
	}},
	{"share", func(s string) (float64, bool) {
		percent, ok := strings.CutSuffix(s, "%")
		x, isNumber := plainNumber(percent)
		return x / 100, ok && isNumber
	}, func(x float64, isWhole bool) string {
		if x *= 100; isWhole {
			x = math.Round(x)
		}
		return strconv.FormatFloat(digits(x), 'g', -1, 64) + "%"
	}},
}

func plainNumber(s string) (float64, bool) {
	x, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	return x, err == nil && !math.IsNaN(x) && !math.IsInf(x, 0)
}

// digits rounds to as many digits as values drawn or stepped through have.
func digits(x float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 6, 64), 64)
	if err != nil {
		return x
	}
	return rounded
}

// byteUnits are the units that sizes of a range are written in, the largest of a system first.
var byteUnits = []struct {
	bytes uint64
	name  string
}{{1 << 40, "TiB"}, {1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}, {1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}}

// writeBytes writes a size in the largest unit in which it is whole; one above 64 KiB that is whole in none is rounded to a few digits of a binary unit.
func writeBytes(x float64) string {
	n := uint64(math.Round(x))
	for _, u := range byteUnits {
		if n > 0 && n%u.bytes == 0 {
			return strconv.FormatUint(n/u.bytes, 10) + u.name
		}
	}
	for _, u := range byteUnits {
		if n > 64<<10 && n > u.bytes {
			return strconv.FormatFloat(digits(float64(n)/float64(u.bytes)), 'f', -1, 64) + u.name
		}
	}
	return strconv.FormatUint(n, 10) + "B"
}

// quantityOf finds the kind of number that all texts are; false if they are of none.
func quantityOf(texts []string) (*quantity, []float64, bool) {
	for i := range quantities {
		q := &quantities[i]
		var all []float64
		for _, t := range texts {
			if x, ok := q.parse(t); ok {
				all = append(all, x)
			}
		}
		if len(all) == len(texts) {
			return q, all, true
		}
	}
	return nil, nil, false
}

// A sweptKey is a key of a sweep with what its values are, or are drawn from.
type sweptKey struct {
	sweep.Key
	at     value
	values []sweptValue
	// low and high are the ends of a range, as on its axis.
	low, high float64
	of        *quantity
	isWhole   bool
}

// A sweptValue is one value of a key, as the file has it.
type sweptValue struct {
	sweep.Value
	node *yaml.Node
}

// readSwept reads the values of a key: a list, or a range with steps.
func readSwept(at keyed) (k sweptKey, ok bool) {
	k = sweptKey{Key: sweep.Key{Path: at.key}, at: at.value}
	if at.node.Kind == mappingKind {
		var steps int
		if ok = k.readRange(&steps); ok {
			k.step(steps)
		}
		return k, ok
	}
	var texts []string
	for _, item := range at.list() {
		label := item.node.Value
		if item.node.Kind != yaml.ScalarNode {
			label = flow(item.node)
		}
		k.values = append(k.values, sweptValue{sweep.Value{Text: label}, item.node})
		texts = append(texts, label)
	}
	if len(k.values) == 0 {
		if at.node.Kind == yaml.SequenceNode {
			at.problem("is empty; want one value or more")
		}
		return k, false
	}
	isScalar := !slices.ContainsFunc(k.values, func(v sweptValue) bool { return v.node.Kind != yaml.ScalarNode })
	if q, numbers, ok := quantityOf(texts); ok && isScalar {
		k.IsNumber, k.Unit = true, q.unit
		for i := range numbers {
			k.values[i].Number = numbers[i]
		}
		k.IsLog = isSpreadOut(numbers)
	}
	return k, true
}

// isSpreadOut reports whether numbers are better seen on a logarithmic axis: all above 0, with steps that grow.
func isSpreadOut(numbers []float64) bool {
	if len(numbers) < 3 || slices.Min(numbers) <= 0 || slices.Max(numbers)/slices.Min(numbers) < 8 {
		return false
	}
	sorted := slices.Sorted(slices.Values(numbers))
	first, last := sorted[1]-sorted[0], sorted[len(sorted)-1]-sorted[len(sorted)-2]
	return last > 2*first
}

// readRange reads {from, to, scale, whole} and, unless steps is nil, steps.
func (k *sweptKey) readRange(steps *int) (ok bool) {
	wrong := k.at.bad.count
	var from, to, scale string
	known := []field{
		{"from", func(v value) { from, _ = v.scalar("a number, with its unit if it has one") }},
		{"to", func(v value) { to, _ = v.scalar("a number, with its unit if it has one") }},
		{"scale", func(v value) {
			if scale, _ = v.scalar("linear or log"); scale != "linear" && scale != "log" {
				v.problem("is %s; want linear or log", text.Quote(scale))
			}
		}},
		{"whole", func(v value) { v.boolean(&k.isWhole) }},
	}
	if steps != nil {
		known = append(known, field{"steps", func(v value) {
			if v.integer(steps) && (*steps < 2 || *steps > sweep.MostPoints) {
				v.problem("is %d; want 2 to %d", *steps, sweep.MostPoints)
			}
		}})
	}
	seen := k.at.fields(known...)
	for _, f := range known {
		if _, there := seen[f.key]; !there && f.key != "scale" && f.key != "whole" {
			k.at.problem("the key %q is missing", f.key)
		}
	}
	if k.at.bad.count > wrong {
		return false
	}
	q, ends, isNumber := quantityOf([]string{from, to})
	switch {
	case !isNumber:
		k.at.problem("goes from %s to %s; want two numbers of one unit, for example 64MiB and 4GiB", text.Quote(from), text.Quote(to))
		return false
	case ends[0] >= ends[1]:
		k.at.problem("goes from %s to %s; want a greater number in the end", from, to)
		return false
	case scale == "log" && ends[0] <= 0:
		seen["scale"].problem("is log, from %s on; want a beginning above 0", from)
		return false
	}
	k.of, k.IsNumber, k.Unit, k.IsLog = q, true, q.unit, scale == "log"
	k.low, k.high = ends[0], ends[1]
	return true
}

// at returns the value at a share of the range.
func (k *sweptKey) part(share float64) sweptValue {
	x := k.low + float64(share*(k.high-k.low))
	if k.IsLog {
		x = math.Exp(float64((1-share)*math.Log(k.low)) + float64(share*math.Log(k.high)))
	}
	switch share {
	case 0:
		x = k.low
	case 1:
		x = k.high
	}
	label := k.of.write(x, k.isWhole)
	number, _ := k.of.parse(label)
	return sweptValue{sweep.Value{Text: label, Number: number}, &yaml.Node{Kind: yaml.ScalarNode, Value: label, Line: k.at.node.Line}}
}

// step fills in the values of a range.
func (k *sweptKey) step(steps int) {
	for i := range steps {
		v := k.part(float64(i) / float64(steps-1))
		if n := len(k.values); n > 0 && k.values[n-1].Text == v.Text {
			continue // whole numbers that lie too near
		}
		k.values = append(k.values, v)
	}
}

// flow writes a value on one line.
func flow(n *yaml.Node) string {
	of := *n
	of.Style |= yaml.FlowStyle
	data, err := yaml.Dump(&of, yaml.WithLineWidth(-1))
	if err != nil {
		return n.Value
	}
	return strings.Join(strings.Fields(string(data)), " ")
}
