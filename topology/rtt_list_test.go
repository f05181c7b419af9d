package topology_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

// rtts reads a table and returns its pairs without lines.
func rtts(t *testing.T, table string) []topology.MeasuredRTT {
	t.Helper()
	listed, err := topology.ReadRTTs("t.csv", strings.NewReader(table), topology.ReadOptions{})
	require.NoError(t, err)
	var pairs []topology.MeasuredRTT
	for _, m := range listed {
		pairs = append(pairs, m.MeasuredRTT)
	}
	return pairs
}

func TestRTTTablesAreRead(t *testing.T) {
	want := []topology.MeasuredRTT{
		{From: "a", To: "b", RTT: 12500 * time.Microsecond}, {From: "b", To: "a", RTT: 13 * time.Millisecond},
		{From: "b", To: "c", RTT: time.Millisecond},
	}
	for name, table := range map[string]string{
		"list":               "from,to,rtt_ms\na,b,12.5\na,a,0\nb,a,13\nb,c,1\nc,a,\nc,b,NaN\n",
		"other order":        "\ufeffTo , \"FROM\",RTT_ms\r\nb , a,12.5\r\na,a,0.1\r\na,b,13\r\nc,b,1\r\na,c,-\r\n",
		"rtt first":          "\ufeffrtt_ms,from,to\n12.5,a,b\n13,b,a\n1,b,c\n",
		"seconds":            "from,to,rtt_s\na,b,0.0125\nb,a,0.013\nb,c,0.001\n",
		"microseconds":       "from,to,rtt_us\na,b,12500\nb,a,13000\nb,c,1000\n",
		"semicolons":         "from;to;rtt_ms\na;b;12,5\nb;a;13\nb;c;1\n",
		"square":             "ms,a,b,c\na,0,12.5,-\nb,13,,1\n",
		"square, blanks":     " x , a , b, c\na , 0.1, 12.5 ,NA\n b,13,n/a,1 \n",
		"square in us":       "rtt_us,a,b,c\na,0.1,12500,-\nb,13000,,1000\n",
		"square in s":        "rtt_s\ta\tb\tc\na\t0\t0.0125\t\nb\t0.013\t\t0.001\n",
		"unit in brackets":   "from,to,RTT (us)\na,b,12500\nb,a,13000\nb,c,1000\n",
		"unit in µs":         "from,to,rtt [µs]\na,b,12500\nb,a,13000\nb,c,1000\n",
		"square in (us)":     "rtt (us),a,b,c\na,0.1,12500,-\nb,13000,,1000\n",
		"as Excel says it":   "sep=;\r\nfrom;to;rtt_ms\r\na;b;12,5\r\nb;a;13\r\nb;c;1\r\n",
		"header behind #":    "# mine, all of it\n#from,to,rtt_ms\na,b,12.5\nb,a,13\nb,c,1\n",
		"square, rows of ,,": "\"\",a,b,c\na,,12.5,\nb,13,,1\n,,,\n",
	} {
		require.Equal(t, want, rtts(t, table), name)
	}
	listed, err := topology.ReadRTTs("t.csv", strings.NewReader("# mine\nfrom,to,rtt_ms\na,b,\na,c,3\n"), topology.ReadOptions{})
	require.NoError(t, err)
	require.Equal(t, []topology.ListedRTT{{MeasuredRTT: topology.MeasuredRTT{From: "a", To: "c", RTT: 3 * time.Millisecond}, Line: 4}}, listed)
}

func TestBadRTTTablesNameLineColumnAndValue(t *testing.T) {
	for table, want := range map[string]string{
		"":                                      "t.csv:1: empty file: want a header with the columns from, to, rtt_ms",
		"from,to,x\n":                           `t.csv:1: column "rtt_ms" is missing: want it, rtt_us or rtt_s; there are "from", "to", "x"`,
		"from,to,rtt\na,b,1\n":                  `t.csv:1: column "rtt_ms" is missing`,
		"from,to,rtt_ms,rtt_us\na,b,1,1\n":      `t.csv:1: columns rtt_ms and rtt_us: want one of them`,
		"from,to,rtt_ms\na,b,fast\n":            `t.csv:2: column rtt_ms: value "fast": want a number above 0, 7.2e+06 at most, or nothing, which means not measured`,
		"from,to,rtt_ms\na,b,-1\n":              `t.csv:2: column rtt_ms: value "-1": want a number above 0`,
		"a,b,31\n":                              "t.csv:1: no header: the first row is a pair and its round trip; want the names from, to and rtt_ms above it",
		"from,to,rtt_ms\na,b,0\n":               `t.csv:2: column rtt_ms: value "0": want more than 0, or nothing, which means not measured`,
		"from,to,rtt_s\na,b,7201\n":             `t.csv:2: column rtt_s: value "7201": want a number above 0, 7200 at most`,
		"from,to,rtt_ms\na,b,1\nc,,2\n":         `t.csv:3: column to: value ""`,
		"from,to,rtt_ms\na,b,1\nb,a,1\na,b,2\n": `t.csv:4: column to: value "b": want a pair not given before (line 2 has it)`,
		"ms\na\n":                               "t.csv:1: one column: want the columns from, to and rtt_ms, or a square",
		"ms,a,a\n":                              `t.csv:1: column "a": want a node ID, each once`,
		"ms,a,b\na,1\n":                         "t.csv:2: 2 fields: want 3",
		"ms,a,b\na,1,0.0\n":                     `t.csv:2: column "b": value "0.0": want more than 0`,
		"ms,a\nb,1\nb,2\n":                      `t.csv:3: first column: value "b"`,
		"ms,a\nb,1e99\n":                        `t.csv:2: column "a": value "1e99"`,
		"ms,a\n,1\n":                            `t.csv:2: first column: value ""`,
		"ms,a\n\"b,1\nc,1\n":                    "t.csv:2: extraneous or missing",
		`[{"from": "a"}]`:                       "t.csv:1: this is JSON; want CSV with the columns from, to, rtt_ms: ",
	} {
		_, err := topology.ReadRTTs("t.csv", strings.NewReader(table), topology.ReadOptions{})
		require.ErrorContains(t, err, want, "%q", table)
	}
}

// Los Angeles and Oregon lie 1,280 km apart: light takes 8.5 ms there and back. The bound leaves 100 km for coordinates
// of cities.
func TestNothingIsFasterThanLight(t *testing.T) {
	la, oregon := topology.Place{LatDeg: 34.05, LonDeg: -118.24}, topology.Place{LatDeg: 45.59, LonDeg: -119.7}
	km := topology.DistanceKm(la, oregon)
	require.InDelta(t, 1290, km, 15)
	require.InDelta(t, 2*(km-100)/299.792458, topology.LightRTT(la, oregon).Seconds()*1000, 1e-6)
	require.Zero(t, topology.LightRTT(la, la))

	n, err := topology.New([]topology.Node{
		{ID: "m", Kind: topology.Metro, LatDeg: la.LatDeg, LonDeg: la.LonDeg},
		{ID: "r", Kind: topology.Region, LatDeg: oregon.LatDeg, LonDeg: oregon.LonDeg},
		{ID: "somewhere", Kind: topology.Region},
	}, append(topology.Link{From: "m", To: "r", Kind: topology.Internet, OneWay: 20 * time.Millisecond}.Both(),
		topology.Link{From: "m", To: "somewhere", Kind: topology.Internet, OneWay: 20 * time.Millisecond}.Both()...))
	require.NoError(t, err)
	least := topology.LightRTT(la, oregon)
	with := func(to string, rtt time.Duration) error {
		_, err := n.With(topology.Change{Measured: []topology.MeasuredRTT{{From: "m", To: to, RTT: rtt}}})
		return err
	}
	require.NoError(t, with("r", least))
	require.EqualError(t, with("r", least-1), fmt.Sprintf("Measured[0].RTT is %v; want %v or more: light takes as long from m to r and back", least-1, least))
	require.NoError(t, with("somewhere", 0), "a node without a place may be anywhere")
}

func TestMeasuredRoundTripsMayIncludeTheLastMile(t *testing.T) {
	nodes := []topology.Node{
		{ID: "m", Kind: topology.Metro, LatDeg: 34, LonDeg: -118}, {ID: "x", Kind: topology.Exchange, LatDeg: 34, LonDeg: -118, Stub: true},
		{ID: "r", Kind: topology.Region, LatDeg: 40, LonDeg: -118},
	}
	n, err := topology.New(nodes, append(topology.Link{From: "m", To: "x", Kind: topology.Access, OneWay: 5 * time.Millisecond}.Both(),
		topology.Link{From: "x", To: "r", Kind: topology.Internet, OneWay: 20 * time.Millisecond}.Both()...))
	require.NoError(t, err)
	parts := func(rtt time.Duration, includes bool) (access, internet time.Duration) {
		n, err := n.With(topology.Change{Measured: []topology.MeasuredRTT{{From: "m", To: "r", RTT: rtt, IncludesLastMile: includes}}})
		require.NoError(t, err)
		require.Equal(t, includes, n.Measured()[0].IncludesLastMile)
		r := route(t, n, "m", "r", topology.Public)
		access, internet, _ = r.Parts(0, 0)
		back := route(t, n, "r", "m", topology.Public)
		require.Equal(t, r.OneWay(0, 0), back.OneWay(0, 0))
		return access, internet
	}
	access, internet := parts(30*time.Millisecond, false)
	require.Equal(t, [2]time.Duration{5 * time.Millisecond, 15 * time.Millisecond}, [2]time.Duration{access, internet}, "from a server: the last mile comes on top")
	access, internet = parts(30*time.Millisecond, true)
	require.Equal(t, [2]time.Duration{5 * time.Millisecond, 10 * time.Millisecond}, [2]time.Duration{access, internet}, "from homes: 30 ms in all")
	light := topology.LightRTT(nodes[0].Place(), nodes[2].Place())
	_, internet = parts(12*time.Millisecond, true)
	require.Equal(t, light/2, internet, "less than last mile and light is what light takes")
}

func FuzzReadRTTs(f *testing.F) {
	f.Add("from,to,rtt_ms\na,b,12.5\n")
	f.Add("ms,a,b\na,0,12\nb,13,-\n")
	f.Add("ms,a\nb,1e999\n")
	f.Add("\xff\xfef\x00r\x00o\x00m\x00")
	f.Fuzz(func(t *testing.T, table string) {
		all, err := topology.ReadRTTs("fuzz.csv", strings.NewReader(table), topology.ReadOptions{})
		if err != nil {
			require.ErrorContains(t, err, "fuzz.csv")
		}
		for _, m := range all {
			require.NotEqual(t, m.From, m.To)
			require.Greater(t, m.RTT, time.Duration(0))
			require.LessOrEqual(t, m.RTT, 2*topology.MaxOneWay)
		}
	})
}
