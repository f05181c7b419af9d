package jsontext

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStringsAndNumbersAreThoseOfEncodingJSON(t *testing.T) {
	for _, s := range []string{"", "p95", `a "b"`, "<b>&", "Zürich", "\x00\t\n", "\u2028", "\xff", "back\\slash", "\x7f"} {
		want, err := json.Marshal(s)
		require.NoError(t, err)
		require.Equal(t, string(want), string(AppendString(nil, s)))
	}
	numbers := []float64{0, math.Copysign(0, -1), 1, -1, 0.1, 1e-6, 9.99e-7, 1e-9, 1e-10, 1e20, 1e21, 1e100, math.MaxFloat64, math.SmallestNonzeroFloat64}
	random := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		if x := math.Float64frombits(random.Uint64()); !math.IsNaN(x) && !math.IsInf(x, 0) {
			numbers = append(numbers, x)
		}
	}
	for _, x := range numbers {
		want, err := json.Marshal(x)
		require.NoError(t, err)
		is, err := AppendFloat([]byte("x"), x)
		require.NoError(t, err)
		require.Equal(t, "x"+string(want), string(is))
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		_, err := AppendFloat(nil, x)
		require.Error(t, err)
	}
}

func TestIndentedTextIsThatOfEncodingJSON(t *testing.T) {
	for _, compact := range []string{
		`{}`, `[]`, `1`, `"a"`, `null`, `{"a":{},"b":[],"c":[{}],"d":[[]]}`, `[1,2.5e-9,"x,y:{}[]","\\",{"k\"":"\\\"","l":[true,null]}]`,
	} {
		require.True(t, json.Valid([]byte(compact)), compact)
		var want bytes.Buffer
		require.NoError(t, json.Indent(&want, []byte(compact), "    ", "  "))
		require.Equal(t, want.String(), string(AppendIndent(nil, []byte(compact), "    ", "  ")))
	}
}
