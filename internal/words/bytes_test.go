package words

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSizesAreWrittenAsPeopleGiveThem(t *testing.T) {
	for n, want := range map[uint64]string{
		10_000_000_000: "10 GB", 1_500_000: "1.5 MB", 256 << 20: "256 MiB", 1: "1 B", 1024: "1.0 KiB", 123_456_789: "123,456,789 bytes",
	} {
		require.Equal(t, want, Bytes(n))
	}
}
