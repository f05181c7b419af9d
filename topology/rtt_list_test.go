package topology_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

func TestRTTTablesAreRead(t *testing.T) {
	want := []topology.MeasuredRTT{
		{From: "a", To: "b", RTT: 12500 * time.Microsecond}, {From: "b", To: "a", RTT: 13 * time.Millisecond},
		{From: "b", To: "c", RTT: time.Millisecond},
	}
	long, err := topology.ReadRTTList("l.csv", strings.NewReader("from,to,rtt_ms\na,b,12.5\na,a,0.1\nb,a,13\nb,c,1\n"))
	require.NoError(t, err)
	require.Equal(t, want, long)
	square, err := topology.ReadRTTMatrix("m.csv", strings.NewReader("ms,a,b,c\na,0.1,12.5,-\nb,13,,1\n"))
	require.NoError(t, err)
	require.Equal(t, want, square)
}

func TestBadRTTTablesNameLineColumnAndValue(t *testing.T) {
	for table, want := range map[string]string{
		"from,to\n":                             `t.csv:1: column "rtt_ms" is missing`,
		"from,to,rtt_ms\na,b,fast\n":            `t.csv:2: column rtt_ms: value "fast"`,
		"from,to,rtt_ms\na,b,-1\n":              `t.csv:2: column rtt_ms: value "-1"`,
		"from,to,rtt_ms\na,b,1\nc,,2\n":         `t.csv:3: column to: value ""`,
		"from,to,rtt_ms\na,b,1\nb,a,1\na,b,2\n": `t.csv:4: column to: value "b": want a pair not given before (line 2 has it)`,
	} {
		_, err := topology.ReadRTTList("t.csv", strings.NewReader(table))
		require.ErrorContains(t, err, want)
	}
	for table, want := range map[string]string{
		"":                   "t.csv:1: empty file",
		"ms\na\n":            "t.csv:1: one column",
		"ms,a,a\n":           `t.csv:1: column "a": want a node ID, each once`,
		"ms,a,b\na,1\n":      "t.csv:2: wrong number of fields",
		"ms,a,b\na,1,NaN\n":  `t.csv:2: column b: value "NaN"`,
		"ms,a\nb,1\nb,2\n":   `t.csv:3: first column: value "b"`,
		"ms,a\nb,1e99\n":     `t.csv:2: column a: value "1e99"`,
		"ms,a\n,1\n":         `t.csv:2: first column: value ""`,
		"ms,a\n\"b,1\nc,1\n": "t.csv:3: extraneous or missing",
	} {
		_, err := topology.ReadRTTMatrix("t.csv", strings.NewReader(table))
		require.ErrorContains(t, err, want, "%q", table)
	}
}

func FuzzReadRTTs(f *testing.F) {
	f.Add("from,to,rtt_ms\na,b,12.5\n")
	f.Add("ms,a,b\na,0,12\nb,13,-\n")
	f.Add("ms,a\nb,1e999\n")
	f.Fuzz(func(t *testing.T, table string) {
		long, longErr := topology.ReadRTTList("fuzz.csv", strings.NewReader(table))
		square, squareErr := topology.ReadRTTMatrix("fuzz.csv", strings.NewReader(table))
		for _, err := range []error{longErr, squareErr} {
			if err != nil {
				require.ErrorContains(t, err, "fuzz.csv")
			}
		}
		for _, m := range append(long, square...) {
			require.NotEqual(t, m.From, m.To)
			require.GreaterOrEqual(t, m.RTT, time.Duration(0))
			require.LessOrEqual(t, m.RTT, 2*topology.MaxOneWay)
		}
	})
}
