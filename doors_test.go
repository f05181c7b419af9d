package edgewise_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// samples are, for the rows of CONTRIBUTING's table of doors, the names of the part that a row takes for its example:
// identifiers with their packages, and texts with their quotes. Where the names stand is what adding such a part touches.
var samples = map[string][]string{
	"a demand":                 {"workload.Poisson", "scenario.staticKind", `"static"`},
	"a service":                {"workload.Computed", "sim.Computed", "scenario.computedKeys"},
	"a preset":                 {"workload.BattleRoyale", `"battle-royale"`},
	"a tier":                   nil,
	"a usual tier":             {"placement.OriginShield", `"origin-shield"`, `"origin_shield"`},
	"a journey stage":          nil,
	"a cause of latency":       {"sim.Loss", `"packet loss"`},
	"a routing rule":           {"placement.Pinned", "scenario.readPinned", `"pinned"`},
	"a cache policy":           {"cache.newHyperbolic", `"hyperbolic"`},
	"an admission":             {"cache.newAdaptSize", `"adaptsize"`},
	"a delay source":           nil,
	"a failure":                nil,
	"a measure":                {`"joined a fetch"`},
	"an output":                {"report.HitRatios", "report.hitRatios", `"what the caches hit"`},
	"a trace format":           {"trace.Squid", "trace.squidFormat", `"squid"`},
	"a provider":               {"catalog.ProviderFastly", `"fastly"`},
	"an objective of a search": nil, // it is a measure
	"a price":                  nil,
	"an item of a bill":        {"tariff.LoadBalancerUse"},
	"a figure of bills":        {`"marginal bill of a site"`},
	"a key of a scenario":      {`"lobby_timeout"`},
}

// A door is a row of the table.
type door struct {
	part string
	// files are those that adding a part writes or touches, open the tests that pass through from outside.
	files, open []string
	symbols     []string
}

var quoted = regexp.MustCompile("`([^`]+)`")

func doors(t *testing.T) (all []door) {
	t.Helper()
	text, err := os.ReadFile("CONTRIBUTING.md")
	require.NoError(t, err)
	_, table, ok := strings.Cut(string(text), "| to add | write | touch besides | open |\n|---|---|---|---|\n")
	require.True(t, ok)
	for row := range strings.Lines(table) {
		if !strings.HasPrefix(row, "|") {
			break
		}
		cells := strings.Split(row, "|")[1:]
		require.Len(t, cells, 5, row)
		d := door{part: strings.TrimSpace(cells[0])}
		for _, m := range quoted.FindAllStringSubmatch(cells[1]+cells[2], -1) {
			if strings.Contains(m[1], "/") || strings.HasSuffix(m[1], ".go") {
				d.files = append(d.files, m[1])
			} else {
				d.symbols = append(d.symbols, m[1])
			}
		}
		for _, m := range quoted.FindAllStringSubmatch(cells[3], -1) {
			d.open = append(d.open, m[1])
		}
		all = append(all, d)
	}
	return all
}

// library parses the files of the module, without tests, examples, measurements and the verification page, by path.
func library(t *testing.T) map[string]*ast.File {
	t.Helper()
	files := make(map[string]*ast.File)
	require.NoError(t, filepath.WalkDir(".", func(file string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			skip := slices.Contains([]string{"examples", "benchmarks", "verify", "testdata", "lab", "distributed"}, e.Name())
			if skip || file != "." && strings.HasPrefix(e.Name(), ".") {
				return fs.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go") {
			files[filepath.ToSlash(file)], err = parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		}
		return err
	}))
	return files
}

// holds reports whether a name stands in a file, comments left out: an identifier with its package, as files of other
// packages write it, or a text with its quotes.
func holds(f *ast.File, name string) (found bool) {
	pkg, local, isIdentifier := strings.Cut(name, ".")
	isIdentifier = isIdentifier && name[0] != '"'
	selected := make(map[*ast.Ident]bool)
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			of, ok := n.X.(*ast.Ident)
			found = found || ok && isIdentifier && of.Name == pkg && n.Sel.Name == local
			selected[n.Sel] = true // which belongs to something else
		case *ast.Ident:
			found = found || isIdentifier && f.Name.Name == pkg && n.Name == local && !selected[n]
		case *ast.BasicLit:
			text, err := strconv.Unquote(n.Value)
			found = found || n.Kind == token.STRING && err == nil && strconv.Quote(text) == name
		}
		return !found
	})
	return found
}

func TestTheTableOfDoorsCountsEveryFile(t *testing.T) {
	files := library(t)
	rows := doors(t)
	require.Len(t, rows, len(samples))
	for _, d := range rows {
		names, ok := samples[d.part]
		require.True(t, ok, "%q has no sample", d.part)
		for _, file := range d.files {
			_, err := os.Stat(file)
			require.NoError(t, err, d.part)
		}
		for _, symbol := range d.symbols {
			require.True(t, isDeclared(files, symbol), "%s: %s is not declared", d.part, symbol)
		}
		if names == nil {
			continue
		}
		touched := map[string]bool{}
		for _, name := range names {
			stands := false
			for file, parsed := range files {
				if holds(parsed, name) {
					stands, touched[file] = true, true
				}
			}
			require.True(t, stands, "%s: nothing is called %s", d.part, name)
		}
		claimed := map[string]bool{}
		for _, file := range d.files {
			if strings.HasSuffix(file, ".go") {
				claimed[file] = true
			}
		}
		for file := range touched {
			if !claimed[file] {
				t.Errorf("%s: %v stand in %s, which its row in CONTRIBUTING.md does not have: one place more", d.part, names, file)
			}
		}
		for file := range claimed {
			if !touched[file] {
				t.Errorf("%s: none of %v stands in %s", d.part, names, file)
			}
		}
	}
}

// isDeclared reports whether a package declares what is written package.Name, or package.Type.Name, by the package's
// name; a name alone is that of something in any package.
func isDeclared(files map[string]*ast.File, symbol string) bool {
	parts := strings.Split(symbol, ".")
	for file, parsed := range files {
		if len(parts) > 1 && parsed.Name.Name != parts[0] && path.Base(path.Dir(file)) != parts[0] {
			continue
		}
		last := parts[len(parts)-1]
		found := false
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				found = found || n.Name.Name == last
				return false
			case *ast.TypeSpec:
				found = found || n.Name.Name == last
			case *ast.ValueSpec:
				found = found || slices.ContainsFunc(n.Names, func(i *ast.Ident) bool { return i.Name == last })
			case *ast.Field:
				found = found || slices.ContainsFunc(n.Names, func(i *ast.Ident) bool { return i.Name == last })
			}
			return !found
		})
		if found {
			return true
		}
	}
	return false
}

// TestOpenDoorsAreTestedFromOutside checks that each test which the table names is of another package than what it
// passes through.
func TestOpenDoorsAreTestedFromOutside(t *testing.T) {
	for _, d := range doors(t) {
		for _, file := range d.open {
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly)
			require.NoError(t, err, d.part)
			isOutside := strings.HasSuffix(parsed.Name.Name, "_test") || strings.HasPrefix(file, "examples/own-parts/")
			require.True(t, isOutside, "%s: %s is inside of package %s", d.part, file, parsed.Name.Name)
		}
	}
}
