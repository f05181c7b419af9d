package edgewise_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/edgewise-sim/edgewise"

// The table of rooms in docs/architecture.md has every package, and none imports what stands below it.
func TestImportsGoOneWay(t *testing.T) {
	text, err := os.ReadFile("docs/architecture.md")
	require.NoError(t, err)
	_, table, ok := strings.Cut(string(text), "| package | holds | knows nothing of |\n|---|---|---|\n")
	require.True(t, ok)
	rows := map[string]int{}
	for row := range strings.Lines(table) {
		if !strings.HasPrefix(row, "|") {
			break
		}
		number := len(rows)
		for _, name := range quoted.FindAllStringSubmatch(strings.Split(row, "|")[1], -1) {
			rows[name[1]] = number
		}
	}
	// The examples are one room.
	room := func(pkg string) string {
		if strings.HasPrefix(pkg, "examples/") {
			return "examples"
		}
		return pkg
	}

	seen := map[string]bool{}
	require.NoError(t, filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != ".":
			// Other modules import as they like.
			if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil || entry.Name() == "testdata" || entry.Name()[0] == '.' {
				return fs.SkipDir
			}
		case strings.HasSuffix(name, ".go"):
			pkg := room(path.Dir(filepath.ToSlash(name)))
			seen[pkg] = true
			row, ok := rows[pkg]
			require.True(t, ok, "docs/architecture.md: the table of rooms has no package %s", pkg)
			if strings.HasSuffix(name, "_test.go") {
				return nil
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
			if err != nil {
				return err
			}
			for _, spec := range parsed.Imports {
				imported, err := strconv.Unquote(spec.Path.Value)
				require.NoError(t, err)
				if imported != module && !strings.HasPrefix(imported, module+"/") {
					continue
				}
				imported = strings.TrimPrefix(strings.TrimPrefix(imported, module), "/")
				if imported == "" {
					imported = "."
				}
				below, ok := rows[room(imported)]
				require.True(t, ok, "docs/architecture.md: the table of rooms has no package %s", imported)
				if below > row {
					t.Errorf("%s imports %s, which stands below %s in docs/architecture.md", name, imported, pkg)
				}
			}
		}
		return nil
	}))
	for pkg := range rows {
		require.True(t, seen[pkg], "docs/architecture.md: there is no package %s", pkg)
	}
}
