package hugepages

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOnlyWhatGoesBeyondAllBeforeIsSetAside(t *testing.T) {
	var w wants
	var aside []int64
	want := func(bytes int64) func() { return w.want(bytes, func(n int64) { aside = append(aside, n) }) }
	first := want(100)
	second := want(50)
	require.Equal(t, []int64{100, 50}, aside, "who runs at the same time has memory of his own")
	first()
	require.Len(t, aside, 2)
	third := want(100)
	require.Len(t, aside, 2, "that of the first is free again")
	second()
	third()
	want(160)()
	require.Equal(t, []int64{100, 50, 10}, aside)
	want(3 * most)()
	want(2 * most)()
	require.Equal(t, []int64{100, 50, 10, most - 160}, aside, "in all no more than that")
	require.Zero(t, w.now)
}

func TestFewBytesAreNotAskedFor(t *testing.T) {
	before := ofAll.aside
	for range 10 {
		defer Want(least - 1)()
	}
	require.Equal(t, before, ofAll.aside)
}
