package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCompletionsKnowCommandsFlagsAndTheCatalog(t *testing.T) {
	for line, want := range map[string]string{
		"cata":                          "catalog",
		"catalog reg":                   "regions regional-edge-caches",
		"catalog regions --provider a":  "aws azure",
		"catalog regions --format=c":    "--format=csv",
		"matrix us-east-1 us-west-2-s":  "us-west-2-sea-1",
		"routes s.yaml los-a":           "los-angeles-us",
		"init --home eu-central-1":      "eu-central-1",
		"init --serve site,a":           "site,api",
		"run s.yaml --dry":              "--dry-run",
		"run ":                          filesWanted,
		"report out --out ":             filesWanted,
		"prices imp":                    "import",
		"cache t.csv --input-format tw": "twitter",
		"compl":                         "completion",
		"capac":                         "capacity",
		"capacity s.yaml --format=j":    "--format=json",
	} {
		code, out, errs := run(t, context.Background(), append([]string{"complete", "--"}, strings.Split(line, " ")...)...)
		require.Zero(t, code, errs)
		var words []string
		for l := range strings.Lines(out) {
			word, _, _ := strings.Cut(strings.TrimSuffix(l, "\n"), "\t")
			words = append(words, word)
		}
		require.Equal(t, want, strings.Join(words, " "), line)
	}
}

// The scripts are run by the shells that there are.
func TestShellsComplete(t *testing.T) {
	home := t.TempDir()
	command := filepath.Join(home, "edgewise")
	require.NoError(t, os.WriteFile(command, []byte("#!/bin/sh\n"+asCommand+"=1 exec \""+os.Args[0]+"\" \"$@\"\n"), 0o755))
	for shell, script := range map[string]string{
		"bash": `source <(edgewise completion bash)
COMP_WORDS=(edgewise matrix us-east-1 us-west-2-s); COMP_CWORD=3; _edgewise; printf '%s\n' "${COMPREPLY[@]}"`,
		"fish": `edgewise completion fish | source; complete -C "edgewise matrix us-east-1 us-west-2-s"`,
		"zsh": `compdef() { }; _describe() { print -l -- ${(P)2} }; source <(edgewise completion zsh)
words=(edgewise matrix us-east-1 us-west-2-s); CURRENT=4; _edgewise`,
	} {
		t.Run(shell, func(t *testing.T) {
			path, err := exec.LookPath(shell)
			if err != nil {
				t.Skipf("no %s here", shell)
			}
			c := exec.Command(path, "-c", script)
			c.Env = append(os.Environ(), "PATH="+home+string(os.PathListSeparator)+os.Getenv("PATH"), "HOME="+home)
			out, err := c.CombinedOutput()
			require.NoError(t, err, string(out))
			require.True(t, strings.HasPrefix(string(out), "us-west-2-sea-1"), string(out))
		})
	}
}
