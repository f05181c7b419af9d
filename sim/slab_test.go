package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSlabUsesPlacesAgain(t *testing.T) {
	var s slab[string]
	a, b, c := s.add(), s.add(), s.add()
	require.Equal(t, []uint32{1, 2, 3}, []uint32{a, b, c}, "0 is none")
	*s.at(a), *s.at(b), *s.at(c) = "a", "b", "c"
	s.remove(a)
	s.remove(c)
	require.Equal(t, c, s.add(), "the last that was freed")
	require.Equal(t, a, s.add())
	require.Equal(t, uint32(4), s.add())
	require.Equal(t, "b", *s.at(b))

	require.Zero(t, testing.AllocsPerRun(10, func() { s.remove(s.add()) }))
}
