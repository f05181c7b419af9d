package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
)

func TestExitCodesTellHowACommandEnded(t *testing.T) {
	bad := errors.New("bad")
	for code, errs := range map[int][]error{
		0:   {nil},
		1:   {bad, &report.IncompleteError{}, &usageError{&os.PathError{Op: "write", Path: "report", Err: syscall.ENOSPC}}},
		2:   {&usageError{bad}, fmt.Errorf("wrapped: %w", &usageError{bad})},
		3:   {context.Canceled, &interruptedError{bad}, errors.Join(bad, &interruptedError{bad}), &usageError{context.Canceled}},
		4:   {&differsError{bad}},
		5:   {&refusedError{}},
		141: {syscall.EPIPE, &os.PathError{Op: "write", Path: "stdout", Err: syscall.EPIPE}},
	} {
		for _, err := range errs {
			require.Equal(t, code, exitCode(err), "%v", err)
		}
	}
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	for _, e := range exitCodes {
		require.Contains(t, strings.ReplaceAll(string(readme), "`", ""), fmt.Sprintf("\n| %d | %s |\n", e.code, e.means))
	}
	// The lines of the help are as long as the terminal is wide.
	for _, args := range [][]string{{"--help"}, {"run", "--help"}} {
		_, help, _ := run(t, t.Context(), args...)
		require.Contains(t, strings.Join(strings.Fields(help), " "), exitCodesInWords(), args)
	}
	_, want, _ := run(t, t.Context(), "run", "--help")
	_, help, _ := run(t, t.Context(), "help", "run")
	require.Equal(t, want, help)
	doc, err := os.ReadFile("main.go")
	require.NoError(t, err)
	for _, e := range exitCodes {
		require.Regexp(t, fmt.Sprintf(`(?m)^// .*\b%d when`, e.code), string(doc))
	}
}

func TestVersionSaysWhatTheProgramIs(t *testing.T) {
	code, out, errs := run(t, t.Context(), "--version")
	require.Zero(t, code, errs)
	require.Regexp(t, `^edgewise \S+, commit (unknown|[0-9a-f]{40})( with changes)?, go1\.\S+, \w+/\w+( \(GO(AMD|ARM)64=\S+\))?\n$`, out)
}

func TestTheTableIsPrintedWhateverHappensToTheFiles(t *testing.T) {
	study, err := scenario.Parse("scenario.yaml", []byte(tiny))
	require.NoError(t, err)
	comparison, err := study.Run(t.Context())
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "mine"), nil, 0o666)) // since it was looked at
	c := runCmd{Out: dir}
	var o bytes.Buffer
	_, err = c.write(t.Context(), &streams{out: &o}, comparison, nil, report.Run{})
	require.ErrorContains(t, err, "it has mine, which no report has written")
	require.Equal(t, exitFailed, exitCode(err))
	require.Contains(t, o.String(), "verdicts against region")
	require.NotContains(t, o.String(), "Written to")
}

func TestHostileReportsAreRefused(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "out")
	code, _, errs := run(t, t.Context(), "run", scenarioFile(t, tiny), "-o", whole, "-q")
	require.Zero(t, code, errs)
	manifest, err := os.ReadFile(filepath.Join(whole, "manifest.json"))
	require.NoError(t, err)
	change := func(from, to string) func(string) error {
		return func(dir string) error {
			changed := strings.Replace(string(manifest), from, to, 1)
			require.NotEqual(t, string(manifest), changed)
			return os.WriteFile(filepath.Join(dir, "manifest.json"), []byte(changed), 0o666)
		}
	}
	replace := func(name string, with func(string) error) func(string) error {
		return func(dir string) error {
			path := filepath.Join(dir, name)
			return errors.Join(os.Remove(path), with(path))
		}
	}
	link := func(path string) error { return os.Symlink("/dev/zero", path) }
	fifo := func(path string) error { return syscall.Mkfifo(path, 0o666) }
	for _, tt := range []struct {
		change func(dir string) error
		code   int
		want   string
	}{
		{replace("manifest.json", link), exitUsage, "manifest.json is a link that leads out of the directory, and is not followed; want a file"},
		{replace("manifest.json", fifo), exitUsage, "want a file"},
		{replace("comparison.json", link), exitDiffers, "comparison.json: cannot be read: comparison.json is a link that leads out of the directory"},
		{replace("comparison.json", fifo), exitDiffers, "comparison.json: cannot be read"},
		{func(dir string) error {
			text := strings.Replace(string(manifest), `"planned_replications": 2`, `"planned_replications": 1000000000`, 1)
			text = strings.Replace(text, `"replications": 2`, `"replications": 1000000000`, 1)
			return os.WriteFile(filepath.Join(dir, "manifest.json"), []byte(text), 0o666)
		}, exitUsage, "1000000000 replications; want 0 (10) to 100000"},
		{change(`"files": [`, `"files": [{"name": "more.txt", "sha256": "0"},`), exitDiffers, "more.txt: is missing"},
		{change(`"files": [`, `"files": [{"name": "../../etc/passwd", "sha256": "0"},`), exitUsage, "which is no file of a report"},
		{change("]\n}\n", "]\n}\n{}"), exitUsage, "bytes stand behind its end"},
	} {
		dir := filepath.Join(t.TempDir(), "out")
		require.NoError(t, os.CopyFS(dir, os.DirFS(whole)))
		require.NoError(t, tt.change(dir))
		code, out, errs := run(t, t.Context(), "reproduce", dir)
		require.Equal(t, tt.code, code, "%s: %s", tt.want, errs)
		require.Contains(t, errs, tt.want)
		require.Empty(t, out)
	}
}
