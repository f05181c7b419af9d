package report

import (
	"io"
	"strings"
)

// plainMarkdown keeps the letters of names from being read as Markdown or HTML. What the tables themselves need, the
// bars between columns and the line breaks in cells, stays.
var plainMarkdown = strings.NewReplacer(
	"<br/>", "<br/>", "&", "&amp;", "<", "&lt;", ">", "&gt;", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "`", "\\`",
)

// A markdownWriter writes text in which nothing but headings and tables is meant as Markdown. Each Write must be of
// whole lines.
type markdownWriter struct{ w io.Writer }

func (m markdownWriter) Write(p []byte) (int, error) {
	if _, err := plainMarkdown.WriteString(m.w, string(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}
