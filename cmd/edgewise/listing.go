package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"

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
}

// write writes the listing as table, csv or json.
func (l listing) write(w io.Writer, format string) error {
	switch format {
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(l.items)
	case "csv":
		return writeCSV(w, l.rows)
	}
	shown := l.shown
	if shown == nil {
		shown = l.rows
	}
	_, err := fmt.Fprintln(w, newTable(l.title, shown).Render())
	return err
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
