package edgewise

import (
	"fmt"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/placement"
)

// OwnParts names the parts of the study whose code is not of this module, each once: demands, routing rules, policies
// and admissions of caches, the delay correction, measures and outputs. The results hold the names, not the code: who
// wants to find the same bits again needs a program that has these parts.
func (s *Study) OwnParts() []string {
	all := s.ownPartsOfCells()
	for _, m := range s.Measures {
		all = append(all, fmt.Sprintf("measure %s, %s", m.Metric, m.Statistic))
	}
	for _, o := range s.Outputs {
		all = append(all, "output "+o.Name)
	}
	return all
}

// ownPartsOfCells names those that a cell runs: measures and outputs are made of what cells gave.
func (s *Study) ownPartsOfCells() []string {
	var all []string
	add := func(format string, args ...any) {
		if part := fmt.Sprintf(format, args...); !slices.Contains(all, part) {
			all = append(all, part)
		}
	}
	addType := func(what string, part any) {
		if part != nil && !isOurs(packageOf(part)) {
			add("%s %s", what, nameOf(reflect.TypeOf(part)))
		}
	}
	addFunc := func(what, name string, f any) {
		if f := nameOfFunc(reflect.ValueOf(f)); f != "" && !isOurs(packageOfFunc(f)) {
			add("%s %s", what, strings.TrimSpace(name+" "+f))
		}
	}
	for _, w := range s.Workloads {
		addType("demand", w.Demand)
	}
	for _, p := range s.Placements {
		addType("routing rule", p.Routing)
		for _, r := range p.Routes {
			addType("routing rule", r.Routing)
		}
		p.WithEachCache(func(_ string, c *placement.Cache) {
			addFunc("eviction policy", c.Policy, c.NewPolicy)
			addFunc("admission", c.Admission, c.NewAdmission)
		})
	}
	if s.Network != nil {
		addType("delay correction", s.Network.Correction())
	}
	return all
}

// isOurs reports whether a package is of this module. Its tests are not.
func isOurs(path string) bool {
	return (path == modulePath || strings.HasPrefix(path, modulePath+"/")) && !strings.HasSuffix(path, "_test")
}

// packageOf returns the path of the package of a value's type, "" where the type has no name.
func packageOf(part any) string {
	t := reflect.TypeOf(part)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return inProgram(t.PkgPath())
}

// nameOf returns the name of a type with the path of its package, for example "*example.org/bots.Crawler".
func nameOf(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Pointer:
		return "*" + nameOf(t.Elem())
	case t.PkgPath() == "":
		return t.String()
	}
	return inProgram(t.PkgPath()) + "." + t.Name()
}

// nameOfFunc returns the name of a function with the path of its package, "" of nil.
func nameOfFunc(f reflect.Value) string {
	if f.IsNil() {
		return ""
	}
	name := runtime.FuncForPC(f.Pointer()).Name()
	pkg := packageOfFunc(name)
	return inProgram(pkg) + strings.TrimPrefix(name, pkg)
}

// packageOfFunc returns the path of the package of a function, by its name.
func packageOfFunc(name string) string {
	folder, rest := "", name
	if i := strings.LastIndex(name, "/"); i >= 0 {
		folder, rest = name[:i+1], name[i+1:]
	}
	pkg, _, _ := strings.Cut(rest, ".")
	return folder + pkg
}

// inProgram returns the path of a package; that of a program is main to itself, but not to a reader.
func inProgram(path string) string {
	if info, ok := debug.ReadBuildInfo(); path == "main" && ok && info.Path != "" {
		return strings.TrimSuffix(info.Path, ".test")
	}
	return path
}
