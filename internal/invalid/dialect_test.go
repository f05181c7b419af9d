package invalid_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// mistakes holds a mistake for every New and Validate of the packages at the left of the house, by package and
// function, and the path of the field at fault.
var mistakes = map[string]struct {
	path string
	call func() error
}{
	"cache.New":                {"CapacityBytes", func() error { _, err := cache.New(cache.Config{CapacityBytes: -1}); return err }},
	"cache.NewNoted":           {"CapacityBytes", func() error { _, err := cache.NewNoted[int](cache.Config{CapacityBytes: -1}); return err }},
	"cache.NewServers":         {"MemoryBytes", func() error { _, err := cache.NewServers[int](cache.Config{CapacityBytes: 9}, 1, 9); return err }},
	"cache.NewDirectory":       {"keys", func() error { _, err := cache.NewDirectory(0); return err }},
	"cache.NewFresher":         {"Policy", func() error { _, err := cache.NewFresher(cache.Config{CapacityBytes: 1, Policy: "x"}); return err }},
	"cache.NewReplayer":        {"Objects", func() error { _, err := cache.NewReplayer(cache.Requests{Objects: -1}); return err }},
	"cache.NewStreamReplayer":  {"from", func() error { _, err := cache.NewStreamReplayer(context.Background(), 1, -1, nil); return err }},
	"cache.NewWarmReplayer":    {"from", func() error { _, err := cache.NewWarmReplayer(cache.Requests{}, -1); return err }},
	"event.NewLink":            {"bitsPerSecond", func() error { _, err := event.NewLink(0); return err }},
	"event.NewPoisson":         {"perSecond", func() error { _, err := event.NewPoisson(0, 0, random.Stream{}); return err }},
	"event.NewResource":        {"units", func() error { _, err := event.NewResource(0); return err }},
	"event.NewSource":          {"fill", func() error { _, err := event.NewSource(nil); return err }},
	"event.NewStation":         {"servers of a station", func() error { _, err := event.NewStation(0); return err }},
	"event.NewElasticStation":  {"servers of a station", func() error { _, err := event.NewElasticStation(0); return err }},
	"event.NewSharedStation":   {"servers of a station", func() error { _, err := event.NewSharedStation(0); return err }},
	"random.NewAlias":          {"weights", func() error { _, err := random.NewAlias(nil); return err }},
	"random.NewQuantiles":      {"q", func() error { _, err := random.NewQuantiles(nil); return err }},
	"random.NewZipf":           {"exponent", func() error { _, err := random.NewZipf(1, -1); return err }},
	"stats.NewSelection":       {"Placements", func() error { _, err := stats.NewSelection(stats.SelectionConfig{}); return err }},
	"stats.StoppingRule":       {"Growth", func() error { return stats.StoppingRule{Growth: 1}.Validate() }},
	"topology.AccessMix":       {"dsl", func() error { return topology.AccessMix{topology.DSL: 2}.Validate() }},
	"topology.DelayModel":      {"Internet.Inflation", func() error { return topology.DelayModel{}.Validate() }},
	"topology.Link":            {"Loss", func() error { return topology.Link{To: "b", Loss: 1}.Validate() }},
	"topology.New":             {"LatDeg", func() error { _, err := topology.New([]topology.Node{{ID: "a", LatDeg: 91}}, nil); return err }},
	"topology.NewFabric":       {"Kind", func() error { _, err := topology.NewFabric([]topology.Node{{ID: "a"}}, nil); return err }},
	"topology.PathModel":       {"PerHop", func() error { return topology.PathModel{Inflation: 1, FiberSpeed: 1, PerHop: time.Hour}.Validate() }},
	"topology.Place":           {"LonDeg", func() error { return topology.Place{LonDeg: math.NaN()}.Validate() }},
	"calibrate.Model":          {"Ground.Inflation", func() error { return new(calibrate.Model).Validate() }},
	"calibrate.NewTrunks":      {"Hubs", func() error { _, err := calibrate.NewTrunks(nil, nil); return err }},
	"topology.NewPathFinder":   {"Inflation", func() error { _, err := catalog.Fabric().NewPathFinder(topology.PathModel{}); return err }},
	"topology.Network.With":    {"CutNodes[0]", func() error { _, err := network().With(topology.Change{CutNodes: []string{"z"}}); return err }},
	"catalog.SelectMetros":     {"TopMetros", func() error { _, err := catalog.Selection{TopMetros: -1}.SelectMetros(); return err }},
	"catalog.SelectSites":      {"PoPs[0]", func() error { _, err := catalog.Selection{PoPs: []string{"x"}}.SelectSites("aws"); return err }},
	"catalog.ParseProvider":    {"provider", func() error { _, err := catalog.ParseProvider("x"); return err }},
	"topology.Spread":          {"[1]", func() error { return topology.Spread{2, 1}.Validate() }},
	"topology.ParseSpread":     {"spread", func() error { _, err := topology.ParseSpread("x"); return err }},
	"topology.ParseNodeKind":   {"node kind", func() error { _, err := topology.ParseNodeKind("x"); return err }},
	"topology.ParseLinkKind":   {"link kind", func() error { _, err := topology.ParseLinkKind("x"); return err }},
	"topology.ParseTechnology": {"access technology", func() error { _, err := topology.ParseTechnology("x"); return err }},
}

func network() *topology.Network {
	n, err := topology.New([]topology.Node{{ID: "a"}}, nil)
	if err != nil {
		panic(err)
	}
	return n
}

func TestAParameterOutOfRangeIsNamedByItsField(t *testing.T) {
	for name, mistake := range mistakes {
		err := mistake.call()
		var f *invalid.Field
		require.ErrorAs(t, err, &f, name)
		require.Equal(t, mistake.path, f.Path, name)
		require.NotEmpty(t, f.Want, name)
		require.Contains(t, err.Error(), f.Error(), name)
	}
}

// TestEveryNewAndValidateIsHeldToTheDialect looks for functions that return an error and have no mistake above.
func TestEveryNewAndValidateIsHeldToTheDialect(t *testing.T) {
	for _, dir := range []string{"cache", "event", "random", "stats", "topology", "topology/calibrate", "topology/catalog"} {
		for _, name := range checked(t, filepath.Join("../..", filepath.FromSlash(dir))) {
			require.Contains(t, mistakes, filepath.Base(dir)+"."+name, "add a mistake for it")
		}
	}
}

// checked returns the exported constructors of a package that return an error, and the types with a Validate.
func checked(t *testing.T, dir string) (names []string) {
	t.Helper()
	files, err := fs.Glob(os.DirFS(dir), "*.go")
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, file), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !returnsError(f) {
				continue
			}
			switch name := f.Name.Name; {
			case f.Recv != nil && name == "Validate":
				receiver := f.Recv.List[0].Type
				if star, ok := receiver.(*ast.StarExpr); ok {
					receiver = star.X
				}
				names = append(names, receiver.(*ast.Ident).Name)
			case strings.HasPrefix(name, "New"):
				names = append(names, name)
			}
		}
	}
	return names
}

func returnsError(f *ast.FuncDecl) bool {
	if f.Type.Results == nil {
		return false
	}
	results := f.Type.Results.List
	last, ok := results[len(results)-1].Type.(*ast.Ident)
	return ok && last.Name == "error"
}

func TestInNamesTheSurroundingField(t *testing.T) {
	inner := invalid.New("LnSD", -1, "%d or more", 0)
	require.EqualError(t, invalid.In("Sizes", inner), "Sizes.LnSD is -1; want 0 or more")
	require.EqualError(t, invalid.In("Sizes", invalid.New("", "a mess", "order")), "Sizes is a mess; want order")
	require.EqualError(t, invalid.New("", "a mess", "order"), "a mess; want order")
	require.EqualError(t, invalid.In("Pins", invalid.New("[2]", "x", "a site")), "Pins[2] is x; want a site")
	both := invalid.In("Sizes", invalid.First(inner, nil, invalid.New("Max", 0, "1")))
	require.Len(t, invalid.All(both), 2)
	require.EqualError(t, invalid.All(both)[1], "Sizes.Max is 0; want 1")
}
