package sim

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sideBySide returns the names of the tests of a directory that reach, by the names in their bodies, a call which starts goroutines. Functions
// of one name are taken for one, so that these are rather too many than too few.
func sideBySide(dir string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return nil, err
	}
	starts, names := map[string]bool{}, map[string]map[string]bool{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, declared := range parsed.Decls {
			f, ok := declared.(*ast.FuncDecl)
			if !ok {
				continue
			}
			in := f.Name.Name
			if names[in] == nil {
				names[in] = map[string]bool{}
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.Ident:
					names[in][n.Name] = true
				case *ast.GoStmt:
					starts[in] = true
				case *ast.CallExpr:
					starts[in] = starts[in] || startsGoroutines(n)
				}
				return true
			})
		}
	}
	for grown := true; grown; {
		grown = false
		for in, of := range names {
			if !starts[in] && slices.ContainsFunc(slices.Collect(maps.Keys(of)), func(name string) bool { return starts[name] }) {
				starts[in], grown = true, true
			}
		}
	}
	var tests []string
	for in := range names {
		if starts[in] && (strings.HasPrefix(in, "Test") || strings.HasPrefix(in, "Fuzz") || strings.HasPrefix(in, "Example")) {
			tests = append(tests, in)
		}
	}
	slices.Sort(tests)
	return tests, nil
}

// startsGoroutines says whether a call may start goroutines that work side by side: all but runs and windows of one worker.
func startsGoroutines(call *ast.CallExpr) bool {
	var name string
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	workers := 0
	switch name {
	case "Go", "newCrew", "newPlayCrew":
		return true
	case "RunOn", "run", "runMeasured":
		workers = 2
	case "advanceTogether":
		workers = 1
	default:
		return false
	}
	if len(call.Args) <= workers {
		return false // another function of this name
	}
	literal, ok := call.Args[workers].(*ast.BasicLit)
	return !ok || literal.Value != "1"
}

func TestTestsThatRunSideBySideAreThoseThatAskForSeveralWorkers(t *testing.T) {
	names, err := sideBySide(".")
	require.NoError(t, err)
	require.Contains(t, names, "TestMarketsAreTheSameOnAnyNumberOfCores", "it asks itself")
	require.Contains(t, names, "TestResultsDoNotDependOnHowSitesAreAdvanced", "what it calls asks")
	require.NotContains(t, names, "TestWaitsForConnectionsAreThoseOfErlang", "all in one goroutine")
	require.NotContains(t, names, "TestMemoryOfCoursesIsThatOfARun", "it asks for one worker")
}
