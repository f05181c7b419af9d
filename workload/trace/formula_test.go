package trace

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNoCellThatIsKeptIsAFormula(t *testing.T) {
	to := filepath.Join(t.TempDir(), "kept.csv")
	from := textSource("x.csv", "time,id,size,\"=pop\",n\n1,2,3,\"=1+1\",-5\n2,2,3,-,@x\n")
	_, err := Convert(context.Background(), to, CSV, from, ConvertOptions{Options: Options{FurtherColumns: []string{"=pop", "n"}}})
	require.NoError(t, err)
	text, err := os.ReadFile(to)
	require.NoError(t, err)
	require.Equal(t, "time,id,size,'=pop,n\n1,2,3,'=1+1,-5\n2,2,3,-,'@x\n", string(text))
}
