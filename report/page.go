package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"

	"github.com/klauspost/compress/gzip"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/search"
)

// pageFile is the page that a report has for people who did not run it.
const pageFile = "report.html"

// Pages are made of templates, and of the bundle that report/page builds: script and style. TestThePage... and
// report/page/README.md say how it is tested.
//
//go:embed page/page.html page/sweep.html page/dist/page.js page/dist/page.css page/dist/licences.txt
var pageFiles embed.FS

var pageTemplates = template.Must(template.New("").Funcs(template.FuncMap{"folded": folded}).ParseFS(pageFiles, "page/*.html"))

// WritePage writes the comparison as one HTML page that needs nothing else: the answer in sentences with the verdicts, who
// loses, and every figure drawn, each drawing with a table. It works offline: its content policy refuses all requests, and all
// that it runs is known by its hash. Without scripts it has the sentences and tables of verdicts. Of many placements it shows
// the baseline and the best.
func WritePage(w io.Writer, c *edgewise.Comparison) error { return writePage(w, c, nil) }

// WriteSearchPage writes the page of an answer: which sites to choose, and what the simulation of the alternatives says.
func WriteSearchPage(w io.Writer, a *search.Answer) error { return writePage(w, a.Comparison, a) }

func writePage(w io.Writer, c *edgewise.Comparison, a *search.Answer) error {
	if _, err := selectWorkloads(c, ""); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	shown, leftOut := few(c, mostDrawn)
	view, err := newPageView(shown, leftOut, a)
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	data, err := newPageData(shown, a)
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	text, err := packed(data)
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	view.pageShell = newPageShell(text)
	return executePage(w, "page.html", view)
}

// A foldedList is a list of which the rest is shown when it is asked for, and on paper.
type foldedList struct{ First, Rest []string }

// folded folds a list that is longer than it takes to see at once.
func folded(all []string) foldedList {
	const most, first = 8, 5
	if len(all) <= most {
		return foldedList{First: all}
	}
	return foldedList{all[:first], all[first:]}
}

// A pageShell is what every page has: the bundle, the policy that lets nothing else in, and the data, packed.
type pageShell struct {
	Policy         string
	Script         template.JS
	Style          template.CSS
	Data, Licences string
}

func newPageShell(data string) pageShell {
	script, style := pagePart("page.js"), pagePart("page.css")
	return pageShell{
		Policy: fmt.Sprintf("default-src 'none'; script-src '%s'; style-src '%s'; img-src data:; base-uri 'none'; form-action 'none'", policyHash(script), policyHash(style)),
		Script: template.JS(script), Style: template.CSS(style), Data: data, Licences: pagePart("licences.txt"),
	}
}

// executePage writes one of the pages.
func executePage(w io.Writer, name string, view any) error {
	var page bytes.Buffer
	if err := pageTemplates.ExecuteTemplate(&page, name, view); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	if _, err := page.WriteTo(w); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

// pagePart returns a file of the bundle.
func pagePart(name string) string {
	data, err := pageFiles.ReadFile("page/dist/" + name)
	if err != nil {
		panic(err) // it is embedded
	}
	return string(data)
}

// policyHash returns the source expression of a content policy that lets a script or style in.
func policyHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// packed returns data as JSON, compressed, in letters that mean nothing in HTML.
func packed(data any) (string, error) {
	var text bytes.Buffer
	z, err := gzip.NewWriterLevel(&text, gzip.BestCompression)
	if err != nil {
		return "", err
	}
	if err := json.NewEncoder(z).Encode(data); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(text.Bytes()), nil
}
