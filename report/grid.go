package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// A grid is one table in the making.
type grid struct {
	title   string
	columns []string
	rows    [][]string
	notes   []string
	// first is the width in characters at which the first column is wrapped.
	first int
	// texts is how many columns hold text, which is aligned to the left; 1 if 0.
	texts int
	// lacks are the figures, or intervals, that the data could not carry.
	lacks []lack
}

// A lack is what the data could not carry, with the row it is of.
type lack struct{ what, of, why string }

// lacking sums up what is lacking, a sentence for each kind of reason, and of which rows where it is not of all.
func (t *grid) lacking() (sentences []string) {
	type group struct {
		what, of     []string
		why, pattern string
	}
	var groups []group
	for _, l := range t.lacks {
		pattern := figuresIn.ReplaceAllString(l.why, "#")
		at := slices.IndexFunc(groups, func(g group) bool { return g.pattern == pattern && g.what[0] == l.what })
		if at < 0 {
			at = len(groups)
			groups = append(groups, group{[]string{l.what}, nil, l.why, pattern})
		}
		g := &groups[at]
		g.of = append(g.of, l.of)
		if g.why != l.why && !strings.HasPrefix(g.why, example) {
			g.why = example + g.why
		}
	}
	for i := 0; i < len(groups); i++ {
		g := &groups[i]
		for k := i + 1; k < len(groups); {
			if o := &groups[k]; o.pattern == g.pattern && slices.Equal(o.of, g.of) {
				if o.why != g.why && !strings.HasPrefix(g.why, example) {
					g.why = example + g.why
				}
				g.what = append(g.what, o.what...)
				groups = slices.Delete(groups, k, k+1)
				continue
			}
			k++
		}
		of := ""
		if len(g.of) < len(t.rows) {
			of = " of " + named(g.of)
		}
		sentences = append(sentences, fmt.Sprintf("%s%s: %s.", strings.Join(g.what, ", "), of, g.why))
	}
	return sentences
}

// figuresIn finds the numbers in a reason, example begins one that is of the first of several.
var figuresIn = regexp.MustCompile(`[0-9]+(\.[0-9]+)?`)

const example = "for instance "

// grid writes the table under its title, and its notes. A table that is wider than the paper is split: each part has the
// first column.
func (p *paper) grid(t *grid) {
	p.heading(t.title)
	for _, columns := range t.split(p.Width) {
		w := t.writer(columns, p.Width)
		if p.markdown {
			// The empty line keeps the next line from being taken for a row.
			p.WriteString(w.RenderMarkdown() + "\n\n")
			continue
		}
		w.SetStyle(table.StyleLight)
		w.Style().Format.Header = text.FormatDefault
		p.WriteString(w.Render() + "\n")
	}
	for _, note := range slices.Concat(t.lacking(), t.notes) {
		p.prose(note)
	}
	p.gap()
}

// split returns the columns of each part of a table that is no wider than a width: as few parts as there can be, about
// equally wide.
func (t *grid) split(width int) [][]int {
	parts := t.fill(width)
	for narrower := width - 1; len(parts) > 1 && narrower > 0; narrower-- {
		even := t.fill(narrower)
		if len(even) > len(parts) {
			break
		}
		parts = even
	}
	return parts
}

// fill puts as many columns as fit into each part.
func (t *grid) fill(width int) (parts [][]int) {
	const border, padding = 1, 3 // on the left; of a column, with the line on its right
	taken := 0
	for column := 1; column < len(t.columns); column++ {
		needs := t.widthOf(column) + padding
		if len(parts) == 0 || width > 0 && taken+needs > width {
			parts = append(parts, nil)
			taken = border + padding + t.nameWidth(width)
		}
		last := len(parts) - 1
		parts[last] = append(parts[last], column)
		taken += needs
	}
	return parts
}

// nameWidth returns the width of the first column: on a narrow screen at most a third of it.
func (t *grid) nameWidth(width int) int {
	most := t.first
	if width > 0 {
		most = min(most, width/3)
	}
	return min(t.widthOf(0), most)
}

// widthOf returns the width that a column needs: its heading may be wrapped at words, to two lines, its cells not.
func (t *grid) widthOf(column int) (width int) {
	words := strings.Fields(t.columns[column])
	width = text.StringWidth(t.columns[column])
	for i := 1; i < len(words); i++ {
		first, second := strings.Join(words[:i], " "), strings.Join(words[i:], " ")
		width = min(width, max(text.StringWidth(first), text.StringWidth(second)))
	}
	for _, row := range t.rows {
		width = max(width, text.LongestLineLen(row[column]))
	}
	return width
}

// writer makes the table of the first column and some others.
func (t *grid) writer(others []int, width int) table.Writer {
	w := table.NewWriter()
	columns := append([]int{0}, others...)
	configs := []table.ColumnConfig{{Number: 1, WidthMax: t.nameWidth(width), WidthMaxEnforcer: wrapLines}}
	for i, column := range others {
		align := text.AlignRight
		if column < t.texts {
			align = text.AlignLeft
		}
		configs = append(configs, table.ColumnConfig{Number: i + 2, Align: align, AlignHeader: align})
	}
	of := func(cells []string) (row table.Row) {
		for _, column := range columns {
			row = append(row, cells[column])
		}
		return row
	}
	header := slices.Clone(t.columns)
	if width > 0 {
		for column := range header {
			header[column] = wrapLines(header[column], t.widthOf(column))
		}
	}
	w.AppendHeader(of(header))
	w.SetColumnConfigs(configs)
	for _, cells := range t.rows {
		w.AppendRow(of(cells))
	}
	return w
}

// wrapLines wraps each line of a text at words.
func wrapLines(txt string, width int) string {
	var all []string
	for _, line := range strings.Split(txt, "\n") {
		for _, part := range strings.Split(text.WrapSoft(line, width), "\n") {
			all = append(all, strings.TrimRight(part, " "))
		}
	}
	return strings.Join(all, "\n")
}
