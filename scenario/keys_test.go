package scenario

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryFieldThatCanBeWrongHasAKey reads the sources: each path of fields that the packages behind a scenario give
// to package invalid must map to keys that the reader reads, so that a new field whose key is not its snake case
// gets its row in goKeys.
func TestEveryFieldThatCanBeWrongHasAKey(t *testing.T) {
	known := make(map[string]bool)
	for _, file := range parseDir(t, ".") {
		ast.Inspect(file, func(n ast.Node) bool {
			if list, ok := n.(*ast.CompositeLit); ok && len(list.Elts) > 0 {
				known[literal(list.Elts[0])] = true // field{"key", ...}
			}
			return true
		})
	}
	for _, inGo := range []string{ // no key sets them alone
		"segment_bytes", "initial_segments", "packet_bytes", "setup_bytes", "record_bytes", "max_window_bytes", "early_bytes", "ack_packets", "timer_above", "probe_above", "first_timeout", "max_segment_bytes", "kept",
	} {
		known[inGo] = true
	}
	// Placements say themselves which key an error belongs to: see reportPlacement.
	for _, dir := range []string{"workload", "transport"} {
		for name, file := range parseDir(t, filepath.Join("..", dir)) {
			ast.Inspect(file, func(n ast.Node) bool {
				for _, path := range invalidPath(n) {
					for _, part := range strings.Split(path, ".") {
						part, _, _ = strings.Cut(part, "[")
						if part == "" || part[0] < 'A' || part[0] > 'Z' {
							continue // words, not a field
						}
						for _, key := range strings.Split(keyOf(part), ".") {
							if !known[key] {
								t.Errorf("%s names the field %s, and no key is called %s; want a row in goKeys", name, path, key)
							}
						}
					}
				}
				return true
			})
		}
	}
}

// invalidPath returns the path that a call of package invalid names, if it is one.
func invalidPath(n ast.Node) []string {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return nil
	}
	called, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	if of, ok := called.X.(*ast.Ident); !ok || of.Name != "invalid" {
		return nil
	}
	at := 0
	if called.Sel.Name == "Check" {
		at = 1
	}
	if at >= len(call.Args) {
		return nil
	}
	arg := call.Args[at]
	if format, ok := arg.(*ast.CallExpr); ok && len(format.Args) > 0 { // fmt.Sprintf("Sites[%d]", i)
		arg = format.Args[0]
	}
	if path := literal(arg); path != "" {
		return []string{path}
	}
	return nil
}

// literal returns the text of a string in the source, "" if the expression is none.
func literal(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return text
}

// parseDir returns the parsed files of a package, without tests, by name.
func parseDir(t *testing.T, dir string) map[string]*ast.File {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	files := make(map[string]*ast.File)
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			files[filepath.Join(dir, name)] = file
		}
	}
	return files
}
