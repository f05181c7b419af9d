package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The size of a page; what all pictures share is the package look.
const (
	pageWidth  = 9 * vg.Inch
	pageMargin = 14 * vg.Length(1)
	leading    = 1.25 // distance of base lines by font size
	// spared is the part of a line that is left free where text is wrapped: programs that show SVG with a font
	// of their own, and do not fit it, need up to 17 % more (DejaVu Sans).
	spared = 0.15
)

// wrap breaks a text into at most the given number of lines no wider than width, less what is spared. A word that is too
// wide alone is broken anywhere. What does not fit is cut off and marked by an ellipsis.
func wrap(s draw.TextStyle, txt string, width vg.Length, most int) []string {
	width *= 1 - spared
	lines := broken(s, txt, width)
	if len(lines) > most {
		lines = lines[:most]
		lines[most-1] = cut(s, lines[most-1]+"…", width)
	}
	return lines
}

// wrapName is wrap for names, which often differ at their end only: what does not fit is left out before it.
func wrapName(s draw.TextStyle, name string, width vg.Length, most int) []string {
	width *= 1 - spared
	lines := broken(s, name, width)
	if len(lines) <= most {
		return lines
	}
	lines = lines[:most]
	rest := strings.Join(strings.Fields(name), " ")
	for _, line := range lines[:most-1] {
		rest = strings.TrimSpace(strings.TrimPrefix(rest, line))
	}
	lines[most-1] = cutMiddle(s, rest, width)
	return lines
}

// broken breaks a text into lines no wider than width.
func broken(s draw.TextStyle, txt string, width vg.Length) (lines []string) {
	line := ""
	for _, word := range strings.Fields(txt) {
		longer := strings.TrimSpace(line + " " + word)
		if s.Width(longer) <= width {
			line = longer
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for line = word; s.Width(line) > width; {
			fits := fitting(s, line, width)
			lines = append(lines, line[:fits])
			line = line[fits:]
		}
	}
	return append(lines, line)
}

// fitting returns how many bytes of a line, whole characters and at least one, fit into the width.
func fitting(s draw.TextStyle, line string, width vg.Length) int {
	fits := 0
	for i, r := range line {
		next := i + utf8.RuneLen(r)
		if fits > 0 && s.Width(line[:next]) > width {
			break
		}
		fits = next
	}
	return fits
}

// cut shortens a line to the width and marks the cut by an ellipsis.
func cut(s draw.TextStyle, line string, width vg.Length) string {
	if s.Width(line) <= width {
		return line
	}
	line = strings.TrimSuffix(line, "…")
	return strings.TrimSpace(line[:fitting(s, line, width-s.Width("…"))]) + "…"
}

// cutMiddle shortens a name to the width: it keeps its beginning and its end, by which it differs from others.
func cutMiddle(s draw.TextStyle, name string, width vg.Length) string {
	if s.Width(name) <= width {
		return name
	}
	half := vg.Length((width - s.Width("…")) / 2)
	end := len(name)
	for i := range name {
		if s.Width(name[i:]) <= half {
			end = i
			break
		}
	}
	return strings.TrimSpace(name[:fitting(s, name, half)]) + "…" + strings.TrimSpace(name[end:])
}

// cutNames shortens names to the width so that those which differ still do: where beginnings and ends are alike, what is kept is where they differ first and,
// if that does not fit either, they are numbered.
func cutNames(s draw.TextStyle, names []string, width vg.Length) []string {
	short := make([]string, len(names))
	for i, name := range names {
		short[i] = cutMiddle(s, name, width)
	}
	alike := func(i int) (others []int) { // which show as one does, and are others
		for k := range names {
			if names[k] != names[i] && short[k] == short[i] {
				others = append(others, k)
			}
		}
		return others
	}
	apart := slices.Clone(short)
	for i, name := range names {
		differ := 0
		for _, k := range alike(i) {
			differ = max(differ, differAt(name, names[k]))
		}
		if differ > 0 {
			apart[i] = cutAround(s, name, differ, width)
		}
	}
	short = apart
	numbered := slices.Clone(short)
	for i, name := range names {
		if others := alike(i); len(others) > 0 {
			number := fmt.Sprintf(" (%d)", slices.Index(names, name)+1)
			numbered[i] = cutMiddle(s, name, width-s.Width(number)) + number
		}
	}
	return numbered
}

// differAt returns where two texts differ first, at the beginning of a character of the first.
func differAt(a, b string) int {
	at := 0
	for at < len(a) && at < len(b) && a[at] == b[at] {
		at++
	}
	for at > 0 && at < len(a) && !utf8.RuneStart(a[at]) {
		at--
	}
	return at
}

// cutAround shortens a name to the width: it keeps a third of it for the beginning, and what stands around a place.
func cutAround(s draw.TextStyle, name string, at int, width vg.Length) string {
	head := name[:fitting(s, name, width/3)]
	from := strings.LastIndexAny(name[:at], " ,-") + 1 // the word in which it is
	if s.Width(name[from:at]) > width/3 {
		from = at
	}
	if from <= len(head) {
		return cut(s, name, width)
	}
	return head + "…" + cut(s, name[from:], width-s.Width(head+"…"))
}

// block draws lines of text from the top left corner at and returns the height they took.
func block(c draw.Canvas, s draw.TextStyle, at vg.Point, lines []string) vg.Length {
	step := s.Font.Size * leading
	for i, line := range lines {
		c.FillText(s, vg.Point{X: at.X, Y: at.Y - vg.Length(step*vg.Length(i))}, line)
	}
	return step * vg.Length(len(lines))
}
