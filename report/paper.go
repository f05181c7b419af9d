package report

import "strings"

// A Layout says how a comparison is laid out on a screen.
type Layout struct {
	// Width is the width of the screen in characters: tables are split by columns so that each fits, and sentences are
	// wrapped at words. 0 means no bound; less than 40 is taken for 40.
	Width int
	// All shows every placement, where otherwise the baseline and the ten best are shown, and the sources of the data.
	All bool
	// Sites shows what every site does, too.
	Sites bool
}

// narrowest is the least width that tables are made for.
const narrowest = 40

// A paper is what text is written on: a screen of a width, or Markdown, which has none.
type paper struct {
	strings.Builder
	Layout
	markdown bool
}

func onScreen(l Layout) *paper {
	if l.Width > 0 {
		l.Width = max(l.Width, narrowest)
	}
	return &paper{Layout: l}
}

func asMarkdown() *paper { return &paper{Layout: Layout{All: true}, markdown: true} }

// heading begins a part.
func (p *paper) heading(title string) {
	switch {
	case p.markdown:
		p.WriteString("### " + title + "\n\n")
	default:
		p.WriteString(p.wrapped(title, 0) + "\n")
	}
}

// prose writes a paragraph.
func (p *paper) prose(sentences string) { p.WriteString(p.wrapped(sentences, 0) + "\n") }

// items writes a list.
func (p *paper) items(all []string) {
	const bullet = "- "
	for _, item := range all {
		p.WriteString(bullet + p.wrapped(item, len(bullet)) + "\n")
	}
}

// gap separates parts.
func (p *paper) gap() { p.WriteString("\n") }

// wrapped breaks a text at words, lines behind the first indented.
func (p *paper) wrapped(txt string, indent int) string {
	if p.markdown || p.Width == 0 {
		return txt
	}
	return strings.ReplaceAll(wrapLines(txt, p.Width-indent), "\n", "\n"+strings.Repeat(" ", indent))
}
