package words

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOneThingHasNoPlural(t *testing.T) {
	require.Equal(t, "run", Plural(1, "run"))
	require.Equal(t, "runs", Plural(0.0, "run"))
	require.Equal(t, "runs", Plural(int64(2), "run"))
}
