package edgewise_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The README's program is the package's Example, whose output the test tool checks.
func TestReadmeShowsTheExample(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	example, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	_, imports, ok := strings.Cut(string(example), "import (\n")
	require.True(t, ok)
	imports, _, ok = strings.Cut(imports, "\n)\n")
	require.True(t, ok)
	_, body, ok := strings.Cut(string(example), "func Example() {\n")
	require.True(t, ok)
	body, output, ok := strings.Cut(body, "\t// Output:\n")
	require.True(t, ok)
	program := "package main\n\nimport (\n" + imports + "\n)\n\nfunc main() {\n" + body + "}\n"
	output = strings.TrimSuffix(strings.ReplaceAll("\n"+output, "\n\t// ", "\n"), "\n}\n")
	require.Contains(t, string(readme), "```go\n"+program+"```\n")
	require.Contains(t, string(readme), "```"+output+"\n```\n")
}

// The cookbook names examples that there are.
func TestQuestionsLeadToFiles(t *testing.T) {
	page, err := os.ReadFile("docs/questions.md")
	require.NoError(t, err)
	links := regexp.MustCompile(`\]\(([^)#]+)`).FindAllStringSubmatch(string(page), -1)
	require.Greater(t, len(links), 10)
	for _, link := range links {
		_, err := os.Stat(filepath.Join("docs", link[1]))
		require.NoError(t, err)
	}
	for _, file := range regexp.MustCompile(`examples/[a-z-]+/[a-z]+\.yaml`).FindAllString(string(page), -1) {
		require.FileExists(t, file)
	}
	require.Equal(t, 15, strings.Count(string(page), "\n| ")-1, "fifteen rows below the header")
}

// A page that is made from a template says what the template says, and in the places of that tables, or what a run was on: nothing that is written into the page alone, and
// lost when it is made again.
func TestPagesSayWhatTheirTemplatesSay(t *testing.T) {
	for page, template := range map[string]string{"docs/performance.md": "benchmarks/performance.md.tmpl"} {
		made, err := os.ReadFile(page)
		require.NoError(t, err)
		from, err := os.ReadFile(template)
		require.NoError(t, err)
		rest := string(made)
		parts := place.Split(string(from), -1)
		for i, part := range parts {
			at := strings.Index(rest, part)
			require.GreaterOrEqual(t, at, 0, "%s has not, where it is due, what %s has:\n%s\nwant the same in both", page, template, part)
			require.True(t, i > 0 || at == 0, "%s begins with what %s has not: %s", page, template, rest[:max(at, 0)])
			for _, line := range strings.Split(rest[:at], "\n")[1:] { // one that has but one is a place in a line
				require.Regexp(t, `^(\||Left out: |$)`, line, "%s has a line that %s has not", page, template)
			}
			rest = rest[at+len(part):]
		}
		require.Empty(t, rest, "%s ends with what %s has not", page, template)
	}
}

// place is a place of a template, or several in one line.
var place = regexp.MustCompile(`\{\{range (?:.|\n)*?\{\{end\}\}|\{\{[^}]*\}\}`)
