package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// printTables prints a table a work.
func printTables(out io.Writer, works []work, rows []row, quick bool) error {
	for _, w := range works {
		name := w.name
		if quick {
			name += " (quick: a hundredth of the work, results not checked)"
		}
		if _, err := fmt.Fprintf(out, "\n%s: %s\n\n%s", name, w.what, workTable(w, rows)); err != nil {
			return err
		}
	}
	return nil
}

// workTable returns the rows of a work as a Markdown table. Ratios are to the nearest base above.
func workTable(w work, rows []row) string {
	cells := [][]string{{"engine", "how"}}
	column := func(line int, header, cell string) {
		if line == 1 {
			cells[0] = append(cells[0], header)
		}
		cells[line] = append(cells[line], cell)
	}
	base := 0.0
	for _, r := range rows {
		if r.Work != w.name {
			continue
		}
		if r.base || base == 0 {
			base = r.NsPerOp
		}
		line := len(cells)
		cells = append(cells, []string{r.Engine, r.How})
		if w.size != "" {
			column(line, w.size, thousands(r.Size))
		}
		if r.Quick { // then the size says nothing of how much was done
			column(line, w.unit+"s done", thousands(r.Operations))
		}
		column(line, "ns a "+w.unit, figure(r.NsPerOp))
		column(line, "least to most", figure(r.NsLeast)+" to "+figure(r.NsMost))
		column(line, w.unit+"s a second", millions(r.OpsPerSecond))
		column(line, "ratio", fmt.Sprintf("%.2f", r.NsPerOp/base))
		column(line, "peak memory", fmt.Sprintf("%d MB", (r.PeakBytes+500_000)/1_000_000))
		if w.check != "" {
			column(line, w.check, fmt.Sprintf("%.4f", r.Check))
		}
	}
	return markdown(cells, 2)
}

// markdown returns cells as an aligned Markdown table, of which the first row is the header and the first
// columns, as many as said, are words; the others are figures and stand to the right.
func markdown(cells [][]string, words int) string {
	widths := make([]int, len(cells[0]))
	for _, line := range cells {
		for i, c := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	rule := make([]string, len(widths))
	for i := range rule {
		rule[i] = strings.Repeat("-", max(3, widths[i]))
		if i >= words {
			rule[i] = rule[i][1:] + ":"
		}
	}
	var b strings.Builder
	for _, line := range slices.Insert(slices.Clone(cells), 1, rule) {
		for i, c := range line {
			pad := strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(c)))
			if i < words {
				b.WriteString("| " + c + pad + " ")
			} else {
				b.WriteString("| " + pad + c + " ")
			}
		}
		b.WriteString("|\n")
	}
	return b.String()
}

// figure prints a cost with three digits.
func figure(ns float64) string {
	switch {
	case ns < 10:
		return fmt.Sprintf("%.2f", ns)
	case ns < 100:
		return fmt.Sprintf("%.1f", ns)
	}
	return fmt.Sprintf("%.0f", ns)
}

func millions(perSecond float64) string {
	switch m := perSecond / 1e6; {
	case m >= 10:
		return fmt.Sprintf("%.1f M", m)
	case m >= 0.1:
		return fmt.Sprintf("%.2f M", m)
	}
	return fmt.Sprintf("%.1f k", perSecond/1e3)
}

// thousands prints a whole number in groups of three.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
