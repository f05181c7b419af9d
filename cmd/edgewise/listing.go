package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/edgewise-sim/edgewise/internal/words"
)

// A listing is what a command lists, for each of the formats in which it can be had.
type listing struct {
	// items are what JSON holds.
	items any
	// rows are those of CSV, the header first.
	rows []table.Row
	// title stands above a table; shown are its rows, the header first. Without shown they are those of CSV.
	title string
	shown []table.Row
	// isLong says that the last column is long: where the table does not fit it stands in a table of its own, by the first.
	isLong bool
}

// write writes the listing as table, csv or json.
func (l listing) write(w io.Writer, format string) error {
	switch format {
	case "json":
		return writeJSON(w, l.items)
	case "csv":
		return writeCSV(w, l.rows)
	}
	shown := l.shown
	if shown == nil {
		shown = l.rows
	}
	_, err := fmt.Fprintln(w, l.fitted(shown, widthOf(w)))
	return err
}

// fitted returns a listing's rows as a table, or two, of a width in characters.
func (l listing) fitted(rows []table.Row, width int) string {
	if !l.isLong || framedWidth(rows) <= width {
		return fittedTable(l.title, rows, width)
	}
	short, long := make([]table.Row, len(rows)), make([]table.Row, len(rows))
	for i, r := range rows {
		last := len(r) - 1
		short[i], long[i] = r[:last], table.Row{r[0], r[last]}
	}
	return fittedTable(l.title, short, width) + "\n\n" + fittedTable("", long, width)
}

// fittedTable returns a table that is no wider than so many characters: where need be without a frame, and with what is widest
// wrapped.
func fittedTable(title string, rows []table.Row, width int) string {
	t := newTable(title, rows)
	if framedWidth(rows) <= width {
		return t.Render()
	}
	const least = 6
	gap := 2
	style := table.StyleLight
	style.Options = table.OptionsNoBordersAndSeparators
	style.Options.SeparateHeader = true
	columns := widthsOf(rows)
	excess := func() int {
		sum := gap * len(columns)
		for _, n := range columns {
			sum += n
		}
		return sum - width
	}
	if excess() > 0 { // headings may be broken at words
		heading := make(table.Row, len(rows[0]))
		for i, h := range rows[0] {
			heading[i] = ""
			for _, word := range strings.Fields(fmt.Sprint(h)) {
				if len(word) > len(heading[i].(string)) {
					heading[i] = word
				}
			}
		}
		columns = widthsOf(append([]table.Row{heading}, rows[1:]...))
	}
	if excess() > 0 {
		gap = 1
	}
	style.Box.PaddingLeft, style.Box.PaddingRight = "", strings.Repeat(" ", gap)
	t.SetStyle(style)
	shrink := func(least func(column int) int) {
		for excess() > 0 {
			widest := -1
			for i := 1; i < len(columns); i++ { // the first has ids, to be copied
				if columns[i] > least(i) && (widest < 0 || columns[i] > columns[widest]) {
					widest = i
				}
			}
			if widest < 0 {
				break
			}
			columns[widest]--
		}
	}
	whole := wordsOf(rows)
	shrink(func(column int) int { return max(whole[column], least) }) // between words, as long as that will do
	shrink(func(int) int { return least })
	configs := make([]table.ColumnConfig, len(columns))
	for i, n := range columns {
		configs[i] = table.ColumnConfig{Number: i + 1, WidthMax: n, WidthMaxEnforcer: text.WrapSoft}
	}
	t.SetColumnConfigs(configs)
	return t.Render()
}

// framedWidth returns the width of a table with a frame, in characters.
func framedWidth(rows []table.Row) int {
	width := 1
	for _, n := range widthsOf(rows) {
		width += n + 3
	}
	return width
}

// widthsOf returns the widths of the columns of a table.
func widthsOf(rows []table.Row) []int {
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, c := range r {
			widths[i] = max(widths[i], text.StringWidthWithoutEscSequences(fmt.Sprint(c)))
		}
	}
	return widths
}

// wordsOf returns the widths of the longest words of the columns of a table.
func wordsOf(rows []table.Row) []int {
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, c := range r {
			for word := range strings.FieldsSeq(fmt.Sprint(c)) {
				widths[i] = max(widths[i], text.StringWidthWithoutEscSequences(word))
			}
		}
	}
	return widths
}

// writeCSV writes rows, the header first.
func writeCSV(w io.Writer, rows []table.Row) error {
	out := csv.NewWriter(w)
	for _, r := range rows {
		cells := make([]string, len(r))
		for i, c := range r {
			cells[i] = words.Cell(fmt.Sprint(c))
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// newTable returns the table of rows, the header first, under a title if there is one.
func newTable(title string, rows []table.Row) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	if title != "" {
		t.SetTitle("%s", title)
	}
	t.AppendHeader(rows[0])
	t.AppendRows(rows[1:])
	return t
}
