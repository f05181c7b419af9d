package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A trace by hand: a at 0, 1, 5, 11 and 30 s, b at 2, 12 and 13 s.
func TestObjectsOfTracesExpire(t *testing.T) {
	file := filepath.Join(t.TempDir(), "t.csv")
	require.NoError(t, os.WriteFile(file, []byte("time,id,size\n0,a,10\n1,a,10\n2,b,20\n5,a,10\n11,a,10\n12,b,20\n13,b,20\n30,a,10\n"), 0o600))
	code, out, errs := run(t, context.Background(), "cache", file, "--size", "2", "--ttl", "3s,10s,1h")
	require.Zero(t, code, errs)
	rows := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, rows, 5)
	for i, want := range [][3]string{{"misses", "ttl", "expired"}, {"2", "", "0"}, {"6", "3s", "4"}, {"5", "10s", "3"}, {"2", "1h0m0s", "0"}} {
		cells := strings.Split(rows[i], ",")
		require.Equal(t, want, [3]string{cells[5], cells[9], cells[10]})
	}
	for _, c := range []struct{ ttl, content, want string }{
		{"0s", "0,a,10\n1,a,10\n", `--ttl is "0s"; want times of more than 0`},
		{"3s,60", "0,a,10\n1,a,10\n", `--ttl is "60"; want times of more than 0, each with its unit, for example 60s,5m`},
		{"5s", "7,a,10\n7,a,10\n", "all requests are at one time; want a trace with times"},
	} {
		require.NoError(t, os.WriteFile(file, []byte("time,id,size\n"+c.content), 0o600))
		code, _, errs := run(t, context.Background(), "cache", file, "--ttl", c.ttl)
		require.Equal(t, 2, code)
		require.Contains(t, errs, c.want)
	}
}
