package matrix_test

import (
	"bytes"
	"encoding/csv"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology/matrix"
)

// world has three places, of two whose identifiers are alike.
func world() *matrix.Matrix {
	ms := time.Millisecond
	return &matrix.Matrix{
		Places: []matrix.Place{
			{ID: "aws/us-west-2", Name: "Oregon", LatDeg: 45.8, LonDeg: -119.7}, {ID: "pop.a", Name: "A", LatDeg: 1}, {ID: "pop-a", Name: "B", LatDeg: 2},
		},
		RTT:   [][]time.Duration{{0, 20 * ms, 31 * ms}, {20 * ms, 0, 5001 * time.Microsecond}, {31 * ms, 5001 * time.Microsecond, 0}},
		About: "Made up.\nFor a test.",
	}
}

func written(t *testing.T, format string, m *matrix.Matrix) string {
	t.Helper()
	f, err := matrix.FormatCalled(format)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, f.Write(&b, m))
	return b.String()
}

func TestTablesHaveEveryPair(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(written(t, "square", world()))).ReadAll()
	require.NoError(t, err)
	require.Equal(t, [][]string{
		{"rtt_ms", "aws/us-west-2", "pop.a", "pop-a"},
		{"aws/us-west-2", "0.000", "20.000", "31.000"}, {"pop.a", "20.000", "0.000", "5.001"}, {"pop-a", "31.000", "5.001", "0.000"},
	}, rows)
	rows, err = csv.NewReader(strings.NewReader(written(t, "long", world()))).ReadAll()
	require.NoError(t, err)
	require.Equal(t, [][]string{
		{"from", "to", "rtt_ms"}, {"aws/us-west-2", "pop.a", "20.000"}, {"aws/us-west-2", "pop-a", "31.000"}, {"pop.a", "pop-a", "5.001"},
	}, rows)
}

// The script runs in a shell; in place of tc, which needs a kernel with netem, stands a program that writes down how it is called.
func TestTheScriptDelaysHalfOfARoundTripToEveryHost(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell")
	}
	dir := t.TempDir()
	script := filepath.Join(dir, "delays.sh")
	require.NoError(t, os.WriteFile(script, []byte(written(t, "netem", world())), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tc"), []byte("#!/bin/sh\necho tc \"$@\"\n"), 0o755))
	run := func(host string) (string, error) {
		c := exec.Command(shell, script, host, "eth0")
		c.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH")}
		c.Stdin = strings.NewReader("# hosts\n\npop-a 10.0.0.3\naws/us-west-2 10.0.0.1\npop.a fd00::2\n")
		out, err := c.CombinedOutput()
		return string(out), err
	}
	out, err := run("pop-a")
	require.NoError(t, err, out)
	require.Equal(t, `tc qdisc add dev eth0 root handle 1: htb default 1
tc class add dev eth0 parent 1: classid 1:1 htb rate 100gbit quantum 200000
tc class add dev eth0 parent 1: classid 1:2 htb rate 100gbit quantum 200000
tc qdisc add dev eth0 parent 1:2 handle 12: netem delay 15500us limit 1000000
tc filter add dev eth0 parent 1: protocol ip prio 1 u32 match ip dst 10.0.0.1 flowid 1:2
tc class add dev eth0 parent 1: classid 1:3 htb rate 100gbit quantum 200000
tc qdisc add dev eth0 parent 1:3 handle 13: netem delay 2500us limit 1000000
tc filter add dev eth0 parent 1: protocol ipv6 prio 2 u32 match ip6 dst fd00::2 flowid 1:3
`, strings.ReplaceAll(out, "tc qdisc del dev eth0 root\n", ""))
	out, err = run("nowhere")
	require.Error(t, err)
	require.Contains(t, out, "no delay from nowhere to pop-a")
}

// The script is handed to tc itself, in a network namespace of its own. Where the kernel has no netem it says so, of these lines alone.
func TestTCTakesTheScript(t *testing.T) {
	tc, err := exec.LookPath("tc")
	if err != nil {
		t.Skip("no tc: Debian's iproute2 is not there")
	}
	alone := []string{"--map-root-user", "--net", "sh"}
	if out, err := exec.Command("unshare", append(alone, "-c", tc+" qdisc show dev lo")...).CombinedOutput(); err != nil {
		t.Skipf("no network namespace to be had: %v, %s", err, out)
	}
	dir := t.TempDir()
	script := filepath.Join(dir, "delays.sh")
	require.NoError(t, os.WriteFile(script, []byte(written(t, "netem", world())), 0o644))
	// Every call is noted with its exit code; a kernel without netem does not end the script.
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tc"), []byte(`#!/bin/sh
said=$(`+tc+` "$@" 2>&1) && code=0 || code=$?
echo "$code tc $* $said"
case "$said" in *"Specified qdisc kind is unknown"*) case "$*" in *netem*) exit 0 ;; esac ;; esac
exit $code
`), 0o755))
	c := exec.Command("unshare", append(alone, "-c", "sh "+script+" pop-a lo; "+tc+" class show dev lo; "+tc+" qdisc show dev lo")...)
	c.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH")}
	c.Stdin = strings.NewReader("pop-a 10.0.0.3\naws/us-west-2 10.0.0.1\npop.a fd00::2\n")
	out, err := c.CombinedOutput()
	require.NoError(t, err, "%s", out)
	said := string(out)
	if strings.Contains(said, "Specified qdisc kind is unknown") {
		require.Equal(t, 2, strings.Count(said, "Specified qdisc kind is unknown"), said)
		require.Equal(t, 2, strings.Count(said, "2 tc qdisc add dev lo parent"), "netem alone: %s", said)
	} else {
		require.Contains(t, said, "delay 15.5ms")
		require.Contains(t, said, "delay 2.5ms")
	}
	for _, class := range []string{"class htb 1:1 ", "class htb 1:2 ", "class htb 1:3 "} {
		require.Contains(t, said, class)
	}
	require.Equal(t, 2, strings.Count(said, "0 tc filter add"), said)
	// tc reads the words of a line before it asks the kernel: what it does not know it says.
	wrong, err := exec.Command("unshare", append(alone, "-c", tc+" qdisc add dev lo root netem delay 15.5sec. limit 1000000")...).CombinedOutput()
	require.Error(t, err)
	require.NotContains(t, string(wrong), "Specified qdisc kind is unknown")
}

// What Shadow reads is a small language: keys with numbers, texts or blocks.
func TestTheGraphOfShadowHasAPathForEveryTwoHosts(t *testing.T) {
	text := written(t, "shadow", world())
	require.True(t, strings.HasPrefix(text, "# Made up.\n# For a test.\n"))
	tokens := regexp.MustCompile(`#[^\n]*|"[^"\n]*"|[\[\]]|[^\s\[\]]+`).FindAllString(text, -1)
	depth, edges, nodes := 0, 0, 0
	for i, token := range tokens {
		switch token {
		case "[":
			depth++
			switch tokens[i-1] {
			case "edge":
				edges++
			case "node":
				nodes++
			}
		case "]":
			depth--
		}
	}
	require.Zero(t, depth)
	require.Equal(t, 3, nodes)
	require.Equal(t, 6, edges, "three pairs, and each place to itself")
	require.Contains(t, text, "source 0\n    target 2\n    latency \"15500 us\"\n")
	require.NotContains(t, text, `"0 us"`)
}

// The grammar of what is written, not all of NED.
var ned = regexp.MustCompile(`(?s)\A(//[^\n]*\n)+import ned\.DelayChannel;\n\nmoduleinterface IHost\n\{\n    gates:\n        inout port\[\];\n\}\n\n` +
	`network Edgewise\n\{\n    parameters:\n        string hostType;\n    submodules:\n` +
	`(        [A-Za-z_]\w*: <hostType> like IHost \{ @display\("[^"]*"\); \}\n)+    connections:\n` +
	`(        [A-Za-z_]\w*\.port\+\+ <--> DelayChannel \{ delay = \d+us; \} <--> [A-Za-z_]\w*\.port\+\+;\n)+\}\n\z`)

func TestTheNetworkOfOMNeTHasIdentifiersThatDiffer(t *testing.T) {
	text := written(t, "omnet", world())
	require.Regexp(t, ned, text)
	require.Contains(t, text, "pop_a.port++ <--> DelayChannel { delay = 2500us; } <--> pop_a_2.port++;")
}

func TestTheGoMapIsAProgramOfGo(t *testing.T) {
	parsed, err := parser.ParseFile(token.NewFileSet(), "delays.go", written(t, "go", world()), parser.SkipObjectResolution)
	require.NoError(t, err)
	found := map[string]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if pair, ok := n.(*ast.KeyValueExpr); ok {
			if product, ok := pair.Value.(*ast.BinaryExpr); ok {
				key, err := strconv.Unquote(pair.Key.(*ast.BasicLit).Value)
				require.NoError(t, err)
				found[key] += product.X.(*ast.BasicLit).Value + " "
			}
		}
		return true
	})
	require.Equal(t, map[string]string{"aws/us-west-2": "20000 31000 ", "pop.a": "20000 5001 ", "pop-a": "31000 5001 "}, found)
}

func TestBadMatricesAreRefused(t *testing.T) {
	for want, change := range map[string]func(*matrix.Matrix){
		"2 to 2000":                      func(m *matrix.Matrix) { m.Places, m.RTT = m.Places[:1], m.RTT[:1] },
		"Places[1].ID is pop a":          func(m *matrix.Matrix) { m.Places[1].ID = "pop a" },
		"Places[2].ID is pop.a":          func(m *matrix.Matrix) { m.Places[2].ID = "pop.a" },
		"Places[0].ID is -x":             func(m *matrix.Matrix) { m.Places[0].ID = "-x" },
		"RTT is 2; want 3 rows":          func(m *matrix.Matrix) { m.RTT = m.RTT[:2] },
		"RTT[1] is 2; want 3 columns":    func(m *matrix.Matrix) { m.RTT[1] = m.RTT[1][:2] },
		"RTT[0][0] is 1ns":               func(m *matrix.Matrix) { m.RTT[0][0] = 1 },
		"RTT[2][1] is 5ms; want 5.001ms": func(m *matrix.Matrix) { m.RTT[2][1] = 5 * time.Millisecond },
	} {
		for _, f := range matrix.Formats() {
			m := world()
			change(m)
			var b bytes.Buffer
			require.ErrorContains(t, f.Write(&b, m), want)
			require.Empty(t, b.String())
		}
	}
	_, err := matrix.FormatCalled("gml")
	require.ErrorContains(t, err, "square, long, json, netem, shadow, ns3, omnet, go")
}

func TestJSONHasAllPairs(t *testing.T) {
	format, err := matrix.FormatCalled("json")
	require.NoError(t, err)
	m := &matrix.Matrix{
		Places: []matrix.Place{{ID: "a", LatDeg: 1}, {ID: "b", LonDeg: 2}},
		RTT:    [][]time.Duration{{0, 1500 * time.Microsecond}, {1500 * time.Microsecond, 0}},
	}
	var out bytes.Buffer
	require.NoError(t, format.Write(&out, m))
	require.JSONEq(t, `{"places": [{"id": "a", "lat_deg": 1, "lon_deg": 0}, {"id": "b", "lat_deg": 0, "lon_deg": 2}], "rtt_ms": [[0, 1.5], [1.5, 0]]}`, out.String())
}
