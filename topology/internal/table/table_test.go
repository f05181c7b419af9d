package table_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology/internal/table"
)

func TestTheFirstThingThatIsWrongCounts(t *testing.T) {
	rows, err := table.New("t.csv", strings.NewReader("a,b\n1,x\n2,y\n"), []string{"a"}, []string{"b", "c"})
	require.NoError(t, err)
	require.True(t, rows.Next())
	require.Equal(t, 2, rows.Line())
	require.Equal(t, 1.0, rows.Number("a", 0, 1))
	require.Equal(t, "x", rows.Required("b"))
	require.False(t, rows.Has("c"))
	require.NoError(t, rows.Err())
	require.True(t, rows.Next())
	require.Zero(t, rows.Number("a", 0, 1))
	require.Zero(t, rows.Number("b", 0, 1))
	require.EqualError(t, rows.Err(), `t.csv:3: column a: value "2": want a number from 0 to 1`)
	require.False(t, rows.Next(), "nothing is read after an error")
}

func TestTextsOutliveTheirRow(t *testing.T) {
	rows, err := table.New("t.csv", strings.NewReader("a\nfirst\nother\n"), []string{"a"}, nil)
	require.NoError(t, err)
	require.True(t, rows.Next())
	first := rows.Text("a")
	require.True(t, rows.Next())
	require.Equal(t, "other", rows.Text("a"))
	require.Equal(t, "first", first)
	require.False(t, rows.Next())
	require.NoError(t, rows.Err())
}

func TestBadRowsAreCollected(t *testing.T) {
	read := func(most int) (good []string, err error) {
		rows, err := table.New("t.csv", strings.NewReader("a,b\n1,x\n2,\nz,y\n3\n4,\"w\n"), []string{"a", "b"}, nil)
		require.NoError(t, err)
		rows.Collect(most)
		for rows.Next() {
			a, b := rows.Number("a", 0, 1), rows.Required("b")
			if a == 1 {
				good = append(good, b)
			}
		}
		return good, rows.Err()
	}
	for most, want := range map[int][]string{
		9: {
			`t.csv:3: column a: value "2": want a number from 0 to 1`, `t.csv:4: column a: value "z": want a number from 0 to 1`,
			"t.csv:5: 1 fields: want 2, as many as the header has", `t.csv:6: extraneous or missing " in quoted-field`,
		},
		2: {
			`t.csv:3: column a: value "2": want a number from 0 to 1`, `t.csv:4: column a: value "z": want a number from 0 to 1`,
			"t.csv: these are the first 2 bad rows; there may be more",
		},
		1: {`t.csv:3: column a: value "2": want a number from 0 to 1`},
	} {
		good, err := read(most)
		require.Equal(t, []string{"x"}, good)
		require.EqualError(t, err, strings.Join(want, "\n"))
	}
}
