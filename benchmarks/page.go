package main

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
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

// writePage writes the page of docs/performance.md.
func writePage(path string, works []work, rows []row, b bench) error {
	page, err := template.New("page").Funcs(template.FuncMap{
		"table": func(name string) (string, error) {
			i := slices.IndexFunc(works, func(w work) bool { return w.name == name })
			if i < 0 {
				return "", fmt.Errorf("the page wants the table of %s, which was not run; leave -run out", name)
			}
			return workTable(works[i], rows), nil
		},
	}).Parse(pageText)
	if err != nil {
		return err
	}
	temporary := path + ".new"
	file, err := os.Create(temporary)
	if err != nil {
		return err
	}
	err = page.Execute(file, map[string]any{
		"Date": time.Now().UTC().Format("2006-01-02"), "Machine": machine(), "Versions": versions(b.peers), "Skipped": b.skipped,
	})
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return os.Rename(temporary, path)
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
