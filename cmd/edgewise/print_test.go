package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// longTrace has 300 requests for some 40 objects.
func longTrace() string {
	var b strings.Builder
	for i := range 300 {
		fmt.Fprintf(&b, "%d,o%d,10\n", i, i*i*i%41%(1+i%40))
	}
	return b.String()
}

// TestEveryCommandPrintsOneDocument asks every command of the command line for JSON: it prints one document and nothing else, for
// programs to read, whatever it says to people besides. A command that is added fails here until it stands in the list.
func TestEveryCommandPrintsOneDocument(t *testing.T) {
	home := t.TempDir()
	at := func(name string) string { return filepath.Join(home, name) }
	write := func(name, text string) string {
		require.NoError(t, os.WriteFile(at(name), []byte(text), 0o644))
		return at(name)
	}
	study, points, sites := write("study.yaml", tiny), write("sweep.yaml", tinySweep), write("search.yaml", choosing)
	trace := write("trace.csv", "time,id,size\n"+longTrace())
	pairs := write("pairs.csv", "id,a_lat,a_lon,b_lat,b_lon\np,52.5,13.4,48.9,2.4\n")

	lines := []struct {
		line string
		code int
		says string // of the document
	}{
		{"run " + study + " -o " + at("out"), exitDone, `"schema_version"`},
		{"run " + study + " --dry-run", exitDone, `"memory_bytes"`},
		{"search " + sites + " -o " + at("found") + " -q", exitDone, `"alternatives"`},
		{"search " + sites + " --dry-run", exitDone, `"requests"`},
		{"sweep " + points + " -o " + at("swept"), exitDone, `"crossings"`},
		{"sweep " + points + " --dry-run", exitDone, `"points": 3`},
		{"sweep " + points + " --point 2", exitDone, `"workloads.api.data.calls": "1"`},
		{"shard " + study + " -o " + at("store") + " --index 0 --count 1", exitDone, `"ran": 4`},
		{"shard " + study + " -o " + at("store") + " --index 0 --count 1", exitDone, `"complete": true`},
		{"status " + at("store"), exitDone, `"done": 4`},
		{"merge " + at("store") + " -o " + at("merged"), exitDone, `"schema_version"`},
		{"status " + at("out"), exitDone, `"finished": true`},
		{"reproduce " + at("out"), exitDone, `"reproduced": true`},
		{"reproduce " + at("swept"), exitDone, `"points": 3`},
		{"report " + at("out") + " -o " + at("again"), exitDone, `"schema_version"`},
		{"diff " + at("out") + " " + at("again"), exitDone, `"figures"`},
		{"explain " + study + " --placement pop", exitDone, `"ttfb_ms"`},
		{"verify --effort quick --group Queues", exitDone, `"passed": true`},
		{"cache " + trace + " --size 2 --hit 40% --ttl 2s", exitDone, `"replays"`},
		{"fit " + trace, exitDone, `"zipf_exponent"`},
		{"trace convert " + trace + " " + at("trace.tis"), exitDone, `"lines": 300`},
		{"prices list --item egress", exitDone, `"second-hand"`},
		{"prices check default", exitDone, `"second_hand"`},
		{"prices diff default default", exitDone, `[]`},
		{"prices import " + zoneOffer + ".json", exitDone, `"source"`},
		{"catalog regions", exitDone, `"us-east-1"`},
		{"rtt " + pairs, exitDone, `"rtt_ms"`},
		{"matrix us-east-1 eu-west-1", exitDone, `"rtt_ms"`},
		{"routes " + study + " los-angeles-us", exitDone, `"rtt_ms"`},
		{"capacity " + study, exitDone, `"needed"`},
		{"calibrate " + trainingTables(t) + " --repeats 1", exitDone, `"median_ms"`},
		{"init --serve site --users US --home us-east-1", exitDone, `"scenario"`},
		{"validate " + study + " " + pairs, exitUsage, `"problems"`},
		{"schema", exitDone, `"$schema"`},
		{"completion bash", exitDone, `"script"`},
	}

	asked := make(map[string]bool)
	for _, c := range lines {
		code, out, errs := run(t, t.Context(), append(strings.Fields(c.line), "--format", "json")...)
		require.Equal(t, c.code, code, "%s: %s", c.line, errs)
		d := json.NewDecoder(strings.NewReader(out))
		var document any
		require.NoError(t, d.Decode(&document), "%s: %s", c.line, out)
		require.ErrorIs(t, d.Decode(&document), io.EOF, c.line)
		require.Contains(t, out, c.says, c.line)
		require.NotContains(t, out+errs, "\x1b", c.line)
		words := strings.Fields(c.line)
		asked[words[0]], asked[words[0]+" "+words[min(1, len(words)-1)]] = true, true
	}
	parser, err := newParser(&commands{}, t.Context(), &streams{out: io.Discard, err: io.Discard}, func(int) {})
	require.NoError(t, err)
	for _, command := range parser.Model.Leaves(true) {
		name := strings.TrimPrefix(command.FullPath(), "edgewise ")
		require.True(t, asked[name], "%s is not asked for JSON here", name)
	}
}
