package examples_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A quote stands in docs/questions.md and in the READMEs of examples as <!-- example | where -->words<!-- / -->: words of what the README of an example shows, which a run
// is held against. Where says which, as [quoted] reads it.
var quote = regexp.MustCompile(`<!-- ([^|>]+?) \| ([^>]+?) -->([^<]*)<!-- / -->`)

// TestQuestionsQuoteTheExamples holds every number that is read aloud in the cookbook against the example that it is from.
// go test ./examples -run Questions -update tells them again, once the examples' READMEs are right.
func TestQuestionsQuoteTheExamples(t *testing.T) {
	data := holdQuotes(t, filepath.Join("..", "docs", "questions.md"))
	_, aloud, ok := strings.Cut(data, "## Read aloud\n")
	require.True(t, ok)
	require.Greater(t, len(quote.FindAllString(aloud, -1)), 20)
	aloud, _, ok = strings.Cut(aloud, "\n---\n")
	require.True(t, ok)
	bare := regexp.MustCompile(`\]\([^)]*\)|\x60[^\x60]*\x60|(?m)^\d+\. `).ReplaceAllString(quote.ReplaceAllString(aloud, ""), "")
	require.NotRegexp(t, `[0-9]`, bare, "a number that no run is held against")
}

// TestQuestionsAreAnsweredByReadmesAsTheirTablesAre holds what READMEs say of their own tables against these.
func TestQuestionsAreAnsweredByReadmesAsTheirTablesAre(t *testing.T) {
	pages, err := filepath.Glob("*/README.md")
	require.NoError(t, err)
	quotes := 0
	for _, page := range pages {
		quotes += len(quote.FindAllString(holdQuotes(t, page), -1))
	}
	require.Greater(t, quotes, 20)
}

// holdQuotes holds the quotes of a page against the READMEs that they are from, or tells them again, and returns the page.
func holdQuotes(t *testing.T, page string) string {
	t.Helper()
	data, err := os.ReadFile(page)
	require.NoError(t, err)
	shown := quote.ReplaceAllStringFunc(string(data), func(text string) string {
		parts := quote.FindStringSubmatch(text)
		return "<!-- " + parts[1] + " | " + parts[2] + " -->" + quoted(t, parts[1], parts[2]) + "<!-- / -->"
	})
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(shown), 0o644))
		return shown
	}
	require.Equal(t, shown, string(data), "%s: go test ./examples -run Questions -update tells the numbers again", page)
	return shown
}

// quoted returns what the README of an example shows: of "table; row; column" the value in a cell, of "table; row; column; difference" what stands
// below it, and of "- words" what follows them in their line. A table is found by the beginning of its title, a row by the name of a placement.
func quoted(t *testing.T, example, where string) string {
	t.Helper()
	shown := output(t, filepath.Join(example, "README.md"))
	parts := strings.Split(where, "; ")
	if len(parts) < 3 {
		for line := range strings.Lines(shown) {
			if rest, ok := strings.CutPrefix(line, where+" "); ok {
				return strings.ReplaceAll(strings.TrimSpace(rest), `\_`, "_")
			}
		}
		require.Fail(t, "no such line", "%s: %s", example, where)
	}
	_, after, ok := strings.Cut(shown, "### "+parts[0])
	require.True(t, ok, "%s has no table %s", example, parts[0])
	cells := func(line string) (all []string) {
		for cell := range strings.SplitSeq(strings.Trim(strings.TrimSpace(line), "|"), "|") {
			all = append(all, strings.TrimSpace(cell))
		}
		return all
	}
	column := -1
	for line := range strings.Lines(after) {
		if strings.HasPrefix(line, "#") {
			break
		}
		if !strings.HasPrefix(line, "|") {
			continue
		}
		row := cells(line)
		if column < 0 {
			column = slices.Index(row, parts[2])
			require.GreaterOrEqual(t, column, 0, "%s: %s has no column %s", example, parts[0], parts[2])
			continue
		}
		if slices.Contains(strings.Split(row[0], "<br/>= "), parts[1]) {
			value, difference, _ := strings.Cut(row[column], "<br/>")
			if len(parts) > 3 {
				value = difference
			}
			require.NotEmpty(t, value, "%s: %s", example, where)
			return value
		}
	}
	require.Fail(t, "no such row", "%s: %s", example, where)
	return ""
}
