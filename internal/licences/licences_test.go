package licences_test

import (
	"cmp"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write NOTICE and licences.txt anew")

// A module is linked into the command.
type module struct{ path, version, dir string }

// linked returns the modules that the command links on any platform that releases are for, but for this one.
func linked(t *testing.T) []module {
	t.Helper()
	var all []module
	for _, system := range []string{"linux", "darwin", "windows"} {
		list := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", "./cmd/edgewise")
		list.Dir = filepath.Join("..", "..")
		list.Env = append(os.Environ(), "GOOS="+system)
		out, err := list.Output()
		require.NoError(t, err)
		for line := range strings.Lines(string(out)) {
			if cells := strings.Split(strings.TrimSpace(line), "\t"); len(cells) == 3 {
				all = append(all, module{cells[0], cells[1], cells[2]})
			}
		}
	}
	slices.SortFunc(all, func(a, b module) int { return cmp.Compare(a.path, b.path) })
	return slices.Compact(all)
}

// isLicence says which files of a module must come with its code.
var isLicence = regexp.MustCompile(`(?i)^(un)?licen[cs]es?(\W.*)?$|^copying|^notice|^third_party_licen[cs]es$`)

// textsOf returns the licence texts of a module, each under the name of its file.
func textsOf(t *testing.T, dir string) (names, texts []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		if !isLicence.MatchString(e.Name()) {
			continue
		}
		require.NoError(t, filepath.WalkDir(filepath.Join(dir, e.Name()), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			name, _ := filepath.Rel(dir, path)
			names, texts = append(names, filepath.ToSlash(name)), append(texts, strings.TrimSpace(strings.ReplaceAll(string(data), "\r\n", "\n")))
			return err
		}))
	}
	return names, texts
}

// kinds are the licences that may be linked, each with words of it.
var kinds = []struct{ name, says string }{
	{"Apache-2.0", "Apache License"},
	{"MIT", "Permission is hereby granted, free of charge"},
	{"BSD-3-Clause", "Neither the name"},
	{"BSD-2-Clause", "Redistribution and use in source and binary forms"},
	{"Unlicense", "free and unencumbered software"},
	{"OFL-1.1", "SIL OPEN FONT LICENSE"},
	{"FTL", "FreeType"},
	{"CC-BY-4.0", "Creative Commons Attribution 4.0 International"},
}

// authors are those whom the licence files of their modules do not name.
var authors = map[string]string{"github.com/ajstarks/svgo": ", by Anthony Starks, unchanged"}

// kindOf names the licences of texts, none where one is of a kind that is not known.
func kindOf(texts []string) string {
	var all []string
	add := func(name string) {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	for _, text := range texts {
		plain := strings.Join(strings.Fields(text), " ")
		for _, k := range kinds {
			if strings.Contains(plain, k.says) && (k.name != "BSD-2-Clause" || !strings.Contains(plain, "Neither the name")) {
				add(k.name)
			}
		}
	}
	return strings.Join(all, ", ")
}

const begin, end = "Modules that the command links (licences.txt has all texts)\n", "\nCache test trace"

// TestEveryLinkedModuleHasItsLicence fails when a module comes in, or another version of one, whose licence is neither in NOTICE nor in
// licences.txt.
func TestEveryLinkedModuleHasItsLicence(t *testing.T) {
	root := filepath.Join("..", "..")
	var notice, all strings.Builder
	notice.WriteString(begin)
	all.WriteString("The licences of the modules that the command edgewise links, and of Go itself, whose runtime and library it has in it.\n")
	for _, m := range append([]module{{"Go", "", runtimeRoot(t)}}, linked(t)...) {
		names, texts := textsOf(t, m.dir)
		require.NotEmpty(t, texts, "%s has no licence", m.path)
		kind := kindOf(texts)
		require.NotEmpty(t, kind, "the licence of %s is of no kind that is known; look at it before it is linked", m.path)
		fmt.Fprintf(&notice, "  %s %s: %s%s\n", m.path, m.version, kind, authors[m.path])
		for i := range texts {
			fmt.Fprintf(&all, "\n%s\n%s %s: %s\n\n%s\n", strings.Repeat("=", 80), m.path, m.version, names[i], texts[i])
		}
	}
	written := strings.ReplaceAll(notice.String(), " :", ":")
	file, list := filepath.Join(root, "NOTICE"), filepath.Join(root, "licences.txt")
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(data), begin)
	_, after, isEnded := strings.Cut(rest, end)
	require.True(t, found && isEnded, "NOTICE has no place for modules")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(before+written+end+after), 0o644))
		require.NoError(t, os.WriteFile(list, []byte(all.String()), 0o644))
		return
	}
	const remedy = "go test ./internal/licences -update writes it anew"
	require.Contains(t, string(data), written, remedy)
	texts, err := os.ReadFile(list)
	require.NoError(t, err, remedy)
	require.True(t, string(texts) == all.String(), "licences.txt: %s", remedy)
}

// runtimeRoot returns where Go is.
func runtimeRoot(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	require.NoError(t, err)
	require.Equal(t, "gc", runtime.Compiler)
	return strings.TrimSpace(string(out))
}
