package main

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// speed is the column of a row that no two runs share.
var speed = regexp.MustCompile(`(?m)^(workload/.*,(?:objects|bytes)(?:,[0-9.e+-]*){5}),[0-9]+`)

// TestTheExamplesOfThePageOfLogsRun runs every command of docs/logs.md that is shown with what it says.
func TestTheExamplesOfThePageOfLogsRun(t *testing.T) {
	t.Chdir("../..")
	page, err := os.ReadFile("docs/logs.md")
	require.NoError(t, err)
	var want, got strings.Builder
	commands := 0
	for line := range strings.Lines(string(page)) {
		line, isExample := strings.CutPrefix(line, "    ")
		command, isCommand := strings.CutPrefix(line, "$ edgewise ")
		switch {
		case !isExample:
		case isCommand:
			commands++
			want.WriteString(line)
			var out, errs bytes.Buffer
			code := execute(context.Background(), strings.Fields(command), &streams{in: strings.NewReader(""), out: &out, err: &errs})
			require.Equal(t, exitDone, code, errs.String())
			got.WriteString(line + errs.String() + speed.ReplaceAllString(out.String(), "$1,..."))
		case strings.HasPrefix(line, "edgewise: ") || strings.HasPrefix(line, "trace,") || strings.HasPrefix(line, "workload/"):
			want.WriteString(line)
		}
	}
	require.Equal(t, want.String(), got.String())
	require.Equal(t, 12, commands)
	for _, name := range []string{"combined", "w3c", "json", "squid", "csv", "tis", "ids", "twitter", "ibm", "msr", "oracle"} {
		require.Contains(t, string(page), "`"+name+"`")
	}
}

func TestCacheCommandStreamsWhatDoesNotFit(t *testing.T) {
	dir := t.TempDir()
	path := dir + "/many.ids"
	require.NoError(t, os.WriteFile(path, bytes.Repeat([]byte("1\n2\n3\n1\n"), 300_000), 0o600))
	args := []string{"--input-format", "ids", "--size", "1,2", "--policy", "lru,sieve", "--hit", "99%"}
	code, held, errs := runCache(t, append([]string{path}, args...)...)
	require.Equal(t, exitDone, code, errs)
	require.NotContains(t, errs, "read again")
	code, streamed, errs := runCache(t, append([]string{path, "--memory", "16MiB"}, args...)...)
	require.Equal(t, exitDone, code, errs)
	require.Contains(t, errs, "1,200,000 requests for 3 objects do not fit into half of --memory 16MiB: the trace is read again for each replay")
	require.Contains(t, errs, "lru hits 99 % of the requests with 3 objects, 100 % of the footprint")
	cut := regexp.MustCompile(`(?m),[0-9]+$`)
	require.Equal(t, cut.ReplaceAllString(held, ""), cut.ReplaceAllString(streamed, ""))
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{path, "--memory", "16MiB", "--policy", "belady"}, "belady knows the future, for which all of 1,200,000 requests must be in memory; want --memory 25MiB, or another policy"},
		{[]string{path, "--memory", "1MB"}, "--memory is 1MB; want 16MiB or more"},
		{[]string{path, "--memory", "all"}, `--memory is "all"; want a size such as 2GiB`},
		{[]string{path, "--skip", "1h"}, "it does not say when requests came, so that no time can be skipped; want a share of the requests"},
		{[]string{path, "--skip", "100%"}, `want from 0% to less than 100%`},
		{[]string{path, "--by", "x"}, "the format is ids, which has no such columns"},
		{[]string{path, "--status", "x"}, `--status is "x"`},
		{[]string{path, "--separator", "ab"}, `--separator is "ab"; want one character, or tab`},
	} {
		code, printed, errs := runCache(t, append(tt.args, "--size", "1")...)
		require.Equal(t, exitUsage, code)
		require.Contains(t, errs, tt.want)
		require.Empty(t, printed)
	}
}

func TestTraceConvertNamesWhatIsWrong(t *testing.T) {
	log := "../../workload/trace/testdata/cloudfront.log"
	dir := t.TempDir()
	for _, tt := range []struct{ args, want string }{
		{log + " " + dir + "/x", "want --as csv, tis, ids or oracle"},
		{log + " " + dir + "/x.tis", "0 writes and 1 deletes, which tis cannot hold"},
		{log + " " + dir + "/x.tis --writes ignore --keep c-ip", "--keep is c-ip, but tis has no further columns; want csv"},
		{log + " " + dir + "/x.csv --as w3c", "--as is w3c, which can be read alone"},
		{log + " --as csv " + log, "it is the same file as"},
		{log + " " + dir + "/x.csv --keep pop", `there is no column "pop"`},
		{"/dev/zero " + dir + "/x.csv", "is no regular file, and it must be read twice"},
	} {
		code, _, errs := runWith(t, "", append([]string{"trace", "convert"}, strings.Fields(tt.args)...)...)
		require.Equal(t, exitUsage, code, tt.args)
		require.Contains(t, errs, tt.want)
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}
