package main

import (
	"bufio"
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"text/template"
	"time"
)

// pageText is docs/performance.md with places for the tables. What it says about them is written by hand:
// look at it again when the tables change.
//
//go:embed performance.md.tmpl
var pageText string

// checkPage says at once what [writePage] would say after the trials.
func checkPage(path string, works []work, b bench) error {
	if err := printPage(io.Discard, works, nil, b); err != nil {
		return err
	}
	file, err := os.Create(path + newSuffix)
	if err != nil {
		return fmt.Errorf("-page is %q, which cannot be written: %w", path, err)
	}
	return errors.Join(file.Close(), os.Remove(path+newSuffix))
}

// newSuffix follows the name of a page that is not whole yet.
const newSuffix = ".new"

// writePage writes the page of docs/performance.md.
func writePage(path string, works []work, rows []row, b bench) error {
	file, err := os.Create(path + newSuffix)
	if err != nil {
		return err
	}
	err = printPage(file, works, rows, b)
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(path+newSuffix))
	}
	return os.Rename(path+newSuffix, path)
}

// printPage fills the page's places. A work whose table it wants and that was not run is an error.
func printPage(out io.Writer, works []work, rows []row, b bench) error {
	var missing error // said without the template's words around it
	page, err := template.New("page").Funcs(template.FuncMap{
		"table": func(name string) (string, error) {
			i := slices.IndexFunc(works, func(w work) bool { return w.name == name })
			if i < 0 {
				missing = fmt.Errorf("-page needs the table of %s, which -run leaves out; want -page without -run", name)
				return "", missing
			}
			return workTable(works[i], rows), nil
		},
	}).Parse(pageText)
	if err != nil {
		return err
	}
	err = page.Execute(out, map[string]any{
		"Date": time.Now().UTC().Format("2006-01-02"), "Machine": machine(), "Versions": versions(b.peers), "Skipped": b.skipped,
	})
	return cmp.Or(missing, err)
}

// machine says what this machine is.
func machine() string {
	processor := runtime.GOARCH
	if file, err := os.Open("/proc/cpuinfo"); err == nil {
		defer file.Close()
		for lines := bufio.NewScanner(file); lines.Scan(); {
			if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
				processor = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores, %s/%s", processor, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
}

// versions names what the works ran on.
func versions(peers map[string]peer) string {
	names := []string{strings.Replace(runtime.Version(), "go", "Go ", 1)}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			if strings.Contains(d.Path, "akita") {
				names = append(names, "akita "+d.Version)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(peers)) {
		if p := peers[name]; p.version != "" {
			names = append(names, p.version)
		}
	}
	return strings.Join(names, ", ")
}
