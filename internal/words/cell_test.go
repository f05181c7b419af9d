package words

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNoCellIsAFormula(t *testing.T) {
	for _, text := range []string{"", "-", "region only", "-1.5", "+3e4", "a=b"} {
		require.Equal(t, text, Cell(text))
	}
	for _, text := range []string{"=cmd|' /C calc'!A0", "+ PoPs", "-1+2", "@SUM(A1)", "\t=1"} {
		require.Equal(t, "'"+text, Cell(text))
	}
}
